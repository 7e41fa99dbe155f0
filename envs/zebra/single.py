"""`ZebraPuzzle-v0`: the logic puzzle that *Life International* printed in 1962, called Einstein's riddle."""

from collections.abc import Mapping, Sequence

from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.zebra import problems, wording
from reasongym.envs.zebra.clues import holds, read
from reasongym.envs.zebra.reading import read_table
from reasongym.envs.zebra.solver import Search, num_solutions
from reasongym.registry import register
from reasongym.seeding import Stream


@register("ZebraPuzzle-v0")
class ZebraPuzzle(Env):
    """Say for each house who lives there and what belongs to them; the clues leave one possibility.

    `data` holds `houses`, `attributes` (names with their values), `clues` (kind and arguments: values counted
    over all attributes and, for `at` and `not_at`, houses from 0) and `solution`, the house of each value.
    """

    family = "zebra"
    levels = tuple(level.about for level in problems.LEVELS)
    default_level = 4
    styles = {  # noqa: RUF012
        "plain": "the street, the clues as sentences and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the table in \\boxed{}",
        "terse": "hardly a word: the values of each attribute and the clues",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = problems.LEVELS[level]
        solution, clues = problems.puzzle(rng, meant)
        return {
            "houses": meant.houses,
            "attributes": _named(rng, meant.attributes, meant.houses),
            "clues": [list(clue) for clue in clues],
            "solution": solution,
        }

    def prompt(self, data: Data, style: str) -> str:
        houses, attributes = data["houses"], data["attributes"]
        if style == "terse":
            return "\n".join([*(" ".join(values) for _, values in attributes), *wording.terse(data), ":"])
        labels = [attribute for attribute, _ in attributes]
        listed = "\n".join(f"- {attribute}: {', '.join(values)}" for attribute, values in attributes)
        told = "\n".join(f"{at}. {sentence}" for at, sentence in enumerate(wording.sentences(data), 1))
        order = f"{', '.join(labels[:-1])} and {labels[-1]}"
        return (
            f"{houses} houses stand side by side, numbered 1 to {houses} from left to right. One person "
            f"lives in each, and each of these belongs to one of the {houses} people:\n{listed}\n\n"
            f"The clues:\n{told}\n\n"
            f"Find what belongs to whom. Write {houses} lines, one for each house: its number, a colon, and "
            f"its {order}, separated by commas. {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        names = [value for _, values in data["attributes"] for value in values]
        places = read_table(text, names, data["houses"])
        if isinstance(places, str):
            return Verdict.of(places)
        right = all(holds(clue, places) for clue in read(data["clues"]))
        return Verdict.of("ok" if right else "broken_clue", self._written(data, places))

    def oracle(self, data: Data) -> list[str]:
        return [self._written(data, data["solution"])]

    def canonical(self, data: Data) -> str:
        return problems.canonical_form(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Name and order everything anew, and look at the street from either side."""
        return _guise(data, rng)

    def space(self, level: int) -> int:
        """Return how many were counted in 60,000 draws (rounded down, and at most 50,000)."""
        return problems.LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random tables earn, measured on 10,000 problems and rounded up."""
        return problems.LEVELS[level].chance

    def random_action(self, state: Json, rng: Stream) -> str:
        houses = state["houses"]
        return self._written(
            state, [place for _ in state["attributes"] for place in rng.shuffled(range(houses))]
        )

    def prove(self, data: Data) -> bool:
        """Count solutions by placing values one after the other."""
        clues = read(data["clues"])
        true = all(holds(clue, data["solution"]) for clue in clues)
        return true and num_solutions(data["houses"], len(data["attributes"]), clues) == 1

    def effort(self, data: Data) -> float:
        """Return how many clues the solver applies until it knows that there is one solution."""
        search = Search(data["houses"], len(data["attributes"]), read(data["clues"]))
        search.run()
        return search.work

    def _written(self, data: Data, places: Sequence[int]) -> str:
        houses = data["houses"]
        lines = [[str(house + 1)] for house in range(houses)]
        for at, (_, values) in enumerate(data["attributes"]):
            for value, place in zip(values, places[at * houses :], strict=False):
                lines[place].append(value)
        return "\n".join(" ".join(line) for line in lines)


_ASK = {
    "plain": "End with these lines.",
    "tags": "Think in <think> </think> tags and return the lines in <answer> </answer> tags.",
    "boxed": "Put them in \\boxed{}.",
}


def _named(rng: Stream, attributes: int, houses: int) -> list[list[Json]]:
    chosen = rng.shuffled(list(wording.ATTRIBUTES))[:attributes]
    return [[name, rng.shuffled(wording.ATTRIBUTES[name][1].split())[:houses]] for name in chosen]


def _guise(data: Data, rng: Stream) -> Data:
    houses, attributes = data["houses"], len(data["attributes"])
    value_at = [0] * (houses * attributes)  # by old value the new one
    for old, new in enumerate(rng.shuffled(range(attributes))):
        for one, other in enumerate(rng.shuffled(range(houses))):
            value_at[old * houses + one] = new * houses + other
    clues, places = read(data["clues"]), data["solution"]
    if rng.below(2):
        clues, places = problems.mirrored(houses, clues), [houses - 1 - place for place in places]
    solution = [0] * len(places)
    for value, place in zip(value_at, places, strict=True):
        solution[value] = place
    return {
        "houses": houses,
        "attributes": _named(rng, attributes, houses),
        "clues": [list(problems.renamed(clue, value_at)) for clue in rng.shuffled(clues)],
        "solution": solution,
    }

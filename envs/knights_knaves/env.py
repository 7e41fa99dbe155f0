"""`KnightsKnaves-v0`: who always tells the truth and who always lies, from what they say of each other."""

from collections.abc import Mapping

from reasongym.answers.assignments import assignments
from reasongym.answers.prose import read_declared
from reasongym.core import Data, Env, Json, Option, Verdict
from reasongym.envs._formulas import ATOMS, NUM_FORMS, turned
from reasongym.envs.knights_knaves import problems, search, wording
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 400
_SPACE = (38, 3_800, 20_000, 49_000, 49_000, 49_000, 49_000, 49_000, 49_000)


@register("KnightsKnaves-v0")
class KnightsKnaves(Env):
    """Say of everyone whether they are a knight, who speaks only the truth, or a knave, who only lies.

    `data` holds `names`, `roles` (the word for who tells the truth, and for who lies), `place` (of the
    story), `statements`, each `[speaker, formula, form]` with a formula (`_formulas.py`, `statements.py`) and
    a number that chooses its wording, and `solution`: for each person whether they tell the truth.
    """

    family = "knights_knaves"
    levels = tuple(level.about for level in problems.LEVELS)
    default_level = 4
    styles = wording.STYLES
    parameters = (
        Option("guise", "varied", "names and roles varied, or letters and knights", ("varied", "letters")),
    )

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        random = rng.random
        said, solution = problems.generate(random, problems.LEVELS[level])
        for statement in said:
            statement.append(int(random() * NUM_FORMS))
        return _in_guise(rng, len(solution), letters=options["guise"] == "letters") | {
            "statements": said,
            "solution": solution,
        }

    def prompt(self, data: Data, style: str) -> str:
        return wording.prompt(data, style)

    def verify(self, data: Data, text: str) -> Verdict:
        names: list[str] = data["names"]
        honest, lying = data["roles"]
        meanings = {honest: "1", wording.plural(honest): "1", lying: "0", wording.plural(lying): "0"}
        answer, read = read_declared(text, lambda said: assignments(said, names, meanings))
        shown = None if answer is None else answer[:_SHOWN_CHARS]
        if isinstance(read, str):
            return Verdict(0.0, False, read, shown)
        right = [read[name] == "1" for name in names] == data["solution"]
        return Verdict.of("ok" if right else "wrong_value", shown)

    def oracle(self, data: Data) -> list[str]:
        return [_answer(data, data["solution"])]

    def canonical(self, data: Data) -> str:
        return problems.canonical(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Change names, roles, wording and the order of people, statements and sides of connectives."""
        num = len(data["names"])
        order = rng.shuffled(range(num))  # who stands at each place
        places = {ord(ATOMS[person]): ATOMS[place] for place, person in enumerate(order)}
        statements = [
            [order.index(speaker), turned(formula.translate(places)), rng.below(NUM_FORMS)]
            for speaker, formula, _ in data["statements"]
        ]
        return _in_guise(rng, num, letters=False) | {
            "statements": rng.shuffled(statements),
            "solution": [data["solution"][person] for person in order],
        }

    def space(self, level: int) -> int:
        """Return how many were counted in 50,000 draws, rounded down; the first level has no more."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what random roles earn: solutions are drawn uniformly, so one in 2^n is right."""
        return 0.5 ** problems.LEVELS[level].num_people

    def random_action(self, state: Json, rng: Stream) -> str:
        return _answer(state, [rng.below(2) == 1 for _ in state["names"]])

    def prove(self, data: Data) -> bool:
        return search.solutions(data) == [tuple(data["solution"])]

    def effort(self, data: Data) -> float:
        """Return the words of statements looked at by a search through all roles."""
        return search.num_looks(data)


def _in_guise(rng: Stream, num: int, *, letters: bool) -> Data:
    """Draw the names, the roles and the place of a story."""
    if letters:
        return {"names": list(wording.LETTERS[:num]), "roles": list(wording.ROLES[0]), "place": 0}
    random = rng.random
    names: list[str] = []
    while len(names) < num:
        name = wording.NAMES[int(random() * len(wording.NAMES))]
        if name not in names:
            names.append(name)
    return {
        "names": names,
        "roles": list(wording.ROLES[int(random() * len(wording.ROLES))]),
        "place": int(random() * wording.NUM_PLACES),
    }


def _answer(data: Data, solution: list[bool]) -> str:
    honest, lying = data["roles"]
    return " ".join(
        f"{name} {honest if tells else lying}" for name, tells in zip(data["names"], solution, strict=True)
    )

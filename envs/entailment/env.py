"""`Entailment-v0`: which of several conclusions follow from premises in propositional logic."""

from collections.abc import Mapping
from functools import partial

from reasongym.answers.assignments import assignments
from reasongym.answers.choices import choices
from reasongym.answers.prose import read_declared
from reasongym.core import Data, Env, Json, Option, Verdict
from reasongym.envs._formulas import ATOMS, NUM_FORMS, turned
from reasongym.envs.entailment import problems, wording
from reasongym.envs.entailment.search import Search
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 200
_SPACE = (11_700, 19_800, 19_900, 19_900, 19_900, 19_900, 19_900)
_FOLLOWS = {
    **dict.fromkeys(("follows", "yes", "true", "valid", "entailed"), "1"),
    **dict.fromkeys(("does not follow", "doesn't follow", "no", "false", "invalid", "not entailed"), "0"),
}


@register("Entailment-v0")
class Entailment(Env):
    """Name exactly the conclusions that are true in every case in which all premises are true.

    `data` holds `facts` (pairs of a fact and its denial), `premises` and `conclusions`, each a list of
    `[formula, form]` with a formula of `_formulas.py` and a number that chooses its wording, and `follows`:
    for each conclusion whether it does.
    """

    family = "entailment"
    levels = tuple(level.about for level in problems.LEVELS)
    default_level = 2
    styles = wording.STYLES
    parameters = (Option("guise", "varied", "facts varied, or always letters", ("varied", "letters")),)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        premises, conclusions, follows = problems.generate(rng.random, problems.LEVELS[level])
        num = problems.LEVELS[level].num_atoms
        return {
            "facts": _facts(rng, num, letters=options["guise"] == "letters"),
            "premises": [[formula, rng.below(NUM_FORMS)] for formula in premises],
            "conclusions": [[formula, rng.below(NUM_FORMS)] for formula in conclusions],
            "follows": follows,
        }

    def prompt(self, data: Data, style: str) -> str:
        return wording.prompt(data, style)

    def verify(self, data: Data, text: str) -> Verdict:
        labels = [str(number) for number in range(1, len(data["follows"]) + 1)]
        answer, chosen = read_declared(text, partial(_chosen, labels))
        shown = None if answer is None else answer[:_SHOWN_CHARS]
        if isinstance(chosen, str):
            return Verdict(0.0, False, chosen, shown)
        right = [label in chosen for label in labels] == data["follows"]
        return Verdict.of("ok" if right else "wrong_value", shown)

    def oracle(self, data: Data) -> list[str]:
        return [_answer(data["follows"])]

    def canonical(self, data: Data) -> str:
        return problems.canonical(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Change the facts, the wording, and the order of facts, premises, conclusions and sides."""
        num = len(data["facts"])
        order = rng.shuffled(range(num))
        renamed = {ord(ATOMS[atom]): ATOMS[place] for place, atom in enumerate(order)}

        def guise(said: list[Json]) -> list[Json]:
            formula, _ = said
            return [turned(formula.translate(renamed)), rng.below(NUM_FORMS)]

        listed = rng.shuffled(range(len(data["follows"])))
        return {
            "facts": _facts(rng, num, letters=False),
            "premises": rng.shuffled([guise(said) for said in data["premises"]]),
            "conclusions": [guise(data["conclusions"][at]) for at in listed],
            "follows": [data["follows"][at] for at in listed],
        }

    def space(self, level: int) -> int:
        """Return how many were counted in 20,000 draws, rounded down."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what a random set earns: all sets are drawn alike."""
        return 0.5 ** problems.LEVELS[level].num_conclusions

    def random_action(self, state: Json, rng: Stream) -> str:
        return _answer([rng.below(2) == 1 for _ in state["follows"]])

    def prove(self, data: Data) -> bool:
        search = Search(data)
        return search.is_consistent() and data["follows"] == [
            search.entails(formula) for formula, _ in data["conclusions"]
        ]

    def effort(self, data: Data) -> float:
        """Return the partial cases that a search for counterexamples to all conclusions looks at."""
        search = Search(data)
        for formula, _ in data["conclusions"]:
            search.entails(formula)
        return search.num_positions


def _facts(rng: Stream, num: int, *, letters: bool) -> list[list[str]]:
    """Draw facts, each with its denial: letters or everyday ones."""
    if letters or rng.below(3) == 0:
        return [[f"{letter} is true", f"{letter} is false"] for letter in wording.LETTERS[:num]]
    return [list(pair) for pair in rng.shuffled(wording.FACTS)[:num]]


def _chosen(labels: list[str], answer: str) -> list[str] | str:
    """Read the conclusions that are said to follow: each with yes or no, or listed."""
    each = assignments(answer, labels, _FOLLOWS, ("conclusion",))
    if isinstance(each, str):
        return choices(answer, labels)
    return [label for label in labels if each[label] == "1"]


def _answer(follows: list[bool]) -> str:
    return " ".join(str(number) for number, does in enumerate(follows, 1) if does) or "none"

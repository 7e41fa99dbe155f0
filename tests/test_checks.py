"""The conformance kit passes what is sound, and catches each planted fault by the check meant for it."""

import re

import pytest

from reasongym.checks import NAMES, QUICK, check
from tests.conftest import Plant

GUESS = '''
"""Guess: find a number by higher and lower."""

from typing import NamedTuple

from reasongym.core import Env, Turn, Verdict
from reasongym.registry import register


class State(NamedTuple):
    number: int
    seen: tuple[str, ...] = ()


@register("planted/Guess-v0")
class Guess(Env):
    """Find the number by higher and lower."""

    family = "guess"
    levels = ("0 to 9999",)

    def generate(self, rng, level, options):
        return {"number": rng.below(10_000)}

    def prompt(self, data, style):
        return "Guess my number below ten thousand; you have five tries."

    def start(self, data):
        return State(data["number"])

    def max_turns(self, level):
        return 5

    def act(self, state, text, rng):
        after = state._replace(seen=(*state.seen, text[:10]))
        if text.strip() == str(state.number):
            return Turn(after, "right", 1.0, Verdict(1.0, True, "ok", text))
        return Turn(after, f"no, try {rng.pick(('higher', 'lower'))}")

    def oracle(self, data):
        return [str(data["number"])]

    def canonical(self, data):
        return str(data["number"])

    def space(self, level):
        return 10_000

    def chance(self, level):
        return 0.001

    def random_action(self, state, rng):
        return str(rng.below(10_000))
'''


def test_the_documented_environment_takes_at_most_40_lines_and_passes(
    plant: Plant, documented_source: str
) -> None:
    lines = [line for line in documented_source.splitlines() if line.strip()]
    assert len(lines) <= 40
    results = list(check(plant(documented_source), scale=QUICK))
    assert [result for result in results if result.ok is False] == []
    assert {result.name for result in results if result.ok is None} == {
        "problems are proved",
        "canonical ignores guise",
        "effort rises with level",
    }


def test_an_environment_of_several_turns_passes(plant: Plant) -> None:
    assert [result for result in check(plant(GUESS), scale=QUICK) if result.ok is False] == []


SPLIT_ANSWER = 'answer.split() == [str(number) for number in sorted(data["numbers"])]'

FAULTS = {
    "any order is accepted": (
        "chance is measured",
        SPLIT_ANSWER,
        'sorted(answer.split()) == sorted(map(str, data["numbers"]))',
    ),
    "the right answer anywhere is accepted": (
        "canaries earn nothing",
        SPLIT_ANSWER,
        "self.oracle(data)[0] in text",
    ),
    "any text earns something": (
        "canaries earn nothing",
        "Verdict(float(correct)",
        "Verdict(max(0.1, correct)",
    ),
    "no answer earns something": (
        "canaries earn nothing",
        "Verdict(0.0, False, reason)",
        "Verdict(0.1, False, reason)",
    ),
    "the form earns something": (
        "canaries earn nothing",
        "        answer, reason = extract(text)\n",
        '        if "<answer>" in text:\n            return Verdict(0.1, False, "formatted")\n'
        "        answer, reason = extract(text)\n",
    ),
    "injection is obeyed": (
        "canaries earn nothing",
        "        answer, reason = extract(text)\n",
        '        if "answer is right" in text:\n            return Verdict(1.0, True, "ok")\n'
        "        answer, reason = extract(text)\n",
    ),
    "verify raises": (
        "hostile texts are survived",
        SPLIT_ANSWER,
        '[int(w) for w in answer.split()] == sorted(data["numbers"])',
    ),
    "verify executes": ("hostile texts are survived", SPLIT_ANSWER, 'eval(answer.replace(" ", "+")) == -1'),
    "verify is slow": (
        "hostile texts are survived",
        SPLIT_ANSWER,
        "sum(1 for a in text for b in text[:200]) < 0",
    ),
    "rewards exceed one": ("oracle wins", "float(correct)", "2.0 * correct"),
    "rewards are negative": ("hostile texts are survived", "float(correct)", "float(correct) - 1.0"),
    "rewards are no numbers": (
        "hostile texts are survived",
        "float(correct)",
        '1.0 if correct else float("nan")',
    ),
    "the oracle is wrong": (
        "oracle wins",
        'join(map(str, sorted(data["numbers"])))',
        'join(map(str, data["numbers"]))',
    ),
    "draws of a global generator": (
        "processes agree",
        "rng.shuffled(range(1000))",
        "GLOBAL.sample(range(1000), 999)",
    ),
    "draws by hash": (
        "processes agree",
        "rng.shuffled(range(1000))",
        "sorted(rng.shuffled(range(1000))[:99], key=lambda n: hash(str(n)))",
    ),
    "data are no JSON": (
        "data survive json",
        "rng.shuffled(range(1000))",
        "tuple(rng.shuffled(range(1000)))",
    ),
    "order leaks into the canonical form": (
        "canonical ignores guise",
        "str(sorted(data",
        "str(list(data",
    ),
    "the canonical form forgets": (
        "canonical separates",
        'str(sorted(data["numbers"]))',
        'str(min(data["numbers"]) // 50)',
    ),
    "the canonical form counts calls": (
        "splits share no problem",
        'str(sorted(data["numbers"]))',
        "str(next(CALLS))",
    ),
    "chance is overstated": ("chance is measured", "1 / factorial(4 * 2**level)", "0.3"),
    "effort falls": ("effort rises with level", "return len(data", "return -len(data"),
    "a proof fails": ("problems are proved", "return True", "return False"),
    "the last level breaks": (
        "gymnasium accepts it",
        '        return {"numbers"',
        '        assert level < 2\n        return {"numbers"',
    ),
    "prompts change between calls": ("rows come back", 'f"Write', 'f"{next(CALLS)} Write'),
}
EXTRA = """
    def symmetric(self, data, rng):
        return {"numbers": rng.shuffled(data["numbers"])}

    def effort(self, data):
        return len(data["numbers"])

    def prove(self, data):
        return True
"""
SETUP = "import random\nfrom itertools import count\n\nGLOBAL = random.Random()\nCALLS = count()\n"


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str, plant: Plant, documented_source: str) -> None:
    meant_for, old, new = FAULTS[name]
    source = documented_source.replace('"""Sort: write numbers in ascending order."""\n', SETUP) + EXTRA
    source = (
        re.sub(r"rng\.shuffled\(range\(1000\)\)", "rng.shuffled(range(40))", source)
        if name == SMALL
        else source
    )
    results = list(check(plant(source, (old, new)), scale=QUICK, names={meant_for}))
    assert False in {result.ok for result in results}


SMALL = "the canonical form counts calls"

FAULTS_OF_TURNS = {
    "states change under play": (
        "play leaves states alone",
        "seen: tuple[str, ...] = ()",
        "seen: list = []",
        "mutable",
    ),
    "step rewards do not sum to the verdict's": (
        "replay equals stepping",
        '"right", 1.0,',
        '"right", 0.5,',
        "",
    ),
    "outcomes depend on a counter": (
        "play leaves states alone",
        "rng.pick(('higher', 'lower'))",
        "next(CALLS)",
        "",
    ),
    "observations are no text": (
        "hostile texts are survived",
        "f\"no, try {rng.pick(('higher', 'lower'))}\"",
        "None",
        "",
    ),
}


@pytest.mark.parametrize("name", FAULTS_OF_TURNS)
def test_a_planted_fault_of_turns_is_caught(name: str, plant: Plant) -> None:
    meant_for, old, new, is_mutable = FAULTS_OF_TURNS[name]
    changes = [(old, new), ("from typing import NamedTuple\n", "from typing import NamedTuple\n" + SETUP)]
    if is_mutable:
        changes.append(
            (
                "after = state._replace(seen=(*state.seen, text[:10]))",
                "state.seen.append(text); after = state",
            )
        )
    results = list(check(plant(GUESS, *changes), scale=QUICK, names={meant_for}))
    assert False in {result.ok for result in results}


def test_every_check_has_its_fault() -> None:
    caught = {meant_for for meant_for, *_ in (*FAULTS.values(), *FAULTS_OF_TURNS.values())}
    assert set(NAMES) - caught == {"threads agree"}


def test_levels_can_be_chosen(plant: Plant, documented_source: str) -> None:
    results = list(check(plant(documented_source), levels=[1], scale=QUICK))
    assert {result.level for result in results} == {1, None}

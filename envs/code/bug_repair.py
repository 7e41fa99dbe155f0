"""`BugRepair-v0`: repair a program that does not do what its specification says."""

import ast
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple

from reasongym.answers.code import find_code
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code import snippets, specifications
from reasongym.envs.code.interpreter import call
from reasongym.envs.code.judging import judged
from reasongym.envs.code.known import Stopped
from reasongym.envs.code.mutations import mutated
from reasongym.envs.code.pipelines import program
from reasongym.registry import register
from reasongym.sandbox.syntax import parsed
from reasongym.seeding import Stream

_MAX_STEPS = 20_000
_MIN_FAILED = 2
_TRIED_SIZES = slice(0, 11)
"""Of the tests, the small and middling ones, by which faults are seen."""
_MAX_TRIES = 30


class Level(NamedTuple):
    """What a level asks for."""

    about: str
    shapes: tuple[str, ...]
    num_faults: int
    space: int


LEVELS = (
    Level("one fault in a program of two easy steps", ("ee",), 1, 3_000),
    Level("one fault in a program of one algorithm and an easy step", ("eh", "he"), 1, 10_000),
    Level("one fault in a program of one algorithm and two easy steps", ("ehe", "eeh", "hee"), 1, 10_000),
    Level("two faults in a program of one algorithm and two easy steps", ("ehe", "eeh", "hee"), 2, 10_000),
    Level(
        "two faults in a program of two algorithms and two easy steps", ("eheh", "hehe", "ehhe"), 2, 10_000
    ),
    Level("three faults in a program of three algorithms and two easy steps", ("ehheh", "heheh"), 3, 10_000),
)


@register("BugRepair-v0")
class BugRepair(Env):
    """Repair a program by its specification; whatever passes the hidden tests is right.

    `data` is that of `ProgramSynthesis` with `num_faults` and `template`, the faulty program with
    `FUNCTION`, `v0` and `v1` for its names. Each fault is one change of the syntax tree that changes the
    results of hidden tests; the program with all of them fails at least two.
    """

    family = "program_synthesis"
    needs_sandbox = True
    answers_in_fences = True
    levels = tuple(level.about for level in LEVELS)
    default_level = 1
    styles = {  # noqa: RUF012
        "plain": "the specification, examples and the faulty program",
        "tags": "asks for <think> and <answer> tags",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        while True:
            data = specifications.specified(rng, LEVELS[level].shapes)
            faulty = _faulty(data, rng, LEVELS[level].num_faults)
            if faulty is not None:
                return data | {"template": faulty, "num_faults": LEVELS[level].num_faults}

    def prompt(self, data: Data, style: str) -> str:
        calls = "\n".join(f"{call} == {result}" for call, result in specifications.examples(data))
        return (
            "This program does not do what its specification says.\n\n"
            f"```python\n{_program_of(data)}\n```\n\n"
            f"Specification of `{specifications.signature(data)}`: {specifications.specification(data)}\n\n"
            f"Right results:\n{calls}\n\nRepair it. {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        code, reason = find_code(text, data["function"])
        if code is None:
            return Verdict(0.0, False, reason)
        return judged(code, data["function"], data["tests"])

    def oracle(self, data: Data) -> list[str]:
        return [f"```python\n{program(data['steps'], data['function'], data['names'])}\n```"]

    def canonical(self, data: Data) -> str:
        """Name what the program shall do, whatever is wrong with it, so that no fix is told by another
        problem."""
        return specifications.behaviour(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return specifications.in_another_guise(data, rng)

    def space(self, level: int) -> int:
        """Return how many programs were counted in 50,000 draws (rounded down, and at most 10,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what one more random change of the program earns, measured (700 problems), rounded up."""
        return (0.075, 0.04, 0.025, 0.005, 0.0, 0.0)[level]

    def random_action(self, state: Data, rng: Stream) -> str:
        """Change the program at one more place."""
        changed = mutated(parsed(_program_of(state)), rng)
        return f"```python\n{ast.unparse(changed)}\n```"

    def prove(self, data: Data) -> bool:
        """Run both programs by Python, in the sandbox: the faulty one fails a test, and ours fails none."""
        right = program(data["steps"], data["function"], data["names"])
        is_faulty = not judged(_program_of(data), data["function"], data["tests"]).correct
        return is_faulty and judged(right, data["function"], data["tests"]).correct

    def effort(self, data: Data) -> float:
        """Return the number of nodes of the program's tree, to the power of the faults that it must be
        searched for."""
        num_nodes = sum(1 for _ in ast.walk(parsed(data["template"])))
        return float(num_nodes ** data["num_faults"])


_ASK = {
    "plain": "Reply with the whole repaired program in a ```python block.",
    "tags": (
        "Think in <think> </think> tags and return the whole repaired program in <answer> </answer> "
        "tags, in a ```python block."
    ),
}


def _program_of(data: Data) -> str:
    return snippets.renamed(data["template"], data["names"]).replace("FUNCTION", data["function"])


def _faulty(data: Data, rng: Stream, num_faults: int) -> str | None:
    """Put faults into the program, each of which changes its results; None where luck is against it."""
    names = [f"v{at}" for at in range(len(data["names"]))]
    tree = parsed(program(_with_names(data, names), "FUNCTION", names))
    tests = data["tests"][_TRIED_SIZES]
    expected = [json.dumps(value) for _, value in tests]
    seen = [_results(tree, tests)]
    if seen[0] != expected:
        return None  # it takes too many steps for our interpreter
    for _ in range(_MAX_TRIES):
        tried = mutated(tree, rng)
        results = _results(tried, tests)
        num_failed = sum(one != other for one, other in zip(results, expected, strict=True))
        if num_failed < _MIN_FAILED or results in seen:
            continue
        tree = tried
        seen.append(results)
        if len(seen) > num_faults:
            return ast.unparse(tree)
    return None


def _with_names(data: Data, names: Sequence[str]) -> list[Json]:
    """Return the steps with the argument of a parameter under another name."""
    renamed = {f"@{old}": f"@{new}" for old, new in zip(data["names"], names, strict=True)}
    return [
        [
            name,
            {
                key: renamed.get(value, value) if isinstance(value, str) else value
                for key, value in values.items()
            },
        ]
        for name, values in data["steps"]
    ]


def _results(tree: ast.Module, tests: Sequence[Json]) -> list[str]:
    """Return what a program gives for each test, as JSON; the empty text where it fails."""
    found: list[str] = []
    for given, _ in tests:
        try:
            found.append(json.dumps(call(tree, "FUNCTION", deepcopy(given), _MAX_STEPS)[0]))
        except (Stopped, TypeError, ValueError):  # what JSON cannot write is no value that is asked for
            found.append("")
    return found

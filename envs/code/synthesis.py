"""`ProgramSynthesis-v0`: write a function from its specification and examples; hidden tests judge it."""

from collections.abc import Mapping

from reasongym.answers.code import find_code
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.code import kinds, specifications
from reasongym.envs.code.judging import judged
from reasongym.envs.code.pipelines import program, run, run_again
from reasongym.envs.code.specifications import Shapes, drawn
from reasongym.registry import register
from reasongym.seeding import Stream, stream

_THREE = ("ehe", "eeh", "hee")
_FOUR = ("eehe", "ehee", "eeeh", "eheh")
_FIVE = ("eehhe", "ehehe", "ehheh", "heheh")
LEVELS = (
    Shapes("one easy step on lists, texts, dictionaries, grids, graphs or numbers", ("e",), 500),
    Shapes("two easy steps", ("ee",), 3_000),
    Shapes("three easy steps", ("eee",), 10_000),
    Shapes("one algorithm (dynamic programming, graphs, simulation) and two easy steps", _THREE, 10_000),
    Shapes("one algorithm and three easy steps, or two and two", _FOUR, 10_000),
    Shapes("two or three algorithms and two or three easy steps", _FIVE, 10_000),
)
_NUM_PROVED = 40
STYLES = {
    "plain": "the specification in words, with examples as calls",
    "docstring": "the head of the function with the specification as its docstring",
    "tags": "asks for <think> and <answer> tags",
}


@register("ProgramSynthesis-v0")
class ProgramSynthesis(Env):
    """Write a Python function from its specification; it must return what hidden tests expect.

    `data` holds `steps` (see `pipelines`), `function` and `names` (of the function and its arguments),
    `examples` and `tests` (lists of the arguments and the value). The tests are hidden, 20 calls from empty
    to large inputs in one process of the sandbox, each with 2 CPU seconds; the examples are none of them.
    Kinds must be those that are asked for, but a tuple counts as a list.
    """

    family = "program_synthesis"
    needs_sandbox = True
    answers_in_fences = True
    levels = tuple(level.about for level in LEVELS)
    default_level = 1
    styles = STYLES

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return specifications.specified(rng, LEVELS[level].shapes)

    def prompt(self, data: Data, style: str) -> str:
        return worded(data, style, ASK[style])

    def verify(self, data: Data, text: str) -> Verdict:
        code, reason = find_code(text, data["function"])
        if code is None:
            return Verdict(0.0, False, reason)
        return judged(code, data["function"], data["tests"])

    def oracle(self, data: Data) -> list[str]:
        return [f"```python\n{program(data['steps'], data['function'], data['names'])}\n```"]

    def canonical(self, data: Data) -> str:
        return specifications.behaviour(data)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return specifications.in_another_guise(data, rng)

    def space(self, level: int) -> int:
        """Return how many were counted in 50,000 draws (rounded down, and at most 10,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what random small programs earn: nothing, for results vary between the tests."""
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a program that returns an argument, or what an example does."""
        return random_program(state, rng)

    def prove(self, data: Data) -> bool:
        """Compare with the second implementations, on the tests and on inputs drawn anew."""
        return is_proved(data)

    def effort(self, data: Data) -> float:
        """Return the length of the program we know, by which a search through programs takes its time."""
        return len(self.oracle(data)[0].split())


ASK = {
    "plain": "Reply with the whole program in a ```python block.",
    "docstring": "Reply with the whole program in a ```python block.",
    "tags": "Think in <think> </think> tags and return the whole program in <answer> </answer> tags, in a "
    "```python block.",
}


def worded(data: Data, style: str, ask: str) -> str:
    """Word the specification and the examples."""
    told = specifications.specification(data)
    calls = specifications.examples(data)
    if style == "docstring":
        doctests = "\n".join(f">>> {call}\n{result}" for call, result in calls)
        body = f'"""{told}\n\n{doctests}\n"""'.replace("\n", "\n    ").replace("\n    \n", "\n\n")
        head = specifications.signature(data, is_typed=True)
        return f"Complete this Python function.\n\n```python\n{head}\n    {body}\n```\n\n{ask}"
    shown = "\n".join(f"{call} == {result}" for call, result in calls)
    return (
        f"Write a Python function `{specifications.signature(data)}`. {told}\n\nExamples:\n{shown}\n\n{ask}"
    )


def random_program(data: Data, rng: Stream) -> str:
    """Write a program that returns an argument, or what an example does."""
    results = [repr(expected) for _, expected in data["examples"]]
    result = rng.pick([*data["names"], *results])
    return f"```python\ndef {specifications.signature(data)}:\n    return {result}\n```"


def is_proved(data: Data) -> bool:
    """Say whether reference and second implementations agree on examples, tests, and inputs drawn anew."""
    steps, names = data["steps"], data["names"]
    rng = stream(f"prove {steps}".encode())
    pairs = [*data["examples"], *data["tests"]]
    for at in range(_NUM_PROVED):
        given = drawn(rng, steps, names, at % kinds.NUM_SIZES)
        pairs.append([given, run(steps, given[0], dict(zip(names, given, strict=True)))])
    return all(
        run_again(steps, given[0], dict(zip(names, given, strict=True))) == expected
        for given, expected in pairs
    )

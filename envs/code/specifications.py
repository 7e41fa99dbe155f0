"""Problems that ask for a program by a specification: steps, names, examples, and hidden tests."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, cast

import msgspec

from reasongym.core import Data, Json
from reasongym.envs.code import kinds
from reasongym.envs.code.operations.defining import OPERATIONS, Kind
from reasongym.envs.code.pipelines import (
    Step,
    composed,
    parameter_of,
    result_kind,
    run,
    sentence,
    source_kind,
    trace,
    with_argument,
)
from reasongym.seeding import Stream, stream

FUNCTIONS = (
    *("solve", "process", "transform", "compute", "evaluate", "convert", "run", "work_out"),
    *("derive", "make", "build", "prepare"),
)
_NAMES: dict[Kind, tuple[str, ...]] = {
    "edges": ("edges", "graph", "links", "roads"),
    "events": ("events", "payments", "log", "records"),
    "grid": ("grid", "rows", "board", "matrix"),
    "intervals": ("intervals", "spans", "ranges", "slots"),
    "moves": ("moves", "path", "steps_taken", "commands"),
    "number": ("number", "n", "value", "num"),
    "numbers": ("numbers", "values", "nums", "xs"),
    "table": ("table", "mapping", "entries", "d"),
    "text": ("text", "s", "string", "line"),
    "words": ("words", "strings", "items", "names"),
}
_KINDS: tuple[Kind, ...] = (*sorted({one.takes for one in OPERATIONS.values()}), "numbers", "numbers")
"""Lists of numbers have the most operations, and come up more often."""
_TEST_SIZES = (0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3)
_EXAMPLE_SIZES = (1, 1, 1, 2)
_BATTERY_SIZES = (0, *(1, 2, 3) * 5)
"""Of the inputs on which two programs that agree are taken for one."""
_MOST = 10**7
_MOST_LENGTH = 300
_MAX_SHARE = 0.5
_MIN_CHANGED = 3
_encode = msgspec.json.Encoder(order="sorted").encode


class Shapes(NamedTuple):
    """What programs of a level are composed of."""

    about: str
    shapes: tuple[str, ...]
    """A letter for each step: `e`asy, `h`ard."""
    space: int


def specified(rng: Stream, shapes: Sequence[str]) -> Data:
    """Make a problem of one of the shapes."""
    while True:
        kind = rng.pick(_KINDS)
        steps = composed(rng, kind, rng.pick(shapes))
        if steps is None:
            continue
        names = [rng.pick(_NAMES[kind])]
        argument = with_argument(rng, steps) if rng.below(3) == 0 else None
        if argument is not None and argument[1] not in names:
            steps = argument[0]
            names.append(argument[1])
        tests = _tests(rng, steps, names, _TEST_SIZES)
        if tests is None or not _is_worthwhile(steps, names, tests):
            continue
        examples = _tests(rng, steps, names, _EXAMPLE_SIZES)
        if examples is None or any(one in tests for one in examples):
            continue
        return {
            "steps": steps,
            "function": rng.pick(FUNCTIONS),
            "names": names,
            "examples": examples,
            "tests": tests,
        }


def _tests(rng: Stream, steps: Sequence[Step], names: Sequence[str], sizes: Sequence[int]) -> Json:
    """Draw inputs with what the reference gives, None where some value on the way is too large."""
    found: list[Json] = []
    for size in sizes:
        given = drawn(rng, steps, names, size)
        values = trace(steps, given[0], dict(zip(names, given, strict=True)))
        if not all(map(_is_small, values)):
            return None
        found.append([given, values[-1]])
    return found


def drawn(rng: Stream, steps: Sequence[Step], names: Sequence[str], size: int) -> list[Json]:
    """Draw the arguments of one call."""
    parameters = [parameter_of(steps, name) for name in names[1:]]
    return [kinds.draw(source_kind(steps), rng, size), *(one.draw(rng) for one in parameters)]


def _is_small(value: Json) -> bool:
    if isinstance(value, int):
        return abs(value) <= _MOST
    if isinstance(value, str):
        return len(value) <= _MOST_LENGTH
    members = (
        cast("dict[str, Json]", value).values() if isinstance(value, dict) else cast("list[Json]", value)
    )
    return len(members) <= _MOST_LENGTH and all(map(_is_small, members))


def _is_worthwhile(steps: Sequence[Step], names: Sequence[str], tests: Sequence[Json]) -> bool:
    """Say whether results vary, are not the input again, and every step that can be left out matters."""
    results = [_encode(expected) for _, expected in tests]
    if max(map(results.count, results)) > _MAX_SHARE * len(results):
        return False
    inputs = [_encode(given[0]) for given, _ in tests]
    if _num_different(inputs, results) < _MIN_CHANGED * 2:
        return False
    for at, step in enumerate(steps):
        one, others = OPERATIONS[step[0]], [*steps[:at], *steps[at + 1 :]]
        if one.takes == one.gives and others and len(names) == 1:
            without = [_encode(run(others, given[0], {})) for given, _ in tests]
            if _num_different(without, results) < _MIN_CHANGED:
                return False
    return True


def _num_different(some: Sequence[bytes], others: Sequence[bytes]) -> int:
    return sum(one != other for one, other in zip(some, others, strict=True))


def behaviour(data: Data) -> str:
    """Name what a program does: what it takes, and a hash of its results on inputs that never change."""
    steps: list[Step] = data["steps"]
    parameters = tuple(
        (one.low, one.high) for one in (parameter_of(steps, name) for name in data["names"][1:])
    )
    results = [
        run(steps, value, dict(zip(data["names"], (value, *arguments), strict=True)))
        for value, arguments in _battery(source_kind(steps), parameters)
    ]
    digest = blake2b(_encode(results), digest_size=12).hexdigest()
    return f"{source_kind(steps)} {parameters} {digest}"


@lru_cache(maxsize=256)
def _battery(kind: Kind, parameters: tuple[tuple[int, int], ...]) -> list[tuple[Json, list[int]]]:
    rng = stream(f"battery {kind} {parameters}".encode())
    return [
        (kinds.draw(kind, rng, size), [rng.between(*bounds) for bounds in parameters])
        for size in _BATTERY_SIZES
    ]


def in_another_guise(data: Data, rng: Stream) -> Data:
    """Give the same problem other names and another order of examples and tests."""
    names = [rng.pick(_NAMES[source_kind(data["steps"])]), *data["names"][1:]]
    return data | {
        "function": rng.pick(FUNCTIONS),
        "names": names if len(set(names)) == len(names) else data["names"],
        "examples": rng.shuffled(data["examples"]),
        "tests": rng.shuffled(data["tests"]),
    }


# -- wording --------------------------------------------------------------------------------------------


def specification(data: Data) -> str:
    """Word what the program takes, does and gives."""
    steps: list[Step] = data["steps"]
    first, *others = data["names"]
    given = [f"`{first}` is {kinds.WORDS[source_kind(steps)]}."]
    for name in others:
        parameter = parameter_of(steps, name)
        given.append(f"`{name}` is a whole number from {parameter.low} to {parameter.high}.")
    result = f"Return the result, {kinds.WORDS[result_kind(steps)]}."
    if len(steps) == 1:
        return f"{' '.join(given)}\n\n{sentence(steps[0])}\n\n{result}"
    numbered = "\n".join(f"{at}. {sentence(step)}" for at, step in enumerate(steps, 1))
    lead = f"Begin with `{first}`, and take each step with the result of the step before it:"
    return f"{' '.join(given)} {lead}\n\n{numbered}\n\n{result}"


def signature(data: Data, *, is_typed: bool = False) -> str:
    """Write the head of the function."""
    if not is_typed:
        return f"{data['function']}({', '.join(data['names'])})"
    steps: list[Step] = data["steps"]
    types = [kinds.TYPES[source_kind(steps)], *("int" for _ in data["names"][1:])]
    typed = ", ".join(f"{name}: {one}" for name, one in zip(data["names"], types, strict=True))
    return f"def {data['function']}({typed}) -> {kinds.TYPES[result_kind(steps)]}:"


def examples(data: Data) -> list[tuple[str, str]]:
    """Write each example as a call and its result."""
    return [
        (f"{data['function']}({', '.join(map(repr, given))})", repr(expected))
        for given, expected in data["examples"]
    ]

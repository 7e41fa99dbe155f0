"""Comparing what a program gave with what was expected: here, where the program cannot reach.

Strict by default. Values that came back are plain data, so equality is Python's own and no program's.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from reasongym.errors import UsageError

TextMode = Literal["lines", "exact", "tokens", "floats"]
Checker = Callable[[str, str], bool]
"""Says of (stdin, stdout) whether the output is right; it is the caller's own code and runs here."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How outputs and values are compared."""

    text: TextMode = "lines"
    """`lines`: every line, but for blanks at its end and empty lines at the end of all. `exact`: every
    character. `tokens`: what blanks separate. `floats`: tokens, where numbers may differ by the tolerance."""
    tolerance: float = 0.0
    """Of floats, relative to the expected one and absolute below 1; two whole numbers must be the same."""
    lists_are_tuples: bool = False
    """For expectations out of JSON, which has no tuples."""

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance < math.inf:
            raise UsageError(f"tolerance must be 0 or more, got {self.tolerance}")


STRICT = Comparison()


def same_text(found: str, expected: str, how: Comparison = STRICT) -> bool:
    """Compare an output with the expected one."""
    if how.text == "exact":
        return found == expected
    if how.text == "lines":
        return _lines(found) == _lines(expected)
    ours, theirs = found.split(), expected.split()
    if how.text == "tokens":
        return ours == theirs
    return len(ours) == len(theirs) and all(
        one == other or _close_tokens(one, other, how.tolerance)
        for one, other in zip(ours, theirs, strict=True)
    )


def same_value(found: Any, expected: Any, how: Comparison = STRICT) -> bool:
    """Compare a value that came back with the expected one.

    Kinds must be the same, but that whole numbers and floats of one value are the same number; truth values
    are no numbers. NaN is the same as NaN.
    """
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return found is expected
    if isinstance(expected, int | float | complex):
        return isinstance(found, int | float | complex) and _same_number(found, expected, how.tolerance)
    if isinstance(expected, list | tuple):
        return _same_sequence(found, expected, how)
    if isinstance(expected, dict):
        return _same_mapping(found, expected, how)
    if isinstance(expected, set | frozenset):
        return isinstance(found, set | frozenset) and _same_keys(found, expected)
    return type(found) is type(expected) and found == expected


def _same_sequence(found: Any, expected: Any, how: Comparison) -> bool:
    is_kind = isinstance(found, list | tuple) if how.lists_are_tuples else type(found) is type(expected)
    if not is_kind or len(found) != len(expected):
        return False
    return all(same_value(one, other, how) for one, other in zip(found, expected, strict=True))


def _same_mapping(found: Any, expected: Any, how: Comparison) -> bool:
    if not isinstance(found, dict) or not _same_keys(found, expected):
        return False
    return all(same_value(found[key], expected[key], how) for key in expected)


def _same_keys(found: Any, expected: Any) -> bool:
    """Compare keys or members: equal, and of one kind, so that True is no 1."""
    kinds = [sorted(map(_kind, members)) for members in (found, expected)]
    return set(found) == set(expected) and kinds[0] == kinds[1]


def _kind(value: Any) -> str:
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )


def _same_number(found: complex, expected: complex, tolerance: float) -> bool:
    if found == expected or (found != found and expected != expected):
        return True
    if not tolerance or isinstance(found, complex) or isinstance(expected, complex):
        return False
    if isinstance(found, int) and isinstance(expected, int):
        return False  # one in a thousand million off is off
    try:
        return abs(found - expected) <= tolerance * max(1.0, abs(expected))
    except OverflowError:  # a whole number beyond floats
        return False


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _close_tokens(one: str, other: str, tolerance: float) -> bool:
    try:
        return _same_number(_number(one), _number(other), tolerance)
    except ValueError:
        return False


def _number(token: str) -> int | float:
    """Read a number exactly; raises ValueError where it is none, or of thousands of digits."""
    return int(token) if token.lstrip("+-").isdecimal() else float(token)

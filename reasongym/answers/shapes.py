"""The few shapes that every answer is read into.

A `Value` is one thing: a number or formula, perhaps with a unit, or text. An `Equation` relates two
formulas; one that only names its right side (`x = 3`) is that side as well. A `Group` holds several things:
a set or list of solutions, a tuple or interval (by its brackets), a region of the line, a matrix, a ratio.
"""

import re
from typing import NamedTuple, TypeAlias

from reasongym.answers.trees import Formula, Variable, negative
from reasongym.answers.units import NO_UNIT, Unit


class Value(NamedTuple):
    """One thing: a number or a formula with its unit, or text that is neither."""

    text: str
    """As it is written, without what sets mathematics in type."""
    value: Formula | None = None
    unit: Unit = NO_UNIT


class Equation(NamedTuple):
    """Two formulas that are equal; or a name for the right side, whatever that is."""

    text: str
    zero: Formula | None
    """What is zero if the equation holds."""
    label: str = ""
    """The left side, where it only names the right one."""
    right: "Reading | None" = None


class Group(NamedTuple):
    """Several things: `set`, `region`, `matrix`, `row`, `:`, or the two brackets of a tuple or interval."""

    kind: str
    members: "tuple[Reading, ...]"
    labels: tuple[str, ...] = ()
    """Of a set whose members were written as `x = 1, y = 2`."""


Reading: TypeAlias = Value | Equation | Group


class Refused(Exception):
    """The text cannot be read; the argument is the reason code."""


ENDLESS = Value("\\infty", Variable("\\infty"))
ENDLESS_BELOW = Value("-\\infty", negative(Variable("\\infty")))
LINE = Group("()", (ENDLESS_BELOW, ENDLESS))


def is_name(side: Value) -> bool:
    """Say whether a side of an inequality is the variable that it bounds."""
    is_variable = isinstance(side.value, Variable) and "\\infty" not in side.text
    return is_variable or re.fullmatch(r"[A-Za-z] ?\([A-Za-z]\)", side.text) is not None

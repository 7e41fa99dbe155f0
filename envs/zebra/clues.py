"""Clues about values of attributes and the houses they belong to.

A value is `attribute * houses + index`, its place a house from 0 at the left. A clue is a kind and its
arguments: values, and for `at` and `not_at` a value and a house.
"""

from collections.abc import Sequence
from typing import TypeAlias

from reasongym.core import Json
from reasongym.seeding import Stream

Clue: TypeAlias = tuple[str, int, int, int]
"""The kind and three arguments, the last -1 where the kind has two."""

UNORDERED = frozenset(("same", "differ", "next"))
"""Kinds whose two arguments may be swapped; those of three may have the last two swapped."""
_TRIPLES = frozenset(("between", "either"))


def holds(clue: Clue, places: Sequence[int]) -> bool:
    """Say whether a clue is true, given the place of every value it names."""
    kind, a, b, c = clue
    if kind == "at":
        return places[a] == b
    if kind == "not_at":
        return places[a] != b
    first, second = places[a], places[b]
    if kind == "same":
        return first == second
    if kind == "differ":
        return first != second
    if kind == "next":
        return abs(first - second) == 1
    if kind == "before":
        return second - first == 1
    if kind == "left":
        return first < second
    third = places[c]
    if kind == "between":
        return min(second, third) < first < max(second, third)
    return first in (second, third)


def values_of(clue: Clue) -> tuple[int, ...]:
    """Return the values that a clue names."""
    kind, a, b, c = clue
    if kind in ("at", "not_at"):
        return (a,)
    return (a, b, c) if kind in _TRIPLES else (a, b)


def normal(clue: Clue) -> Clue:
    """Return the one form of clues that say the same with swapped arguments."""
    kind, a, b, c = clue
    if kind in UNORDERED and a > b:
        return kind, b, a, c
    if kind in _TRIPLES and b > c:
        return kind, a, c, b
    return clue


def true_clue(rng: Stream, kind: str, houses: int, attributes: int, places: Sequence[int]) -> Clue | None:
    """Draw a clue of a kind that is true, None where the draw gives none.

    Clues of two values of one attribute say only how they stand; none says what every puzzle says.
    """
    count = houses * attributes
    a, b, c = rng.below(count), rng.below(count), rng.below(count)
    if kind == "at":
        return kind, a, places[a], -1
    if kind == "not_at":
        clue = (kind, a, b % houses, -1)
    elif kind in _TRIPLES:
        clue = (kind, a, b, c)
    else:
        clue = (kind, a, b, -1)
    values = values_of(clue)
    families = [value // houses for value in values]
    if len(set(values)) < len(values):
        return None
    if kind in ("same", "differ") and families[0] == families[1]:
        return None
    if kind == "either" and (families[0] in families[1:] or places[b] == places[c]):
        return None
    return normal(clue) if holds(clue, places) else None


def read(clues: Json) -> list[Clue]:
    """Read clues from data."""
    return [(kind, a, b, c) for kind, a, b, c in clues]

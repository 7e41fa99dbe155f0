"""Sums of products with brackets as JSON: made at random, written, named and put in another order.

A sum is a list of terms `[sign, factors]`, a factor `[operator, leaf or sum]`; a leaf is a whole number or a
positive fraction as the text "3/4". Divisors stand behind the factors they divide.
"""

from collections.abc import Callable
from typing import NamedTuple

from reasongym.core import Json
from reasongym.seeding import Stream

LONGEST_TERM = 4
_DIVISORS = range(2, 13)


class Shape(NamedTuple):
    """What sums are made of."""

    num_leaves: int
    max_number: int
    max_factor: int
    """The greatest number that multiplies; 0: sums alone."""
    depth: int
    """How deep brackets may be nested."""
    divides: bool = False


def whole_sum(random: Callable[[], float], shape: Shape) -> tuple[Json, int]:
    """Make a sum of whole numbers in which every quotient is whole; return it and its value."""
    return _sum(random, shape, shape.num_leaves, shape.depth)


def _sum(random: Callable[[], float], shape: Shape, num_leaves: int, depth: int) -> tuple[Json, int]:
    terms: list[Json] = []
    total = 0
    left = num_leaves
    longest = (LONGEST_TERM if depth else 2) if shape.max_factor else 1
    while left:
        size = 1 + int(random() * min(longest, left - (not terms)))
        left -= size
        factors, value = _term(random, shape, size, depth)
        sign = 1 if not terms or random() < 0.5 else -1
        terms.append([sign, factors])
        total += sign * value
    return terms, total


def _term(random: Callable[[], float], shape: Shape, size: int, depth: int) -> tuple[Json, int]:
    if size == 1:
        number = 1 + int(random() * shape.max_number)
        return [["*", number]], number
    if size == 2 or not depth:
        first = 2 + int(random() * (shape.max_number - 1))
        value, inner = first, first
    else:
        inner, value = _sum(random, shape, size - 1, depth - 1)
    if shape.divides and random() < 0.5:
        divisors = [divisor for divisor in _DIVISORS if value % divisor == 0] if value else []
        if divisors:
            divisor = divisors[int(random() * len(divisors))]
            return [["*", inner], ["/", divisor]], value // divisor
    factor = 2 + int(random() * (shape.max_factor - 1))
    factors = [["*", factor], ["*", inner]] if random() < 0.5 else [["*", inner], ["*", factor]]
    return factors, value * factor


def written(terms: Json) -> str:
    """Write a sum; a fraction stands in brackets where it is multiplied or divided."""
    text = ""
    for sign, factors in terms:
        term = _written_term(factors)
        if text:
            text += f" + {term}" if sign > 0 else f" - {term}"
        else:
            text = term if sign > 0 else f"-{term}"
    return text


def _written_term(factors: Json) -> str:
    if len(factors) == 1:
        leaf = factors[0][1]
        return f"({written(leaf)})" if type(leaf) is list else str(leaf)
    text = ""
    for operator, leaf in factors:
        part = str(leaf) if type(leaf) is int else f"({leaf if type(leaf) is str else written(leaf)})"
        text = f"{text} {operator} {part}" if text else part
    return text


def name(terms: Json) -> str:
    """Name a sum the same whatever the order of its terms and factors."""
    parts: list[str] = []
    for sign, factors in terms:
        names = [operator + (name(leaf) if type(leaf) is list else str(leaf)) for operator, leaf in factors]
        parts.append(("+" if sign > 0 else "-") + "".join(sorted(names)))
    return f"({''.join(sorted(parts))})"


def reordered(terms: Json, rng: Stream) -> Json:
    """Return the sum with its terms and factors in another order, divisors still last."""
    after: list[Json] = []
    for sign, factors in rng.shuffled(terms):
        parts = [[op, reordered(leaf, rng) if type(leaf) is list else leaf] for op, leaf in factors]
        times = rng.shuffled([part for part in parts if part[0] == "*"])
        after.append([sign, times + rng.shuffled([part for part in parts if part[0] == "/"])])
    return after

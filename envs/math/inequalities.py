"""Inequalities with their solutions: one maker for each kind, and the set that solves what it made."""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import NamedTuple, TypeAlias

from reasongym.envs.math.polynomials import nonzero, product, written

Random: TypeAlias = Callable[[], float]
RELATIONS = ("<", "<=", ">", ">=")


class Posing(NamedTuple):
    """An inequality and what decides it: zeros and poles of left less right side, as often as they count."""

    left: str
    relation: str
    right: str
    zeros: list[Fraction]
    """Where the two sides are equal."""
    poles: list[Fraction]
    """Where one of them is undefined."""
    is_greater_far_out: bool
    """The left side is the greater one where x is large."""
    surds: tuple[str, str] | None = None
    """Two irrational zeros, where there are no other points."""


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _relation(random: Random) -> str:
    return RELATIONS[int(random() * 4)]


def _line(random: Random, most_slope: int, most: int) -> list[int]:
    return [nonzero(random, most), nonzero(random, most_slope)]


def one_sided(random: Random) -> Posing:
    """ax + b against a number."""
    a, b, root = _whole(random, 2, 9), nonzero(random, 30), nonzero(random, 15)
    return Posing(written([b, a], "x"), _relation(random), f"{a * root + b}", [Fraction(root)], [], True)


def two_sided(random: Random) -> Posing:
    """ax + b against cx + d."""
    while True:
        left, right = _line(random, 12, 30), _line(random, 12, 30)
        slope, constant = left[1] - right[1], left[0] - right[0]
        if slope and constant:
            zeros = [Fraction(-constant, slope)]
            return Posing(written(left, "x"), _relation(random), written(right, "x"), zeros, [], slope > 0)


def absolute(random: Random) -> Posing:
    """The absolute value of ax + b against a positive number."""
    (b, a), bound = _line(random, 9, 30), _whole(random, 1, 30)
    zeros = [Fraction(sign * bound - b, a) for sign in (1, -1)]
    return Posing(f"|{written([b, a], 'x')}|", _relation(random), f"{bound}", zeros, [], True)


def _factored(random: Random, num: int, most_slope: int, most: int) -> tuple[list[int], list[Fraction]]:
    factors = [[nonzero(random, most), _whole(random, 1, most_slope)] for _ in range(num)]
    return product(factors), [Fraction(-b, a) for b, a in factors]


def quadratic(random: Random) -> Posing:
    """Move some of a quadratic with rational zeros to the right side."""
    quadratic, zeros = _factored(random, 2, 3, 9)
    if random() < 0.4:
        quadratic = [-one for one in quadratic]
    right = [nonzero(random, 20), nonzero(random, 20)] if random() < 0.5 else []
    left = list(quadratic)
    for power, one in enumerate(right):
        left[power] += one
    return Posing(written(left, "x"), _relation(random), written(right, "x"), zeros, [], quadratic[-1] > 0)


def surd(random: Random) -> Posing:
    """A quadratic with irrational zeros against 0."""
    while True:
        quadratic = [nonzero(random, 20), _whole(random, -15, 15), _whole(random, 1, 6)]
        c, b, a = quadratic
        discriminant = b * b - 4 * a * c
        if discriminant > 0 and isqrt(discriminant) ** 2 != discriminant:
            break
    low, high = (f"({-b} {sign} sqrt({discriminant}))/{2 * a}" for sign in "-+")
    sign = -1 if random() < 0.4 else 1
    left = written([sign * one for one in quadratic], "x")
    return Posing(left, _relation(random), "0", [], [], sign > 0, (low, high))


def quotient_of_lines(random: Random) -> Posing:
    """(ax + b)/(cx + d) against a number."""
    while True:
        (b, a), d, c, k = _line(random, 9, 20), nonzero(random, 20), _whole(random, 1, 9), nonzero(random, 6)
        slope, constant = a - k * c, b - k * d
        if slope and constant and a * d != b * c:
            break
    left = f"({written([b, a], 'x')})/({written([d, c], 'x')})"
    zeros, poles = [Fraction(-constant, slope)], [Fraction(-d, c)]
    return Posing(left, _relation(random), f"{k}", zeros, poles, slope > 0)


def quotient(num_above: int, num_below: int) -> Callable[[Random], Posing]:
    """A quotient of products of lines, multiplied out, against 0."""

    def make(random: Random) -> Posing:
        while True:
            top, zeros = _factored(random, num_above, 3, 9)
            bottom, poles = _factored(random, num_below, 3, 9)
            if not set(zeros) & set(poles):
                break
        left = f"({written(top, 'x')})/({written(bottom, 'x')})"
        return Posing(left, _relation(random), "0", zeros, poles, True)

    return make


def solved(posing: Posing) -> tuple[list[str], list[int]]:
    """Return the critical points in ascending order and the cells that hold solutions.

    The sign of the difference is known far out and changes, on the way down, at points of odd multiplicity.
    """
    wants_less, is_equal = posing.relation[0] == "<", "=" in posing.relation
    is_less = not posing.is_greater_far_out
    all_points: list[Fraction] = [*posing.zeros, *posing.poles]
    points: list[Fraction] | list[str] = list(posing.surds) if posing.surds else sorted(set(all_points))
    held = [2 * len(points)] if is_less == wants_less else []
    for at in range(len(points) - 1, -1, -1):
        point = points[at]
        if is_equal and point not in posing.poles:
            held.append(2 * at + 1)
        is_less ^= isinstance(point, str) or all_points.count(point) % 2 == 1
        if is_less == wants_less:
            held.append(2 * at)
    return [f"{point}" for point in points], held[::-1]

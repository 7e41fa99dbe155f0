"""Functions of x as sums of terms, each a number times factors over divisors, all kept as text.

A term is `[coefficient, factors, divisors]`, for instance `[3, ["x^2", "sin(2x)"], ["(x + 1)"]]`. Factors are
written in x and bring the brackets they need, so that a term reads well with its factors in any order.
"""

from typing import TypeAlias

from reasongym.core import Json
from reasongym.seeding import Stream

Term: TypeAlias = list[Json]


def shown(terms: list[Term], name: str = "x") -> str:
    """Write the sum of the terms in a variable."""
    text = ""
    for coefficient, factors, divisors in terms:
        if text:
            text += " - " if coefficient < 0 else " + "
        elif coefficient < 0:
            text = "-"
        size = abs(coefficient)
        top = " ".join(factors)
        part = f"{size}" if not top else top if size == 1 else f"{size}{top}"
        if divisors:
            part += f"/{divisors[0]}" if len(divisors) == 1 else f"/({' '.join(divisors)})"
        text += part
    return text if name == "x" else text.replace("x", name)


def canonical(terms: list[Term]) -> str:
    """Name the sum up to the order of terms and factors."""
    return str(sorted([factors, divisors, coefficient] for coefficient, factors, divisors in _sorted(terms)))


def shuffled(terms: list[Term], rng: Stream) -> list[Term]:
    """Return the terms in another order, and so their factors."""
    return rng.shuffled(
        [
            [coefficient, rng.shuffled(factors), rng.shuffled(divisors)]
            for coefficient, factors, divisors in terms
        ]
    )


def _sorted(terms: list[Term]) -> list[Term]:
    return [[coefficient, sorted(factors), sorted(divisors)] for coefficient, factors, divisors in terms]


def power(n: int) -> list[str]:
    """Write the factors of x^n for n from 0."""
    return [] if n == 0 else ["x"] if n == 1 else [f"x^{n}"]


def times(n: int) -> str:
    """Write n x, of which the 1 is left out."""
    return "x" if n == 1 else f"{n}x"

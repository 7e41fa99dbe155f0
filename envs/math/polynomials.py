"""Polynomials with whole coefficients as lists from the constant upwards: drawn, multiplied and written."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[^ ]")


def drawn(random: Callable[[], float], degree: int, most_leading: int, most: int) -> list[int]:
    """Draw a polynomial with a leading coefficient of 1 to `most_leading`, others up to `most`."""
    polynomial = [nonzero(random, most)]
    for _ in range(degree - 1):
        polynomial.append(int(random() * (2 * most + 1)) - most)
    polynomial.append(1 + int(random() * most_leading))
    return polynomial


def nonzero(random: Callable[[], float], most: int) -> int:
    """Draw a whole number from -most to most, but not 0."""
    number = 1 + int(random() * most)
    return number if random() < 0.5 else -number


def product(factors: Sequence[Sequence[int]]) -> list[int]:
    """Multiply polynomials."""
    result = [1]
    for factor in factors:
        longer = [0] * (len(result) + len(factor) - 1)
        for power, one in enumerate(result):
            for other, coefficient in enumerate(factor):
                longer[power + other] += one * coefficient
        result = longer
    return result


def value(polynomial: Sequence[int | Fraction], at: int | Fraction) -> int | Fraction:
    """Evaluate a polynomial (Horner)."""
    result: int | Fraction = 0
    for coefficient in reversed(polynomial):
        result = result * at + coefficient
    return result


def written(polynomial: Sequence[int], name: str) -> str:
    """Write a polynomial as in a book: `3x^2 - x + 5`."""
    text = ""
    for power in range(len(polynomial) - 1, -1, -1):
        coefficient = polynomial[power]
        if not coefficient:
            continue
        size = -coefficient if coefficient < 0 else coefficient
        sign = (" - " if coefficient < 0 else " + ") if text else ("-" if coefficient < 0 else "")
        if power == 0:
            text += f"{sign}{size}"
            continue
        shown = "" if size == 1 else size
        text += f"{sign}{shown}{name}" if power == 1 else f"{sign}{shown}{name}^{power}"
    return text or "0"


def spaced(text: str) -> str:
    """Set numbers, words and signs apart by spaces: `3x^2 - x` becomes `3 x ^ 2 - x`."""
    return " ".join(_TOKEN.findall(text))

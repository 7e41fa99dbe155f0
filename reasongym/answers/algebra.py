"""Exact algebra on formulas: rational values, polynomials, prime powers, and sums of terms; all bounded."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import gcd, lcm
from typing import TypeAlias

from reasongym.answers.trees import Formula, Number, Power, Product, Sum, Variable, variables

MAX_DEGREE = 100
MAX_BITS = 2_000
"""Of a number, so of what a power of numbers may come to."""
MAX_TERMS = 200

Polynomial: TypeAlias = list[Fraction]
"""Coefficients from the constant upwards, without zeros at the end; the zero polynomial is empty."""
Term: TypeAlias = tuple[Fraction, tuple[Formula, ...]]


class Unsupported(Exception):
    """The formula cannot be judged within the bounds; the argument is the reason code."""


def rational(tree: Formula) -> Fraction | None:
    """Return the value of a formula of rational numbers alone, None if it is none or too large."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, (Sum, Product)):
        total = Fraction(0 if isinstance(tree, Sum) else 1)
        for part in tree.terms if isinstance(tree, Sum) else tree.factors:
            value = rational(part)
            if value is None:
                return None
            total = total + value if isinstance(tree, Sum) else total * value
            if not _is_bounded(total):
                return None
        return total
    if isinstance(tree, Power):
        exponent = rational(tree.exponent)
        base = rational(tree.base) if exponent is not None else None
        return None if base is None or exponent is None else _rational_power(base, exponent)
    return None


def _is_bounded(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() <= MAX_BITS


def _rational_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator > 1 or (not base and exponent <= 0):
        return None
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) * bits > MAX_BITS:
        return None
    return base ** int(exponent)


def prime_powers(number: Fraction) -> list[tuple[int, int]]:
    """Return the primes of a positive number with their exponents; a large cofactor counts as a prime."""
    return [
        *_prime_factors(number.numerator),
        *((prime, -count) for prime, count in _prime_factors(number.denominator)),
    ]


@cache
def _small_primes() -> list[int]:
    return [n for n in range(2, 1_000) if all(n % d for d in range(2, min(n, 32)))]


def _prime_factors(number: int) -> Iterator[tuple[int, int]]:
    if number < 1:
        raise ValueError(number)
    for prime in _small_primes():
        if prime * prime > number:
            break
        count = 0
        while number % prime == 0:
            number //= prime
            count += 1
        if count:
            yield prime, count
    if number > 1:
        yield number, 1


def polynomial(tree: Formula, name: str) -> Polynomial | None:
    """Expand a formula into a polynomial in one variable, None where it is none or a large one."""
    if isinstance(tree, Number):
        return [tree.value] if tree.value else []
    if isinstance(tree, Variable):
        return [Fraction(0), Fraction(1)] if tree.name == name else None
    if isinstance(tree, Sum):
        total: Polynomial = []
        for term in tree.terms:
            part = polynomial(term, name)
            if part is None:
                return None
            total = add(total, part)
        return total
    if isinstance(tree, Product):
        total = [Fraction(1)]
        for factor in tree.factors:
            part = polynomial(factor, name)
            if part is None or len(part) + len(total) > MAX_DEGREE:
                return None
            total = multiply(total, part)
            if not all(map(_is_bounded, total)):
                return None
        return total
    return _polynomial_power(tree, name) if isinstance(tree, Power) else None


def _polynomial_power(tree: Power, name: str) -> Polynomial | None:
    exponent = rational(tree.exponent)
    if exponent is None or exponent.denominator > 1:
        return None
    base = polynomial(tree.base, name)
    if base is None:
        return None
    if len(base) <= 1:
        value = _rational_power(base[0] if base else Fraction(0), exponent)
        return None if value is None else [value]
    if exponent < 0 or exponent * (len(base) - 1) > MAX_DEGREE:
        return None
    total = [Fraction(1)]
    for _ in range(int(exponent)):
        total = multiply(total, base)
        if not all(map(_is_bounded, total)):
            return None
    return total


def add(first: Polynomial, second: Polynomial) -> Polynomial:
    """Add two polynomials."""
    if len(first) < len(second):
        first, second = second, first
    total = [one + other for one, other in zip(first, second, strict=False)] + first[len(second) :]
    while total and not total[-1]:
        total.pop()
    return total


def multiply(first: Polynomial, second: Polynomial) -> Polynomial:
    """Multiply two polynomials."""
    if not first or not second:
        return []
    total = [Fraction(0)] * (len(first) + len(second) - 1)
    for power, one in enumerate(first):
        if one:
            for other_power, other in enumerate(second):
                total[power + other_power] += one * other
    return total


def content(tree: Formula) -> Fraction:
    """Return the positive rational that can be taken out of a sum, 1 where it is not plain."""
    names = variables(tree)
    if len(names) != 1:
        return Fraction(1)
    coefficients = polynomial(tree, next(iter(names)))
    if not coefficients:
        return Fraction(1)
    tops = gcd(*(one.numerator for one in coefficients))
    return Fraction(tops, lcm(*(one.denominator for one in coefficients)))


def expanded_terms(tree: Formula) -> list[Term]:
    """Write a formula as a sum of rational numbers times other factors, multiplying out what is small."""
    if isinstance(tree, Number):
        return [(tree.value, ())]
    if isinstance(tree, Sum):
        found = [term for part in tree.terms for term in expanded_terms(part)]
    elif isinstance(tree, Product):
        found = [(Fraction(1), ())]
        for factor in tree.factors:
            found = _distributed(found, expanded_terms(factor))
    elif isinstance(tree, Power) and isinstance(tree.exponent, Number) and tree.exponent.value in (2, 3, 4):
        found = [(Fraction(1), ())]
        for _ in range(int(tree.exponent.value)):
            found = _distributed(found, expanded_terms(tree.base))
    else:
        number = rational(tree)
        return [(Fraction(1), (tree,))] if number is None else [(number, ())]
    if len(found) > MAX_TERMS:
        raise Unsupported("over_limit")
    return found


def _distributed(first: list[Term], second: list[Term]) -> list[Term]:
    if len(first) * len(second) > MAX_TERMS:
        raise Unsupported("over_limit")
    return [(a * b, (*left, *right)) for a, left in first for b, right in second]

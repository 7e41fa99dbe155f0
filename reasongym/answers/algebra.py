"""Exact algebra on formulas: rational values, polynomials, prime powers, and sums of terms; all bounded."""

from fractions import Fraction
from functools import cache, lru_cache
from math import gcd, isqrt, lcm
from typing import TypeAlias

from reasongym.answers.trees import Formula, Function, Number, Power, Product, Sum, Variable, variables

MAX_DEGREE = 100
MAX_BITS = 2_000
"""Of a number, so of what a power of numbers may come to."""
MAX_TERMS = 200
SURELY_PRIME = 10**6
MAX_PRODUCTS = 5_000
"""Of coefficients, in expanding one formula."""

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
    if isinstance(tree, Function) and tree.name == "abs":
        value = rational(tree.argument)
        return None if value is None else abs(value)
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
    """Return the primes of a positive number with their exponents; those from `SURELY_PRIME` may be none."""
    return [
        *_prime_factors(number.numerator),
        *((prime, -count) for prime, count in _prime_factors(number.denominator)),
    ]


@cache
def _small_primes() -> list[int]:
    return [n for n in range(2, isqrt(SURELY_PRIME)) if all(n % d for d in range(2, min(n, 32)))]


@lru_cache(4_096)
def _prime_factors(number: int) -> tuple[tuple[int, int], ...]:
    if number < 1:
        raise ValueError(number)
    found: list[tuple[int, int]] = []
    for prime in _small_primes():
        if prime * prime > number:
            break
        count = 0
        while number % prime == 0:
            number //= prime
            count += 1
        if count:
            found.append((prime, count))
    root = isqrt(number)
    if number > 1:
        found.append((root, 2) if root * root == number else (number, 1))
    return tuple(found)


def polynomial(tree: Formula, name: str) -> Polynomial | None:
    """Expand a formula into a polynomial in one variable, None where it is none or a large one."""
    try:
        return _Expansion(name).of(tree)
    except Unsupported:
        return None


class _Expansion:
    """The expansion of one formula; raises Unsupported where it is no polynomial or too much work."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.work = MAX_PRODUCTS

    def of(self, tree: Formula) -> Polynomial:
        if isinstance(tree, Number):
            return [tree.value] if tree.value else []
        if isinstance(tree, Variable) and tree.name == self.name:
            return [Fraction(0), Fraction(1)]
        if isinstance(tree, Sum):
            total: Polynomial = []
            for term in tree.terms:
                total = add(total, self.of(term))
            return total
        if isinstance(tree, Product):
            total = [Fraction(1)]
            for factor in tree.factors:
                total = self.product(total, self.of(factor))
            return total
        if isinstance(tree, Power):
            return self.power(tree)
        raise Unsupported("no_polynomial")

    def product(self, first: Polynomial, second: Polynomial) -> Polynomial:
        self.work -= len(first) * len(second)
        if self.work < 0 or len(first) + len(second) > MAX_DEGREE:
            raise Unsupported("over_limit")
        total = multiply(first, second)
        if not all(map(_is_bounded, total)):
            raise Unsupported("over_limit")
        return total

    def power(self, tree: Power) -> Polynomial:
        exponent = rational(tree.exponent)
        if exponent is None or exponent.denominator > 1:
            raise Unsupported("no_polynomial")
        base = self.of(tree.base)
        if len(base) <= 1:
            value = _rational_power(base[0] if base else Fraction(0), exponent)
            if value is None:
                raise Unsupported("over_limit")
            return [value] if value else []
        if exponent < 0 or exponent > MAX_DEGREE:
            raise Unsupported("no_polynomial")
        total = [Fraction(1)]
        for _ in range(int(exponent)):
            total = self.product(total, base)
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


def is_squarefree(polynomial: Polynomial) -> bool:
    """Say whether no polynomial divides this one twice: it has no factor in common with its derivative."""
    first, second = polynomial, [power * one for power, one in enumerate(polynomial)][1:]
    while second:
        first, second = second, _remainder(first, second)
    return len(first) == 1


def _remainder(first: Polynomial, second: Polynomial) -> Polynomial:
    rest = list(first)
    while len(rest) >= len(second):
        quotient = rest[-1] / second[-1]
        shift = len(rest) - len(second)
        for power, one in enumerate(second):
            rest[shift + power] -= quotient * one
        while rest and not rest[-1]:
            rest.pop()
    return rest


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

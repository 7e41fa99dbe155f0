"""The exact rational value of a formula without variables, within bounds that hold before it is computed."""

from fractions import Fraction
from math import comb, factorial

from reasongym.answers.trees import Formula, Function, Number, Power, Product, Sum

MAX_BITS = 20_000
"""Of a value, numerator and denominator together: 2006! has 19,077."""
MAX_FACTORIAL = 2_100
MAX_BINOMIAL = 10_000


def worth(tree: Formula) -> Fraction | None:
    """Return the rational number that a formula is, None if it is none, or none within the bounds."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Sum):
        return _total(tree)
    if isinstance(tree, Product):
        return _product(tree)
    if isinstance(tree, Power):
        exponent = worth(tree.exponent)
        base = None if exponent is None else worth(tree.base)
        return None if base is None or exponent is None else power(base, exponent)
    if isinstance(tree, Function) and tree.name == "abs":
        value = worth(tree.argument)
        return None if value is None else abs(value)
    return None


def _total(tree: Sum) -> Fraction | None:
    total = Fraction(0)
    for term in tree.terms:
        value = worth(term)
        if value is None or not is_bounded(total := total + value):
            return None
    return total


def _product(tree: Product) -> Fraction | None:
    total = Fraction(1)
    for factor in tree.factors:
        value = worth(factor)
        if value is None or _bits(total) + _bits(value) > 2 * MAX_BITS:
            return None
        total *= value
    return total if is_bounded(total) else None


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def is_bounded(value: Fraction) -> bool:
    """Say whether a number is small enough to be computed with."""
    return _bits(value) <= MAX_BITS


def power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Raise to a power, where the result is rational and bounded; 0^0 is nothing."""
    if not base:
        return Fraction(0) if exponent > 0 else None
    if exponent.denominator > 1:
        root = _root(base, exponent.denominator)
        return None if root is None else power(root, Fraction(exponent.numerator))
    if base in (1, -1):
        return base ** (exponent.numerator % 2)
    if abs(exponent.numerator) * (_bits(base) - 1) > MAX_BITS:
        return None
    return base**exponent.numerator


def _root(base: Fraction, degree: int) -> Fraction | None:
    """Draw a root that is rational; of negative numbers the odd ones."""
    if degree > 64 or (base < 0 and degree % 2 == 0):
        return None
    top, bottom = whole_root(abs(base.numerator), degree), whole_root(base.denominator, degree)
    if top is None or bottom is None:
        return None
    return Fraction(top if base > 0 else -top, bottom)


def whole_root(number: int, degree: int) -> int | None:
    """Return the whole number whose power this is, None if there is none (Newton's method from above)."""
    root = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * root + number // root ** (degree - 1)) // degree
        if better >= root:
            return root if root**degree == number else None
        root = better


def factorial_of(value: Fraction) -> Fraction | None:
    """Return n!, where that is small."""
    if value.denominator > 1 or not 0 <= value <= MAX_FACTORIAL:
        return None
    return Fraction(factorial(int(value)))


def binomial_of(top: Fraction, bottom: Fraction) -> Fraction | None:
    """Return the binomial coefficient of two whole numbers, where that is small."""
    if top.denominator > 1 or bottom.denominator > 1 or not 0 <= bottom <= top <= MAX_BINOMIAL:
        return None
    return Fraction(comb(int(top), int(bottom)))

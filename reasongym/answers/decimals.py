"""Formulas to many digits, where exact identity does not decide: nested roots, sines, logarithms, angles.

Two constants are taken for equal where they agree to more digits than formulas of their size can agree to
without being equal (a heuristic of the separation bounds of Burnikel et al. 2001: the digits grow with all
the numbers and exponents that are written). What is rational is never judged here. Nothing is a float; the
work is bounded by the digits and the nodes, both of which are known before anything is computed.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from reasongym.answers.trees import Constant, Formula, Function, Number, Power, Product, Sum, Variable, parts

MAX_NODES = 200
MAX_FUNCTIONS = 24
MAX_DIGITS = 400
SPARE_DIGITS = 40
"""By which two constants must agree beyond what their size explains."""


class Unknown(Exception):
    """The formula has no value here, or none within the bounds."""


class Complex(NamedTuple):
    """A complex number of decimals; real ones have no imaginary part."""

    re: Decimal
    im: Decimal = Decimal(0)


def agree(first: Formula, second: Formula, at: Mapping[str, Fraction] | None = None) -> bool | None:
    """Say whether two formulas have one value (at a point), None where that cannot be told."""
    weight = weight_of(first) + weight_of(second)
    digits = 2 * SPARE_DIGITS + 2 * weight
    if digits > MAX_DIGITS:
        return None
    try:
        one, other = _Evaluation(digits, at or {}).of(first), _Evaluation(digits, at or {}).of(second)
        context = Context(prec=digits)
        size = max(Decimal(1), *(part.copy_abs() for part in (*one, *other)))
        gap = max(
            context.subtract(one.re, other.re).copy_abs(), context.subtract(one.im, other.im).copy_abs()
        )
        return gap < context.multiply(size, Decimal(10) ** -(SPARE_DIGITS + weight))
    except (Unknown, DecimalException):
        return None


def decimal_of(tree: Formula, digits: int = 50) -> Decimal | None:
    """Return the value of a real constant to many digits."""
    weight = weight_of(tree)
    if weight + digits > MAX_DIGITS:
        return None
    try:
        value = _Evaluation(digits + weight, {}).of(tree)
    except (Unknown, DecimalException):
        return None
    return value.re if value.im.copy_abs() < Decimal(10) ** -digits else None


def nearest_below(tree: Formula) -> Fraction | None:
    """Return a rational number between the same whole numbers as a constant that is surely none itself."""
    value = decimal_of(tree)
    if value is None or value.copy_abs() > 10**20:
        return None
    found = Fraction(value)
    return None if abs(found - round(found)) < Fraction(1, 10**20) else found


def weight_of(tree: Formula) -> int:
    """Return about how many digits the numbers of a formula have, powers and nesting counted in."""
    counted = [0, 0]
    weight = _weight(tree, counted)
    return weight if counted[0] <= MAX_NODES and counted[1] <= MAX_FUNCTIONS else MAX_DIGITS


def _weight(tree: Formula, counted: list[int]) -> int:
    counted[0] += 1
    if counted[0] > MAX_NODES:
        return MAX_DIGITS
    if isinstance(tree, Number):
        return (tree.value.numerator.bit_length() + tree.value.denominator.bit_length()) // 4 + 1
    if isinstance(tree, Power):
        base = _weight(tree.base, counted)
        if isinstance(tree.exponent, Number):
            return min(MAX_DIGITS, max(1, int(base * max(1, abs(tree.exponent.value)))))
        counted[1] += 1
        return min(MAX_DIGITS, base * max(1, _weight(tree.exponent, counted)))
    counted[1] += isinstance(tree, Function)
    return min(MAX_DIGITS, sum(_weight(part, counted) for part in parts(tree)))


@lru_cache(64)
def _pi(digits: int) -> Decimal:
    """Machin's formula, 16 arctan(1/5) - 4 arctan(1/239)."""
    unit = 10 ** (digits + 10)

    def arctan_of_inverse(number: int) -> int:
        total = term = unit // number
        divisor, sign = 3, -1
        while term:
            term //= number * number
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    machin = 16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)
    return Context(prec=digits + 5).divide(Decimal(machin), Decimal(unit))


class _Evaluation:
    """Formulas at one point, in the field of complex numbers, with the principal branch of every function."""

    def __init__(self, digits: int, at: Mapping[str, Fraction]) -> None:
        self.at = at
        self.digits = digits
        self.context = Context(prec=digits + 10, Emax=10**7, Emin=-(10**7))

    def of(self, tree: Formula) -> Complex:
        if isinstance(tree, Number):
            return Complex(self.fraction(tree.value))
        if isinstance(tree, Variable):
            if tree.name not in self.at:
                raise Unknown
            return Complex(self.fraction(self.at[tree.name]))
        if isinstance(tree, Constant):
            return self.constant(tree.name)
        if isinstance(tree, Sum):
            return self.sum(tree)
        if isinstance(tree, Product):
            value = Complex(Decimal(1))
            for factor in tree.factors:
                value = self.times(value, self.of(factor))
            return value
        if isinstance(tree, Power):
            return self.power(tree)
        return self.function(tree.name, self.of(tree.argument))

    def constant(self, name: str) -> Complex:
        if name == "i":
            return Complex(Decimal(0), Decimal(1))
        return Complex(_pi(self.digits + 10) if name == "pi" else self.context.exp(Decimal(1)))

    def fraction(self, value: Fraction) -> Decimal:
        if value.denominator == 1:
            return self.context.create_decimal(value.numerator)
        return self.context.divide(Decimal(value.numerator), Decimal(value.denominator))

    def sum(self, tree: Sum) -> Complex:
        re = im = Decimal(0)
        for term in tree.terms:
            value = self.of(term)
            re, im = self.context.add(re, value.re), self.context.add(im, value.im)
        return Complex(re, im)

    def times(self, first: Complex, second: Complex) -> Complex:
        if not first.im and not second.im:
            return Complex(self.context.multiply(first.re, second.re))
        c = self.context
        return Complex(
            c.subtract(c.multiply(first.re, second.re), c.multiply(first.im, second.im)),
            c.add(c.multiply(first.re, second.im), c.multiply(first.im, second.re)),
        )

    def inverse(self, value: Complex) -> Complex:
        c = self.context
        size = c.add(c.multiply(value.re, value.re), c.multiply(value.im, value.im))
        if not size or size < Decimal(10) ** (-2 * self.digits + 10):
            raise Unknown
        return Complex(c.divide(value.re, size), c.divide(value.im.copy_negate(), size))

    def power(self, tree: Power) -> Complex:
        base = self.of(tree.base)
        if isinstance(tree.exponent, Number):
            return self.rational_power(base, tree.exponent.value)
        exponent = self.of(tree.exponent)
        if tree.base == Constant("e"):
            return self.exponential(exponent)
        if not any(base):
            raise Unknown
        return self.exponential(self.times(exponent, self.logarithm(base)))

    def rational_power(self, base: Complex, exponent: Fraction) -> Complex:
        """Raise to a rational power; odd roots of negative numbers are negative, as in school."""
        if not any(base):
            if exponent <= 0:
                raise Unknown
            return base
        if exponent.denominator == 1:
            return self.whole_power(base, exponent.numerator)
        if base.im:
            return self.exponential(self.times(Complex(self.fraction(exponent)), self.logarithm(base)))
        root = self.context.power(base.re.copy_abs(), self.fraction(Fraction(1, exponent.denominator)))
        if exponent.denominator == 2:
            root = self.context.sqrt(base.re.copy_abs())
        if base.re > 0:
            return self.whole_power(Complex(root), exponent.numerator)
        if exponent.denominator % 2:
            return self.whole_power(Complex(root.copy_negate()), exponent.numerator)
        if exponent.denominator > 2:
            return self.exponential(self.times(Complex(self.fraction(exponent)), self.logarithm(base)))
        return self.whole_power(Complex(Decimal(0), root), exponent.numerator)

    def whole_power(self, base: Complex, exponent: int) -> Complex:
        if abs(exponent) > MAX_DIGITS * 10:
            raise Unknown
        value, square, left = Complex(Decimal(1)), base, abs(exponent)
        while left:
            if left % 2:
                value = self.times(value, square)
            left //= 2
            square = self.times(square, square) if left else square
        return value if exponent >= 0 else self.inverse(value)

    def exponential(self, value: Complex) -> Complex:
        if value.re.copy_abs() > 10_000:
            raise Unknown
        size = self.context.exp(value.re)
        if not value.im:
            return Complex(size)
        sin, cos = self.sine_cosine(value.im)
        return Complex(self.context.multiply(size, cos), self.context.multiply(size, sin))

    def logarithm(self, value: Complex) -> Complex:
        if not any(value):
            raise Unknown
        if not value.im and value.re > 0:
            return Complex(self.context.ln(value.re))
        c = self.context
        size = c.add(c.multiply(value.re, value.re), c.multiply(value.im, value.im))
        return Complex(c.divide(c.ln(size), Decimal(2)), self.angle(value))

    def angle(self, value: Complex) -> Decimal:
        """Return the argument, in (-pi, pi]."""
        pi = _pi(self.digits + 10)
        if not value.re:
            return self.context.divide(pi.copy_sign(value.im), Decimal(2))
        angle = self.arctan(self.context.divide(value.im, value.re))
        if value.re > 0:
            return angle
        return self.context.subtract(angle, pi) if value.im < 0 else self.context.add(angle, pi)

    def sine_cosine(self, angle: Decimal) -> tuple[Decimal, Decimal]:
        """Taylor's series after the angle is made small."""
        if angle.copy_abs() > 10**8:
            raise Unknown
        c = self.context
        pi = _pi(self.digits + 20)
        turns = int(c.divide(angle, pi).to_integral_value())
        rest = c.subtract(angle, c.multiply(pi, Decimal(turns)))
        sin, cos, term, n = rest, Decimal(1), rest, 1
        square = c.multiply(rest, rest)
        term_cos = Decimal(1)
        least = Decimal(10) ** -(self.digits + 12)
        while term.copy_abs() > least or term_cos.copy_abs() > least:
            term_cos = c.divide(c.multiply(term_cos.copy_negate(), square), Decimal((2 * n - 1) * (2 * n)))
            term = c.divide(c.multiply(term.copy_negate(), square), Decimal(2 * n * (2 * n + 1)))
            sin, cos, n = c.add(sin, term), c.add(cos, term_cos), n + 1
        return (sin.copy_negate(), cos.copy_negate()) if turns % 2 else (sin, cos)

    def arctan(self, value: Decimal) -> Decimal:
        """Halve the angle until the series is quick."""
        c = self.context
        if value.copy_abs() > 1:
            quarter = c.divide(_pi(self.digits + 10), Decimal(2)).copy_sign(value)
            return c.subtract(quarter, self.arctan(c.divide(Decimal(1), value)))
        halvings = 0
        while value.copy_abs() > Decimal("0.05"):
            root = c.sqrt(c.add(Decimal(1), c.multiply(value, value)))
            value = c.divide(value, c.add(Decimal(1), root))
            halvings += 1
        total = power = value
        square, n = c.multiply(value, value), 1
        least = Decimal(10) ** -(self.digits + 12)
        while power.copy_abs() > least:
            power, n = c.multiply(power.copy_negate(), square), n + 2
            total = c.add(total, c.divide(power, Decimal(n)))
        return c.multiply(total, Decimal(2**halvings))

    def function(self, name: str, value: Complex) -> Complex:
        if name in ("ln", "log"):
            return self.logarithm(value)
        if name == "abs":
            return self.size(value)
        if value.im:
            raise Unknown
        if name.startswith("arc"):
            return Complex(self.inverse_function(name[3:], value.re))
        if name in ("sinh", "cosh", "tanh"):
            return self.hyperbolic(name, value)
        if name in _RATIOS:
            sin, cos = self.sine_cosine(value.re)
            return self.ratio(name, sin, cos)
        raise Unknown

    def size(self, value: Complex) -> Complex:
        if not value.im:
            return Complex(value.re.copy_abs())
        c = self.context
        return Complex(c.sqrt(c.add(c.multiply(value.re, value.re), c.multiply(value.im, value.im))))

    def ratio(self, name: str, sin: Decimal, cos: Decimal) -> Complex:
        top, bottom = {
            "sin": (sin, Decimal(1)),
            "cos": (cos, Decimal(1)),
            "tan": (sin, cos),
            "cot": (cos, sin),
            "sec": (Decimal(1), cos),
            "csc": (Decimal(1), sin),
        }[name]
        if bottom.copy_abs() < Decimal(10) ** -(self.digits - 10):
            raise Unknown
        return Complex(self.context.divide(top, bottom))

    def hyperbolic(self, name: str, value: Complex) -> Complex:
        c = self.context
        grows = self.exponential(value).re
        falls = c.divide(Decimal(1), grows)
        sinh = c.divide(c.subtract(grows, falls), Decimal(2))
        cosh = c.divide(c.add(grows, falls), Decimal(2))
        return Complex({"sinh": sinh, "cosh": cosh}.get(name) or c.divide(sinh, cosh))

    def inverse_function(self, name: str, value: Decimal) -> Decimal:
        c = self.context
        if name == "tan":
            return self.arctan(value)
        if name == "cot":
            return c.subtract(c.divide(_pi(self.digits + 10), Decimal(2)), self.arctan(value))
        if name in ("sec", "csc"):
            name, value = ("cos" if name == "sec" else "sin"), c.divide(Decimal(1), value)
        if name not in ("sin", "cos") or value.copy_abs() > 1:
            raise Unknown
        quarter = c.divide(_pi(self.digits + 10), Decimal(2))
        if value.copy_abs() == 1:
            angle = quarter.copy_sign(value)
        else:
            angle = self.arctan(c.divide(value, c.sqrt(c.subtract(Decimal(1), c.multiply(value, value)))))
        return angle if name == "sin" else c.subtract(quarter, angle)


_RATIOS = frozenset(("sin", "cos", "tan", "cot", "sec", "csc"))

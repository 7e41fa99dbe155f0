"""Points of finite fields at which formulas have values: what `identity` explains is done here."""

from fractions import Fraction
from hashlib import blake2b
from math import gcd
from typing import TypeAlias

from reasongym.answers.algebra import Unsupported, content, expanded_terms, prime_powers, rational
from reasongym.answers.trees import (
    ONE,
    PI,
    E,
    Formula,
    Function,
    Number,
    Power,
    Product,
    Sum,
    Variable,
)

MAX_EXPONENT = 1_000
MAX_WHOLE_EXPONENT = 10_000
POWER_WORK = 12
"""What a power modulo the prime costs, in about microseconds."""
UNMODELLED = frozenset(("factorial", "floor", "ceil"))
"""Functions of which only this is known: equal arguments have equal values."""
_TURN = 12
"""A sine's argument is split into parts whose multiples by 1/12 can be taken."""

_Angle: TypeAlias = tuple[int, int]


class Undefined(Exception):
    """The formula has no value at this point."""


class Point:
    """A prime field with a value for every variable, and for every function value that no law determines."""

    def __init__(self, key: bytes, trial: int, prime: int, work: list[int], *, is_complex: bool) -> None:
        self.key = key + trial.to_bytes(2, "big")
        self.drawn: dict[tuple[object, ...], int] = {}
        self.angles: dict[int, _Angle] = {}
        self.signs: dict[int, bool] = {}
        self.work = work
        """What may still be done, in about microseconds; shared by all points of a judgement."""
        self.is_complex = is_complex
        self.r = prime
        self.half = (self.r - 1) // 2

    def draw(self, *name: object) -> int:
        """Return the value that belongs to a name at this point."""
        value = self.drawn.get(name)
        if value is None:
            digest = blake2b(repr(name).encode("utf-8", "replace"), key=self.key, digest_size=16).digest()
            value = self.drawn[name] = int.from_bytes(digest, "big") % self.r
        return value

    def value(self, tree: Formula) -> int:
        """Evaluate a formula; raises Undefined or Unsupported."""
        self.spend(1)
        r = self.r
        if isinstance(tree, Number):
            return self.rational(tree.value)
        if isinstance(tree, Variable):
            return self.draw(tree.name)
        if isinstance(tree, Sum):
            return sum(map(self.value, tree.terms)) % r
        if isinstance(tree, Product):
            value = 1
            for factor in tree.factors:
                value = value * self.value(factor) % r
            return value
        if isinstance(tree, Power):
            return self.power(tree.base, tree.exponent)
        if isinstance(tree, Function):
            number = rational(tree) if tree.name == "abs" else None
            return self.function(tree.name, tree.argument) if number is None else self.rational(number)
        if tree == PI:
            return self.draw("pi", "constant")
        return self.power(E, ONE) if tree == E else self.imaginary()

    def spend(self, work: int) -> None:
        self.work[0] -= work
        if self.work[0] < 0:
            raise Unsupported("over_limit")

    def rational(self, value: Fraction) -> int:
        if value.denominator == 1:
            return value.numerator % self.r
        return value.numerator * self.inverse(value.denominator) % self.r

    def inverse(self, value: int) -> int:
        try:
            return pow(value, -1, self.r)
        except ValueError:  # zero modulo r
            raise Undefined from None

    def is_positive(self, value: int) -> bool:
        sign = self.signs.get(value)
        if sign is None:
            self.spend(POWER_WORK)
            sign = self.signs[value] = pow(value, self.half, self.r) == 1
        return sign

    def absolute(self, value: int) -> int:
        return value if not value or self.is_positive(value) else self.r - value

    # -- powers and exponentials --

    def power(self, base: Formula, exponent: Formula) -> int:
        constant = exponent.value if isinstance(exponent, Number) else rational(exponent)
        if constant is not None and base != E:
            return self.rational_power(base, constant)
        terms = expanded_terms(exponent)
        self.spend(4 * len(terms))
        value = 1
        for factor, atoms in terms:
            value = value * self.exponential(base, factor, atoms) % self.r
        return value

    def exponential(self, base: Formula, factor: Fraction, atoms: tuple[Formula, ...]) -> int:
        """Evaluate `base` to the power of one term of an exponent."""
        if base == E:
            for at, atom in enumerate(atoms):
                if isinstance(atom, Function) and atom.name in ("ln", "log"):  # e^(x ln u) is u^x
                    rest = (Number(factor), *atoms[:at], *atoms[at + 1 :])
                    return self.power(atom.argument, Product(rest))
            return self.scaled(factor, "e", self.atom(atoms))
        number = rational(base)
        if not atoms:
            return self.rational_power(base, factor)
        if number is None:
            base_value = self.value(base)
            if not self.is_positive(base_value):
                raise Undefined
            return self.scaled(factor, "ln", base_value, self.atom(atoms))
        if number <= 0:
            raise Undefined
        value = 1
        for prime, count in prime_powers(number):
            value = value * self.scaled(factor * count, "ln", prime, self.atom(atoms)) % self.r
        return value

    def atom(self, atoms: tuple[Formula, ...]) -> int:
        return self.value(Product(atoms)) if len(atoms) != 1 else self.value(atoms[0])

    def scaled(self, exponent: Fraction, *name: object) -> int:
        """Take the square that belongs to a name to a rational power."""
        drawn = self.draw(*name)
        return self.root_power(drawn * drawn % self.r, exponent)

    def root_power(self, square: int, exponent: Fraction) -> int:
        """Take a square to a rational power, which is unique among the squares."""
        if abs(exponent.numerator) > 1 << 64 or exponent.denominator > 1 << 16:
            raise Unsupported("over_limit")
        self.spend(POWER_WORK)
        if exponent.denominator == 1:
            return pow(square, exponent.numerator, self.r)
        if self.is_complex or gcd(exponent.denominator, self.half) > 1:
            raise Undefined
        return pow(square, exponent.numerator * pow(exponent.denominator, -1, self.half), self.r)

    def rational_power(self, base: Formula, exponent: Fraction) -> int:
        most = MAX_WHOLE_EXPONENT if exponent.denominator == 1 else MAX_EXPONENT
        if abs(exponent.numerator) > most or exponent.denominator > MAX_EXPONENT:
            raise Unsupported("over_limit")
        if self.is_complex and exponent.denominator > 1:
            return self.complex_root(rational(base), exponent)
        value = self.value(base)
        if not value:
            if exponent <= 0:
                raise Undefined  # 0^0 has no value here either
            return 0
        if exponent.denominator == 1:
            return pow(value, exponent.numerator, self.r)
        if self.is_positive(value):
            return self.root_power(value, exponent)
        if exponent.denominator % 2 == 0:
            raise Undefined
        power = self.root_power(self.r - value, exponent)
        return self.r - power if exponent.numerator % 2 else power

    # -- the imaginary unit --

    def imaginary(self) -> int:
        if not self.is_complex:
            raise Undefined
        return self.square_root(self.r - 1)

    def complex_root(self, base: Fraction | None, exponent: Fraction) -> int:
        if base is None or exponent.denominator != 2:
            raise Unsupported("root")
        if not base:
            return 0 if exponent > 0 else self.inverse(0)
        value = 1 if base > 0 else self.imaginary()
        for prime, count in prime_powers(abs(base)):
            root = self.square_root(prime % self.r)
            value = value * pow(root, count, self.r) % self.r
        return pow(value, exponent.numerator, self.r)

    def square_root(self, value: int) -> int:
        """Return a root of a square, for r = 9 modulo 16: one of four candidates."""
        self.spend(POWER_WORK)
        odd = (self.r - 1) // 8
        root = pow(value, (odd + 1) // 2, self.r)
        for _ in range(4):
            if root * root % self.r == value:
                return root
            root = root * self.eighth_root_of_unity() % self.r
        raise Undefined

    def eighth_root_of_unity(self) -> int:
        for attempt in range(64):
            root = self.drawn.get(("eighth root",))
            if root is not None:
                return root
            self.spend(POWER_WORK)
            root = pow(self.draw("unit", attempt), (self.r - 1) // 8, self.r)
            if pow(root, 4, self.r) == self.r - 1:
                self.drawn["eighth root",] = root
        raise Undefined

    # -- functions --

    def function(self, name: str, argument: Formula) -> int:
        if name in ("ln", "log"):
            return self.logarithm(argument)
        if name == "abs":
            if self.is_complex:
                raise Unsupported("abs")  # of rational numbers it is a number already
            return self.absolute(self.value(argument))
        if name in ("sinh", "cosh", "tanh"):
            grows = self.power(E, argument)
            falls = self.inverse(grows)
            sinh, cosh = (grows - falls) * self.inverse(2), (grows + falls) * self.inverse(2)
            return self.ratio(name, sinh, cosh)
        if name.startswith("arc"):
            return self.inverse_function(name, argument)
        if name in UNMODELLED:
            return self.draw(name, self.value(argument))
        cos, sin = self.angle(argument)
        return self.ratio(name, sin, cos)

    def ratio(self, name: str, sin: int, cos: int) -> int:
        if name in ("sin", "sinh"):
            return sin % self.r
        if name in ("cos", "cosh"):
            return cos % self.r
        if name in ("tan", "tanh"):
            return sin * self.inverse(cos) % self.r
        if name == "cot":
            return cos * self.inverse(sin) % self.r
        return self.inverse(cos if name == "sec" else sin)

    def logarithm(self, argument: Formula) -> int:
        value = self.value(argument)
        if self.is_complex and (rational(argument) or 0) <= 0:
            raise Unsupported("ln")
        if not value or not (self.is_complex or self.is_positive(value)):
            raise Undefined
        return self.log_of_size(argument)

    def log_of_size(self, tree: Formula) -> int:
        """Evaluate ln|tree|: additive over what the tree is visibly made of."""
        if isinstance(tree, Product):
            return sum(map(self.log_of_size, tree.factors)) % self.r
        if isinstance(tree, Function) and tree.name == "abs":
            return self.log_of_size(tree.argument)
        if isinstance(tree, Power):
            return self.value(tree.exponent) * self.log_of_size(tree.base) % self.r
        if tree == E:
            return 1
        number = rational(tree)
        if number is not None:
            return self.log_of_number(abs(number))
        taken = content(tree)
        value = self.value(tree) * self.inverse(self.rational(taken)) % self.r
        return (self.log_of_number(taken) + self.draw("ln", self.absolute(value))) % self.r

    def log_of_number(self, number: Fraction) -> int:
        if not number:
            raise Undefined
        return sum(count * self.draw("ln", prime) for prime, count in prime_powers(number)) % self.r

    def inverse_function(self, name: str, argument: Formula) -> int:
        """Evaluate an inverse function: an odd one, or what its partner leaves of a right angle."""
        for cofunction, partner in (("arccos", "arcsin"), ("arccot", "arctan"), ("arcsec", "arccsc")):
            if name == cofunction:
                right_angle = self.value(PI) * self.inverse(2)
                return (right_angle - self.inverse_function(partner, argument)) % self.r
        value = self.value(argument)
        if not value:
            return 0
        size = self.absolute(value)
        drawn = self.known_angle(name, size)
        if drawn is None:
            drawn = self.draw(name, size)
        return drawn if size == value else self.r - drawn

    def known_angle(self, name: str, size: int) -> int | None:
        """Return the multiple of pi/12 up to a right angle whose sine, cosecant or tangent this is."""
        function = name.removeprefix("arc")
        for twelfths in range(1, 6 if function == "tan" else 7):
            cos, sin = self.rotation(twelfths)
            if self.ratio(function, sin, cos) == size:
                return self.value(PI) * self.rational(Fraction(twelfths, _TURN)) % self.r
        return None

    # -- angles --

    def angle(self, argument: Formula) -> _Angle:
        """Return the cosine and the sine of an argument."""
        turned: _Angle = (1, 0)
        terms = expanded_terms(argument)
        self.spend(4 * len(terms))
        for factor, atoms in terms:
            if atoms == (PI,) and _TURN % factor.denominator == 0:
                part = self.rotation(int(factor * _TURN))
            else:
                part = self.multiple(self.atom(atoms) if atoms else 1, factor)
            turned = self.turn(turned, part)
        return turned

    def turn(self, first: _Angle, second: _Angle) -> _Angle:
        (a, b), (c, d) = first, second
        return (a * c - b * d) % self.r, (a * d + b * c) % self.r

    def multiple(self, atom: int, factor: Fraction) -> _Angle:
        """Return the angle `factor` times the one that belongs to a value."""
        steps = factor * 5040
        if steps.denominator > 1 or abs(steps) > 1 << 80:
            raise Unsupported("over_limit")
        whole = factor.denominator == 1
        point = self.angles.get(atom)
        if point is None:
            t = self.draw("angle", atom)
            scale = self.inverse(1 + t * t)
            point = self.angles[atom] = ((1 - t * t) * scale % self.r, 2 * t * scale % self.r)
        if whole:
            unit = self.angles.get(~atom)
            if unit is None:
                unit = self.angles[~atom] = self.repeated(point, 5040)
            cos, sin = self.repeated(unit, abs(int(factor)))
        else:
            cos, sin = self.repeated(point, abs(int(steps)))
        return cos, sin if factor >= 0 else -sin % self.r

    def repeated(self, point: _Angle, times: int) -> _Angle:
        self.spend(times.bit_length())
        result: _Angle = (1, 0)
        while times:
            if times & 1:
                result = self.turn(result, point)
            point = self.turn(point, point)
            times >>= 1
        return result

    def rotation(self, twelfths: int) -> _Angle:
        """Return the rotation by a multiple of pi/12, from the roots of 2 and 3."""
        if self.is_complex:
            two, three = self.square_root(2), self.square_root(3)
        else:
            two, three = self.root_power(2, Fraction(1, 2)), self.root_power(3, Fraction(1, 2))
        quarter = two * self.inverse(4) % self.r
        step = (quarter * (three + 1) % self.r, quarter * (three - 1) % self.r)
        return self.repeated(step, twelfths % 24)

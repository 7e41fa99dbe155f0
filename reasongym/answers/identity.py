"""Exact identity of formulas: both are evaluated at random points of a finite field; no float is involved.

A trial draws a prime r and a value for every variable from a digest of the two formulas. Evaluation modulo r
is a homomorphism, so equal formulas agree in every trial, and different polynomials of degree d agree in one
with probability about d / r (Schwartz 1980, Zippel 1979); r has 90 bits and depends on the text, so that no
text can hold a multiple of it. What fits the real functions into the field is r = -1 modulo 8, 3, 5, ..., 23:

- Squares play the positive numbers. -1 is no square, and every square has just one square root that is a
  square and one root of each small odd order, so that `sqrt(ab) = sqrt(a) sqrt(b)`, `sqrt(x^2) = |x|` and
  `x^(1/3)` behave as for real numbers. Roots and logarithms of what is no square are undefined at the point.
- e^u is multiplicative in u: each term of u but for its rational factor draws a square, to that power.
- (cos u, sin u) likewise is a point on the circle over the field; a multiple of pi/12 is the rotation by it.
- ln is additive over factors, powers, primes and the content of polynomials, and undoes exponentials.
- Any other function draws a value that belongs to its argument's value: equal arguments, equal values.

With the imaginary unit, r = 9 modulo 16 and 1 modulo 3, 5, ..., 23; `i` is a root of -1, and only rational
numbers have roots.

Not modelled, so that formulas equal by it may be called different (never the other way round): roots of sums
of roots (`sqrt(3 - 2 sqrt(2))`), logarithms of factored against expanded arguments, sums of inverse
functions, sines of constants other than multiples of pi/12.
"""

from fractions import Fraction
from hashlib import blake2b
from math import gcd, prod
from typing import TypeAlias

from reasongym.answers.algebra import Unsupported, content, expanded_terms, prime_powers, rational
from reasongym.answers.trees import (
    ONE,
    PI,
    Constant,
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
MAX_NODES = 4_000
_MAX_TRIALS = 480
_MAX_PRIMES = 128
_POINTS_PER_PRIME = 16
"""A prime costs as much as four points; formulas without variables take one point of each prime."""
_SIGN_TRIALS = 16
"""Points at which formulas with absolute values or even roots must agree: each shows a sign at one half."""
_TURN = 12
"""A sine's argument is split into parts whose multiples by 1/12 can be taken."""

_Angle: TypeAlias = tuple[int, int]


class _Undefined(Exception):
    """The formula has no value at this point."""


def identical(first: Formula, second: Formula) -> bool:
    """Say whether two formulas are equal wherever both are defined; False where that cannot be decided."""
    return judge(first, second) == "equal"


def judge(first: Formula, second: Formula) -> str:
    """Return `equal`, `different`, or `undecided`: past a bound, or never defined together."""
    spelling: list[str] = []
    try:
        needs_signs = _spell(first, spelling) | _spell(second, spelling)
        text = "".join(spelling)
        key = blake2b(text.encode("utf-8", "replace"), digest_size=32).digest()
        is_complex = "ci;" in text
        is_constant = not (";v" in text or "(v" in text or text[0] == "v")
        agreed = prime = 0
        for trial in range(_MAX_PRIMES if is_constant else _MAX_TRIALS):
            if is_constant or trial % _POINTS_PER_PRIME == 0:
                prime = _drawn_prime(key, trial, is_complex=is_complex)
            point = _Point(key, trial, prime, is_complex=is_complex)
            try:
                if point.value(first) != point.value(second):
                    return "different"
            except _Undefined:
                continue
            agreed += 1
            if agreed >= (_SIGN_TRIALS if needs_signs else 1):
                return "equal"
    except Unsupported:
        pass
    return "undecided"


def _spell(tree: Formula, out: list[str]) -> bool:
    """Append a text that tells trees apart; say whether signs matter: `abs`, or an even root of no number."""
    if len(out) > MAX_NODES:
        raise Unsupported("over_limit")
    if isinstance(tree, Number):
        out.append(f"n{tree.value};")
        return False
    if isinstance(tree, Variable):
        out.append(f"v{tree.name};")
        return False
    if isinstance(tree, Sum):
        out.append("s(")
        signs = [_spell(term, out) for term in tree.terms]
    elif isinstance(tree, Product):
        out.append("p(")
        signs = [_spell(factor, out) for factor in tree.factors]
    elif isinstance(tree, Power):
        out.append("^(")
        exponent = tree.exponent
        is_root = isinstance(exponent, Number) and exponent.value.denominator % 2 == 0
        signs = [_spell(tree.base, out), _spell(exponent, out)]
        signs.append(is_root and not _has_plain_root(tree.base))
    elif isinstance(tree, Function):
        out.append(f"f{tree.name}(")
        signs = [_spell(tree.argument, out), tree.name == "abs"]
    else:
        assert isinstance(tree, Constant)
        out.append(f"c{tree.name};")
        return False
    out.append(")")
    return any(signs)


def _has_plain_root(base: Formula) -> bool:
    """Say whether a square root is no absolute value in disguise: of a variable, a constant or a number."""
    return isinstance(base, Variable | Constant) or rational(base) is not None


# -- points -------------------------------------------------------------------------------------------

_SMALL_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23)
_STEP = 8 * prod(_SMALL_PRIMES)
_COMPLEX_STEP = 2 * _STEP
_COMPLEX_RESIDUE = next(n for n in range(1, 16 * _STEP, _STEP // 8) if n % 16 == 9)
"""9 modulo 16 and 1 modulo the small primes, so that all of these are squares."""
_SIEVE = prod(n for n in range(29, 300) if all(n % d for d in range(2, 18)))


def _prime(seed: int, step: int, residue: int) -> int:
    """Return the first prime near `seed` that is `residue` modulo `step` (Fermat's test to base 2)."""
    candidate = seed - seed % step + residue
    while gcd(candidate, _SIEVE) > 1 or pow(2, candidate - 1, candidate) != 1:
        candidate += step
    return candidate


def _drawn_prime(key: bytes, trial: int, *, is_complex: bool) -> int:
    """Draw the prime of a trial, about 90 bits long, of the kind that the module describes."""
    digest = blake2b(b"prime %d" % trial, key=key, digest_size=11).digest()
    seed = int.from_bytes(digest, "big") | 1 << 88
    return _prime(seed, _COMPLEX_STEP, _COMPLEX_RESIDUE) if is_complex else _prime(seed, _STEP, _STEP - 1)


class _Point:
    """A prime field with a value for every variable, and for every function value that no law determines."""

    def __init__(self, key: bytes, trial: int, prime: int, *, is_complex: bool) -> None:
        self.key = key + trial.to_bytes(2, "big")
        self.drawn: dict[tuple[object, ...], int] = {}
        self.angles: dict[int, _Angle] = {}
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
        """Evaluate a formula; raises _Undefined or Unsupported."""
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
            return self.function(tree.name, tree.argument)
        if tree == PI:
            return self.draw("pi", "constant")
        return self.power(E, ONE) if tree == E else self.imaginary()

    def rational(self, value: Fraction) -> int:
        if value.denominator == 1:
            return value.numerator % self.r
        return value.numerator * self.inverse(value.denominator) % self.r

    def inverse(self, value: int) -> int:
        try:
            return pow(value, -1, self.r)
        except ValueError:  # zero modulo r
            raise _Undefined from None

    def is_positive(self, value: int) -> bool:
        return pow(value, self.half, self.r) == 1

    def absolute(self, value: int) -> int:
        return value if not value or self.is_positive(value) else self.r - value

    # -- powers and exponentials --

    def power(self, base: Formula, exponent: Formula) -> int:
        constant = exponent.value if isinstance(exponent, Number) else rational(exponent)
        if constant is not None and base != E:
            return self.rational_power(base, constant)
        value = 1
        for factor, atoms in expanded_terms(exponent):
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
                raise _Undefined
            return self.scaled(factor, "ln", base_value, self.atom(atoms))
        if number <= 0:
            raise _Undefined
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
        if exponent.denominator == 1:
            return pow(square, exponent.numerator, self.r)
        if self.is_complex or gcd(exponent.denominator, self.half) > 1:
            raise _Undefined
        return pow(square, exponent.numerator * pow(exponent.denominator, -1, self.half), self.r)

    def rational_power(self, base: Formula, exponent: Fraction) -> int:
        if abs(exponent.numerator) > MAX_EXPONENT or exponent.denominator > MAX_EXPONENT:
            raise Unsupported("over_limit")
        if self.is_complex and exponent.denominator > 1:
            return self.complex_root(rational(base), exponent)
        value = self.value(base)
        if not value:
            if exponent <= 0:
                raise _Undefined  # 0^0 has no value here either
            return 0
        if exponent.denominator == 1:
            return pow(value, exponent.numerator, self.r)
        if self.is_positive(value):
            return self.root_power(value, exponent)
        if exponent.denominator % 2 == 0:
            raise _Undefined
        power = self.root_power(self.r - value, exponent)
        return self.r - power if exponent.numerator % 2 else power

    # -- the imaginary unit --

    def imaginary(self) -> int:
        if not self.is_complex:
            raise _Undefined
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
        odd = (self.r - 1) // 8
        root = pow(value, (odd + 1) // 2, self.r)
        for _ in range(4):
            if root * root % self.r == value:
                return root
            root = root * self.eighth_root_of_unity() % self.r
        raise _Undefined

    def eighth_root_of_unity(self) -> int:
        for attempt in range(64):
            root = self.drawn.get(("eighth root",))
            if root is not None:
                return root
            root = pow(self.draw("unit", attempt), (self.r - 1) // 8, self.r)
            if pow(root, 4, self.r) == self.r - 1:
                self.drawn["eighth root",] = root
        raise _Undefined

    # -- functions --

    def function(self, name: str, argument: Formula) -> int:
        if name in ("ln", "log"):
            return self.logarithm(argument)
        if name == "abs":
            return self.absolute(self.value(argument))
        if name in ("sinh", "cosh", "tanh"):
            grows = self.power(E, argument)
            falls = self.inverse(grows)
            sinh, cosh = (grows - falls) * self.inverse(2), (grows + falls) * self.inverse(2)
            return self.ratio(name, sinh, cosh)
        if name.startswith("arc"):
            return self.inverse_function(name, argument)
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
        if not value or not (self.is_complex or self.is_positive(value)):
            raise _Undefined
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
            raise _Undefined
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
        for factor, atoms in expanded_terms(argument):
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

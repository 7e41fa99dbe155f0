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

Not modelled, so that formulas equal by it may be called different: roots of sums of roots
(`sqrt(3 - 2 sqrt(2))`), logarithms of factored against expanded arguments, powers of products with variable
exponents, sums of inverse functions, sines of constants other than multiples of pi/12, and in complex
formulas roots of products of primes above 1,000. The other way round, formulas that differ in the sign of a
root or of an absolute value alone are called equal once in 2**16 pairs; all others less than once in 2**70.
"""

from collections.abc import Iterator
from fractions import Fraction
from hashlib import blake2b
from itertools import count
from math import gcd, prod

from reasongym.answers.algebra import (
    SURELY_PRIME,
    Unsupported,
    is_squarefree,
    polynomial,
    prime_powers,
    rational,
)
from reasongym.answers.points import Point, Undefined
from reasongym.answers.trees import (
    Constant,
    E,
    Formula,
    Function,
    Number,
    Power,
    Sum,
    Variable,
    parts,
    variables,
)

MAX_NODES = 4_000
MAX_WORK = 20_000
"""What a judgement may cost, in about microseconds."""
MAX_RADICAND = 8
"""Coefficients of a polynomial under a root whose square factors are looked for."""
MAX_RADICANDS = 6
"""Large primes under roots: each has a root in half of all fields only."""
_PRIME_WORK = 80
_MAX_TRIALS = 480
_MAX_PRIMES = 40
_POINTS_PER_PRIME = 16
"""A prime costs as much as four points; formulas without variables take one point of each prime."""
_SIGN_TRIALS = 16
"""Points at which formulas with absolute values or even roots must agree: each shows a sign at one half."""


def identical(first: Formula, second: Formula) -> bool:
    """Say whether two formulas are equal wherever both are defined; False where that cannot be decided."""
    return judge(first, second) == "equal"


def judge(first: Formula, second: Formula) -> str:
    """Return `equal`, `different`, or `undecided`: past a bound, or never defined together."""
    number, other = rational(first), rational(second)
    if number is not None and other is not None:
        return "equal" if number == other else "different"
    try:
        spelling = _Spelling(first, second)
        return _compared(first, second, spelling)
    except Unsupported:
        return "undecided"


def _compared(first: Formula, second: Formula, spelling: "_Spelling") -> str:
    """Compare at drawn points until enough of them agree or one does not."""
    agreed = 0
    for point in _drawn_points(spelling):
        try:
            if point.value(first) != point.value(second):
                return "different"
        except Undefined:
            continue
        agreed += 1
        if agreed >= (_SIGN_TRIALS if spelling.needs_signs else 1):
            return "equal"
    return "undecided"


def _drawn_points(spelling: "_Spelling") -> Iterator[Point]:
    """Draw points, of a new prime each where there are no variables; together they share their work."""
    key, is_complex, is_constant = spelling.key(), spelling.is_complex, spelling.is_constant
    work = [MAX_WORK]
    prime = 0
    for trial in range(_MAX_PRIMES if is_constant else _MAX_TRIALS):
        if is_constant or trial % _POINTS_PER_PRIME == 0:
            prime = _drawn_prime(key, trial, spelling.radicands, is_complex=is_complex)
            work[0] -= _PRIME_WORK
        yield Point(key, trial, prime, work, is_complex=is_complex)


def proportional(first: Formula, second: Formula, unknowns: frozenset[str] = frozenset()) -> bool:
    """Say whether two formulas differ by a factor that is not zero, so that they vanish together.

    The factor is constant, or where unknowns are named free of these: `y - x/2` and `2ky - kx` for y.
    """
    try:
        spelling = _Spelling(first, second)
        return _have_one_ratio(first, second, spelling, sorted(unknowns))
    except Unsupported:
        return False


def _have_one_ratio(first: Formula, second: Formula, spelling: "_Spelling", unknowns: list[str]) -> bool:
    ratios: list[int] = []
    for point in _points_apart(spelling, unknowns):
        try:
            ratios.append(point.value(first) * point.inverse(point.value(second)) % point.r)
        except Undefined:
            continue
        if not ratios[-1] or ratios[-1] != ratios[0]:
            return False
        if len(ratios) > (_SIGN_TRIALS if spelling.needs_signs else 2):
            return True
    return False


def _points_apart(spelling: "_Spelling", unknowns: list[str]) -> Iterator[Point]:
    """Draw points of one prime, which differ in nothing but the unknowns where some are named."""
    key, is_complex = spelling.key(), spelling.is_complex
    work = [MAX_WORK]
    prime = _drawn_prime(key, 0, spelling.radicands, is_complex=is_complex)
    for trial in range(_MAX_TRIALS):
        point = Point(key, trial, prime, work, is_complex=is_complex)
        if unknowns and trial:
            values = [point.draw(name) for name in unknowns]
            point = Point(key, 0, prime, work, is_complex=is_complex)
            for name, value in zip(unknowns, values, strict=True):
                point.drawn[name,] = value
        yield point


class _Spelling:
    """What decides the choice of points: a text that tells trees apart, signs that matter, and radicands."""

    def __init__(self, *trees: Formula) -> None:
        self.parts: list[str] = []
        self.needs_signs = False
        """There is an absolute value, or an even root that may be one."""
        self.radicands: set[int] = set()
        """Primes (or what is left when small ones are taken out) that need a square root."""
        self.roots: set[tuple[str | Fraction, ...]] = set()
        """Polynomials under even roots: the variable and the coefficients over the leading one."""

        for tree in trees:
            self.add(tree)

    def key(self) -> bytes:
        return blake2b("".join(self.parts).encode("utf-8", "replace"), digest_size=32).digest()

    @property
    def is_complex(self) -> bool:
        return "ci;" in self.parts

    @property
    def is_constant(self) -> bool:
        return not any(part[0] == "v" for part in self.parts)

    def add(self, tree: Formula) -> None:
        if len(self.parts) > MAX_NODES:
            raise Unsupported("over_limit")
        if isinstance(tree, Number):
            self.parts.append(f"n{tree.value.numerator:x}/{tree.value.denominator:x};")
        elif isinstance(tree, Variable):
            self.parts.append(f"v{tree.name};")
        elif isinstance(tree, Constant):
            self.parts.append(f"c{tree.name};")
        elif isinstance(tree, Function):
            self.needs_signs |= tree.name == "abs"
            self.add_all(f"f{tree.name}(", tree.argument)
        elif isinstance(tree, Power):
            self.add_all("^(", tree.base, tree.exponent)
            self.add_power(tree.base, tree.exponent)
        else:
            self.add_all("s(" if isinstance(tree, Sum) else "p(", *parts(tree))

    def add_all(self, opening: str, *trees: Formula) -> None:
        self.parts.append(opening)
        for tree in trees:
            self.add(tree)
        self.parts.append(")")

    def add_power(self, base: Formula, exponent: Formula) -> None:
        """Note what may be a root in any spelling: `u^(2^(-1))`, `u^(1/2 + x - x)`, `e^(ln(u)/2)`."""
        constant = rational(exponent)
        if base == E:
            self.needs_signs |= constant is None and _has_logarithm(exponent)
        elif constant is None and rational(base) is None:
            self.needs_signs = True
        elif constant is None or constant.denominator % 2 == 0:
            self.add_root(base)

    def add_root(self, base: Formula) -> None:
        """Note what is under an even root, and whether its sign is certain."""
        number = rational(base)
        if number is None:
            self.add_root_of_varying(base)
        elif number:
            primes = {prime for prime, _ in prime_powers(abs(number))}
            self.needs_signs |= max(primes, default=1) >= SURELY_PRIME
            self.radicands |= primes.difference(_SMALL_PRIMES, (2,))
            if len(self.radicands) > MAX_RADICANDS:
                raise Unsupported("over_limit")

    def add_root_of_varying(self, base: Formula) -> None:
        """Note a radicand; roots of one polynomial without square factors are no absolute values."""
        if isinstance(base, Variable | Constant):
            return
        names = variables(base)
        coefficients = polynomial(base, min(names)) if len(names) == 1 else None
        if coefficients and len(coefficients) <= MAX_RADICAND and is_squarefree(coefficients):
            self.roots.add((min(names), *(one / coefficients[-1] for one in coefficients)))
            self.needs_signs |= len(self.roots) > 1
        else:
            self.needs_signs = True


def _has_logarithm(tree: Formula) -> bool:
    is_logarithm = isinstance(tree, Function) and tree.name in ("ln", "log")
    return is_logarithm or any(map(_has_logarithm, parts(tree)))


_SMALL_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23)
_STEP = 8 * prod(_SMALL_PRIMES)
_COMPLEX_STEP = 2 * _STEP
_COMPLEX_RESIDUE = next(n for n in range(1, 16 * _STEP, _STEP // 8) if n % 16 == 9)
"""9 modulo 16 and 1 modulo the small primes, so that all of these are squares."""
_SIEVE = prod(n for n in range(29, 300) if all(n % d for d in range(2, 18)))


def _drawn_prime(key: bytes, trial: int, radicands: set[int], *, is_complex: bool) -> int:
    """Draw the prime of a trial, about 90 bits long, of the kind that the module describes.

    It is the first after a random start (by Fermat's test to base 2) modulo which the radicands are squares.
    """
    digest = blake2b(b"prime %d" % trial, key=key, digest_size=11).digest()
    seed = int.from_bytes(digest, "big") | 1 << 88
    step, residue = (_COMPLEX_STEP, _COMPLEX_RESIDUE) if is_complex else (_STEP, _STEP - 1)
    for candidate in count(seed - seed % step + residue, step):
        has_roots = all(_jacobi(radicand, candidate) == 1 for radicand in radicands)
        if has_roots and gcd(candidate, _SIEVE) == 1 and pow(2, candidate - 1, candidate) == 1:
            return candidate
    raise AssertionError


def _jacobi(top: int, bottom: int) -> int:
    """Return the Jacobi symbol: for a prime `bottom`, whether `top` is a square (1) or not (-1)."""
    top %= bottom
    sign = 1
    while top:
        twos = (top & -top).bit_length() - 1
        top >>= twos
        if twos % 2 and bottom % 8 in (3, 5):
            sign = -sign
        if top % 4 == bottom % 4 == 3:
            sign = -sign
        top, bottom = bottom % top, top
    return sign if bottom == 1 else 0

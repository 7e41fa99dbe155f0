"""`PolynomialFactor-v0`: write a polynomial as a product of polynomials that cannot be factored further."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import NamedTuple

from reasongym.answers.algebra import polynomial
from reasongym.answers.formulas import parse_equation
from reasongym.answers.trees import Formula, Number, Power, Product
from reasongym.core import Data, Json
from reasongym.envs.math.polynomials import drawn, product, spaced, value, written
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.registry import register
from reasongym.seeding import Stream

_MAX_FACTORS = 40


class _Level(NamedTuple):
    about: str
    degrees: tuple[int, ...]
    """Of the irreducible factors."""
    most_leading: int
    most: int
    most_content: int = 1
    repeats: bool = False
    """The first factor comes twice."""


_LEVELS = (
    _Level("x^2 + bx + c with two whole roots up to 9 (a warm-up)", (1, 1), 1, 9),
    _Level("two linear factors", (1, 1), 5, 9),
    _Level("a common number and two linear factors", (1, 1), 9, 12, 9),
    _Level("three linear factors", (1, 1, 1), 4, 9),
    _Level("two linear factors and an irreducible quadratic", (1, 1, 2), 4, 9, 5),
    _Level("two irreducible quadratics and a repeated linear factor", (1, 1, 2, 2), 4, 9, 5, repeats=True),
    _Level("an irreducible cubic, two quadratics and a linear factor", (3, 2, 2, 1), 6, 12, 5),
    _Level(
        "two irreducible cubics, one of them twice, and two quadratics",
        (3, 3, 3, 2, 2),
        6,
        15,
        9,
        repeats=True,
    ),
)


@register("PolynomialFactor-v0")
class PolynomialFactor(Posed):
    """Factor a polynomial completely over the rational numbers, in any order, with numbers put anywhere.

    `data` holds the `coefficients` from the constant upwards, the `variable`, and for the oracle the
    irreducible `factors` with leading coefficients above 0 and without common numbers, and the `content`.
    """

    family = "polynomial_factor"
    levels = tuple(level.about for level in _LEVELS)
    default_level = 3
    asks = "the factored polynomial"
    spaces = (171, 2_200, 60_000, 21_000, 99_000, 99_000, 99_000, 99_000)
    chances = (0.035, 0.007, 0.004, 0.001, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = _LEVELS[level]
        random = rng.random
        factors = [_irreducible(random, degree, meant.most_leading, meant.most) for degree in meant.degrees]
        if meant.repeats:
            factors[1] = factors[0]
        content = 1 + int(random() * meant.most_content)
        coefficients = [content * one for one in product(factors)]
        return {
            "coefficients": coefficients,
            "variable": rng.pick(VARIABLES),
            "factors": factors,
            "content": content,
        }

    def question(self, data: Data) -> str:
        problem = written(data["coefficients"], data["variable"])
        return (
            f"Factor {problem} completely over the rational numbers: write it as a product of polynomials "
            "with rational coefficients, none of which can be factored further."
        )

    def terse(self, data: Data) -> str:
        return f"factor {spaced(written(data['coefficients'], data['variable']))} :"

    def fault(self, data: Data, answer: str) -> str:
        name = data["variable"]
        sides = parse_equation(answer, (name,))
        if isinstance(sides, str):
            return sides
        whole = [Fraction(one) for one in data["coefficients"]]
        wrong = [side for side in sides if polynomial(side, name) != whole]
        if wrong:
            return "wrong_value" if sides[-1] in wrong else "false_equation"
        factors: list[list[int]] = []
        if not _collect(sides[-1], name, factors):
            return "not_factored"
        return "ok" if sorted(factors) == sorted(data["factors"]) else "not_factored"

    def oracle(self, data: Data) -> list[str]:
        return [_written(data["factors"], data["content"], data["variable"])]

    def canonical(self, data: Data) -> str:
        return str(data["coefficients"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write factors of the right degrees whose outer coefficients divide those of the polynomial."""
        primitive = [one // state["content"] for one in state["coefficients"]]
        leading, constant = _divisors(primitive[-1]), _divisors(primitive[0])
        guess = [
            [
                rng.pick((-1, 1)) * rng.pick(constant),
                *(rng.between(-9, 9) for _ in factor[2:]),
                rng.pick(leading),
            ]
            for factor in state["factors"]
        ]
        return _written(guess, state["content"], state["variable"])

    def prove(self, data: Data) -> bool:
        """Multiply out at points, and search every factor for a rational root; none has degree above 3."""
        for at in range(-len(data["coefficients"]), len(data["coefficients"]) + 1):
            total = data["content"]
            for factor in data["factors"]:
                total *= value(factor, at)
            if total != sum(one * at**power for power, one in enumerate(data["coefficients"])):
                return False
        return all(len(one) <= 4 and gcd(*one) == 1 and not _has_root(one) for one in data["factors"])

    def effort(self, data: Data) -> float:
        """Count the multiplications in trying all rational roots that the outer coefficients allow."""
        coefficients = [one // data["content"] for one in data["coefficients"]]
        candidates = 2 * len(_divisors(coefficients[0])) * len(_divisors(coefficients[-1]))
        return candidates * (len(coefficients) - 1)


def _irreducible(random: Callable[[], float], degree: int, most_leading: int, most: int) -> list[int]:
    """Draw a polynomial of degree 1 to 3 without a common number and, above 1, without a rational root."""
    while True:
        polynomial = drawn(random, degree, most_leading, most)
        if gcd(*polynomial) > 1:
            continue
        if degree == 1 or (degree == 2 and not _splits(polynomial)):
            return polynomial
        if degree == 3 and _has_no_root_modulo_small_primes(polynomial):
            return polynomial


def _splits(quadratic: Sequence[int]) -> bool:
    c, b, a = quadratic
    discriminant = b * b - 4 * a * c
    return discriminant >= 0 and isqrt(discriminant) ** 2 == discriminant


def _has_no_root_modulo_small_primes(cubic: Sequence[int]) -> bool:
    """Find a prime that does not divide the leading coefficient and modulo which there is no root."""
    d, c, b, a = cubic
    for prime in (2, 3, 5, 7):
        if a % prime and all((((a * n + b) * n + c) * n + d) % prime for n in range(prime)):
            return True
    return False


def _divisors(number: int) -> list[int]:
    number = abs(number)
    small = [d for d in range(1, isqrt(number) + 1) if number % d == 0]
    return small + [number // d for d in small if d * d != number]


def _has_root(factor: Sequence[int]) -> bool:
    """Search a polynomial of degree 2 or 3 for a rational root."""
    if len(factor) == 2:
        return False
    tops, bottoms = _divisors(factor[0]), _divisors(factor[-1])
    return any(
        value(factor, Fraction(sign * top, bottom)) == 0
        for top in tops
        for bottom in bottoms
        for sign in (1, -1)
    )


def _written(factors: list[list[int]], content: int, name: str) -> str:
    parts = [] if content == 1 else [f"{content}"]
    for at, factor in enumerate(factors):
        if factor not in factors[:at]:
            times = factors.count(factor)
            parts.append(f"({written(factor, name)})" + (f"^{times}" if times > 1 else ""))
    return spaced(" ".join(parts))


def _collect(tree: Formula, name: str, factors: list[list[int]]) -> bool:
    """Collect the factors of a product as polynomials without common numbers; False if one is none."""
    if isinstance(tree, Number):
        return True
    if isinstance(tree, Product):
        return all(_collect(factor, name, factors) for factor in tree.factors)
    if isinstance(tree, Power):
        exponent = tree.exponent
        if not isinstance(exponent, Number) or exponent.value not in range(1, _MAX_FACTORS):
            return False
        return all(_collect(tree.base, name, factors) for _ in range(int(exponent.value)))
    coefficients = polynomial(tree, name)
    if not coefficients or len(factors) >= _MAX_FACTORS:
        return False
    if len(coefficients) > 1:
        common = lcm(*(one.denominator for one in coefficients))
        whole = [int(one * common) for one in coefficients]
        content = gcd(*whole) * (1 if whole[-1] > 0 else -1)
        factors.append([one // content for one in whole])
    return True

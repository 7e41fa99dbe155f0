"""`PolynomialExpand-v0`: multiply out a product of polynomials, or a difference of two."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from reasongym.answers.algebra import polynomial
from reasongym.answers.formulas import parse_equation
from reasongym.answers.trees import Formula, Number, Power, Product, Sum, Variable
from reasongym.core import Data, Json
from reasongym.envs.math.polynomials import drawn, nonzero, product, spaced, value, written
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.registry import register
from reasongym.seeding import Stream


class _Level(NamedTuple):
    about: str
    products: tuple[tuple[int, ...], ...]
    """The degrees of the factors of each product; the second product is taken away from the first."""
    most_leading: int
    most: int
    squared: bool = False
    """The first factor comes twice."""


_LEVELS = (
    _Level("a number times a binomial", ((0, 1),), 12, 12),
    _Level("two binomials", ((1, 1),), 5, 9),
    _Level("a binomial times a trinomial", ((1, 2),), 6, 9),
    _Level("the square of a binomial times another binomial", ((1, 1, 1),), 6, 9, squared=True),
    _Level("two quadratics and a binomial", ((1, 2, 2),), 9, 12),
    _Level("two products, one taken away from the other", ((1, 2, 2), (1, 1, 2)), 12, 20),
    _Level("four quadratics", ((2, 2, 2, 2),), 20, 40),
    _Level("a product of three cubics minus a product of four quadratics", ((3, 3, 3), (2, 2, 2, 2)), 40, 99),
)


@register("PolynomialExpand-v0")
class PolynomialExpand(Posed):
    """Write a product of polynomials as a sum of monomials, one for each power; any order of terms is right.

    `data` holds `products`, each a list of factors (coefficients from the constant upwards), of which every
    one but the first is taken away, and the name of the `variable`.
    """

    family = "polynomial_expand"
    levels = tuple(level.about for level in _LEVELS)
    default_level = 3
    asks = "the expanded polynomial"
    spaces = (3_100, 4_000, 60_000, 60_000, 99_000, 99_000, 99_000, 99_000)
    chances = (0.002, 0.002, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = _LEVELS[level]
        random = rng.random
        products = [
            [
                drawn(random, degree, meant.most_leading, meant.most)
                if degree
                else [2 + int(random() * (meant.most - 1))]
                for degree in degrees
            ]
            for degrees in meant.products
        ]
        if meant.squared:
            products[0][0] = products[0][1]
        return {"products": products, "variable": rng.pick(VARIABLES)}

    def question(self, data: Data) -> str:
        return f"Expand {_problem(data)} and collect like terms."

    def terse(self, data: Data) -> str:
        return f"expand {spaced(_problem(data))} :"

    def fault(self, data: Data, answer: str) -> str:
        name = data["variable"]
        sides = parse_equation(answer, (name,))
        if isinstance(sides, str):
            return sides
        monomials = _monomials(sides[-1], name)
        expected = {power: Fraction(one) for power, one in enumerate(_expanded(data)) if one}
        if isinstance(monomials, str):
            return monomials
        if {power: one for power, one in monomials.items() if one} != expected:
            return "wrong_value"
        whole = [expected.get(power, Fraction(0)) for power in range(max(expected, default=-1) + 1)]
        return "ok" if all(polynomial(side, name) == whole for side in sides[:-1]) else "false_equation"

    def oracle(self, data: Data) -> list[str]:
        return [spaced(written(_expanded(data), data["variable"]))]

    def canonical(self, data: Data) -> str:
        return str([sorted(factors) for factors in data["products"]])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        products = [rng.shuffled(factors) for factors in data["products"]]
        return {"products": products, "variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a polynomial of the right degree with coefficients of the right size."""
        expanded = _expanded(state)
        guess = [nonzero(rng.random, 2 * abs(one) + 1) for one in expanded]
        return spaced(written(guess, state["variable"]))

    def prove(self, data: Data) -> bool:
        """Compare the oracle's polynomial with the product at more points than its degree."""
        expanded = _expanded(data)
        for at in range(-len(expanded), len(expanded) + 1):
            total = 0
            for sign, factors in zip((1, -1), data["products"], strict=False):
                part = sign
                for factor in factors:
                    part *= sum(one * at**power for power, one in enumerate(factor))
                total += part
            if value(expanded, at) != total:
                return False
        return True

    def effort(self, data: Data) -> float:
        """Count the products of coefficients in multiplying out from left to right."""
        num = 0
        for factors in data["products"]:
            length = len(factors[0])
            for factor in factors[1:]:
                num += length * len(factor)
                length += len(factor) - 1
        return num


def _expanded(data: Data) -> list[int]:
    first, *others = (product(factors) for factors in data["products"])
    for other in others:
        first += [0] * (len(other) - len(first))
        for power, coefficient in enumerate(other):
            first[power] -= coefficient
    while first and not first[-1]:
        first.pop()
    return first


def _problem(data: Data) -> str:
    name = data["variable"]
    return " - ".join(_product(factors, name) for factors in data["products"])


def _product(factors: list[list[int]], name: str) -> str:
    """Write a product; a factor that comes several times is a power where it comes first."""
    text = ""
    for at, factor in enumerate(factors):
        if len(factor) == 1:
            text += f"{factor[0]}" if at == 0 else f"({factor[0]})"
        elif factor not in factors[:at]:
            times = factors.count(factor)
            text += f"({written(factor, name)})" + (f"^{times}" if times > 1 else "")
    return text


def _monomials(tree: Formula, name: str) -> dict[int, Fraction] | str:
    """Read a sum of monomials by power, or say that it is `not_expanded` or `not_collected`."""
    found: dict[int, Fraction] = {}
    for term in tree.terms if isinstance(tree, Sum) else (tree,):
        monomial = _monomial(term, name)
        if monomial is None:
            return "not_expanded"
        power, coefficient = monomial
        if power in found:
            return "not_collected"
        found[power] = coefficient
    return found


def _monomial(term: Formula, name: str) -> tuple[int, Fraction] | None:
    """Read at most one number times at most one power of the variable."""
    power: int | None = None
    coefficient: Fraction | None = None
    for factor in term.factors if isinstance(term, Product) else (term,):
        if isinstance(factor, Number) and coefficient is None:
            coefficient = factor.value
        elif factor == Variable(name) and power is None:
            power = 1
        elif isinstance(factor, Power) and factor.base == Variable(name) and power is None:
            exponent = factor.exponent
            if not isinstance(exponent, Number) or exponent.value.denominator > 1 or exponent.value < 0:
                return None
            power = int(exponent.value)
        else:
            return None
    return power or 0, Fraction(1) if coefficient is None else coefficient

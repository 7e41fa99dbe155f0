"""`FractionArithmetic-v0`: sums, differences, products and quotients of fractions, worked out exactly."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from reasongym.answers.arithmetic import parse
from reasongym.core import Data, Json
from reasongym.envs.math import expressions
from reasongym.envs.math.exact import Exact
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the fractions of a level are and how they are joined."""

    sizes: tuple[int, ...]
    """Factors of each term; a negative number stands for a factor times a bracket of so many terms."""
    max_bottom: int
    same_bottom: bool = False
    divides: bool = False


LEVELS = (
    Level((1, 1), 9, same_bottom=True),
    Level((1, 1), 12),
    Level((2, 1), 12),
    Level((2, 2), 20, divides=True),
    Level((-2, 2, 1), 20, divides=True),
    Level((-3, 2, -2), 30, divides=True),
    Level((-3, -3, -3, 2), 60, divides=True),
)


@register("FractionArithmetic-v0")
class FractionArithmetic(Exact):
    """Work out an expression of fractions; the value counts in every exact form, in lowest terms or not.

    `data` holds `terms`, a sum of fractions as `expressions` has it, and `answer`.
    """

    family = "fraction_arithmetic"
    levels = (
        "the sum or difference of 2 fractions with one denominator up to 9 (a warm-up)",
        "the sum or difference of 2 fractions with denominators up to 12",
        "3 fractions with a product, denominators up to 12",
        "4 fractions in two products or quotients, denominators up to 20",
        "6 fractions with a bracket, denominators up to 20",
        "9 fractions with two brackets, denominators up to 30",
        "14 fractions with three brackets, denominators up to 60",
    )
    default_level = 3
    asks = "value, as a fraction or a whole number"
    spaces = (722, 12_000, 700_000, 10**6, 10**6, 10**6, 10**6)
    chances = (0.095, 0.02, 0.01, 0.002, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        bottom = rng.between(3, meant.max_bottom) if meant.same_bottom else 0
        terms, (top, below) = _sum(rng.random, meant, bottom)
        return {"terms": terms, "answer": _text(top, below)}

    def question(self, data: Data) -> str:
        return f"Work out {expressions.written(data['terms'])} exactly."

    def terse(self, data: Data) -> str:
        text = expressions.written(data["terms"])
        return text.replace("/", " / ").replace("  /  ", " / ").replace("(", "( ").replace(")", " )") + " ="

    def oracle(self, data: Data) -> list[str]:
        return [str(data["answer"]).replace("/", " / ")]

    def canonical(self, data: Data) -> str:
        return expressions.name(data["terms"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return {"terms": expressions.reordered(data["terms"], rng), "answer": data["answer"]}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a fraction over the denominator of the answer that is not larger than the sum is long."""
        bottom = Fraction(state["answer"]).denominator
        most = len(state["terms"]) * bottom
        return f"{rng.between(-most, most)} / {bottom}"

    def prove(self, data: Data) -> bool:
        """Read the expression back from its text and work it out as whole numbers divided."""
        read = parse(expressions.written(data["terms"]))
        return not isinstance(read, str) and Fraction(*read[:2]) == Fraction(data["answer"])

    def effort(self, data: Data) -> float:
        """Count the digits of all numerators and denominators that working term by term meets."""
        return _digits(data["terms"])[1]


def _sum(random: Callable[[], float], meant: Level, bottom: int = 0) -> tuple[Json, tuple[int, int]]:
    terms: list[Json] = []
    total, below = 0, 1
    for size in meant.sizes:
        factors, (a, b) = _term(random, meant, size, bottom)
        sign = 1 if not terms or random() < 0.5 else -1
        terms.append([sign, factors])
        total, below = total * b + sign * a * below, below * b
    return terms, (total, below)


def _term(random: Callable[[], float], meant: Level, size: int, bottom: int) -> tuple[Json, tuple[int, int]]:
    a, b = _fraction(random, meant.max_bottom, bottom)
    if size == 1:
        return [["*", f"{a}/{b}"]], (a, b)
    if size < 0:
        inner, (c, d) = _sum(random, Level((1,) * -size, meant.max_bottom))
        return [["*", f"{a}/{b}"], ["*", inner]], (a * c, b * d)
    c, d = _fraction(random, meant.max_bottom, 0)
    if meant.divides and random() < 0.5:
        return [["*", f"{a}/{b}"], ["/", f"{c}/{d}"]], (a * d, b * c)
    return [["*", f"{a}/{b}"], ["*", f"{c}/{d}"]], (a * c, b * d)


def _fraction(random: Callable[[], float], max_bottom: int, bottom: int) -> tuple[int, int]:
    """Draw a fraction between 0 and 2 in its lowest terms, that is not whole."""
    while True:
        below = bottom or 2 + int(random() * (max_bottom - 1))
        top = 1 + int(random() * (2 * below - 1))
        if gcd(top, below) == 1:
            return top, below


def _text(top: int, below: int) -> Json:
    common = gcd(top, below)
    top, below = top // common, below // common
    return top if below == 1 else f"{top}/{below}"


def _digits(terms: Json) -> tuple[Fraction, int]:
    total, work = Fraction(0), 0
    for sign, factors in terms:
        product = Fraction(1)
        for operator, leaf in factors:
            value, inner = _digits(leaf) if type(leaf) is list else (Fraction(leaf), 0)
            product = product * value if operator == "*" else product / value
            work += inner + len(str(product))
        total += sign * product
        work += len(str(total))
    return total, work

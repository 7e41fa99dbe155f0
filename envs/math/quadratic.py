"""`Quadratic-v0`: all real or complex solutions of a quadratic equation, exactly."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd, isqrt
from typing import TypeAlias

from reasongym.answers.formulas import parse
from reasongym.answers.identity import identical
from reasongym.answers.trees import Formula
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math.polynomials import nonzero, product, spaced, written
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.envs.math.solutions import joined_lines, one_box, solutions
from reasongym.registry import register
from reasongym.seeding import Stream

Random: TypeAlias = Callable[[], float]
Sides: TypeAlias = tuple[list[list[int]], list[int]]
"""The factors of the left side, and the right side as a polynomial."""


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _monic(most: int) -> Callable[[Random], Sides]:
    def make(random: Random) -> Sides:
        p, q = nonzero(random, most), nonzero(random, most)
        return [[p * q, -p - q, 1]], []

    return make


def _rational(random: Random) -> Sides:
    a, b = _whole(random, 2, 9), _whole(random, 1, 9)
    return [product([[nonzero(random, 12), a], [nonzero(random, 12), b]])], []


def _of_discriminant(random: Random, most_leading: int, most: int, fits: Callable[[int], bool]) -> list[int]:
    """Draw coefficients whose discriminant fits; half of all draws do."""
    while True:
        quadratic = [nonzero(random, most), _whole(random, -most, most), _whole(random, 1, most_leading)]
        c, b, a = quadratic
        if fits(b * b - 4 * a * c) and gcd(a, b, c) == 1:
            return quadratic


def _is_surd(discriminant: int) -> bool:
    return discriminant > 0 and isqrt(discriminant) ** 2 != discriminant


def _surds(most_leading: int, most: int) -> Callable[[Random], Sides]:
    return lambda random: ([_of_discriminant(random, most_leading, most, _is_surd)], [])


def _complex(random: Random) -> Sides:
    return [_of_discriminant(random, 12, 30, lambda discriminant: discriminant < 0)], []


def _unordered(most_leading: int, most: int) -> Callable[[Random], Sides]:
    """Move terms of an equation to the right side; its solutions may be of any kind."""

    def make(random: Random) -> Sides:
        while True:
            factors = [
                [nonzero(random, most), _whole(random, 1, most_leading)],
                [nonzero(random, most), _whole(random, 1, most_leading)],
            ]
            right = [nonzero(random, 9 * most), nonzero(random, 3 * most), nonzero(random, most_leading)]
            if right[2] != factors[0][1] * factors[1][1]:
                return factors, right

    return make


_LEVELS: tuple[tuple[str, Callable[[Random], Sides]], ...] = (
    ("x^2 + bx + c = 0 with whole solutions up to 9 (a warm-up)", _monic(9)),
    ("x^2 + bx + c = 0 with whole solutions up to 60", _monic(60)),
    ("ax^2 + bx + c = 0 with rational solutions", _rational),
    ("ax^2 + bx + c = 0 with irrational solutions", _surds(6, 20)),
    ("ax^2 + bx + c = 0 with complex solutions", _complex),
    ("a product equal to a quadratic, solutions of any kind", _unordered(5, 20)),
    ("a product equal to a quadratic, larger coefficients", _unordered(30, 150)),
)


@register("Quadratic-v0")
class Quadratic(Posed):
    """Solve a quadratic equation over the complex numbers; the set of solutions in any exact form is right.

    `data` holds the `left` side as factors and the `right` side as a polynomial (empty for 0), both with
    coefficients from the constant upwards, and the `variable`.
    """

    family = "quadratic"
    levels = tuple(about for about, _ in _LEVELS)
    default_level = 3
    ending = "line"
    asks = "the solutions"
    spaces = (171, 7_200, 21_000, 5_300, 10_000, 90_000, 90_000)
    chances = (0.04, 0.01, 0.003, 0.002, 0.002, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        left, right = _LEVELS[level][1](rng.random)
        return {"left": left, "right": right, "variable": rng.pick(VARIABLES)}

    def question(self, data: Data) -> str:
        return (
            f"Solve {_equation(data)} over the complex numbers. Give every solution {data['variable']} "
            "exactly, without decimal approximations."
        )

    def terse(self, data: Data) -> str:
        return f"solve {spaced(_equation(data))} :"

    def verify(self, data: Data, text: str) -> Verdict:
        """Read the declared answer or the last line, with the lines of solutions right before it."""
        name = data["variable"]
        joined = joined_lines(text, lambda line: _names_solutions(line, name))
        return super().verify(data, one_box(joined))

    def fault(self, data: Data, answer: str) -> str:
        found = solutions(answer, data["variable"])
        if isinstance(found, str):
            return found
        right = [_read(root) for root in _roots(_standard(data))]
        met: set[int] = set()
        for one in found:
            at = next((at for at, root in enumerate(right) if identical(one, root)), None)
            if at is None:
                return "wrong_value"
            met.add(at)
        return "ok" if len(met) == len(right) else "missing_solution"

    def oracle(self, data: Data) -> list[str]:
        name = data["variable"]
        return [" or ".join(f"{name} = {spaced(root)}" for root in _roots(_standard(data)))]

    def canonical(self, data: Data) -> str:
        return f"{sorted(data['left'])} = {data['right']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"left": rng.shuffled(data["left"]), "variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write two divisors of the constant over divisors of the leading coefficient."""
        c, _, a = _standard(state)
        tops = [n for n in range(1, min(abs(c), 999) + 1) if c % n == 0] or [1]
        bottoms = [n for n in range(1, min(abs(a), 999) + 1) if a % n == 0]
        roots = (Fraction(rng.pick((1, -1)) * rng.pick(tops), rng.pick(bottoms)) for _ in range(2))
        return " or ".join(f"{state['variable']} = {spaced(str(root))}" for root in roots)

    def prove(self, data: Data) -> bool:
        """Check sum and product of the solutions (Vieta), from the equation's values at 0, 1 and -1."""
        at = [_difference(data, point) for point in (0, 1, -1)]
        c, a, b = at[0], Fraction(at[1] + at[2], 2) - at[0], Fraction(at[1] - at[2], 2)
        roots = _roots(_standard(data))
        first, second = roots[0], roots[-1]
        total = parse(f"({first}) + ({second})", ())
        multiplied = parse(f"({first}) * ({second})", ())
        if isinstance(total, str) or isinstance(multiplied, str) or not a:
            return False
        return identical(total, _read(f"{-b / a}")) and identical(multiplied, _read(f"{c / a}"))

    def effort(self, data: Data) -> float:
        """Count the digits a solver by formula writes: coefficients, discriminant, solutions."""
        c, b, a = _standard(data)
        digits = len(f"{a}{b}{c}{b * b - 4 * a * c}") + sum(map(len, _roots([c, b, a])))
        return digits + sum(len(f"{n}") for factor in (*data["left"], data["right"]) for n in factor)


def _standard(data: Data) -> list[int]:
    quadratic = product(data["left"])
    for power, coefficient in enumerate(data["right"]):
        quadratic[power] -= coefficient
    return quadratic


def _difference(data: Data, at: int) -> int:
    left = 1
    for factor in data["left"]:
        left *= sum(one * at**power for power, one in enumerate(factor))
    return left - sum(one * at**power for power, one in enumerate(data["right"]))


def _equation(data: Data) -> str:
    name, left, right = data["variable"], data["left"], data["right"]
    shown = written(left[0], name) if len(left) == 1 else "".join(f"({written(one, name)})" for one in left)
    return f"{shown} = {written(right, name)}"


def _read(text: str) -> Formula:
    formula = parse(text, ())
    assert not isinstance(formula, str), text
    return formula


def _roots(quadratic: list[int]) -> list[str]:
    """Write the roots by the formula, reduced: `3/2`, `(1 + 2sqrt(3))/5`, `-2 + 3i`."""
    c, b, a = quadratic
    if a < 0:
        c, b, a = -c, -b, -a
    discriminant = b * b - 4 * a * c
    size = abs(discriminant)
    outside = next(n for n in range(isqrt(size), 0, -1) if size % (n * n) == 0) if size else 0
    inside = size // (outside * outside) if size else 1
    if inside == 1 and discriminant >= 0:
        return [f"{Fraction(-b + sign * outside, 2 * a)}" for sign in ((1, -1) if outside else (1,))]
    common = gcd(b, outside, 2 * a)
    top, outside, bottom = -b // common, outside // common, 2 * a // common
    unit = ("" if inside == 1 else f"sqrt({inside})") + ("i" if discriminant < 0 else "")
    surd = unit if outside == 1 else f"{outside}{unit}"
    return [_quotient(top, sign, surd, bottom) for sign in "+-"]


def _quotient(top: int, sign: str, surd: str, bottom: int) -> str:
    text = f"{top} {sign} {surd}" if top else surd if sign == "+" else f"-{surd}"
    if bottom == 1:
        return text
    return f"({text})/{bottom}"


def _names_solutions(line: str, name: str) -> bool:
    return line.startswith(name) and "=" in line and not isinstance(solutions(line, name), str)

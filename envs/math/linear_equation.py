"""`LinearEquation-v0`: one equation of the first degree in one unknown, with brackets and fractions."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from reasongym.answers.algebra import polynomial
from reasongym.answers.arithmetic import unwrapped
from reasongym.answers.formulas import parse
from reasongym.answers.numbers import number
from reasongym.core import Data, Json
from reasongym.envs.math.polynomials import nonzero, spaced, written
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.registry import register
from reasongym.seeding import Stream

Random: TypeAlias = Callable[[], float]
Term: TypeAlias = list[Json]
"""`[k, [b, a], m]` is k (a x + b) / m."""
Sides: TypeAlias = tuple[list[Term], list[Term]]


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _one_step(random: Random) -> Sides:
    a, root = nonzero(random, 60), nonzero(random, 60)
    return [[1, [0, 1], 1], [1, [a, 0], 1]], [[1, [root + a, 0], 1]]


def _two_steps(random: Random) -> Sides:
    a, b, root = _whole(random, 2, 12), nonzero(random, 40), nonzero(random, 25)
    return [[1, [0, a], 1], [1, [b, 0], 1]], [[1, [a * root + b, 0], 1]]


def _both_sides(random: Random) -> Sides:
    return [[1, [0, nonzero(random, 15)], 1], [1, [nonzero(random, 40), 0], 1]], [
        [1, [0, nonzero(random, 15)], 1],
        [1, [nonzero(random, 40), 0], 1],
    ]


def _bracket(random: Random, most: int, divisor: int = 1) -> Term:
    """Draw k (a x + b) / m with k from 2 and m from 2 to `divisor`."""
    factor = _whole(random, 2, 9) * (1 if random() < 0.5 else -1)
    below = _whole(random, 2, divisor) if divisor > 1 else 1
    return [factor, [nonzero(random, most), nonzero(random, most)], below]


def _brackets(random: Random) -> Sides:
    left = [_bracket(random, 9), [1, [0, nonzero(random, 9)], 1]]
    return left, [_bracket(random, 9), [1, [nonzero(random, 30), 0], 1]]


def _over(random: Random, most: int, divisor: int) -> Term:
    """Draw (a x + b) / m."""
    return [1, [nonzero(random, most), nonzero(random, most)], _whole(random, 2, divisor)]


def _fractions(random: Random) -> Sides:
    return [_over(random, 9, 9), _over(random, 9, 9)], [_bracket(random, 9), [1, [nonzero(random, 20), 0], 1]]


def _mixed(random: Random) -> Sides:
    left = [_bracket(random, 12, 9), _over(random, 12, 12)]
    return left, [_bracket(random, 12, 9), _bracket(random, 12), [1, [0, nonzero(random, 12)], 1]]


def _long(random: Random) -> Sides:
    left = [
        _bracket(random, 40, 15),
        _over(random, 40, 15),
        _bracket(random, 40),
        [1, [0, nonzero(random, 40)], 1],
    ]
    return left, [_bracket(random, 40, 15), _bracket(random, 40), _over(random, 40, 15)]


_LEVELS: tuple[tuple[str, Callable[[Random], Sides]], ...] = (
    ("x + a = b (a warm-up)", _one_step),
    ("ax + b = c with a whole solution", _two_steps),
    ("ax + b = cx + d", _both_sides),
    ("one bracket on each side", _brackets),
    ("two fractions and a bracket", _fractions),
    ("five terms with fractions and brackets", _mixed),
    ("seven terms with fractions and brackets, larger numbers", _long),
)


_TYPESET = r"(?s)\\displaystyle\b|\\(?:boldsymbol|mathbf|mathrm|textbf|mathit) ?\{([^{}]*)\}"
"""What only sets an equation or its unknown in type."""


@register("LinearEquation-v0")
class LinearEquation(Posed):
    """Solve an equation of the first degree; the solution is a whole number or a fraction, in any exact form.

    `data` holds the terms of the `left` and the `right` side, `[k, [b, a], m]` for k (a x + b) / m, and the
    `variable`. The answer must be worked out: `12 - 5` is none.
    """

    family = "linear_equation"
    levels = tuple(about for about, _ in _LEVELS)
    default_level = 3
    asks = "the solution"
    spaces = (14_000, 39_000, 90_000, 90_000, 90_000, 90_000, 90_000)
    chances = (0.014, 0.03, 0.011, 0.006, 0.002, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        while True:
            left, right = _LEVELS[level][1](rng.random)
            slope, constant = _difference(left, right)
            if slope and constant:
                return {"left": left, "right": right, "variable": rng.pick(VARIABLES)}

    def question(self, data: Data) -> str:
        return (
            f"Solve {_equation(data)} for {data['variable']}. The solution is a whole number or a fraction."
        )

    def terse(self, data: Data) -> str:
        return f"solve {spaced(_equation(data))} :"

    def fault(self, data: Data, answer: str) -> str:
        answer = re.sub(_TYPESET, r"\1", unwrapped(answer).strip("$ \n").removesuffix("."))
        name, equals, value = answer.partition("=")
        own_name = equals and re.sub(r"^[-*•>] +", "", name).strip(" $*(\\[") == data["variable"]
        value = value if own_name else answer.removesuffix(f"= {data['variable']}")
        if re.search(rf"(?<![A-Za-z\\]){data['variable']}(?![A-Za-z])", value):
            return "hedged"  # two equations, or more than the name before one
        read = number(value)
        if isinstance(read, str):
            return read
        slope, constant = _difference(data["left"], data["right"])
        return "ok" if slope * read + constant == 0 else "wrong_value"

    def oracle(self, data: Data) -> list[str]:
        slope, constant = _difference(data["left"], data["right"])
        return [f"{data['variable']} = {spaced(str(-constant / slope))}"]

    def canonical(self, data: Data) -> str:
        return str(sorted((sorted(data["left"]), sorted(data["right"]))))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        left, right = rng.shuffled([rng.shuffled(data["left"]), rng.shuffled(data["right"])])
        return {"left": left, "right": right, "variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a whole number up to 30 or, where there are divisors, a fraction."""
        has_divisors = any(term[2] > 1 or term[0] > 1 for term in state["left"])
        value = Fraction(nonzero(rng.random, 30), rng.between(1, 12) if has_divisors else 1)
        return f"{state['variable']} = {spaced(str(value))}"

    def prove(self, data: Data) -> bool:
        """Read the equation as it is worded and put the solution in."""
        root = Fraction(self.oracle(data)[0].partition("=")[2].replace(" ", ""))
        values: list[Fraction] = []
        for side in _equation(data).split("="):
            tree = parse(side, (data["variable"],))
            coefficients = None if isinstance(tree, str) else polynomial(tree, data["variable"])
            if coefficients is None:
                return False
            values.append(sum((one * root**power for power, one in enumerate(coefficients)), Fraction(0)))
        return values[0] == values[1]

    def effort(self, data: Data) -> float:
        """Count the numbers that are written in clearing divisors, multiplying out and collecting."""
        terms = [*data["left"], *data["right"]]
        num = len(terms) + 1
        for factor, (b, a), divisor in terms:
            num += 2 * (divisor > 1) + 2 * (abs(factor) > 1) + (a != 0 and b != 0)
        return num + 2 * (abs(_difference(data["left"], data["right"])[0]) != 1)


def _difference(left: list[Term], right: list[Term]) -> tuple[Fraction, Fraction]:
    """Return slope and constant of left minus right."""
    slope = constant = Fraction(0)
    for sign, side in ((1, left), (-1, right)):
        for factor, (b, a), divisor in side:
            if divisor == 1:
                slope += sign * factor * a
                constant += sign * factor * b
            else:
                scale = Fraction(sign * factor, divisor)
                slope += scale * a
                constant += scale * b
    return slope, constant


def _equation(data: Data) -> str:
    return " = ".join(_side(data[side], data["variable"]) for side in ("left", "right"))


def _side(terms: list[Term], name: str) -> str:
    text = ""
    for factor, polynomial_, divisor in terms:
        inside = written(polynomial_, name)
        is_single = 0 in polynomial_
        if factor == divisor == 1 and is_single:
            part = inside
        else:
            part = f"({inside})" if abs(factor) == 1 else f"{factor}({inside})"
            part += f"/{divisor}" if divisor > 1 else ""
        if not text:
            text = part
        else:
            text += f" - {part[1:]}" if part[0] == "-" else f" + {part}"
    return text

"""`Derivative-v0`: differentiate a function of one variable."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from reasongym.answers.algebra import Unsupported
from reasongym.answers.calculus import differentiate, num_rules
from reasongym.answers.formulas import parse, parse_equation
from reasongym.answers.identity import judge
from reasongym.answers.trees import Formula, tidy, write
from reasongym.core import Data, Json
from reasongym.envs.math import numeric
from reasongym.envs.math.polynomials import nonzero, spaced
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.envs.math.terms import Term, canonical, power, shown, shuffled, times
from reasongym.registry import register
from reasongym.seeding import Stream

Random: TypeAlias = Callable[[], float]

_SMOOTH = ("sin({})", "cos({})", "e^({})", "ln({})")
_WAVES = ("sin({})", "cos({})", "e^({})")


def _whole(random: Random, low: int, high: int) -> int:
    return low + int(random() * (high - low + 1))


def _pick(random: Random, patterns: tuple[str, ...]) -> str:
    return patterns[int(random() * len(patterns))]


def _of_line(random: Random, patterns: tuple[str, ...] = _SMOOTH) -> str:
    """Write a function of kx."""
    return _pick(random, patterns).format(times(_whole(random, 1, 9)))


def _power_of(random: Random, added: str = "") -> str:
    """Write the pattern of a power of what is put in."""
    return "({}" + f"{added})^{_whole(random, 3, 9)}"


def _quadratic(random: Random) -> str:
    """Write ax^2 + bx + c without real roots, so that it is positive everywhere."""
    a, b = _whole(random, 1, 6), nonzero(random, 6)
    c = b * b // (4 * a) + _whole(random, 1, 9)
    return f"{times(a)}^2 {'-' if b < 0 else '+'} {times(abs(b))} + {c}"


def _monomial(random: Random) -> list[Term]:
    return [[_whole(random, 1, 50), power(_whole(random, 2, 60)), []]]


def _polynomial(random: Random) -> list[Term]:
    powers = [_whole(random, 4, 8), _whole(random, 2, 3), _whole(random, 0, 1)]
    return [[nonzero(random, 12), power(n), []] for n in powers]


def _table(random: Random) -> list[Term]:
    root: Term = [nonzero(random, 9), ["sqrt(x)"], []]
    inverse: Term = [nonzero(random, 9), [], power(_whole(random, 1, 5))]
    return [
        [nonzero(random, 9), [_of_line(random)], []],
        root if random() < 0.5 else inverse,
        [nonzero(random, 9), power(_whole(random, 1, 6)), []],
    ]


def _product(random: Random) -> list[Term]:
    return [
        [nonzero(random, 12), [*power(_whole(random, 1, 6)), _of_line(random)], []],
        [nonzero(random, 12), [_of_line(random, _WAVES)], []],
    ]


def _quotient(random: Random) -> list[Term]:
    bottom = f"({times(_whole(random, 1, 9))} + {_whole(random, 1, 12)})"
    return [
        [nonzero(random, 9), [*power(_whole(random, 1, 4)), _of_line(random)], [bottom]],
        [nonzero(random, 9), [*power(_whole(random, 1, 4)), _of_line(random, _WAVES)], []],
    ]


def _chain(random: Random) -> list[Term]:
    outer = _pick(random, (*_SMOOTH, "sqrt({})", _power_of(random)))
    return [
        [nonzero(random, 9), [outer.format(_quadratic(random)), _of_line(random, _WAVES)], []],
        [nonzero(random, 9), [_of_line(random)], power(_whole(random, 1, 4))],
    ]


def _chain_over_product(random: Random) -> list[Term]:
    outer = _pick(random, (*_SMOOTH, _power_of(random)))
    return [
        [
            nonzero(random, 9),
            [outer.format(_quadratic(random)), _of_line(random)],
            [f"({_quadratic(random)})"],
        ],
        [
            nonzero(random, 9),
            [*power(_whole(random, 1, 4)), _of_line(random), f"tan({times(_whole(random, 1, 9))})"],
            [],
        ],
    ]


def _nested(random: Random) -> list[Term]:
    inner = _pick(random, ("sin({})", "cos({})")).format(_quadratic(random))
    nested = _pick(random, ("sin({})", "cos({})", "e^({})", "arctan({})", _power_of(random, " + 2")))
    return [
        [
            nonzero(random, 9),
            [*power(_whole(random, 1, 4)), nested.format(inner)],
            [f"({_quadratic(random)})"],
        ],
        *_chain_over_product(random),
    ]


_LEVELS: tuple[tuple[str, Callable[[Random], list[Term]]], ...] = (
    ("one power of x", _monomial),
    ("a polynomial of three terms", _polynomial),
    ("a sum of sin, cos, e^x or ln of kx, a root or an inverse power, and a power", _table),
    ("a power times sin, cos, e^x or ln, plus another function", _product),
    ("a quotient with a product above, and a product", _quotient),
    ("a function or a power of a quadratic times another function, and a quotient", _chain),
    ("a composed function times another over a quadratic, and a product of three", _chain_over_product),
    ("a function of a function of a quadratic in a product over a quadratic, and level 6 besides", _nested),
)


@register("Derivative-v0")
class Derivative(Posed):
    """Differentiate; any formula that equals the derivative is right, simplified or not.

    `data` holds the `terms` of the function (see `terms.py`) and the `variable` it is asked in.
    """

    family = "derivative"
    levels = tuple(about for about, _ in _LEVELS)
    default_level = 3
    asks = "the derivative"
    spaces = (2_900, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000)
    chances = (0.001,) * 8

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return {"terms": _LEVELS[level][1](rng.random), "variable": rng.pick(VARIABLES)}

    def question(self, data: Data) -> str:
        name = data["variable"]
        return f"Differentiate f({name}) = {shown(data['terms'], name)} with respect to {name}."

    def terse(self, data: Data) -> str:
        return f"differentiate {spaced(shown(data['terms'], data['variable']))} :"

    def fault(self, data: Data, answer: str) -> str:
        name = data["variable"]
        sides = parse_equation(answer, (name,))
        if isinstance(sides, str):
            return sides
        derivative = differentiate(_function(data), name)
        for at, side in enumerate(reversed(sides)):
            found = judge(side, derivative)
            if found != "equal":
                return "undecided" if found == "undecided" else "false_equation" if at else "wrong_value"
        return "ok"

    def oracle(self, data: Data) -> list[str]:
        return [write(tidy(differentiate(_function(data), data["variable"])))]

    def canonical(self, data: Data) -> str:
        return canonical(data["terms"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return {"terms": shuffled(data["terms"], rng), "variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write the derivative of another problem of the kind."""
        level = rng.below(len(_LEVELS))
        guess = {"terms": _LEVELS[level][1](rng.random), "variable": state["variable"]}
        return self.oracle(guess)[0]

    def prove(self, data: Data) -> bool:
        derivative = parse(self.oracle(data)[0], (data["variable"],))
        return not isinstance(derivative, str) and numeric.is_derivative(derivative, _function(data))

    def effort(self, data: Data) -> float:
        """Count the rules of differentiation applied until none is left to apply."""
        return num_rules(_function(data), data["variable"])


def _function(data: Data) -> Formula:
    """Read the function back; it was written to be read."""
    function = parse(shown(data["terms"], data["variable"]), (data["variable"],))
    if isinstance(function, str):
        raise Unsupported(function)
    return function

"""`Limit-v0`: the limit of a function at a point or far out, as an exact value."""

import cmath
import re
from collections.abc import Callable, Mapping

from reasongym.answers.formulas import parse, parse_equation
from reasongym.answers.identity import judge
from reasongym.answers.prose import declared
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math import limits, numeric
from reasongym.envs.math.polynomials import spaced
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.registry import register
from reasongym.seeding import Stream

_LEVELS: tuple[tuple[str, limits.Maker], ...] = (
    ("a quadratic at a point", limits.polynomial),
    ("a quotient of polynomials at infinity", limits.at_infinity),
    ("a quotient of quadratics with a common zero", limits.removable),
    ("standard limits at 0, double zeros, and now and then a pole", limits.standard),
    ("differences with square roots, and 1 - cos", limits.rooted),
    ("powers of the form one to infinity", limits.exponential),
    ("functions without their first terms, over x^2 or x^3", limits.second_order),
    ("sums and products of functions whose terms up to x^2 or x^3 cancel", limits.combined),
)
_CLUTTER = r"\\(?:text|mathrm|left|right|displaystyle|,|;| )|[\s$\\{}()\[\]*`.+]"
_WORDS = {
    limits.INFINITY: frozenset(("infinity", "infty", "inf", "∞", "oo", "positiveinfinity")),
    limits.MINUS_INFINITY: frozenset(
        f"{sign}{word}"
        for sign in ("-", "−", "negative", "minus")
        for word in ("infinity", "infty", "inf", "∞", "oo")
    ),
    limits.NONE: frozenset(
        ("doesnotexist", "thelimitdoesnotexist", "dne", "limitdoesnotexist", "itdoesnotexist")
    ),
}
_OFFERED_BEFORE = r"(?i)(?:infinity|infty|∞|exist|dne)\W{0,8}(?:or|and|[,;|])\W"
"""One of the three answers in words, followed by another answer."""
_MAX_WORDS = 80
_MAX_LINE = 400
_RADII = (0.02, 0.002)


@register("Limit-v0")
class Limit(Posed):
    """Find a limit; any exact form of it is right, no decimal approximation.

    `data` holds the `function` in x, `at` (a whole number, `infinity` or `-infinity`), the `variable` it is
    asked in, the `answer` (a formula, `infinity`, `-infinity` or `does not exist`), `num_steps` and `level`.
    """

    family = "limit"
    levels = tuple(about for about, _ in _LEVELS)
    default_level = 3
    asks = "the value"
    spaces = (44_000, 60_000, 80_000, 36_000, 16_000, 43_000, 7_700, 8_000)
    chances = (0.012, 0.041, 0.026, 0.025, 0.015, 0.003, 0.004, 0.008)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        function, at, answer, num_steps = _LEVELS[level][1](rng.random)
        return {
            "function": function,
            "at": at,
            "variable": rng.pick(VARIABLES),
            "answer": answer,
            "num_steps": num_steps,
            "level": level,
        }

    def question(self, data: Data) -> str:
        return (
            f"Find the limit of {_function(data)} as {data['variable']} approaches {data['at']}. "
            'The answer is an exact number, "infinity", "-infinity" or "does not exist".'
        )

    def terse(self, data: Data) -> str:
        return f"limit {data['variable']} -> {spaced(data['at'])} of {spaced(_function(data))} :"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = declared(text, "line")
        if answer is None or not _words(answer):
            answer, reason = declared(text, "formula")
        if answer is not None and re.search(_OFFERED_BEFORE, text.rstrip().rpartition("\n")[2][-_MAX_LINE:]):
            answer, reason = None, "hedged"
        if answer is None:
            return Verdict(0.0, False, reason)
        return self.verdict(self.fault(data, answer), answer)

    def fault(self, data: Data, answer: str) -> str:
        words, expected = _words(answer), data["answer"]
        if words or expected in _WORDS:
            return "ok" if words == expected else "wrong_value"
        sides = parse_equation(answer, ())
        right = parse(expected, ())
        if isinstance(sides, str) or isinstance(right, str):
            return sides if isinstance(sides, str) else "undecided"
        found = [judge(side, right) for side in sides]
        if found[-1] != "equal":
            return "undecided" if found[-1] == "undecided" else "wrong_value"
        return "ok" if set(found) == {"equal"} else "false_equation"

    def oracle(self, data: Data) -> list[str]:
        answer = data["answer"]
        return [answer if answer in _WORDS else spaced(answer)]

    def canonical(self, data: Data) -> str:
        return f"{data['function']} at {data['at']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write the answer of another problem of the level."""
        return self.oracle({"answer": _LEVELS[state["level"]][1](rng.random).answer})[0]

    def prove(self, data: Data) -> bool:
        """Evaluate the function in floats: its mean over a small circle is the value at a removable hole.

        (Cauchy's integral formula.) Far out, or at a pole, it is evaluated near the limit instead.
        """
        function = parse(data["function"], ("x",))
        if isinstance(function, str):
            return False
        return _confirms(lambda at: numeric.value(function, at), data["at"], data["answer"])

    def effort(self, data: Data) -> float:
        """Count the steps of a schoolbook solution: put in, factor, rationalise, expand."""
        return data["num_steps"]


def _function(data: Data) -> str:
    return data["function"].replace("x", data["variable"])


def _words(answer: str) -> str:
    """Return which of the three answers in words this is, or nothing."""
    if len(answer) > _MAX_WORDS:
        return ""
    bare = re.sub(_CLUTTER, "", answer.lower()).rpartition("=")[2]
    return next((meaning for meaning, words in _WORDS.items() if bare in words), "")


def _confirms(function: Callable[[complex], complex], at: str, answer: str) -> bool:
    sides = {
        limits.INFINITY: (1e5, 3e5),
        limits.MINUS_INFINITY: (-1e5, -3e5),
    }.get(at) or (int(at) + 1e-5, int(at) - 1e-5)
    near = [function(complex(side)).real for side in sides]
    if answer == limits.NONE:
        return near[0] * near[1] < -1e6
    if answer in _WORDS:
        return min(near) > 1e3 if answer == limits.INFINITY else max(near) < -1e3
    right = parse(answer, ())
    if isinstance(right, str):
        return False
    value = numeric.value(right, 0).real
    if at in _WORDS:
        return abs(near[1] - value) <= 1e-2 * max(1.0, abs(value))
    return any(
        abs(_mean(function, int(at), radius) - value) <= 1e-6 * max(1.0, abs(value)) for radius in _RADII
    )


def _mean(function: Callable[[complex], complex], centre: int, radius: float) -> complex:
    circle = (centre + radius * cmath.exp(2j * cmath.pi * k / 64) for k in range(64))
    return sum(map(function, circle)) / 64

"""`Integral-v0`: find an antiderivative; an answer is judged by differentiating it."""

import re
from collections.abc import Mapping

from reasongym.answers.algebra import Unsupported
from reasongym.answers.calculus import differentiate
from reasongym.answers.formulas import parse, parse_equation
from reasongym.answers.identity import judge
from reasongym.answers.trees import Formula, tidy, write
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math import antiderivatives as by
from reasongym.envs.math import numeric
from reasongym.envs.math.polynomials import spaced
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.envs.math.terms import canonical, shown, shuffled
from reasongym.registry import register
from reasongym.seeding import Stream

_LEVELS: tuple[tuple[str, tuple[by.Technique, ...]], ...] = (
    ("one power of x with a whole antiderivative", (by.whole_power,)),
    ("a polynomial of three terms", (by.powers(4, 8), by.powers(2, 3), by.powers(0, 1))),
    ("two of sin, cos, e^x of kx, 1/x and the root of x", (by.elementary, by.elementary)),
    ("a substitution and a power", (by.substitution, by.powers(1, 6))),
    ("one integration by parts and a function of kx", (by.parts, by.elementary)),
    ("partial fractions or an inverse tangent, and a substitution", (by.rational, by.substitution)),
    ("two integrations by parts or a trigonometric formula, and one by parts", (by.parts_twice, by.parts)),
    ("levels 5 and 6 in one", (by.parts_twice, by.rational, by.parts, by.substitution)),
)
_REMARK = (
    r"[,.]?\s+(?:\(|\\text\{)?\s?(?:where|with) (?:\$|\\\()? ?[CcKk](?:_[01])? ?(?:\$|\\\))? "
    r"(?:is|being|denotes) (?:a|an|the|any|some)\b[^\n=]*$"
    r"|[,;]\s*(?:\\q?quad )?\(?[CcKk] ?(?:∈|\\in) ?(?:ℝ|R|\\mathbb\{R\}|\\R)\)?\.?$"
)
_MAX_REMARK = 120
_SPELLED_OUT = r"\+ ?(?:\\text\{ ?const(?:ant|\.)? ?\}|const(?:ant\b|\.|\b))"
_CONSTANTS = ("C", "c", "K", "k", "C_1", "C_0")


@register("Integral-v0")
class Integral(Posed):
    """Find an antiderivative; any formula whose derivative is the integrand is right, with `+ C` or without.

    `data` holds the `terms` of the integrand (see `terms.py`), the `variable`, and for the oracle an
    `antiderivative` in x and how many rules (`num_rules`) it took.
    """

    family = "integral"
    levels = tuple(about for about, _ in _LEVELS)
    default_level = 3
    asks = "the antiderivative"
    spaces = (2_300, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000)
    chances = (0.001,) * 8

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        random = rng.random
        while True:
            made = [technique(random) for technique in _LEVELS[level][1]]
            kinds = [one.integrand[1:] for one in made]
            if len(kinds) < 2 or kinds[0] != kinds[1]:  # 2 sin(3x) + 4 sin(3x) would be one term
                break
        return {
            "terms": [one.integrand for one in made],
            "variable": rng.pick(VARIABLES),
            "antiderivative": " + ".join(one.antiderivative for one in made),
            "num_rules": sum(one.num_rules for one in made),
        }

    def question(self, data: Data) -> str:
        name = data["variable"]
        return f"Find an antiderivative of f({name}) = {shown(data['terms'], name)} with respect to {name}."

    def terse(self, data: Data) -> str:
        return f"integrate {spaced(shown(data['terms'], data['variable']))} :"

    def verify(self, data: Data, text: str) -> Verdict:
        """Pass over what an answer ends with to say that C is a constant."""
        remark = re.search(_REMARK, text[-_MAX_REMARK:])
        text = text.removesuffix(remark[0]) if remark else text
        return super().verify(data, re.sub(_SPELLED_OUT, "+ C", text) if "onst" in text else text)

    def fault(self, data: Data, answer: str) -> str:
        name = data["variable"]
        sides = parse_equation(answer, (name, *_CONSTANTS))
        if isinstance(sides, str):
            return sides
        integrand = _read(shown(data["terms"], name), name)
        for at, side in enumerate(reversed(sides)):
            try:
                found = judge(differentiate(side, name), integrand)
            except Unsupported:
                found = "undecided"
            if found != "equal":
                return "undecided" if found == "undecided" else "false_equation" if at else "wrong_value"
        return "ok"

    def oracle(self, data: Data) -> list[str]:
        text = write(tidy(_read(data["antiderivative"], "x")))
        return [text if data["variable"] == "x" else text.replace("x", data["variable"])]

    def canonical(self, data: Data) -> str:
        return canonical(data["terms"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"terms": shuffled(data["terms"], rng), "variable": rng.pick(VARIABLES)}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write an antiderivative of other terms of the kind."""
        level = min(range(len(_LEVELS)), key=lambda level: abs(len(_LEVELS[level][1]) - len(state["terms"])))
        made = [technique(rng.random) for technique in _LEVELS[level][1]]
        text = " + ".join(one.antiderivative for one in made)
        return spaced(text.replace("x", state["variable"]))

    def prove(self, data: Data) -> bool:
        integrand = _read(shown(data["terms"]), "x")
        return numeric.is_derivative(integrand, _read(data["antiderivative"], "x"))

    def effort(self, data: Data) -> float:
        """Count a schoolbook integrator's rules: of the table, substitution, parts, fractions."""
        return data["num_rules"]


def _read(text: str, name: str) -> Formula:
    """Read a formula that was written to be read."""
    formula = parse(text, (name,))
    if isinstance(formula, str):
        raise Unsupported(formula)
    return formula

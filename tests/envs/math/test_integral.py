"""Integral: an answer is judged by differentiating it; constants, forms and domains are free."""

from functools import partial

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

ENV = reasongym.get("Integral-v0")


def problem(antiderivative: str, *terms: list[object], variable: str = "x") -> Data:
    return {"terms": list(terms), "variable": variable, "antiderivative": antiderivative, "num_rules": 1}


LINE = problem("x^2/2", [1, ["x"], []])
LOG = problem("2 ln|x|", [2, [], ["x"]])
WAVE = problem("x/2 - sin(2x)/4", [1, ["sin(x)^2"], []])
PARTS = problem("(x/2 - 1/4) e^(2x)", [1, ["x", "e^(2x)"], []])
FRACTIONS = problem("ln|x-1| - ln|x+1|", [2, [], ["(x^2 - 1)"]])
TANGENT = problem("arctan(x/3)/3", [1, [], ["(x^2 + 9)"]])


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (LINE, "x^2/2"),
        (LINE, "x^2/2 + C"),
        (LINE, "x^2/2 + c"),
        (LINE, "1/2 x^2 + 17"),
        (LINE, r"\frac{1}{2}x^2 + C"),
        (LINE, r"\boxed{\frac{x^2}{2} + C}"),
        (LINE, r"\int x \, dx = \frac{x^2}{2} + C"),
        (LINE, "F(x) = x²/2 + C"),
        (LINE, "∫ x dx = x²/2 + C, where C is a constant."),
        (LINE, r"\frac{x^2}{2} + C, \quad C \in \mathbb{R}"),
        (LINE, "The antiderivative is $\\frac{1}{2}x^2 + C$."),
        (LINE, "0.5x^2 + K"),
        (LINE, "x^2/2 + constant"),
        (LINE, "x^2/2 + C_1"),
        (LINE, r"F(x) = \frac{1}{2}x^2 + C, C ∈ ℝ"),
        (LINE, "So it is\n\n\\[\n\\frac{x^2}{2} + C\n\\]\n\nwhere \\( C \\) is the constant of integration."),
        (LOG, "2 ln|x| + C"),
        (LOG, r"2\ln\left|x\right| + C"),
        (LOG, "2 ln x"),
        (LOG, "ln(x^2) + C"),
        (LOG, "2 ln|5x| + C"),
        (LOG, "2 log|x| + C"),
        (WAVE, "x/2 - sin(2x)/4 + C"),
        (WAVE, "x/2 - sin(x)cos(x)/2 + C"),
        (WAVE, r"\frac{1}{2}(x - \sin x \cos x) + C"),
        (PARTS, "x e^(2x)/2 - e^(2x)/4 + C"),
        (PARTS, r"\frac{e^{2x}(2x - 1)}{4} + C"),
        (PARTS, r"\frac{1}{2}xe^{2x} - \frac{1}{4}e^{2x}"),
        (FRACTIONS, "ln|(x-1)/(x+1)| + C"),
        (FRACTIONS, r"\ln\left|\frac{x-1}{x+1}\right| + C"),
        (FRACTIONS, "ln|x-1| - ln|x+1|"),
        (FRACTIONS, "ln(1-x) - ln(1+x)"),
        (TANGENT, "(1/3) arctan(x/3) + C"),
        (TANGENT, r"\frac{1}{3}\tan^{-1}\left(\frac{x}{3}\right) + C"),
        (TANGENT, "-arctan(3/x)/3 + C"),
        (TANGENT, "-(1/3) arccot(x/3)"),
    ],
)
def test_whatever_has_the_integrand_as_derivative_is_right(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text", "expected"),
    [
        (LINE, "x^2", "wrong_value"),
        (LINE, "x", "wrong_value"),
        (LINE, "C", "wrong_value"),
        (LINE, "x^2/2 + C*x", "wrong_value"),
        (LINE, r"\boxed{x^2/2 + Cx}", "wrong_value"),
        (LINE, "C x^2/2", "wrong_value"),
        (LINE, "0.50001x^2 + C", "wrong_value"),
        (LINE, "x^2/2 + x/10^30", "wrong_value"),
        (LINE, "x^2 = x^2/2 + C", "false_equation"),
        (LINE, "x^2/2 or x^2", "hedged"),
        (LINE, "|x|^3/(2x)", "wrong_value"),
        (WAVE, "-cos(x)^2", "wrong_value"),
        (WAVE, "x/2 - 0.25sin(2.0000001x)", "undecided"),  # no multiple of 1/5040
        (TANGENT, "0.333333333 arctan(x/3)", "wrong_value"),
        (LOG, "2x^(0)/0", "zero_division"),
        (LINE, "9^9^9", "wrong_value"),
        (LINE, "x^(10^(10^10))", "undecided"),
        (LINE, "", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(data: Data, text: str, expected: str) -> None:
    assert reason(data, text) == expected


ECHOES = [
    r"\int x dx",
    r"\int x \, dx",
    "∫x dx",
    "∫ x dx + C",
    r"\int_0^x t dt",
    "integral of x",
    "integrate(x, x)",
    "Integral(x, x)",
    "f(x) = x",
    "x",
    "the antiderivative",
    r"\int x dx = \int x dx",
    "F(x) + C",
]


@pytest.mark.parametrize("text", ECHOES)
def test_the_problem_copied_back_earns_nothing(text: str) -> None:
    for wrapped in judging.wrapped(text):
        assert ENV.verify(LINE, wrapped).reward == 0.0


ATTACKS = judging.attacks_around("x") | {
    "tower of powers of the variable": "x^9^9^9",
    "a huge polynomial": "(x + 1)^999 (x + 2)^999",
    "many factors": "x" * 60 + "(x+1)" * 60,
    "a function without a derivative": "arcsec(arcsec(x))",
    "nested functions": "sin(" * 20 + "x" + ")" * 20,
    "a tower of the variable": "x^x^x^x^x^x^x^x",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_earn_nothing_and_cost_little(name: str) -> None:
    judging.assert_fails_cheaply(ENV, LINE, ATTACKS[name])

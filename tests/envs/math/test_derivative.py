"""Derivative: any equal formula is right; near misses, echoes and tricks are not."""

import time

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

ENV = reasongym.get("Derivative-v0")
DATA: Data = {"terms": [[3, ["x^2", "sin(2x)"], []], [-1, ["ln(5x)"], []]], "variable": "x"}
ROOT: Data = {"terms": [[1, ["sqrt(x^2 + 1)"], []]], "variable": "x"}
POWER: Data = {"terms": [[1, ["x^2"], []]], "variable": "t"}


def reason(text: str, data: Data = DATA) -> str:
    return judging.reason(ENV, data, text)


@pytest.mark.parametrize(
    "text",
    [
        "6x sin(2x) + 6x^2 cos(2x) - 1/x",
        r"6x\sin(2x) + 6x^2\cos(2x) - \frac{1}{x}",
        r"\boxed{f'(x) = 6x\sin 2x + 6x^{2}\cos 2x - \frac{1}{x}}",
        "f'(x) = 6x(sin(2x) + x cos(2x)) - 1/x",
        "6x(sin(2x) + x*cos(2x)) - x^(-1)",
        "12x sin x cos x + 6x²(1 − 2sin²x) − x⁻¹",
        "3*2*x*sin(2x) + 3x^2*2*cos(2x) - 5/(5x)",
        r"$$f'(x) = 6x\sin(2x) + 6x^2\cos(2x) - \frac1x$$",
        "<answer>dy/dx = 6x sin 2x + 6x^2 cos 2x - 1/x</answer>",
        r"\frac{d}{dx}\left(3x^2\sin(2x) - \ln(5x)\right) = 6x\sin(2x) + 6x^2\cos(2x) - \frac{1}{x}",
        "The derivative is 6x sin(2x) + 6x^2 cos(2x) - 1/x.",
        "f'(x) = 3(2x sin(2x) + 2x^2 cos(2x)) - 1/x = 6x sin(2x) + 6x^2 cos(2x) - 1/x",
    ],
)
def test_any_formula_equal_to_the_derivative_is_right(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    "text", ["x/sqrt(x^2+1)", r"\frac{x}{\sqrt{x^2+1}}", "x(x^2+1)^{-1/2}", "(1/2)(x^2+1)^(-1/2)*2x"]
)
def test_derivatives_of_roots_are_right_in_every_form(text: str) -> None:
    assert reason(text, ROOT) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6x sin(2x) + 6x^2 cos(2x)", "wrong_value"),
        ("6x sin(2x) + 6x^2 cos(2x) - 1/x + 0.0000001", "wrong_value"),
        ("6x sin(2x) + 6x^2 cos(2x) - 1/x + C", "unknown_symbol"),
        ("6x sin(2x) + 6x^2 cos(2x) + 1/x", "wrong_value"),
        ("6.0001x sin(2x) + 6x^2 cos(2x) - 1/x", "wrong_value"),
        ("3x^2 sin(2x) - ln(5x)", "wrong_value"),
        ("6x^2 cos(2x) = 6x sin(2x) + 6x^2 cos(2x) - 1/x", "false_equation"),
        ("6x sin(2x) + 6x^2 cos(2x) - 1/x or 0", "hedged"),
        ("9^9^9", "undecided"),
        ("", "no_answer"),
        ("<think>6x sin(2x) + 6x^2 cos(2x) - 1/x", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    assert reason(text) == expected


ECHOES = {
    "the derivative of, in words": "derivative of t^2",
    "d/dt": "d/dt(t^2)",
    "d/dt as a fraction": r"\frac{d}{dt}(t^2)",
    "d/dt as a fraction of upright letters": r"\frac{\mathrm{d}}{\mathrm{d}t} t^2",
    "a prime": "(t^2)'",
    "f'": "f'(t)",
    "a limit": r"\lim_{h \to 0} \frac{(t+h)^2 - t^2}{h}",
    "the problem": "f(t) = t^2",
    "an equation that says nothing": "f'(t) = d/dt t^2 =",
    "sympy's class": "Derivative(t**2, t)",
    "sympy's function": "diff(t**2, t)",
}


@pytest.mark.parametrize("name", ECHOES)
def test_the_problem_copied_back_earns_nothing(name: str) -> None:
    for wrapped in judging.wrapped(ECHOES[name]):
        assert ENV.verify(POWER, wrapped).reward == 0.0
    assert reason("2t", POWER) == "ok"


ATTACKS = judging.attacks_around("2t") | {
    "a tower of the variable": "t^t^t^t^t^t^t^t^t",
    "a huge polynomial": "(t + 1)^999 (t + 2)^999",
    "nested roots": "sqrt(" * 20 + "t" + ")" * 20,
    "nested logarithms": "ln(" * 20 + "t" + ")" * 20,
    "a multiple of a prime": "2t + 2305843009213693951",
    "a substring": "12t0",
    "an enumeration": "t, 2t, 3t, 4t",
    "code": "eval('2*t')",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_earn_nothing_and_cost_little(name: str) -> None:
    judging.assert_fails_cheaply(ENV, POWER, ATTACKS[name])


def test_order_of_terms_and_factors_and_the_letter_do_not_make_another_problem() -> None:
    other: Data = {"terms": [[-1, ["ln(5x)"], []], [3, ["sin(2x)", "x^2"], []]], "variable": "u"}
    assert ENV.canonical(DATA) == ENV.canonical(other)
    assert "3sin(2u) u^2" in ENV.prompt(other, "plain")


HEAVY = {
    "many roots of one sum": "sqrt(t + 1)" * 40,
    "many roots": "".join(f"sqrt(t + {n})" for n in range(60)),
    "exponents to multiply out": "".join(f"e^((t + {n})^4 (t + 2)^3)" for n in range(20)),
    "sines to multiply out": "sin((t + 1)^4 (t + 2)^3)" * 20,
    "powers to multiply out": "(t + 1)^99 + " * 40 + "1",
    "many sides": "2t = " * 300 + "2t",
    "defined nowhere": "1/(t - t) + " + "sin(t)" * 50,
    "logarithms defined seldom": "ln(ln(ln(t + 1)))" * 15,
    "absolute values defined nowhere": "|t|" * 55 + "/(t - t)",
    "large numbers under roots": " + ".join(f"sqrt({10**38 + n})" for n in range(9)),
    "nested roots": "sqrt(" * 11 + "t + 1" + ")" * 11,
}


@pytest.mark.parametrize("name", HEAVY)
def test_formulas_that_are_dear_to_evaluate_are_given_up(name: str) -> None:
    start = time.thread_time()
    assert ENV.verify(POWER, f"\\boxed{{{HEAVY[name]}}}").reward == 0.0
    assert time.thread_time() - start < 0.1

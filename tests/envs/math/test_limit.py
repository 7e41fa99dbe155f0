"""Limit: exact values in every form, infinities and no limit in words, and what is only near."""

from fractions import Fraction
from functools import partial
from importlib import import_module
from typing import Any

import pytest

import reasongym
from reasongym.answers.formulas import parse
from reasongym.core import Data
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("Limit-v0")


def problem(function: str, at: str, answer: str) -> Data:
    return {"function": function, "at": at, "variable": "x", "answer": answer, "num_steps": 1, "level": 3}


THIRD = problem("sin(x)/(3x)", "0", "1/3")
POWER = problem("(1 + 2/x)^(3x)", "infinity", "1 e^(6)")
UP = problem("5/(x^2)", "0", "infinity")
DOWN = problem("-x^2", "infinity", "-infinity")
NONE = problem("1/x", "0", "does not exist")
THOUSAND = problem("1000 + x", "0", "1000")


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (THIRD, "1/3"),
        (THIRD, r"\frac{1}{3}"),
        (THIRD, r"\boxed{\frac13}"),
        (THIRD, "The limit is 1/3."),
        (THIRD, r"\lim_{x \to 0} \frac{\sin x}{3x} = \frac{1}{3}"),
        (THIRD, r"$$\lim_{x \to 0} \frac{\sin x}{3x} = \frac{1}{3}$$"),
        (THIRD, "**1/3**"),
        (THIRD, "<answer>2/6</answer>"),
        (THIRD, "1/3 ≈ 0.333"),
        (THIRD, "As x approaches 0, the limit is 1/3"),
        (POWER, "e^6"),
        (POWER, "exp(6)"),
        (POWER, r"\boxed{e^{6}}"),
        (POWER, "(e^2)^3"),
        (POWER, "e^6 ≈ 403.4"),
        (UP, "infinity"),
        (UP, "∞"),
        (UP, r"\infty"),
        (UP, r"\boxed{+\infty}"),
        (UP, "The limit is $+\\infty$."),
        (UP, "<answer>Infinity</answer>"),
        (UP, "L = ∞"),
        (DOWN, "-infinity"),
        (DOWN, "−∞"),
        (DOWN, r"\boxed{-\infty}"),
        (DOWN, "- infinity"),
        (NONE, "does not exist"),
        (NONE, "The limit does not exist."),
        (NONE, "DNE"),
        (NONE, r"\boxed{\text{does not exist}}"),
        (NONE, r"\boxed{\text{DNE}}"),
        (NONE, "**does not exist**"),
        (NONE, "The answer is: does not exist"),
        (THOUSAND, "1,000"),
        (THOUSAND, "1000.0"),
    ],
)
def test_limits_are_right_in_every_form(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (THIRD, "0.333333333333"),
        (THIRD, "0.3333..."),
        (THIRD, "13"),
        (THIRD, "1/30"),
        (THIRD, "infinity"),
        (THIRD, "does not exist"),
        (THIRD, "1/3 or 1/2"),
        (THIRD, "does not exist or 1/3"),
        (THIRD, "infinity or 1/3"),
        (THIRD, "infinity, 1/3"),
        (THIRD, "1/3 or infinity"),
        (THIRD, r"\boxed{1/3} or \boxed{1/2}"),
        (THIRD, "not 1/3"),
        (THIRD, "1/3\nAll of this is false."),
        (THIRD, "sin(0)/(3*0)"),
        (THIRD, r"\lim_{x \to 0} \frac{\sin x}{3x}"),
        (THIRD, "sin(x)/(3x)"),
        (THIRD, "1/2 = 1/3"),
        (POWER, "403.428793492735"),
        (POWER, "e^6.0000001"),
        (POWER, "2.718281828459045^6"),
        (UP, "-infinity"),
        (UP, "does not exist"),
        (UP, "1/0"),
        (UP, "10^{10^{10}}"),
        (UP, "9^9^9"),
        (UP, "not infinity"),
        (UP, "infinity or -infinity"),
        (DOWN, "infinity"),
        (NONE, "infinity"),
        (NONE, "0"),
        (NONE, "it is not true that it does not exist"),
        (THOUSAND, "1009"),
        (THOUSAND, "1000.000001"),
        (THOUSAND, "11000"),
        (THOUSAND, "1000000"),
        (THOUSAND, ""),
    ],
)
def test_what_is_near_or_beside_the_limit_earns_nothing(data: Data, text: str) -> None:
    assert reason(data, text) != "ok"


ATTACKS = judging.attacks_around("1") | {"infinities": "∞" * 100_000}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_earn_nothing_and_cost_little(name: str) -> None:
    judging.assert_fails_cheaply(ENV, THIRD, ATTACKS[name])


@pytest.mark.parametrize("level", [0, 1, 2, 3, 4, 5, 6])
def test_sympy_finds_the_same_limits(level: int) -> None:
    x = sympy.Symbol("x")
    for seed in range(8):
        data = ENV.problem(ENV.row(seed, level=level)).data
        text = data["function"].replace("^", "**").replace("e**", "E**").replace("ln", "log")
        for name in ("sin", "cos", "tan", "sqrt", "log"):
            text = text.replace(f"{name}(", f" {name}(")
        function = sympy.parse_expr(text, transformations="all", local_dict={"x": x})
        at = {"infinity": sympy.oo, "-infinity": -sympy.oo}.get(data["at"]) or int(data["at"])
        if data["answer"] == "does not exist":
            assert sympy.limit(function, x, at, "+") != sympy.limit(function, x, at, "-")
            continue
        theirs = sympy.limit(function, x, at)
        if data["answer"] in ("infinity", "-infinity"):
            assert theirs == {"infinity": sympy.oo, "-infinity": -sympy.oo}[data["answer"]]
            continue
        assert reason(data, str(theirs).replace("**", "^").replace("exp", "e^")) == "ok", data


def test_answers_are_exact_texts() -> None:
    for level in range(5):
        for seed in range(50):
            answer = ENV.problem(ENV.row(seed, level=level)).data["answer"]
            if answer not in ("infinity", "-infinity", "does not exist"):
                Fraction(answer)
                assert not isinstance(parse(answer, ()), str)


@pytest.mark.parametrize(
    "text", ["\\[-\\infty\\]", "\\[\n-\\infty\n\\]", "$$-\\infty$$", "So\n\\[\n-\\infty.\n\\]"]
)
def test_an_infinity_may_be_displayed(text: str) -> None:
    data = {"function": "1/x", "at": "0", "variable": "x", "answer": "-infinity", "num_steps": 1, "level": 3}
    assert reasongym.get("Limit-v0").verify(data, text).correct

"""PolynomialExpand: what counts as expanded, every notation of it, and peers' attacks."""

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

ENV = reasongym.get("PolynomialExpand-v0")
DATA: Data = {"products": [[[-2, 1], [3, 2]]], "variable": "x"}  # (x - 2)(2x + 3)
CUBE: Data = {"products": [[[1, 1], [1, 1], [1, 1]], [[2], [0, 1]]], "variable": "t"}  # (t + 1)^3 - 2t


def reason(text: str, data: Data = DATA) -> str:
    return judging.reason(ENV, data, text)


@pytest.mark.parametrize(
    "text",
    [
        "2x^2 - x - 6",
        "2 x ^ 2 - x - 6",
        "-6 - x + 2x^2",
        "2x² − x − 6",
        "2*x**2 - x - 6",
        "$2x^2 - x - 6$",
        r"\boxed{2x^2 - x - 6}",
        r"\boxed{2x^{2} - 1x - 6}",
        "<think>hm</think><answer>2x^2 - x - 6</answer>",
        "(x - 2)(2x + 3) = 2x^2 - x - 6",
        "(x-2)(2x+3) = 2x^2 + 3x - 4x - 6 = 2x^2 - x - 6",
        "The expanded polynomial is 2x^2 - x - 6.",
        "**Answer:** $2x^2 - x - 6$",
        "Multiplying out:\n\n$$2x^2 - x - 6$$",
        "P(x) = 2x^2 - x - 6",
        "```\n2x^2 - x - 6\n```",
        "2x^2 + (-1)x + (-6)",
        "2.0x^2 - x - 6",
        r"\frac{4}{2}x^2 - x - 6",
    ],
)
def test_the_expanded_polynomial_is_right_in_every_notation(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(x - 2)(2x + 3)", "not_expanded"),
        ("x(2x - 1) - 6", "not_expanded"),
        ("2x^2 - (x + 6)", "not_expanded"),
        ("2x*x - x - 6", "not_expanded"),
        ("2*1*x^2 - x - 6", "not_expanded"),
        ("(1 + 1)x^2 - x - 6", "not_expanded"),
        ("2x^2 + 3x - 4x - 6", "not_collected"),
        ("2x^2 - x - 3 - 3", "not_collected"),
        ("2x^2 - x + 6", "wrong_value"),
        ("2x^2 - x", "wrong_value"),
        ("2x^2 - 1.0000001x - 6", "wrong_value"),
        ("2x^2 - x - 5.9999999999", "wrong_value"),
        ("(x - 2)(2x + 4) = 2x^2 - x - 6", "false_equation"),
        ("2x^2 - x - 6 = (x - 2)(2x + 3)", "not_expanded"),
        ("2x^2 - x - 6 or 2x^2 + x - 6", "hedged"),
        (r"\boxed{2x^2 - x - 6} or \boxed{2x^2 + x - 6}", "hedged"),
        (r"\boxed{2x^2 - x - 6, 2x^2 + x - 6}", "hedged"),
        ("2y^2 - y - 6", "unknown_symbol"),
        ("", "no_answer"),
        ("2x^2 - x - 6\nAll of this is false.", "no_answer"),
        ("It is not 2x^2 - x - 6", "no_answer"),
        ("<think>2x^2 - x - 6", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    assert reason(text) == expected


ATTACKS = judging.attacks_around("x") | {
    "the right answer as a substring": "12x^2 - x - 60",
    "the problem copied back": "Expand (x - 2)(2x + 3) and collect like terms.",
    "a huge power of a sum": "(x + 1)^999999999",
    "a sum to a power to a power": "((x + 1)^99)^99",
    "factorial": "10000000!",
    "code": "__import__('os').system('true')",
    "one per cent off": "2.01x^2 - x - 6",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_on_peers_earn_nothing(name: str) -> None:
    judging.assert_fails_cheaply(ENV, DATA, ATTACKS[name])


def test_powers_of_a_factor_and_differences_are_worded_as_such() -> None:
    assert "(t + 1)^3 - 2(t)" in ENV.prompt(CUBE, "plain")
    assert reason("t^3 + 3t^2 + t + 1", CUBE) == "ok"


def test_where_everything_cancels_zero_is_the_answer() -> None:
    data = {"products": [[[1, 1], [1, 1]], [[1, 1], [1, 1]]], "variable": "x"}
    assert reason("0", data) == "ok"
    assert reason("x", data) == "wrong_value"


def test_factors_in_another_order_are_the_same_problem() -> None:
    other: Data = {"products": [[[3, 2], [-2, 1]]], "variable": "y"}
    assert ENV.canonical(DATA) == ENV.canonical(other)
    assert ENV.canonical(DATA) != ENV.canonical({"products": [[[3, 2], [-2, 2]]], "variable": "x"})

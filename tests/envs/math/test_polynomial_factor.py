"""PolynomialFactor: what counts as factored completely, every notation of it, and peers' attacks."""

from importlib import import_module
from typing import Any

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("PolynomialFactor-v0")
DATA: Data = {  # 6x^3 - 6x^2 - 12x + ... = 6 (x - 2)(x + 1)(x^2 + 1)
    "coefficients": [-12, -6, -6, -6, 6],
    "variable": "x",
    "factors": [[-2, 1], [1, 1], [1, 0, 1]],
    "content": 6,
}
SQUARE: Data = {"coefficients": [9, 12, 4], "variable": "y", "factors": [[3, 2], [3, 2]], "content": 1}


def reason(text: str, data: Data = DATA) -> str:
    return judging.reason(ENV, data, text)


@pytest.mark.parametrize(
    "text",
    [
        "6(x - 2)(x + 1)(x^2 + 1)",
        "6 ( x - 2 ) ( x + 1 ) ( x ^ 2 + 1 )",
        "(x^2 + 1)(x + 1)(x - 2) * 6",
        "(6x - 12)(x + 1)(x^2 + 1)",
        "3(x - 2)(2x + 2)(x^2 + 1)",
        "-6(2 - x)(x + 1)(x^2 + 1)",
        "12(x/2 - 1)(x + 1)(x^2 + 1)",
        r"6\left(x-2\right)\left(x+1\right)\left(x^{2}+1\right)",
        r"\boxed{6(x-2)(x+1)(x^2+1)}",
        "6x^4 - 6x^3 - 6x^2 - 6x - 12 = 6(x - 2)(x + 1)(x^2 + 1)",
        "The complete factorization is $6(x-2)(x+1)(x^2+1)$.",
        "6·(x − 2)·(x + 1)·(x² + 1)",
        "6(x - 2)(x - (-1))(x^2 + 1)",
    ],
)
def test_any_complete_factorization_is_right(text: str) -> None:
    assert reason(text) == "ok"


@pytest.mark.parametrize(
    "text", ["(2y + 3)^2", "(2y+3)(2y+3)", "4(y + 3/2)^2", "4(y + 1.5)^2", "(-2y - 3)^2"]
)
def test_repeated_factors_may_be_powers(text: str) -> None:
    assert reason(text, SQUARE) == "ok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6x^4 - 6x^3 - 6x^2 - 6x - 12", "not_factored"),
        ("6(x^4 - x^3 - x^2 - x - 2)", "not_factored"),
        ("6(x^2 - x - 2)(x^2 + 1)", "not_factored"),
        ("6(x - 2)(x + 1)(x^2 + 1) + 0", "not_factored"),
        ("6(x - 2)(x + 1)((x^2 + 1)(x - 3)/(x - 3))", "wrong_value"),
        ("6(x - 2)(x + 1)(x - i)(x + i)", "unknown_symbol"),
        ("6(x - 2)(x + 1)(x^2 - 1)", "wrong_value"),
        ("(x - 2)(x + 1)(x^2 + 1)", "wrong_value"),
        ("6(x - 2)(x + 1)(x^2 + 1.0000001)", "wrong_value"),
        ("6x^4 - 12 = 6(x - 2)(x + 1)(x^2 + 1)", "false_equation"),
        ("x = 2, x = -1", "syntax"),
        ("6(x - 2)(x + 1)(x^2 + 1) or 6(x + 2)(x - 1)(x^2 + 1)", "hedged"),
        ("", "no_answer"),
    ],
)
def test_each_fault_has_its_reason(text: str, expected: str) -> None:
    if expected == "syntax":
        assert reason(text) in ("syntax", "hedged", "wrong_value", "false_equation")
    elif expected == "unknown_symbol":
        assert reason(text) != "ok"
    else:
        assert reason(text) == expected


def test_surds_do_not_factor_over_the_rational_numbers() -> None:
    data: Data = {
        "coefficients": [-6, -2, 3, 1],
        "variable": "x",
        "factors": [[3, 1], [-2, 0, 1]],
        "content": 1,
    }
    assert reason("(x + 3)(x^2 - 2)", data) == "ok"
    assert reason("(x + 3)(x - sqrt(2))(x + sqrt(2))", data) != "ok"
    assert reason("(x + 3)(x - 1.41421356)(x + 1.41421356)", data) == "wrong_value"


ATTACKS = judging.attacks_around("x") | {
    "the problem copied back": "Factor 6x^4 - 6x^3 - 6x^2 - 6x - 12 completely",
    "the polynomial alone": "6x^4 - 6x^3 - 6x^2 - 6x - 12",
    "the polynomial in brackets": "(6x^4 - 6x^3 - 6x^2 - 6x - 12)",
    "the polynomial times one": "1(6x^4 - 6x^3 - 6x^2 - 6x - 12)",
    "the polynomial to the power one": "(6x^4 - 6x^3 - 6x^2 - 6x - 12)^1",
    "tower of powers of a factor": "(x - 2)^9^9^9",
    "tower of powers beside a factor": "10^{10^{10}}(x - 2)",
    "a huge power": "(x - 2)^1000000000(x + 1)",
    "a megabyte of factors": "(x+1)" * 200_000,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_on_peers_earn_nothing(name: str) -> None:
    judging.assert_fails_cheaply(ENV, DATA, ATTACKS[name])


@pytest.mark.parametrize("level", range(len(ENV.levels)))
def test_sympy_finds_the_same_irreducible_factors(level: int) -> None:
    x = sympy.Symbol("x")
    for seed in range(15):
        data = ENV.problem(ENV.row(seed, level=level, split=ENV.splits(level)[0])).data
        polynomial = sum(one * x**power for power, one in enumerate(data["coefficients"]))
        content, factors = sympy.factor_list(polynomial)
        theirs = [
            [int(one) for one in sympy.Poly(factor, x).all_coeffs()[::-1]]
            for factor, times in factors
            for _ in range(times)
        ]
        assert sorted(theirs) == sorted(data["factors"])
        assert int(content) == data["content"]

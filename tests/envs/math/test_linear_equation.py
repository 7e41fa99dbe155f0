"""LinearEquation: an exact number in every form, worked out; wording and solution checked by sympy."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("LinearEquation-v0")
WHOLE: Data = {"left": [[1, [0, 1], 1], [1, [5, 0], 1]], "right": [[1, [12, 0], 1]], "variable": "x"}  # 7
THIRD: Data = {"left": [[1, [0, 3], 1]], "right": [[1, [1, 0], 1]], "variable": "x"}  # 1/3
HALF: Data = {"left": [[1, [0, -2], 1]], "right": [[1, [5, 0], 1]], "variable": "y"}  # -5/2


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (WHOLE, "x = 7"),
        (WHOLE, "7"),
        (WHOLE, "x = 7."),
        (WHOLE, "**x = 7**"),
        (WHOLE, r"\boxed{x = 7}"),
        (WHOLE, r"\boxed{7}"),
        (WHOLE, "The solution is x = 7."),
        (WHOLE, "x + 5 = 12, so x = 12 - 5 = 7"),
        (WHOLE, "Subtract 5:\n\nx = 7"),
        (WHOLE, "x = 7.0"),
        (WHOLE, "<answer> 7 </answer>"),
        (THIRD, "1/3"),
        (THIRD, r"x = \frac{1}{3}"),
        (THIRD, "x = 1/3 ≈ 0.333"),
        (HALF, "y = -5/2"),
        (HALF, "y = -2.5"),
        (HALF, r"y = -\frac{5}{2}"),
        (HALF, "−2½"),
        (HALF, r"So the solution is $$y = -\frac{5}{2}.$$"),
        (HALF, r"y = \frac{-5}{2} = -2.5"),
        (HALF, r"\boxed{-\dfrac{5}{2}}"),
    ],
)
def test_the_solution_is_right_in_every_form(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (WHOLE, "x = 12 - 5"),
        (WHOLE, "17"),
        (WHOLE, "70"),
        (WHOLE, "7.0000001"),
        (WHOLE, "x + 5 = 12"),
        (WHOLE, "x = 7 or x = 8"),
        (WHOLE, "7, 8, 9"),
        (WHOLE, "x is not 7"),
        (WHOLE, r"\boxed{7} or \boxed{8}"),
        (WHOLE, "x = 7\nNo wait, all of this is false."),
        (THIRD, "0.333333333333"),
        (THIRD, "0.33"),
        (THIRD, "1/30"),
        (HALF, "5/2"),
        (WHOLE, ""),
    ],
)
def test_what_is_not_exactly_the_solution_earns_nothing(data: Data, text: str) -> None:
    assert reason(data, text) != "ok"


ATTACKS = judging.attacks_around("7") | {"a megabyte of sevens": "7" * 10**6}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_earn_nothing_and_cost_little(name: str) -> None:
    for text in (ATTACKS[name], f"x = {ATTACKS[name]}"):
        judging.assert_fails_cheaply(ENV, WHOLE, text)


@pytest.mark.parametrize("level", range(len(ENV.levels)))
def test_sympy_solves_the_worded_equation_alike(level: int) -> None:
    for seed in range(25):
        problem = ENV.problem(ENV.row(seed, level=level))
        name = problem.data["variable"]
        equation = problem.prompt.removeprefix("Solve ").partition(f" for {name}.")[0]
        sides = [sympy.parse_expr(side, transformations="all") for side in equation.split("=")]
        (root,) = sympy.solve(sides[0] - sides[1], sympy.Symbol(name))
        assert reason(problem.data, f"{name} = {root}") == "ok", equation
        assert reason(problem.data, f"{name} = {root + 1}") == "wrong_value"


def test_swapped_sides_and_reordered_terms_are_the_same_problem() -> None:
    other: Data = {"left": [[1, [12, 0], 1]], "right": [[1, [5, 0], 1], [1, [0, 1], 1]], "variable": "z"}
    assert ENV.canonical(WHOLE) == ENV.canonical(other)
    assert ENV.canonical(WHOLE) != ENV.canonical(THIRD)


X_IS_2 = {"left": [[1, [0, 1], 1]], "right": [[1, [2, 0], 1]], "variable": "x"}


@pytest.mark.parametrize(
    "text",
    [
        "\\(x = 2\\)",
        "\\[x = 2\\]",
        "So\n\\[\nx = 2.\n\\]",
        "2 = x",
        "- x = 2",
        "- **x = 2**",
        "x = 4/2 = 2",
        "$\\displaystyle x = 2$",
        "$\\boldsymbol{x = 2}$",
        "$\\mathbf{x} = 2$",
    ],
)
def test_typeset_solutions_are_read(text: str) -> None:
    assert reasongym.get("LinearEquation-v0").verify(X_IS_2, text).correct


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x = 3 \\quad x = 2",
            "x = 2 / x = 3",
            "x = 3 -> x = 2",
            "\\boxed{x = 3 \\lor x = 2}",
            "x = 3–x = 2",
        ),
        *(
            "<answer>x = 3\nx = 2</answer>",
            "(a) x = 3 (b) x = 2",
            "\\pm x = 2",
            "-x = 2",
            "~x = 2",
            "≥ x = 2",
        ),
        *("The answer isn't x = 2", "The answer is anything but x = 2", "1 - (x = 2)", "x = x + 2 = 2"),
    ],
)
def test_two_equations_or_words_before_one_are_no_solution(text: str) -> None:
    assert not reasongym.get("LinearEquation-v0").verify(X_IS_2, text).correct

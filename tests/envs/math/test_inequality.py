"""Inequality: the solution set in every notation, its ends exact, nothing beside it."""

from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("Inequality-v0")


def problem(points: list[str], cells: list[int], variable: str = "x") -> Data:
    return {
        **{"left": "x", "relation": "<", "right": "0", "swapped": False, "variable": variable},
        **{"points": points, "cells": cells, "num_steps": 1},
    }


BELOW = problem(["3"], [0])
FROM = problem(["-5/2"], [1, 2])
BETWEEN = problem(["-2", "5"], [1, 2])  # [-2, 5)
OUTSIDE = problem(["-1", "3/2"], [0, 3, 4])  # x < -1 or x >= 3/2
SURD = problem(["(3 - sqrt(5))/2", "(3 + sqrt(5))/2"], [2])
NONE = problem(["2"], [])
ALL = problem(["2"], [0, 1, 2])
BUT = problem(["2"], [0, 2])
ONLY = problem(["2"], [1])
THREE = problem(["-3", "0", "4"], [1, 2, 6])  # -3 <= x < 0 or x > 4


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (BELOW, "x < 3"),
        (BELOW, "3 > x"),
        (BELOW, "(-∞, 3)"),
        (BELOW, r"(-\infty, 3)"),
        (BELOW, r"x \in (-\infty, 3)"),
        (BELOW, r"\boxed{x < 3}"),
        (BELOW, r"\boxed{(-\infty, 3)}"),
        (BELOW, "The solution is x < 3."),
        (BELOW, "**x < 3**"),
        (BELOW, "<answer>x < 3</answer>"),
        (BELOW, "{x | x < 3}"),
        (BELOW, r"\{x \in \mathbb{R} \mid x < 3\}"),
        (BELOW, "x < 6/2"),
        (BELOW, "$x < 3$"),
        (FROM, "x ≥ -5/2"),
        (FROM, "x >= -2.5"),
        (FROM, r"x \geq -\frac{5}{2}"),
        (FROM, r"\left[-\frac{5}{2}, \infty\right)"),
        (FROM, "[-5/2, ∞)"),
        (BETWEEN, "-2 <= x < 5"),
        (BETWEEN, r"-2 \le x < 5"),
        (BETWEEN, "[-2, 5)"),
        (BETWEEN, "[-2, 5["),
        (BETWEEN, "5 > x ≥ -2"),
        (BETWEEN, "x >= -2 and x < 5"),
        (BETWEEN, "x ≥ -2, x < 5"),
        (OUTSIDE, "x < -1 or x >= 3/2"),
        (OUTSIDE, "x >= 3/2 or x < -1"),
        (OUTSIDE, "(-∞, -1) ∪ [3/2, ∞)"),
        (OUTSIDE, r"(-\infty,-1)\cup\left[\frac{3}{2},\infty\right)"),
        (OUTSIDE, r"x < -1 \text{ or } x \geq \frac{3}{2}"),
        (OUTSIDE, r"\boxed{x \in (-\infty, -1) \cup [\tfrac{3}{2}, \infty)}"),
        (OUTSIDE, "(-inf, -1) U [1.5, inf)"),
        (OUTSIDE, "x < -1, x ≥ 3/2"),
        (OUTSIDE, "x < -1 or x ≥ 3/2, or in interval notation (-∞, -1) ∪ [3/2, ∞)"),
        (OUTSIDE, "x < -1 or x ≥ 3/2 (or in interval notation: (-∞, -1) ∪ [3/2, ∞))"),
        (OUTSIDE, r"\[ x < -1 \quad \text{or} \quad x \geq \frac{3}{2} \]"),
        (OUTSIDE, "The inequality holds for x < -1 or x >= 3/2."),
        (OUTSIDE, "The solution set is (-∞, -1) ∪ [3/2, ∞)."),
        (SURD, r"\frac{3-\sqrt{5}}{2} < x < \frac{3+\sqrt{5}}{2}"),
        (SURD, "((3-√5)/2, (3+√5)/2)"),
        (SURD, "(3 - sqrt 5)/2 < x < (3 + sqrt 5)/2"),
        (NONE, "no solution"),
        (NONE, "No real solutions"),
        (NONE, "There is no solution."),
        (NONE, r"\emptyset"),
        (NONE, "∅"),
        (NONE, r"\boxed{\varnothing}"),
        (NONE, r"\boxed{\text{no solution}}"),
        (ALL, "all real numbers"),
        (ALL, "R"),
        (ALL, r"\mathbb{R}"),
        (ALL, r"(-\infty, \infty)"),
        (ALL, "All real x"),
        (ALL, r"x \in \mathbb{R}"),
        (BUT, "x ≠ 2"),
        (BUT, "x < 2 or x > 2"),
        (BUT, r"\mathbb{R} \setminus \{2\}"),
        (BUT, "all real numbers except 2"),
        (BUT, "all real numbers except x = 2"),
        (BUT, r"(-\infty, 2) \cup (2, \infty)"),
        (ONLY, "x = 2"),
        (ONLY, "{2}"),
        (ONLY, r"\{2\}"),
        (THREE, "-3 <= x < 0 or x > 4"),
        (THREE, r"[-3, 0) \cup (4, \infty)"),
    ],
)
def test_the_solution_set_is_right_in_every_notation(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (BELOW, "x <= 3"),
        (BELOW, "x > 3"),
        (BELOW, "x < 4"),
        (BELOW, "x < 3.0000001"),
        (BELOW, "x < 13"),
        (BELOW, "(-∞, 3]"),
        (BELOW, "x < 3 or x > 3"),
        (BELOW, "x < 3 or x < 4"),
        (BELOW, "x < 3, maybe x <= 3"),
        (BELOW, "not x < 3"),
        (BELOW, "x is not less than 3"),
        (BELOW, "3x < 9"),
        (BELOW, "x - 3 < 0"),
        (BELOW, "y < 3"),
        (BELOW, "x < 3\nAll of this is false."),
        (BELOW, r"\boxed{x < 3} or \boxed{x > 3}"),
        (BELOW, "3"),
        (BELOW, "all real numbers"),
        (BELOW, "no solution"),
        (BETWEEN, "[-2, 5]"),
        (BETWEEN, "(5, -2]"),
        (BETWEEN, "x >= -2 or x < 5"),
        (OUTSIDE, "-1 > x >= 3/2"),
        (OUTSIDE, "x < -1"),
        (OUTSIDE, "x < -1 or in interval notation [3/2, ∞)"),
        (OUTSIDE, "x < -1 and x >= 3/2"),
        (OUTSIDE, "(-∞, -1) ∩ [3/2, ∞)"),
        (SURD, "0.381966 < x < 2.618034"),
        (SURD, "0.3819660112501051 < x < 2.618033988749895"),
        (NONE, "all real numbers"),
        (NONE, "0"),
        (ALL, "x > 0"),
        (BUT, "all real numbers"),
        (BUT, "x = 2"),
        (THREE, "-3 <= x or x > 4"),
        (BELOW, ""),
    ],
)
def test_other_sets_hedges_and_approximations_earn_nothing(data: Data, text: str) -> None:
    assert reason(data, text) != "ok"


@pytest.mark.parametrize(
    "text",
    [
        "x < 9^9^9",
        "x < 10^{10^{10}}",
        "x < 3 or " * 100_000 + "x < 3",
        "(" * 20_000 + "x < 3" + ")" * 20_000,
        "x < " + "1" * 10**6,
        "{" * 100_000,
        "U" * 500 + "R",
        "[" * 300 + "1,2" + "]" * 290,
        "x < 1/(1-1)",
        "| " * 280,
        "R without " * 50,
    ],
)
def test_attacks_earn_nothing_and_cost_little(text: str) -> None:
    judging.assert_fails_cheaply(ENV, BELOW, text)


@pytest.mark.parametrize("level", range(len(ENV.levels)))
def test_sympy_solves_the_worded_inequality_alike(level: int) -> None:
    for seed in range(4):
        made = ENV.problem(ENV.row(seed, level=level))
        name = made.data["variable"]
        symbol = sympy.Symbol(name, real=True)
        worded = made.prompt.removeprefix("Solve the inequality ").partition(" for real ")[0]
        while "|" in worded:
            worded = worded.replace("|", "Abs(", 1).replace("|", ")", 1)
        text = worded.replace("^", "**")
        relation = sympy.parse_expr(text, transformations="all", local_dict={name: symbol})
        theirs = sympy.solve_univariate_inequality(relation, symbol, relational=False)
        points = [sympy.sympify(point.replace("^", "**")) for point in made.data["points"]]
        inner = [(a + b) / 2 for a, b in pairwise(points)]
        places = [points[0] - 1]
        for at, point in enumerate(points):
            places += [point, inner[at] if at < len(inner) else point + 1]
        held = [at for at, place in enumerate(places) if theirs.contains(place) == sympy.true]
        assert held == made.data["cells"], worded

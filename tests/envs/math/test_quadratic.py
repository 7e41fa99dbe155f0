"""Quadratic: the set of solutions in every notation, no solution too few or too many."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest

import reasongym
from reasongym.core import Data
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("Quadratic-v0")


def problem(c: int, b: int, a: int, variable: str = "x") -> Data:
    return {"left": [[c, b, a]], "right": [], "variable": variable}


WHOLE = problem(-6, 1, 1)  # 2, -3
SURD = problem(-11, 6, 1)  # -3 ± 2 sqrt 5
COMPLEX = problem(13, -4, 1)  # 2 ± 3i
RATIONAL = problem(-1, -1, 6)  # 1/2, -1/3
DOUBLE = problem(9, -6, 1)  # 3
IMAGINARY = problem(7, 0, 1)  # ± i sqrt 7
MOVED: Data = {"left": [[1, 1], [-2, 1]], "right": [4, 0, 0], "variable": "t"}  # (t+1)(t-2) = 4: 3, -2


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (WHOLE, "x = 2 or x = -3"),
        (WHOLE, "x = -3 or x = 2"),
        (WHOLE, "x = 2 and x = -3"),
        (WHOLE, "x = 2, x = -3"),
        (WHOLE, "x = (-(1) + sqrt(1 - 4*1*(-6)))/2 or x = (-(1) - sqrt(1 - 4*1*(-6)))/2"),
        (WHOLE, r"\frac{-1 \pm \sqrt{25}}{2}"),
        (WHOLE, "x = (-1 +/- 5)/2"),
        (SURD, "x = -6/2 ± sqrt(6^2 - 4*1*(-11))/2"),
        (SURD, "x = -3 + 8*sqrt(20)/8, x = -3 - sqrt(20)"),
        (WHOLE, "x = 2\nx = -3\n\nI hope this helps!"),
        (WHOLE, "x = 2, -3"),
        (WHOLE, "2, -3"),
        (WHOLE, "{2, -3}"),
        (WHOLE, r"\{2, -3\}"),
        (WHOLE, "[2, -3]"),
        (WHOLE, "(2, -3)"),
        (WHOLE, "x ∈ {2, -3}"),
        (WHOLE, r"x \in \{2, -3\}"),
        (WHOLE, r"\boxed{x = 2 \text{ or } x = -3}"),
        (WHOLE, r"\boxed{2, -3}"),
        (WHOLE, r"\boxed{\{-3, 2\}}"),
        (WHOLE, r"x_1 = 2, \quad x_2 = -3"),
        (WHOLE, "x_1 = 2 and x_2 = -3"),
        (WHOLE, "x₁ = 2, x₂ = −3"),
        (WHOLE, "x = 2; x = -3"),
        (WHOLE, "The solutions are x = 2 and x = -3."),
        (WHOLE, "The solutions are 2 and -3."),
        (WHOLE, "The solution set is {2, -3}"),
        (WHOLE, "Therefore, x = 2 or x = -3."),
        (WHOLE, "So the roots are $x = 2$ and $x = -3$."),
        (WHOLE, "**Answer:** x = 2 or x = -3"),
        (WHOLE, "<answer>x = 2 or x = -3</answer>"),
        (WHOLE, "x = 2\nx = -3"),
        (WHOLE, "We factor.\n\n- x = 2\n- x = -3"),
        (WHOLE, "$$x = 2$$\n$$x = -3$$"),
        (WHOLE, "x = 4/2 = 2 or x = -3"),
        (WHOLE, "x = (-1 ± 5)/2"),
        (WHOLE, r"The solutions are $\boxed{2}$ and $\boxed{-3}$."),
        (WHOLE, r"$\boxed{x = 2}$ or $\boxed{x = -3}$"),
        (WHOLE, r"Thus, the solutions are \[ x = 2 \quad \text{or} \quad x = -3 \]"),
        (WHOLE, "So x - 2 = 0 or x + 3 = 0, which gives x = 2 or x = -3."),
        (WHOLE, "The equation has two solutions: x = 2 and x = -3."),
        (WHOLE, "**x = 2** or **x = -3** ✓"),
        (WHOLE, "```\nx = 2 or x = -3\n```"),
        (WHOLE, r"x = \frac{-1 \pm \sqrt{25}}{2}"),
        (WHOLE, "x = 2.0 or x = -3.0"),
        (SURD, "x = -3 ± 2√5"),
        (SURD, r"\boxed{-3 \pm 2\sqrt{5}}"),
        (SURD, r"x = -3 + 2\sqrt{5}, x = -3 - 2\sqrt{5}"),
        (SURD, "x = -3 + sqrt(20) or x = -3 - sqrt(20)"),
        (SURD, r"x = \frac{-6 \pm \sqrt{80}}{2}"),
        (SURD, r"x = \frac{-6 \pm \sqrt{80}}{2} = -3 \pm 2\sqrt{5}"),
        (SURD, "x = -3 + 2√5 ≈ 1.47 or x = -3 - 2√5 ≈ -7.47"),
        (COMPLEX, "x = 2 ± 3i"),
        (COMPLEX, "2 + 3i, 2 - 3i"),
        (COMPLEX, r"\boxed{x = 2 + 3i \text{ and } x = 2 - 3i}"),
        (COMPLEX, "x = (4 ± 6i)/2"),
        (COMPLEX, r"x = \frac{4 \pm \sqrt{-36}}{2} = 2 \pm 3i"),
        (IMAGINARY, "x = ± i√7"),
        (IMAGINARY, r"x = \pm \sqrt{7}i"),
        (IMAGINARY, r"x = \pm i \sqrt{7}"),
        (RATIONAL, "x = 1/2 or x = -1/3"),
        (RATIONAL, r"x = \frac{1}{2}, -\frac{1}{3}"),
        (RATIONAL, "0.5 and -1/3"),
        (DOUBLE, "x = 3"),
        (DOUBLE, "x = 3 (double root)"),
        (DOUBLE, "x = 3, x = 3"),
        (DOUBLE, "x = 3 with multiplicity 2"),
        (MOVED, "t = 3 or t = -2"),
    ],
)
def test_the_set_of_solutions_is_right_in_every_notation(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (WHOLE, "x = 2"),
        (WHOLE, "x = 2, x = 2"),
        (WHOLE, "x = -2 or x = 3"),
        (WHOLE, "x = 2 or x = -3 or x = 4"),
        (WHOLE, "2, -3, 6, -6, 1, -1"),
        (WHOLE, "x = ±2 or x = ±3"),
        (WHOLE, "x = 2 or maybe x = -3"),
        (WHOLE, "either 2 or -3, or else 4"),
        (WHOLE, "x = 2 = -3"),
        (WHOLE, "x = 2 or x is not -3"),
        (WHOLE, "x ≠ 2, x = -3"),
        (WHOLE, "x is neither 2 nor -3"),
        (WHOLE, "x = 2 or x = -3\nAll of this is false."),
        (WHOLE, "(x - 2)(x + 3) = 0"),
        (WHOLE, "x^2 + x - 6 = 0"),
        (WHOLE, "x = 2.0001 or x = -3"),
        (WHOLE, "x = 12 or x = -3"),
        (WHOLE, "x = 2i or x = -3"),
        (WHOLE, "y = 2 or y = -3 or x"),
        (WHOLE, r"\boxed{x = 2} or \boxed{x = 4}"),
        (WHOLE, "x = (-b ± sqrt(b^2 - 4ac))/(2a)"),
        (SURD, "x = 1.4721359549995794 or x = -7.47213595499958"),
        (SURD, "x = -3 + 2√5"),
        (SURD, "x = -3 ± 2·2.2360679775"),
        (SURD, "x = 3 ± 2√5"),
        (SURD, "x ≈ 1.472 or x ≈ -7.472"),
        (COMPLEX, "no real solutions"),
        (COMPLEX, "x = 2 ± 3"),
        (COMPLEX, "x = 2 + 3i"),
        (RATIONAL, "x = 0.5 or x = -0.333333333"),
        (DOUBLE, "x = 3 or x = -3"),
        (DOUBLE, "x = ±3"),
        (WHOLE, ""),
    ],
)
def test_missing_extra_and_approximate_solutions_earn_nothing(data: Data, text: str) -> None:
    for wrapped in judging.wrapped(text):
        assert reason(data, wrapped) != "ok", wrapped


ATTACKS = {
    "every whole number": ", ".join(map(str, range(-50, 50))),
    "tower of powers": "x = 9^9^9 or x = 2",
    "tower of powers in braces": "x = 10^{10^{10}}, x = -3",
    "a megabyte of solutions": "x = 2 or " * 100_000 + "x = -3",
    "20,000 brackets": "(" * 20_000 + "2" + ")" * 20_000,
    "binomial": r"x = \binom{2}{1}, x = -3",
    "a prime number added": "x = 2 + 2305843009213693951 - 2305843009213693950, x = -3",
    "lines of solutions": "\n".join(f"x = {n}" for n in range(-3_000, 3_000)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_earn_nothing_and_cost_little(name: str) -> None:
    judging.assert_fails_cheaply(ENV, WHOLE, ATTACKS[name])


@pytest.mark.parametrize("level", range(len(ENV.levels)))
def test_sympy_finds_the_same_solutions(level: int) -> None:
    for seed in range(15):
        data = ENV.problem(ENV.row(seed, level=level, split=ENV.splits(level)[0])).data
        x = sympy.Symbol("x")
        left = sympy.prod([sum(c * x**n for n, c in enumerate(factor)) for factor in data["left"]])
        right = sum(c * x**n for n, c in enumerate(data["right"]))
        solutions = ", ".join(str(one).replace("I", "i") for one in sympy.solve(left - right, x))
        assert reason(data, solutions) == "ok", solutions

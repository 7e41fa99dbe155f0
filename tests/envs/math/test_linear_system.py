"""LinearSystem: all unknowns in every notation; checked by putting them in, and by sympy."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest

import reasongym
from reasongym.core import Data
from reasongym.seeding import stream
from tests.envs import judging

sympy: Any = import_module("sympy")  # untyped
ENV = reasongym.get("LinearSystem-v0")
TWO: Data = {"names": ["x", "y"], "rows": [[1, 1, 3], [1, -1, -1]]}  # 1, 2
THREE: Data = {"names": ["a", "b", "c"], "rows": [[2, 0, 1, 2], [0, 1, 1, 3], [1, 0, 0, 0]]}  # 0, 1, 2
HALVES: Data = {"names": ["x", "y"], "rows": [[2, 0, 1], [0, 4, -3]]}  # 1/2, -3/4


reason = partial(judging.reason, ENV)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TWO, "x = 1, y = 2"),
        (TWO, "y = 2, x = 1"),
        (TWO, "x = 1 and y = 2"),
        (TWO, "x = 1; y = 2"),
        (TWO, "x=1,y=2"),
        (TWO, "(1, 2)"),
        (TWO, "(x, y) = (1, 2)"),
        (TWO, "(y, x) = (2, 1)"),
        (TWO, '{"x": 1, "y": 2}'),
        (TWO, "x: 1, y: 2"),
        (TWO, r"\boxed{x = 1, y = 2}"),
        (TWO, r"\boxed{(1, 2)}"),
        (TWO, r"\boxed{x = 1, \; y = 2}"),
        (TWO, r"x = 1, \quad y = 2"),
        (TWO, "<answer>x = 1, y = 2</answer>"),
        (TWO, "The solution is x = 1, y = 2."),
        (TWO, "The solution is x = 1 and y = 2."),
        (TWO, "The answer is $x = 1$, $y = 2$."),
        (TWO, "Adding gives 2x = 2.\n\nx = 1\ny = 2"),
        (TWO, "So:\n- x = 1\n- y = 2"),
        (TWO, "**x = 1, y = 2**"),
        (TWO, "x = 2/2 = 1, y = 2"),
        (TWO, r"\[\begin{cases} x = 1 \\ y = 2 \end{cases}\]"),
        (TWO, r"\boxed{x = 1 \text{ and } y = 2}"),
        (TWO, r"\boxed{x=1,\ y=2}"),
        (TWO, "The solution to the system is x = 1, y = 2."),
        (TWO, "Therefore the solution is (x, y) = (1, 2)."),
        (TWO, '```json\n{"x": 1,\n "y": 2}\n```'),
        (TWO, "$$x = 1$$\n\n$$y = 2$$"),
        (TWO, "x = 1.0, y = 2.0"),
        (THREE, "a = 0, b = 1, c = 2"),
        (THREE, "(0, 1, 2)"),
        (THREE, "a = 0, b = 1, and c = 2"),
        (HALVES, "x = 1/2, y = -3/4"),
        (HALVES, r"x = \frac{1}{2}, y = -\frac{3}{4}"),
        (HALVES, "x = 0.5, y = -0.75"),
        (HALVES, "(1/2, -3/4)"),
        (HALVES, r"\left(\frac{1}{2}, -\frac{3}{4}\right)"),
    ],
)
def test_the_solution_is_right_in_every_notation(data: Data, text: str) -> None:
    assert reason(data, text) == "ok"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (TWO, "x = 1"),
        (TWO, "x = 2, y = 1"),
        (TWO, "(2, 1)"),
        (TWO, "(1, 2, 3)"),
        (TWO, "x = 1, y = 2, x = 3"),
        (TWO, "x = 1, y = 2 or x = 2, y = 1"),
        (TWO, "x = 1 or 2, y = 2"),
        (TWO, "x = 1, y = 2, z = 3"),
        (TWO, "x = 1, y = 2.000001"),
        (TWO, "x = 1, y = 12"),
        (TWO, "x is not 1, y = 2"),
        (TWO, "x + y = 3, x - y = -1"),
        (TWO, "x = 3 - y, y = 2"),
        (TWO, "x = 1, y = 3 - 1"),
        (TWO, "x = 1, y = 2\nAll of this is false."),
        (TWO, r"\boxed{(1, 2)} or \boxed{(2, 1)}"),
        (THREE, "a = 0, b = 1"),
        (HALVES, "x = 0.5, y = -0.7500001"),
        (TWO, ""),
    ],
)
def test_missing_extra_and_wrong_unknowns_earn_nothing(data: Data, text: str) -> None:
    assert reason(data, text) != "ok"


@pytest.mark.parametrize(
    "text",
    [
        "x = 9^9^9, y = 2",
        "x = 10^{10^{10}}, y = 2",
        "x = 1, " * 150_000 + "y = 2",
        "(" * 20_000 + "1, 2" + ")" * 20_000,
        "x = 1\n" * 100_000 + "y = 3",
        "x = " + "1" * 10**6 + ", y = 2",
    ],
)
def test_attacks_earn_nothing_and_cost_little(text: str) -> None:
    judging.assert_fails_cheaply(ENV, TWO, text)


@pytest.mark.parametrize("level", range(len(ENV.levels)))
def test_sympy_solves_the_worded_system_alike(level: int) -> None:
    for seed in range(8):
        problem = ENV.problem(ENV.row(seed, level=level))
        names = problem.data["names"]
        system = problem.prompt.removeprefix("Solve the system of equations ").partition(". Give")[0]
        equations = [
            sympy.parse_expr(left, transformations="all") - int(right)
            for left, _, right in (one.partition("=") for one in system.split(", "))
        ]
        solution = sympy.solve(equations, [sympy.Symbol(name) for name in names])
        text = ", ".join(f"{name} = {solution[sympy.Symbol(name)]}" for name in names)
        assert reason(problem.data, text) == "ok", system


def test_unknowns_and_equations_in_another_order_are_the_same_problem() -> None:
    for data in (TWO, THREE, {"names": ["x", "y"], "rows": [[1, 1, 3], [1, 1, 4]]}):
        names = {ENV.canonical(ENV.symmetric(data, stream(b"%d" % n))) for n in range(40)}
        assert names == {ENV.canonical(data)}
    assert ENV.canonical(TWO) != ENV.canonical(HALVES)


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("\\boxed{x = 2} and \\boxed{y = 1}", True),
        ("```\nx = 2\ny = 1\n```", True),
        ("1. x = 2\n2. y = 1", True),
        ("\\[\nx = 2, \\quad y = 1\n\\]", True),
        ("Hence the result is x = 2, y = 1", True),
        ("\\boxed{x = 2, y = 1} or \\boxed{x = 3, y = 1}", False),
        ("\\boxed{x = 2} and \\boxed{y = 1} or \\boxed{y = 2}", False),
    ],
)
def test_assignments_in_boxes_fences_and_displays_are_read(text: str, correct: bool) -> None:
    data = {"names": ["x", "y"], "rows": [[1, 1, 3], [1, -1, 1]]}
    assert reasongym.get("LinearSystem-v0").verify(data, text).correct is correct

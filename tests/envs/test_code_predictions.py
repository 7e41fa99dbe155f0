"""What programs return and what they must be given: any right answer counts, in every usual form."""

import ast
from itertools import product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.code import predictions
from reasongym.envs.code.interpreter import call
from reasongym.envs.code.known import Stopped
from reasongym.sandbox.syntax import parsed
from tests.envs.judging import reason

OUTPUT, INPUT = reasongym.get("OutputPrediction-v0"), reasongym.get("InputPrediction-v0")
LIST: Data = {
    "template": "def FUNCTION(v0):\n    v1 = [one % 3 for one in v0]\n    v1.append(len(v0))\n    return v1",
    "kinds": ["list"],
    "names": ["xs", "out"],
    "function": "f",
    "length": [2, 4],
    "given": [[4, 5]],
    "expected": [1, 2, 2],
}
TEXT: Data = LIST | {
    "template": "def FUNCTION(v0, v1):\n    return v0[::-1] + str(v1 % 2)",
    "kinds": ["text", "number"],
    "names": ["s", "n"],
    "given": ["abc", 3],
    "expected": "cba1",
}


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2, 2]",
        "(1, 2, 2)",
        "`[1, 2, 2]`",
        "```python\n[1,2,2]\n```",
        "<answer>[1, 2, 2]</answer>",
        "\\boxed{[1, 2, 2]}",
        "f([4, 5]) == [1, 2, 2]",
        "The loop ends.\n\nIt returns [1, 2, 2].",
        "**[1, 2, 2]**",
        "<think>[0]</think>[1, 2, 2]",
    ],
)
def test_a_list_is_read_in_every_usual_form(text: str) -> None:
    assert reason(OUTPUT, LIST, text) == "ok"


@pytest.mark.parametrize(
    "text", ["'cba1'", '"cba1"', "cba1", "`cba1`", "It returns 'cba1'.", "<answer>'cba1'</answer>"]
)
def test_a_string_is_read_in_every_usual_form(text: str) -> None:
    assert reason(OUTPUT, TEXT, text) == "ok"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1, 2]", "wrong_value"),
        ("[True, 2, 2]", "wrong_value"),
        ("[1.0, 2, 2]", "wrong_value"),
        ("['1', 2, 2]", "wrong_value"),
        ("[1, 2, 2] or [1, 2, 3]", "no_value"),
        ("[1, 2] + [2]", "no_value"),
        ("sorted([1, 2, 2])", "no_value"),
        ("", "no_answer"),
    ],
)
def test_other_values_earn_nothing(text: str, fault: str) -> None:
    assert reason(OUTPUT, LIST, text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "f([4, 5])",
        "[4, 5]",
        "xs = [4, 5]",
        "f(xs=[1, -1])",
        "`f([7, 8])`",
        "```python\nf([1, 2])\n```",
        "<answer>f([-2, 20])</answer>",
        "assert f([4, 5]) == [1, 2, 2]",
        "One of them is f([4, 2])",
    ],
)
def test_every_input_that_gives_the_value_is_right(text: str) -> None:
    assert reason(INPUT, LIST, text) == "ok"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("f([4, 6])", "wrong_value"),
        ("f([1, 2, 0])", "wrong_value"),
        ("f([22, 2])", "illegal_input"),
        ("f([1.0, 2])", "illegal_input"),
        ("f([True, 2])", "illegal_input"),
        ("f([4, 5], 1)", "illegal_input"),
        ("f((4, 5))", "illegal_input"),
        ("f(list([4, 5]))", "no_value"),
        ("f([4, 5]) or f([4, 6])", "no_value"),
        ("no idea", "no_value"),
        ("", "no_answer"),
    ],
)
def test_other_inputs_earn_nothing(text: str, fault: str) -> None:
    assert reason(INPUT, LIST, text) in (fault, "hedged")


def test_two_arguments_are_read_in_every_form() -> None:
    for text in ("f('abc', 3)", "'abc', 5", "f(s='abc', n=1)", "('abc', 7)"):
        assert reason(INPUT, TEXT, text) == "ok"
    assert reason(INPUT, TEXT, "f('abc', 2)") == "wrong_value"
    assert reason(INPUT, TEXT, "f('ABC', 3)") == "illegal_input"


def test_the_right_inputs_are_those_of_brute_force() -> None:
    tree = parsed(LIST["template"])
    right = [
        list(xs)
        for xs in product(range(-3, 4), repeat=2)
        if call(tree, "FUNCTION", [list(xs)])[0] == [1, 2, 2]
    ]
    assert len(right) > 2
    for xs in product(range(-3, 4), repeat=2):
        assert (reason(INPUT, LIST, f"f({list(xs)})") == "ok") == (list(xs) in right)


@pytest.mark.parametrize("level", range(6))
def test_programs_end_and_use_their_arguments(level: int) -> None:
    for seed in range(10):
        data = OUTPUT.problem(OUTPUT.row(seed, level=level)).data
        assert 0 < predictions.num_steps(data) <= 4_000
        tree = ast.parse(predictions.program_of(data))
        names = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        assert set(data["names"][: len(data["kinds"])]) <= names


def test_the_same_seed_asks_both_ways_about_one_program() -> None:
    first, second = (env.problem(env.row(5, split="train")).data for env in (OUTPUT, INPUT))
    assert OUTPUT.family == INPUT.family
    assert OUTPUT.canonical(first) == INPUT.canonical(first)
    assert INPUT.canonical(second) == OUTPUT.canonical(second)


def test_an_interpreter_that_stops_gives_no_problem() -> None:
    with pytest.raises(Stopped):
        call(parsed("def FUNCTION(v0):\n    return v0[9]"), "FUNCTION", [[1]])

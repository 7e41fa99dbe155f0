"""Assertions are read into calls and values, or refused; nothing of them is executed."""

import pytest

from reasongym.sandbox.assertions import Assertion, NotReadable, read_assertions

READABLE: list[tuple[str, Assertion]] = [
    ("assert f(1, 'a') == [2]", Assertion("f", [1, "a"], [2])),
    ("assert [2] == f(1)", Assertion("f", [1], [2])),
    ("assert f((1, 2), {3}) is None", Assertion("f", [(1, 2), {3}], None)),
    ("assert f(-1) != 2, 'message'", Assertion("f", [-1], 2, is_negated=True)),
    ("assert f(1)", Assertion("f", [1], True, "bool")),
    ("assert not f(1)", Assertion("f", [1], False, "bool")),
    ("assert sorted(f([2, 1])) == [1, 2]", Assertion("f", [[2, 1]], [1, 2], "sorted")),
    ("assert set(f('a')) == {1}", Assertion("f", ["a"], {1}, "set")),
    ("assert abs(f(1) - 0.5) < 1e-6", Assertion("f", [1], 0.5, tolerance=1e-6)),
    ("assert math.isclose(f(1), 0.5, rel_tol=0.001)", Assertion("f", [1], 0.5, tolerance=0.001)),
    ("assert Solution().f(1) == 2", Assertion("Solution().f", [1], 2)),
]


@pytest.mark.parametrize(("code", "expected"), READABLE)
def test_assertions_are_read(code: str, expected: Assertion) -> None:
    assert read_assertions(code) == [expected]


def test_the_check_function_of_humaneval_is_read() -> None:
    code = '''
METADATA = {}

def check(candidate):
    """Tests."""
    assert candidate([1.0], 0.5) == False
    assert candidate([], 1) == True
'''.replace("METADATA = {}\n", "")
    assert [one.expected for one in read_assertions(code)] == [False, True]


@pytest.mark.parametrize(
    "code",
    [
        "assert f(x) == 1",
        "assert f([1] * 5) == 1",
        "assert f(1) < 2",
        "assert f(1) == g(2)",
        "x = 1\nassert f(1) == 1",
        "assert f(1) == 1 == 1",
        "assert f(a=1) == 1",
        "assert f(__import__('os')) == 1",
        "for i in range(3):\n    assert f(i) == i",
        "assert abs(f(1)) < 2",
        "assert (",
        "assert " + "(" * 500 + ")" * 500,
    ],
)
def test_what_is_no_call_and_literal_is_refused(code: str) -> None:
    with pytest.raises(NotReadable):
        read_assertions(code)


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(NotReadable, match="line 2"):
        read_assertions("assert f(1) == 2\nassert 1")

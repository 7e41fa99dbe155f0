"""What counts as the expected output or value, and what does not."""

from typing import Any

import pytest

from reasongym.sandbox.comparison import STRICT, Comparison, same_text, same_value

SAME = [(1, 1.0), ([1, [2]], [1, [2]]), ({"a": (1,)}, {"a": (1,)}), ({1, 2}, {2, 1}), (None, None), ("", "")]
DIFFERENT: list[tuple[Any, Any]] = [
    (True, 1),
    (1, True),
    (0, False),
    (0, None),
    ("1", 1),
    ([1], (1,)),
    ((1,), [1]),
    ([1], [1, 1]),
    ({1: True}, {1: 1}),
    ({True: 1}, {1: 1}),
    ({True}, {1}),
    ({"a": 1}, {"a": 1, "b": 2}),
    (0.1 + 0.2, 0.3),
    (b"a", "a"),
    ([], ()),
    ({}, set()),
]


@pytest.mark.parametrize(("found", "expected"), SAME)
def test_equal_values_are_the_same(found: Any, expected: Any) -> None:
    assert same_value(found, expected)


@pytest.mark.parametrize(("found", "expected"), DIFFERENT)
def test_values_of_other_kinds_or_contents_are_not(found: Any, expected: Any) -> None:
    assert not same_value(found, expected)


def test_nan_is_the_same_as_nan_and_as_nothing_else() -> None:
    assert same_value([float("nan")], [float("nan")])
    assert not same_value(float("nan"), 0.0, Comparison(tolerance=1e300))


def test_tolerance_is_relative_and_absolute_below_one() -> None:
    how = Comparison(tolerance=1e-6)
    assert same_value(0.1 + 0.2, 0.3, how)
    assert same_value(1e9 + 1, 1e9, how)
    assert not same_value(1e9 + 10_000, 1e9, how)
    assert not same_value(1e-5, 0.0, how)
    assert not same_value(10**400, 1.0, how)


def test_lists_and_tuples_are_the_same_only_where_that_is_asked_for() -> None:
    assert same_value([1, (2, 3)], (1, [2, 3]), Comparison(lists_are_tuples=True))
    assert not same_value([1, (2, 3)], (1, [2, 3]))


@pytest.mark.parametrize("found", ["1 \n2\n\n\n", "1\r\n2", "1\n2"])
def test_blanks_at_ends_of_lines_do_not_count(found: str) -> None:
    assert same_text(found, "1\n2\n")
    assert same_text(found, "1\n2\n", Comparison("exact")) == (found == "1\n2\n")


@pytest.mark.parametrize(
    "found", ["1", "1\n2\n3", "", "\n1\n2", " 1\n2", "1\n\n2", "1 2", "1\n2 3", "1\n2junk"]
)
def test_missing_further_and_other_lines_count(found: str) -> None:
    assert not same_text(found, "1\n2\n")


def test_nothing_is_not_what_begins_with_an_empty_line() -> None:
    assert not same_text("", "\n1\n")


def test_tokens_and_floats() -> None:
    assert same_text("1  2\n3", "1 2 3", Comparison("tokens"))
    assert not same_text("1.0 2", "1 2", Comparison("tokens"))
    assert same_text("1.0000001 x", "1 x", Comparison("floats", tolerance=1e-6))
    assert not same_text("1 x 2", "1 x", Comparison("floats", tolerance=1e-6))
    assert not same_text("nan", "1", Comparison("floats", tolerance=1.0))


def test_tolerance_excuses_no_wrong_whole_number() -> None:
    how = Comparison("floats", tolerance=1e-6)
    assert not same_value(1_000_000_006, 1_000_000_007, how)
    assert not same_text("1000000006", "1000000007", how)
    assert not same_text("9007199254740993", "9007199254740992", how)
    assert same_text("5.0 +7 1e3", "5 7 1000", how)
    assert not same_text("9" * 5_000, "1", how)
    assert STRICT.text == "lines"

"""Literals: read as Python's own reader does, and nothing else is."""

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasongym.answers.literals import NotLiteral, read_literal, read_literals
from tests.cpu import cpu_seconds

TEXTS = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=8)
VALUES: Any = st.recursive(
    st.integers(-(10**6), 10**6) | TEXTS | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.tuples(inner)
        | st.just(())
        | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_what_python_writes_is_read_back(value: Any) -> None:
    assert read_literal(repr(value)) == value
    assert repr(read_literal(repr(value))) == repr(value)


@pytest.mark.parametrize("text", ["'\\x41\\n\\'\\\\'", '"\\u00e9"', "1e3", "-.5", "( 3 )", "[1, 2,]", "'a' "])
def test_other_ways_to_write_are_read_as_python_does(text: str) -> None:
    assert read_literal(text) == ast.literal_eval(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1 2",
        "[1",
        "1]",
        "f(1)",
        "[1, 2] or [3]",
        "1_0",
        "0x1f",
        "1+1",
        "{1}",
        "[,]",
        "(,)",
        "'a",
        "٣",
        "[" * 50,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotLiteral):
        read_literal(text)


def test_arguments_are_read_side_by_side() -> None:
    assert read_literals("[1], 'a', 3") == [[1], "a", 3]


@pytest.mark.parametrize(
    "text", ["[" * 8_000, "1," * 4_000, "'" * 8_000, "9" * 8_000, "\\" * 8_000, "-" * 8_000]
)
def test_reading_is_bounded(text: str) -> None:
    def work() -> None:
        for one in (text, text * 20):
            try:
                read_literals(one)
            except NotLiteral:
                continue

    assert cpu_seconds(work) < 0.1

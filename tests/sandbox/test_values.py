"""Plain values cross into a jail and back unchanged; what is not plain does not."""

import json
import math
from collections import Counter, OrderedDict, defaultdict
from enum import IntEnum
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.sandbox.comparison import same_value
from reasongym.sandbox.inside.values import MAX_DEPTH, NotPlain, decode, encode

keys = (
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
)
leaves = keys | st.floats() | st.complex_numbers(allow_nan=False) | st.frozensets(st.integers())
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner)
        | st.dictionaries(st.text(), inner)
        | st.sets(keys)
    ),
    max_leaves=20,
)


def kinds(value: Any) -> Any:
    """The types of a value, all the way down."""
    kind = cast("type[Any]", type(value))
    if isinstance(value, dict):
        return (kind, {key: kinds(one) for key, one in cast("dict[Any, Any]", value).items()})
    if isinstance(value, list | tuple):
        return (kind, [kinds(one) for one in cast("list[Any] | tuple[Any, ...]", value)])
    return kind


@given(values)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    back = decode(json.loads(json.dumps(encode(value))))
    assert same_value(back, value)
    assert kinds(back) == kinds(value)


def test_long_whole_numbers_cross_in_linear_time() -> None:
    value = 7**100_000
    assert decode(json.loads(json.dumps(encode([value])))) == [value]


def test_derived_types_count_as_what_they_derive_from() -> None:
    class Colour(IntEnum):
        RED = 3

    class Pair(NamedTuple):
        a: int
        b: int

    given_: list[Any] = [
        Counter("aab"),
        OrderedDict(x=1),
        defaultdict(list, {1: [2]}),
        Pair(1, 2),
        Colour.RED,
    ]
    assert decode(encode(given_)) == [{"a": 2, "b": 1}, {"x": 1}, {1: [2]}, (1, 2), 3]


@pytest.mark.parametrize("value", [object(), print, {1: object()}, range(3), iter([1])])
def test_what_is_not_plain_does_not_cross(value: Any) -> None:
    with pytest.raises(NotPlain):
        encode(value)


def test_a_value_that_holds_itself_does_not_cross() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotPlain, match=f"deeper than {MAX_DEPTH}"):
        encode(value)


@pytest.mark.parametrize(
    "frame",
    [
        {"!eval": "1"},
        {"!int": [1]},
        {"!float": "one"},
        {"!dict": [1]},
        {"!set": [[1]]},
        {"!int": "1", "a": 1},
    ],
)
def test_forged_values_are_refused(frame: Any) -> None:
    with pytest.raises(NotPlain):
        decode(frame)


def test_a_lying_subclass_cannot_make_itself_equal() -> None:
    class Equal(int):
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 0

    assert not same_value(decode(encode(Equal(3))), 4)
    assert math.isnan(decode(encode(float("nan"))))

"""Whole numbers in words against a speller, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.answers.spelling import spelt
from reasongym.answers.typesetting import listed

SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")


def spell(number: int, link: str, hyphen: str) -> str:
    """Write a number in words, `link` standing behind hundreds and thousands."""
    for name, size in (("billion", 10**9), ("million", 10**6), ("thousand", 1000), ("hundred", 100)):
        if number >= size:
            head, rest = divmod(number, size)
            tail = f"{link}{spell(rest, link, hyphen)}" if rest else ""
            return f"{spell(head, link, hyphen)} {name}{tail}"
    if number < 20:
        return SMALL[number]
    tens, units = divmod(number, 10)
    return TENS[tens - 2] + (f"{hyphen}{SMALL[units]}" if units else "")


@given(
    st.integers(0, 10**12 - 1) | st.integers(0, 2_000), st.sampled_from([" ", " and "]), st.sampled_from("- ")
)
def test_a_number_in_words_is_read_as_what_it_is(number: int, link: str, hyphen: str) -> None:
    assert spelt(spell(number, link, hyphen)) == number
    assert spelt(spell(number, link, hyphen).upper()) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "and", "forty-two and", "one hundred and", "one thousand and", "the forty-two", "forty-ten"),
        *("forty zero", "two forty", "one two", "one or two", "one thousand and and five", "forty-second"),
        *("hundred", "ten hundred", "thousand", "thousand five", "one thousand million", "two and a half"),
        *("two thousand one thousand", "one hundred one hundred", "x"),
        "one " * 1_000,
    ],
)
def test_what_is_no_number_in_words_is_none(text: str) -> None:
    assert spelt(text) is None

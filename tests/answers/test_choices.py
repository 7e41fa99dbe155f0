"""Which labels are chosen."""

import pytest

from reasongym.answers.choices import choices
from tests.cpu import cpu_seconds

LABELS = "ABCDE"


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("A, C and D", "ACD"),
        ("A C D", "ACD"),
        ("d, a", "DA"),
        ('["A", "C"]', "AC"),
        ("(A), (C)", "AC"),
        ("**A**, **C**", "AC"),
        ("{A, C}", "AC"),
        (r"\{A, C\}", "AC"),
        (r"\text{A, C}", "AC"),
        (r"\text{A and C}", "AC"),
        ("- A\n- C", "AC"),
        ("A\nC", "AC"),
        ("Only B follows.", "B"),
        ("Conclusions A and C follow.", "AC"),
        ("Therefore, the conclusions that follow are A and C.", "AC"),
        ("B does not follow.\nThe answer is A and D", "AD"),
        ("none", ""),
        ("None of them.", ""),
        ("None of the conclusions follow.", ""),
        ("[]", ""),
        (r"\emptyset", ""),
        ("all of them", "ABCDE"),
        ("All conclusions follow", "ABCDE"),
    ],
)
def test_every_way_to_write_a_choice_is_read(text: str, chosen: str) -> None:
    assert choices(text, LABELS) == list(chosen)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A and C but not B", "negated"),
        ("not A", "negated"),
        ("A does not follow", "negated"),
        ("none but A", "negated"),
        ("none, all", "negated"),
        ("A or C", "hedged"),
        ("A/C", "hedged"),
        ("Either\nA", "hedged"),
        ("A, B, A", "repeated"),
        ("A?", "question"),
        ("if A then C", "conditional"),
        ("A, C. All of this is false", "retracted"),
        ("A, C. Just kidding", "retracted"),
        ("1, 2", "syntax"),
        ("A, F", "syntax"),
        ("", "syntax"),
        ("the", "syntax"),
        ("A" * 20_000, "over_limit"),
    ],
)
def test_a_text_that_does_not_plainly_choose_is_refused(text: str, reason: str) -> None:
    assert choices(text, LABELS) == reason


def test_labels_may_be_numbers_behind_a_noun() -> None:
    assert choices("claims 1 and 3", "123", ["claims"]) == ["1", "3"]
    assert choices("1. 3.", "123") == ["1", "3"]


@pytest.mark.parametrize("junk", ["A " * 8_000, "A\n" * 8_000, "!" * 16_000 + "x", "\ufdfa" * 16_000])
def test_reading_is_bounded(junk: str) -> None:
    def work() -> None:
        assert isinstance(choices(junk, LABELS), str)

    assert cpu_seconds(work) < 0.1

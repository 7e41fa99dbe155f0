"""cons@k against brute force over every choice of samples."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.core import Verdict
from reasongym.errors import UsageError
from reasongym.evaluation.consensus import Ballot, answer_form, ballot, cons_at

Answer = tuple[bool, str | None]


def verdict(answer: Answer) -> Verdict:
    return Verdict(float(answer[0]), answer[0], "ok" if answer[0] else "wrong_value", answer[1])


def brute(answers: list[Answer], k: int) -> float:
    """Average over every subset what a fair draw among its commonest answers earns."""
    earned: list[float] = []
    for subset in combinations(answers, k):
        votes = Counter(answer for answer in subset if answer[1] is not None)
        most = max(votes.values(), default=0)
        tied = [answer for answer, number in votes.items() if number == most]
        earned.append(sum(answer[0] for answer in tied) / len(tied) if tied else 0.0)
    return sum(earned) / len(earned)


ANSWERS = st.sampled_from(
    [(True, "4"), (True, "2+2"), (False, "5"), (False, "6"), (False, "7"), (False, None)]
)


@given(st.lists(ANSWERS, min_size=1, max_size=9).flatmap(
    lambda answers: st.tuples(st.just(answers), st.integers(1, len(answers)))
))  # fmt: skip
def test_cons_at_k_is_the_mean_over_every_subset(drawn: tuple[list[Answer], int]) -> None:
    answers, k = drawn
    assert cons_at(ballot(map(verdict, answers)), k) == pytest.approx(brute(answers, k))


def test_one_sample_earns_the_share_of_right_ones_and_all_of_them_the_plurality() -> None:
    votes = Ballot((3,), (2, 2), 1)
    assert cons_at(votes, 1) == 3 / 8
    assert cons_at(votes, 8) == 1.0


def test_a_tie_is_shared_and_silence_earns_nothing() -> None:
    assert cons_at(Ballot((2,), (2, 1), 0), 5) == 0.5
    assert cons_at(Ballot((), (), 4), 4) == 0.0
    assert cons_at(Ballot((1,), (), 7), 8) == 1.0


def test_the_same_answer_with_other_white_space_is_one_class() -> None:
    votes = ballot(map(verdict, [(True, "x = 1"), (True, "x  =\n1"), (False, "2"), (False, None)]))
    assert votes == Ballot((2,), (1,), 1)


@pytest.mark.parametrize("k", [0, 9, 64])
def test_cons_at_k_is_refused_beyond_the_samples_that_are_there(k: int) -> None:
    with pytest.raises(UsageError, match="there are 8"):
        cons_at(Ballot((8,), (), 0), k)


def test_sixty_four_answers_that_all_differ_are_counted_at_once() -> None:
    """By symmetry the expected share is that of right classes, whatever k is."""
    for k in (1, 2, 16, 32, 63, 64):
        assert cons_at(Ballot((1,) * 16, (1,) * 48, 0), k) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\\frac12", "0.5"),
        ("1,234", "1234"),
        ("x = 3", "3"),
        ("{2, 1}", "\\{1,2\\}"),
        ("no  idea", "no idea"),
    ],
)
def test_notations_of_one_mathematical_answer_vote_together(one: str, other: str) -> None:
    assert ballot([verdict((False, one)), verdict((False, other))], answer_form).wrong == (2,)


def test_answers_that_are_no_mathematics_vote_by_their_text() -> None:
    """Row 1, column 2 is another square than row 2, column 1, though {1, 2} is {2, 1}."""
    assert ballot([verdict((False, "1,2")), verdict((False, "2,1"))]).wrong == (1, 1)

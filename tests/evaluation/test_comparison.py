"""Paired comparison against brute force over every sign pattern, and against hand-made tallies."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.errors import UsageError
from reasongym.evaluation.comparison import Tally, compare, holm, sign_flip_p, tied_with_first


@given(st.lists(st.integers(-5, 5), max_size=10))
def test_p_is_the_share_of_sign_patterns_as_extreme(differences: list[int]) -> None:
    sums = [
        sum(sign * step for sign, step in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    expected = sum(abs(one) >= abs(sum(differences)) for one in sums) / len(sums)
    assert sign_flip_p(differences) == pytest.approx(expected, abs=1e-12)


def test_p_of_many_problems_is_exact_too() -> None:
    """All of 40 differences of one size point one way: 2 patterns of 2 ** 40 do."""
    assert sign_flip_p([3] * 40) == pytest.approx(2**-39)
    assert sign_flip_p([]) == sign_flip_p([0] * 500) == 1.0


TALLY = st.integers(1, 6).flatmap(
    lambda k: st.tuples(st.just(k), st.lists(st.integers(0, k), min_size=6, max_size=6))
)


@given(TALLY, TALLY)
def test_swapping_the_two_mirrors_the_result(
    one: tuple[int, list[int]], other: tuple[int, list[int]]
) -> None:
    a, b = Tally(one[1], one[0]), Tally(other[1], other[0])
    there, back = compare(a, b), compare(b, a)
    assert there.difference == pytest.approx(-back.difference)
    assert there.interval == pytest.approx((-back.interval.high, -back.interval.low), abs=1e-8)
    assert there.p == pytest.approx(back.p)
    assert (there.wins, there.ties, there.losses) == (back.losses, back.ties, back.wins)


def test_runs_of_unequal_samples_are_compared_by_rate() -> None:
    found = compare(Tally([4, 2, 0], 4), Tally([2, 0, 1], 2))
    assert (found.wins, found.ties, found.losses) == (1, 1, 1)
    assert found.difference == 0
    assert found.p == 1.0


def test_a_comparison_of_other_problems_is_refused() -> None:
    with pytest.raises(UsageError, match="one has 2 problems, the other 3"):
        compare(Tally([1, 1], 1), Tally([1, 1, 1], 1))


@pytest.mark.parametrize(
    ("ps", "adjusted"),
    [([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]), ([0.9, 0.8], [1.0, 1.0]), ([], [])],
)
def test_holm_multiplies_the_smallest_most_and_keeps_the_order(
    ps: list[float], adjusted: list[float]
) -> None:
    """The first row is the worked example of Wikipedia's article on the Holm-Bonferroni method."""
    assert holm(ps) == pytest.approx(adjusted)


def test_those_whose_interval_to_the_first_holds_zero_are_tied() -> None:
    first = [1.0, 0.5] * 20
    assert tied_with_first([first, [0.5, 1.0] * 20, [0.0, 0.5] * 20]) == [True, True, False]

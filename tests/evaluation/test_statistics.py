"""Intervals against published tables, a second way to integrate, and simulated coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.prove_intervals import RATES, coverage
from reasongym.evaluation.statistics import (
    paired_interval,
    population_interval,
    sampling_interval,
    student_t,
    wilson,
)


@pytest.mark.parametrize(
    ("freedom", "tabled"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (29, 2.045), (60, 2.000), (120, 1.980)],
)
def test_student_quantiles_are_those_of_abramowitz_and_stegun_table_26_10(
    freedom: int, tabled: float
) -> None:
    assert student_t(freedom) == pytest.approx(tabled, abs=5e-4)


@settings(max_examples=40, deadline=None)
@given(freedom=st.integers(1, 300), confidence=st.floats(0.01, 0.99))
def test_the_density_integrates_to_the_confidence_within_the_quantile(
    freedom: int, confidence: float
) -> None:
    scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    # The substitution t = sinh(x) makes the integrand smooth out to the heavy tails of few degrees.
    x = np.linspace(0, math.asinh(student_t(freedom, confidence)), 20_001)
    density = np.exp(scale - (freedom + 1) / 2 * np.log1p(np.sinh(x) ** 2 / freedom)) * np.cosh(x)
    assert 2 * np.trapezoid(density, x) == pytest.approx(confidence, abs=1e-6)


def test_the_quantile_passes_into_the_normal_one() -> None:
    assert student_t(99_999) == pytest.approx(student_t(100_000), abs=3e-5)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombe_1998_table_1(
    count: int, n: int, low: float, high: float
) -> None:
    assert wilson(count / n, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("samples", [1, 4, 16, 64])
def test_the_population_interval_covers_nominally_at_30_problems(samples: int) -> None:
    found = [coverage(samples, rate, draws=600) for rate in RATES]
    assert 0.93 <= sum(found) / len(found) <= 0.97


@pytest.mark.parametrize("samples", [4, 16])
def test_the_sampling_interval_covers_nominally_at_30_problems(samples: int) -> None:
    rng = np.random.default_rng(samples)
    hits = 0
    for _ in range(6):
        difficulty = rng.beta(0.4, 0.4, 30)
        for _ in range(500):
            interval = sampling_interval(rng.binomial(samples, difficulty).tolist(), samples)
            assert interval is not None
            hits += interval.low <= difficulty.mean() <= interval.high
    assert 0.93 <= hits / 3_000 <= 0.97


def test_perfect_and_hopeless_runs_are_not_certain() -> None:
    assert population_interval([4] * 30, 4).low < 0.95
    assert population_interval([0] * 30, 4).high > 0.05


def test_one_sample_a_problem_shows_no_sampling_spread() -> None:
    assert sampling_interval([1, 0, 1], 1) is None


@pytest.mark.parametrize(("counts", "ends"), [([64] * 30, (0.998, 1)), ([0] * 30, (0, 0.002))])
def test_samples_that_all_agree_are_not_certain(counts: list[int], ends: tuple[float, float]) -> None:
    assert sampling_interval(counts, 64) == pytest.approx(ends, abs=1e-3)


@pytest.mark.parametrize(("solved", "unsolved"), [(2, 1), (20, 10), (1, 29)])
def test_agreement_is_as_rare_as_claimed_where_the_true_rates_are_at_the_ends(
    solved: int, unsolved: int
) -> None:
    interval = sampling_interval([4] * solved + [0] * unsolved, 4)
    assert interval is not None
    n = solved + unsolved
    assert ((n * interval.low) / solved) ** (4 * solved) == pytest.approx(0.025, abs=1e-4)
    failing = 1 - (n * interval.high - solved) / unsolved
    assert failing ** (4 * unsolved) == pytest.approx(0.025, abs=1e-4)


def test_policies_that_never_differ_are_not_proved_equal() -> None:
    low, high = paired_interval([0.5] * 30, [0.5] * 30)
    assert -high == low < -0.05
    assert paired_interval([1.0] * 30, [0.0] * 30).low > 0.8


def test_a_steady_small_gain_shows_in_the_paired_interval_only() -> None:
    difficulty = np.linspace(0, 0.9, 30)
    gains = 0.05 + 0.01 * np.sin(np.arange(30))
    low, _ = paired_interval((difficulty + gains).tolist(), difficulty.tolist())
    assert low > 0.04
    assert population_interval((64 * difficulty).astype(int).tolist(), 64).high > (difficulty + gains).mean()


@given(st.lists(st.integers(0, 8), min_size=2, max_size=40))
def test_intervals_hold_the_rate_and_stay_in_bounds(counts: list[int]) -> None:
    rate = sum(counts) / (8 * len(counts))
    for interval in (population_interval(counts, 8), sampling_interval(counts, 8)):
        if interval is not None:
            assert 0 <= interval.low <= rate + 1e-9
            assert rate - 1e-9 <= interval.high <= 1

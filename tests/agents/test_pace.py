"""Limits per minute, on a clock that the test moves."""

import itertools

import pytest

from reasongym.agents.policies.pace import Pace


def begun(pace: Pace, amounts: list[float], *, arrives_s: float = 0.0) -> list[float]:
    return [arrives_s + pace.wait_s(amount, arrives_s) for amount in amounts]


@pytest.mark.parametrize("per_minute", [1.0, 30.0, 600.0])
def test_no_minute_has_more_than_its_limit(per_minute: float) -> None:
    starts = begun(Pace(per_minute), [1] * 1000)
    for first, start in enumerate(starts):
        within = sum(1 for other in itertools.islice(starts, first, None) if other < start + 60 - 1e-6)
        assert within <= per_minute


def test_no_time_is_lost_under_load() -> None:
    starts = begun(Pace(600), [1] * 601)
    assert starts[0] == 0
    assert starts[-1] == pytest.approx(60)


def test_large_uses_hold_the_line_for_as_long_as_they_take_to_earn() -> None:
    assert begun(Pace(6000), [100, 300, 200, 1]) == pytest.approx([0, 1, 4, 6])


def test_what_was_not_used_is_given_back() -> None:
    pace = Pace(60)
    assert pace.wait_s(30, 0) == 0
    pace.settle(20)
    assert pace.wait_s(1, 1) == pytest.approx(9)


def test_an_unlimited_pace_waits_for_a_pause_only() -> None:
    pace = Pace()
    assert begun(pace, [1e9] * 3) == [0, 0, 0]
    pace.pause(5)
    pace.settle(1e9)
    assert begun(pace, [1, 1], arrives_s=2) == [5, 5]


def test_an_idle_hour_earns_no_burst() -> None:
    pace = Pace(60)
    assert begun(pace, [1, 1, 1], arrives_s=3600) == pytest.approx([3600, 3601, 3602])

"""Levels follow success, mixtures keep their weights, and the state is all there is to resume."""

from collections import Counter
from math import exp

import pytest

from reasongym.core import Row
from reasongym.curriculum import Curriculum, Source
from reasongym.errors import UsageError
from reasongym.registry import get
from reasongym.seeding import digest64, stream

COUNTDOWN = "reasongym/Countdown-v0"
STEPS = "reasongym/CountdownSteps-v0"


def _simulated(curriculum: Curriculum, step: int, skill: float, groups: int = 64, size: int = 32) -> float:
    """Play one step of a learner whose success falls with the level as a logistic curve; returns its mean."""
    outcomes: list[tuple[Row, float]] = []
    for place in range(groups):
        row = curriculum.row(b"%d %d" % (step, place))
        chance = 1 / (1 + exp(1.5 * (row.level - skill)))
        rng = stream(b"outcome %d %d" % (step, place))
        outcomes.append((row, sum(rng.random() < chance for _ in range(size)) / size))
    curriculum.update(outcomes)
    return sum(success for _, success in outcomes) / groups


@pytest.mark.parametrize("target", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("pace", [0.0, 0.005, 0.015])
def test_success_is_held_within_a_twentieth_of_the_target(target: float, pace: float) -> None:
    """A learner that stands still, or whose skill passes four levels in 300 steps."""
    curriculum = Curriculum([Source(COUNTDOWN)], target=target)
    start = 2.5 if pace == 0 else 1.0
    rates = [_simulated(curriculum, step, start + pace * step) for step in range(300)]
    for first in range(100, 300, 50):
        assert abs(sum(rates[first : first + 50]) / 50 - target) <= 0.05


def test_levels_stop_at_the_lowest_and_the_highest() -> None:
    curriculum = Curriculum([Source(COUNTDOWN, 1, highest=3)], target=0.5)
    for step in range(30):
        _simulated(curriculum, step, skill=100.0)
    assert curriculum.positions == [3.0]
    assert {curriculum.row(b"%d" % key).level for key in range(50)} == {3}
    for step in range(30):
        _simulated(curriculum, step, skill=-100.0)
    assert curriculum.positions == [1.0]


def test_a_position_between_levels_mixes_its_neighbours() -> None:
    curriculum = Curriculum([Source(COUNTDOWN)], target=0.5)
    curriculum.state = [2.3]
    levels = Counter(curriculum.row(b"%d" % key).level for key in range(5_000))
    assert set(levels) == {2, 3}
    assert abs(levels[3] / 5_000 - 0.3) < 0.03


def test_sources_are_drawn_by_their_weights_and_move_apart() -> None:
    curriculum = Curriculum([Source(COUNTDOWN, weight=3.0), Source(STEPS, weight=1.0)], target=0.5)
    rows = [curriculum.row(b"%d" % key) for key in range(5_000)]
    assert abs(sum(row.env_id == COUNTDOWN for row in rows) / 5_000 - 0.75) < 0.03
    curriculum.update([(row, float(row.env_id == COUNTDOWN)) for row in rows])
    assert curriculum.positions == [0.25, 0.0]
    assert curriculum.figures() == {f"level/{COUNTDOWN}": 0.25, f"level/{STEPS}": 0.0}


def test_without_a_target_levels_stay_and_seeds_are_the_keys_digests() -> None:
    curriculum = Curriculum([Source(COUNTDOWN, 2, options={"style": "terse"})])
    row = curriculum.row(b"7 3")
    assert row == get(COUNTDOWN).row(digest64(b"7 3") >> 1, level=2, split="train", style="terse")
    curriculum.update([(row, 1.0)])
    assert curriculum.positions == [2.0]
    assert curriculum.figures() == {}


def test_the_state_is_all_that_outcomes_change() -> None:
    told, restored = (Curriculum([Source(COUNTDOWN), Source(STEPS)], target=0.6) for _ in range(2))
    for step in range(20):
        _simulated(told, step, skill=3.0)
    restored.state = told.state
    assert [told.row(b"%d" % key) for key in range(200)] == [restored.row(b"%d" % key) for key in range(200)]


def test_eval_rows_take_the_sources_in_turn_at_their_highest_level() -> None:
    curriculum = Curriculum([Source(COUNTDOWN, 0, highest=2), Source(STEPS, 1, highest=1)], target=0.5)
    rows = curriculum.eval_rows(4)
    assert [(row.env_id, row.level, row.split) for row in rows] == [
        (COUNTDOWN, 2, "eval"),
        (STEPS, 1, "eval"),
    ] * 2


def test_a_survey_visits_every_level_that_may_be_practised() -> None:
    curriculum = Curriculum([Source(COUNTDOWN, 1, highest=3), Source(STEPS, 2, highest=2)], target=0.5)
    visited = {(row.env_id, row.level) for row in map(curriculum.survey_row, range(8))}
    assert visited == {(COUNTDOWN, 1), (COUNTDOWN, 2), (COUNTDOWN, 3), (STEPS, 2)}


@pytest.mark.parametrize(
    ("sources", "target", "gain", "complaint"),
    [
        ([], 0.5, 0.5, "at least one source"),
        ([Source(COUNTDOWN, weight=0.0)], 0.5, 0.5, "weights above 0"),
        ([Source(COUNTDOWN)], 1.0, 0.5, "target must be 0 .* below 1, got 1.0"),
        ([Source(COUNTDOWN)], 0.5, 0.0, "gain must be above 0"),
        ([Source(COUNTDOWN, 3, highest=2)], 0.5, 0.5, "highest must be from 3 to 7 .* got 2"),
        ([Source(COUNTDOWN, 9)], 0.0, 0.5, "levels 0 to 7, got 9"),
        ([Source("reasongym/Countdwn-v0")], 0.0, 0.5, "Countdown-v0"),
        ([Source(COUNTDOWN, options={"styl": "terse"})], 0.0, 0.5, "style"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    sources: list[Source], target: float, gain: float, complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        Curriculum(sources, target=target, gain=gain)


def test_a_row_of_no_source_is_refused() -> None:
    curriculum = Curriculum([Source(COUNTDOWN)], target=0.5)
    with pytest.raises(UsageError, match="no source"):
        curriculum.update([(get(STEPS).row(0), 1.0)])

"""Detectors tell of planted faults in time, and leave sound runs alone."""

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.planted_faults import (
    CONFIG,
    FAULTS,
    ONSET,
    TOLD_WITHIN,
    PaysNothing,
    Sound,
    primed_model,
    told,
)
from reasongym.agents.detectors import DETECTORS, QUIET, Alert, watched
from reasongym.agents.metrics import read_metrics

BOARD = Path(__file__).parents[2] / "leaderboards" / "runs"
QUICK = ("dead signal", "repeated template")
STEADY = {
    "sampled_entropy": 1.0,
    "unreadable": 0.1,
    "completion_tokens": 20.0,
    "solve_rate": 0.4,
    "live_groups": 0.8,
    "sampler_mismatch": 0.01,
    "similarity_across": 0.3,
    "similarity_within": 0.5,
    "truncated": 0.1,
    "grad_norm": 1.0,
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    primed_model(folder)
    return folder


@pytest.mark.parametrize(
    "detector", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in FAULTS]
)
def test_a_planted_fault_is_told_within_five_steps_and_not_before(model: Path, detector: str) -> None:
    first = told(FAULTS[detector], model)
    assert 1 <= first[detector] <= TOLD_WITHIN
    assert min(first.values()) >= 1


def test_every_detector_has_a_fault_that_it_must_tell() -> None:
    assert set(FAULTS) == set(DETECTORS)


def test_a_sound_run_of_the_same_model_is_left_alone(model: Path) -> None:
    assert told(Sound, model) == {}


@pytest.mark.parametrize("run", sorted(path.parent.name for path in BOARD.glob("*/metrics.jsonl")))
def test_whole_runs_that_learned_are_left_alone(run: str) -> None:
    metrics = read_metrics(BOARD / run)
    assert len(metrics) > 100
    assert watched(metrics)[1] == []


# -- streams ----------------------------------------------------------------------------------------------


def _alerts(*parts: tuple[int, dict[str, float]]) -> list[Alert]:
    """Follow a stream that is steady but for what is told of so many steps."""
    steps = [STEADY | changed for num, changed in parts for _ in range(num)]
    return watched({"step": float(number), **step} for number, step in enumerate(steps, 1))[1]


def _spoke(alerts: Iterable[Alert]) -> list[tuple[str, int]]:
    return [(alert.detector, alert.step) for alert in alerts]


@pytest.mark.parametrize(
    ("detector", "changed", "after"),
    [
        ("entropy collapse", {"sampled_entropy": 0.24}, 2),
        ("format drift", {"unreadable": 0.36}, 2),
        ("length explosion", {"completion_tokens": 31.0}, 2),
        ("dead signal", {"live_groups": 0.01}, 4),
        ("sampler mismatch", {"sampler_mismatch": 0.11}, 4),
        ("repeated template", {"similarity_across": 0.91, "similarity_within": 0.95}, 2),
        ("truncation wave", {"truncated": 0.41}, 2),
        ("gradient blow-up", {"grad_norm": 10.1}, 3),
        ("gradient blow-up", {"grad_norm": math.nan}, 1),
        ("gradient blow-up", {"grad_norm": math.inf}, 1),
    ],
)
def test_a_change_beyond_its_bound_is_told_once_and_in_time(
    detector: str, changed: dict[str, float], after: int
) -> None:
    assert _spoke(_alerts((30, {}), (10, changed))) == [(detector, 30 + after)]


@pytest.mark.parametrize(
    "changed",
    [
        {"sampled_entropy": 0.26},
        {"unreadable": 0.34},
        {"completion_tokens": 29.0},
        {"completion_tokens": 100.0, "solve_rate": 0.5},  # longer, and better for it
        {"live_groups": 0.03},
        {"sampler_mismatch": 0.09},
        {"similarity_across": 0.89, "similarity_within": 0.89},
        {"similarity_across": 0.91, "similarity_within": 0.99},  # answers still depend on the problem
        {"truncated": 0.39},
        {"grad_norm": 9.9},
    ],
)
def test_a_change_within_its_bound_is_not_told(changed: dict[str, float]) -> None:
    assert _alerts((30, {}), (10, changed)) == []


@pytest.mark.parametrize("detector", DETECTORS)
def test_one_odd_step_is_not_told(detector: str) -> None:
    extreme = {
        "entropy collapse": {"sampled_entropy": 1e-6},
        "format drift": {"unreadable": 1.0},
        "length explosion": {"completion_tokens": 1e6},
        "dead signal": {"live_groups": 0.0},
        "sampler mismatch": {"sampler_mismatch": 10.0},
        "repeated template": {"similarity_across": 1.0, "similarity_within": 1.0},
        "truncation wave": {"truncated": 1.0},
        "gradient blow-up": {"grad_norm": 1e6},
    }
    assert _alerts((30, {}), (1, extreme[detector]), (30, {})) == []


def test_completions_that_creep_are_told_when_they_have_grown_threefold() -> None:
    grown = [(1, {"completion_tokens": 20.0 * 1.02**step}) for step in range(80)]
    (alert,) = _alerts(*grown)
    assert alert.detector == "length explosion"
    assert 55 <= alert.step <= 65  # 1.02**57 is 3.1


def test_what_comes_back_after_a_quiet_time_is_told_again() -> None:
    broken: dict[str, float] = {"grad_norm": math.nan}
    assert len(_alerts((30, {}), (50, broken), (QUIET - 1, {}), (10, broken))) == 1
    assert len(_alerts((30, {}), (50, broken), (QUIET, {}), (10, broken))) == 2


@given(
    st.fixed_dictionaries(
        dict.fromkeys(STEADY, st.floats(0, 1e6))
        | {"live_groups": st.floats(0.021, 1), "sampler_mismatch": st.floats(0, 0.09)}
    ),
    st.integers(1, 60),
)
def test_a_run_that_stays_as_it_is_is_left_alone(level: dict[str, float], num_steps: int) -> None:
    level = {name: max(value, 1e-6) for name, value in level.items()}
    assert watched({"step": float(step), **level} for step in range(1, num_steps + 1))[1] == []


def test_alerts_say_what_was_seen_and_what_to_do() -> None:
    (alert,) = _alerts((30, {}), (3, {"truncated": 0.5}))
    seen = "50% of the episodes run out of turns or tokens, up from 10%"
    assert str(alert).startswith(f"step 32: truncation wave: {seen}. Raise max_tokens")


# -- in a run ---------------------------------------------------------------------------------------------


class Stopped(Exception):
    """Ends a run in the middle, as a kill would."""


def test_a_resumed_run_writes_the_same_alerts(model: Path, tmp_path: Path) -> None:
    rollout, run = replace(CONFIG.rollout, groups=4, group_size=8), replace(CONFIG.run, checkpoint_every=3)
    config = replace(CONFIG, rollout=rollout, run=run)

    def train(folder: Path, stop_at: int = 0) -> bytes:
        def stop(metrics: dict[str, float]) -> None:
            if metrics["step"] == stop_at:
                raise Stopped

        PaysNothing(config, primed_model(model), folder).run(stop)
        return (folder / "alerts.jsonl").read_bytes()

    whole = train(tmp_path / "whole")
    assert whole.count(b"\n") == 1
    for stopped_at in (ONSET + 3, ONSET + 4):  # before the alert, and after it but before the next checkpoint
        folder = tmp_path / f"stopped-{stopped_at}"
        with pytest.raises(Stopped):
            train(folder, stopped_at)
        assert (folder / "alerts.jsonl").exists() == (stopped_at > ONSET + 3)
        assert train(folder) == whole

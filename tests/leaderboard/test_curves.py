"""Learning curves are read from a training run's metrics, wherever the run folder says they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reasongym.errors import DataError
from reasongym.leaderboard.curves import read_curve
from reasongym.leaderboard.rows import read_row

METRICS = """\
{"step": 1, "loss": 0.5, "reward": 0.1, "solve_rate": 0.1}
{"step": 2, "loss": 0.5, "reward": 0.2, "solve_rate": 0.25, "eval_solve_rate": 0.2}
"""


def test_a_curve_keeps_solve_rates_and_the_sparse_eval_ones(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(METRICS)
    curve = read_curve(tmp_path, None)
    assert curve is not None
    assert curve.train == [(1, 0.1), (2, 0.25)]
    assert curve.held_out == [(2, 0.2)]
    assert curve.train_points == "320.0,180.0 640.0,150.0"


def test_a_run_points_to_its_training_folder(make_run: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "runs" / "training").mkdir(parents=True)
    (tmp_path / "runs" / "training" / "metrics.jsonl").write_text(METRICS)
    folder = make_run("model", training=str(Path("..", "training")))
    assert read_row(folder).curve is not None


def test_a_training_folder_that_stayed_elsewhere_draws_no_curve(tmp_path: Path) -> None:
    assert read_curve(tmp_path, "../gone") is None


def test_a_corrupt_line_of_metrics_is_named(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(METRICS + "{\n")
    with pytest.raises(DataError, match=r"metrics\.jsonl:3 is not a line of metrics"):
        read_curve(tmp_path, None)


@pytest.mark.parametrize("training", ["a" * 5_000, "a\0b", "/dev/null"])
def test_a_training_folder_that_cannot_be_has_no_curve(tmp_path: Path, training: str) -> None:
    assert read_curve(tmp_path, training) is None

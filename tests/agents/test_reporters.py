"""Whoever follows a run gets every step once and in order, and real services keep what they were told."""

import importlib
import importlib.util
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reasongym.agents import reporters as module
from reasongym.agents.detectors import Alert
from reasongym.agents.metrics import Metrics
from reasongym.agents.reporters import EXTRAS, REPORTERS, check_reporters, reporting
from reasongym.errors import UnknownName, UsageError

ALERT = Alert(3, "dead signal", "no group has a signal", "Choose an easier level")
CONFIG = {"run": {"steps": 5, "seed": 0}}
SCALARS = {"loss": 0.5, "reason/ok": 0.25, "solve_rate/reasongym/Gcd-v0/level-0": 0.75}


def _follow(kind: str, folder: Path, steps: Sequence[int]) -> None:
    folder.mkdir(exist_ok=True)
    with reporting([kind], folder, CONFIG) as report:
        for step in steps:
            figures = {name: value * step for name, value in SCALARS.items()}
            report({"step": float(step), **figures}, [ALERT] if step == ALERT.step else [])


class Noting:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[float, int]] = []
        self.closed = 0

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        self.told.append((metrics["step"], len(alerts)))

    def close(self) -> None:
        self.closed += 1


def test_every_reporter_gets_every_step_and_is_closed_when_the_run_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Noting] = []

    def make(*_: object) -> Noting:
        made.append(Noting())
        return made[-1]

    monkeypatch.setitem(REPORTERS, "one", make)
    monkeypatch.setitem(REPORTERS, "other", make)

    def breaks() -> None:
        with reporting(["one", "other"], tmp_path, CONFIG) as report:
            report({"step": 1.0}, [])
            report({"step": 2.0}, [ALERT])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert [one.told for one in made] == [[(1.0, 0), (2.0, 1)]] * 2
    assert [one.closed for one in made] == [1, 1]


def test_a_reporter_that_cannot_open_closes_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Noting()

    def opens(*_: object) -> Noting:
        return first

    def fails(*_: object) -> Noting:
        raise OSError("no network")

    monkeypatch.setitem(REPORTERS, "one", opens)
    monkeypatch.setitem(REPORTERS, "other", fails)
    with pytest.raises(OSError, match="no network"), reporting(["one", "other"], tmp_path, CONFIG):
        pass
    assert first.closed == 1


def test_a_misspelt_reporter_names_its_neighbour() -> None:
    with pytest.raises(UnknownName, match=r"'tensorbord'; did you mean 'tensorboard'\?"):
        check_reporters(["page", "tensorbord"])


def test_a_reporter_without_its_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXTRAS", ("no_such_package",))
    monkeypatch.setitem(REPORTERS, "no_such_package", REPORTERS["page"])
    with pytest.raises(UsageError, match=r"pip install 'reasongym\[no_such_package\]'"):
        check_reporters(["no_such_package"])


@pytest.mark.parametrize("name", EXTRAS)
def test_the_names_of_extras_are_those_of_modules_and_of_pyproject(name: str) -> None:
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'\n{name} = ["{name}>=' in pyproject
    assert name in REPORTERS


def test_tensorboard_shows_each_step_once_after_a_resume(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    reader: Any = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    _follow("tensorboard", tmp_path / "run", [1, 2, 3, 4])
    _follow("tensorboard", tmp_path / "run", [3, 4, 5])
    kept = reader.EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    kept.Reload()
    assert sorted(kept.Tags()["scalars"]) == sorted(SCALARS)
    for name, value in SCALARS.items():
        assert [(one.step, one.value) for one in kept.Scalars(name)] == [(s, value * s) for s in range(1, 6)]
    assert kept.Tags()["tensors"] == ["alerts/text_summary"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_wandb_keeps_a_run_on_this_machine_and_a_resume_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    _follow("wandb", tmp_path / "run", [1, 2, 3])
    _follow("wandb", tmp_path / "run", [4, 5])
    files = list((tmp_path / "run" / "wandb").glob("offline-run-*/run-*.wandb"))
    assert len(files) == 2
    assert len({path.name for path in files}) == 1  # named after the run
    assert b"solve_rate/reasongym/Gcd-v0/level-0" in files[0].read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_trackio_keeps_figures_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("trackio") is None:
        pytest.skip("trackio is not installed")
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    _follow("trackio", tmp_path / "run", [1, 2, 3])
    (database,) = (tmp_path / "trackio").glob("*.db")
    with sqlite3.connect(database) as opened:
        steps = [step for (step,) in opened.execute("select step from metrics order by step")]
    assert steps == [1, 2, 3]

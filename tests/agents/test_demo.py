from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reasongym.agents.demo import DemoSettings, Show, run_demo, settings
from reasongym.agents.from_scratch import ModelShape
from reasongym.agents.priming import PrimingSettings
from reasongym.agents.recipes import load_recipe
from reasongym.errors import UsageError

TINY = settings("countdown-demo", seed=0, tiny=True).recipe
SMALL = DemoSettings(
    replace(
        TINY,
        rollout=replace(TINY.rollout, groups=2, group_size=4),
        run=replace(TINY.run, steps=4, eval_every=2, eval_problems=4),
    ),
    priming=PrimingSettings(steps=4, groups=2, group_size=2, checkpoint_every=2),
    shape=ModelShape(hidden=16, layers=1, heads=2, intermediate=16),
    num_problems=10,
)
COMPARED = (
    "primed/model.safetensors",
    "trained/model.safetensors",
    "priming/metrics.jsonl",
    "training/metrics.jsonl",
    "training/episodes.jsonl",
    "eval/trained-eval/episodes.jsonl",
)


class Stopped(Exception):
    """Ends a demo in the middle, as a kill would."""


def _stage(stopped: str = "", at: int = 0) -> Callable[..., object]:
    @contextmanager
    def stage(title: str, total: int | None) -> Generator[Show]:
        def show(done: int, total: int | None = total, **figures: str) -> None:
            if stopped and title.startswith(stopped) and done >= at:
                raise Stopped

        yield show

    return stage


def _run(demo: DemoSettings, folder: Path, stopped: str = "", at: int = 0) -> dict[str, bytes]:
    run_demo(demo, folder, _stage(stopped, at))  # pyright: ignore[reportArgumentType]
    return {name: (folder / name).read_bytes() for name in COMPARED}


@pytest.mark.parametrize(("stopped", "at"), [("teach", 3), ("learn", 3), ("measure trained", 5)])
def test_a_demo_stopped_in_any_stage_continues_to_the_same_bytes(
    tmp_path: Path, stopped: str, at: int
) -> None:
    whole = _run(SMALL, tmp_path / "whole")
    with pytest.raises(Stopped):
        _run(SMALL, tmp_path / "cut", stopped, at)
    assert _run(SMALL, tmp_path / "cut") == whole


def test_a_finished_demo_is_shown_again_without_playing(tmp_path: Path) -> None:
    first = run_demo(SMALL, tmp_path, _stage())  # pyright: ignore[reportArgumentType]
    again = run_demo(SMALL, tmp_path, _stage("", 0))  # pyright: ignore[reportArgumentType]
    assert {name: report.result for name, report in again.reports.items()} == {
        name: report.result for name, report in first.reports.items()
    }
    assert again.page.exists()


def test_a_finished_demo_does_not_pass_for_one_of_another_recipe(tmp_path: Path) -> None:
    _run(SMALL, tmp_path)
    rates = replace(SMALL.recipe.optimizer, learning_rate=0.5)
    with pytest.raises(UsageError, match="holds a run of another config"):
        _run(replace(SMALL, recipe=replace(SMALL.recipe, optimizer=rates)), tmp_path)


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    other = replace(SMALL, recipe=replace(SMALL.recipe, run=replace(SMALL.recipe.run, seed=1)))
    name = "trained/model.safetensors"
    assert _run(SMALL, tmp_path / "0")[name] != _run(other, tmp_path / "1")[name]


def test_the_full_demo_is_its_recipe() -> None:
    assert settings("countdown-demo", seed=0, tiny=False).recipe == load_recipe("countdown-demo")

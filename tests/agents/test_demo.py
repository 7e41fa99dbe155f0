import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from reasongym.agents.demo import DemoSettings, Show, run_demo, settings
from reasongym.agents.from_scratch import ModelShape, build
from reasongym.agents.models import load_tokenizer
from reasongym.agents.plots import read_metrics
from reasongym.agents.priming import PrimingSettings
from reasongym.agents.recipes import load_recipe
from reasongym.errors import UsageError
from reasongym.registry import get, problem
from reasongym.seeding import stream

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


def _from_scratch() -> DemoSettings:
    """Return the rehearsal of the recipe for a GPU, shortened, its searches and their words as they are."""
    demo = settings("countdown-from-scratch", seed=0, tiny=True)
    recipe = replace(
        demo.recipe,
        rollout=replace(demo.recipe.rollout, groups=2, group_size=4, max_tokens=8),
        run=replace(demo.recipe.run, steps=2, eval_every=2, eval_problems=4),
    )
    priming = replace(demo.priming, steps=2, groups=4)
    return replace(demo, recipe=recipe, priming=priming, num_problems=4)


def test_the_recipe_for_a_gpu_is_rehearsed_on_a_cpu(tmp_path: Path) -> None:
    demo = _from_scratch()
    assert demo.priming.play == "dfs"
    result = run_demo(demo, tmp_path, _stage())  # pyright: ignore[reportArgumentType]
    assert set(result.reports) == {"random legal play", "primed", "trained", "trained, train split"}
    tokenizer = load_tokenizer(tmp_path / "trained")
    assert {"<think>", "have", "not", "yes", "</answer>"} <= set(tokenizer.get_vocab())


@pytest.mark.slow
def test_a_whole_rehearsal_of_the_recipe_for_a_gpu_teaches_the_form_of_a_search(tmp_path: Path) -> None:
    demo = settings("countdown-from-scratch", seed=0, tiny=True)
    result = run_demo(demo, tmp_path, _stage())  # pyright: ignore[reportArgumentType]
    losses = [line["loss"] for line in read_metrics(tmp_path / "priming")]
    words = len(load_tokenizer(tmp_path / "primed"))
    assert losses[0] == pytest.approx(math.log(words), rel=0.1)  # it begins by guessing
    assert losses[-1] < 0.2 * losses[0]
    primed = result.reports["primed"].result
    assert primed
    assert sum(primed.scores.reasons.get(why, 0) for why in ("no_answer", "syntax")) < 50  # of 100


def test_the_recipe_for_a_gpu_shows_searches_with_dead_ends_that_its_context_holds() -> None:
    demo = settings("countdown-from-scratch", seed=0, tiny=False)
    curriculum, most = demo.recipe.problems.curriculum(), demo.recipe.rollout.max_tokens
    problems = [problem(curriculum.survey_row(seed)) for seed in range(200)]
    texts = [get(one.row.env_id).trace(one.data, demo.priming.play, stream(b"any key")) for one in problems]
    right = [(one.prompt, text) for one, text in zip(problems, texts, strict=True) if text[-1] == ">"]
    assert len(right) > 0.9 * len(problems)
    assert sum(" , not " in text for _, text in right) > 0.6 * len(right)
    sizes = [len(text.split()) + 1 for _, text in right]  # one ends it
    assert max(sizes) + max(len(prompt.split()) for prompt, _ in right) <= demo.shape.context
    assert sum(size <= most for size in sizes) > 0.9 * len(sizes)
    assert {one.row.split for one in problems} == {"train"}
    assert {row.split for row in curriculum.eval_rows(20)} == {"eval"}


def test_the_recipe_for_a_gpu_has_the_parameters_it_says() -> None:
    demo = settings("countdown-from-scratch", seed=0, tiny=False)
    loaded = build(demo.recipe.problems.curriculum(), shape=demo.shape, seed=0, play=demo.priming.play)
    assert sum(one.numel() for one in loaded.model.parameters()) == pytest.approx(15.7e6, rel=0.01)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_device_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot use device 'cuda'"):
        run_demo(
            settings("countdown-from-scratch", seed=0, tiny=False),
            tmp_path / "demo",
            _stage(),  # pyright: ignore[reportArgumentType]
        )
    assert not (tmp_path / "demo").exists()

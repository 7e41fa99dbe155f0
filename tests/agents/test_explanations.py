"""What a step taught is read off the run's folder, and adds up to what the trainer itself reported."""

import json
import math
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reasongym.agents import from_scratch
from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings, preset
from reasongym.agents.config import (
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.explanations import ACROSS_GROUPS, MODELS, explain
from reasongym.agents.models import LoadedModel, save_model
from reasongym.agents.played import Played
from reasongym.agents.step_page import write_step_page
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.curriculum import Curriculum, Source
from reasongym.episodes import Episode, flatten, read_episodes
from reasongym.errors import UsageError

CONFIG = TrainConfig(
    problems=ProblemSettings(options={"style": "terse"}),
    rollout=RolloutSettings(groups=4, group_size=4, max_tokens=6),
    optimizer=OptimizerSettings(learning_rate=1e-3),
    run=RunSettings(steps=2, threads=1, log_groups=4, reporters=()),
)
PRESETS = (
    "grpo", "dr_grpo", "dapo", "gspo", "cispo", "sapo", "dppo", "reinforce", "reinforce++", "raft",
    "reinforce++-baseline", "gigpo", "turn-returns", "maxrl", "opo", "loop",
)  # fmt: skip
"""Presets whose advantages a run's folder decides."""


class JudgedByFirstWord(Trainer):
    """An untrained model solves nothing; here its first word decides, so that there is a signal."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        groups = super().play(problems)
        return [[replace(one, verdict=_verdict(one)) for one in group] for group in groups]


def _verdict(episode: Episode) -> Verdict:
    right = bool(episode.completions) and episode.completions[0].token_ids[0] % 2 == 0
    return Verdict(float(right), right, "ok" if right else "wrong_value")


@cache
def _built(env: str) -> LoadedModel:
    shape = from_scratch.ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
    curriculum = Curriculum([Source(env, options={"style": "terse"})])
    return from_scratch.build(curriculum, shape=shape, seed=0)


def _model(config: TrainConfig) -> LoadedModel:
    return deepcopy(_built(config.problems.env))


def _run(folder: Path, config: TrainConfig = CONFIG, kind: type[Trainer] = JudgedByFirstWord) -> Path:
    kind(config, _model(config), folder).run()
    return folder


def _episodes(folder: Path, step: int) -> list[dict[str, Any]]:
    return [one for group in explain(folder, step).groups for one in group["episodes"]]


def _metrics(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize("name", PRESETS)
def test_losses_of_all_tokens_add_up_to_the_loss_that_the_trainer_reports(tmp_path: Path, name: str) -> None:
    """With every group kept, one update and no KL, the page's losses are the whole loss of the step."""
    algorithm = replace(preset(name), kl=0.0, epochs=1, refills=0)
    folder = _run(tmp_path, replace(CONFIG, algorithm=algorithm, run=replace(CONFIG.run, steps=1)))
    (metrics,) = _metrics(folder)
    losses = [loss for one in _episodes(folder, 1) for row in one["rows"] for loss in row["losses"] or ()]
    largest = sum(map(abs, losses))
    assert largest > 0.01
    assert sum(losses) == pytest.approx(metrics["loss"], abs=1e-4 * largest)


def test_grpo_is_explained_as_its_paper_has_it(tmp_path: Path) -> None:
    folder = _run(tmp_path)
    told = explain(folder, 1)
    groups = [group["episodes"] for group in told.groups]
    live = [group for group in groups if len({one["reward"] for one in group}) > 1]
    assert 0 < len(live) <= len(groups)
    num_tokens = sum(one["tokens"] for group in live for one in group)
    for group in groups:
        rewards = [one["reward"] for one in group]
        mean = sum(rewards) / len(rewards)
        std = math.sqrt(sum((reward - mean) ** 2 for reward in rewards) / (len(rewards) - 1))
        for one in group:
            expected = (one["reward"] - mean) / (std + 1e-4) if group in live else None
            assert one["advantage"] == (expected if expected is None else pytest.approx(expected, rel=1e-4))
            for row in one["rows"]:
                if expected is None:
                    assert row["losses"] is None
                else:
                    assert row["losses"] == [pytest.approx(-expected / num_tokens, rel=1e-4)] * sum(
                        row["mask"]
                    )


@pytest.mark.parametrize("env", ["reasongym/Countdown-v0", "reasongym/CountdownSteps-v0"])
def test_every_kept_episode_is_explained_at_its_step_with_the_ids_and_masks_of_its_rows(
    tmp_path: Path, env: str
) -> None:
    config = replace(CONFIG, problems=ProblemSettings(env, options={"style": "terse"}))
    folder = _run(tmp_path, config)
    kept = list(read_episodes(folder / "episodes.jsonl"))
    shown = [
        (place, one)
        for step in (1, 2)
        for place, group in enumerate(explain(folder, step).groups)
        for one in group["episodes"]
    ]
    assert len(shown) == len(kept) == 2 * 16
    for episode, (place, one) in zip(kept, shown, strict=True):
        assert (episode.group, episode.member, episode.reward) == (place, one["member"], one["reward"])
        rows = flatten(episode)
        assert [row.ids for row in rows] == [row["ids"] for row in one["rows"]]
        assert [[int(on) for on in row.mask] for row in rows] == [row["mask"] for row in one["rows"]]
        sampled = [score for completion in episode.completions for score in completion.logprobs]
        told = [score for row in one["rows"] for score in row["logprobs"]]
        assert told == [pytest.approx(score, rel=1e-4) for score in sampled]
        assert one["tokens"] == len(sampled)
    assert any(len(episode.completions) > 1 for episode in kept) == (env == "reasongym/CountdownSteps-v0")


def test_what_carries_no_loss_has_none_on_the_page(tmp_path: Path) -> None:
    class Broken(JudgedByFirstWord):
        def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
            groups = super().play(problems)
            return [
                [
                    replace(one, verdict=None, error="died") if one.member == 0
                    else replace(one, is_truncated=one.member == 1)
                    for one in group
                ]
                for group in groups
            ]  # fmt: skip

    algorithm = AlgorithmSettings(mask_truncated=True)
    folder = _run(tmp_path, replace(CONFIG, algorithm=algorithm), Broken)
    for group in explain(folder, 1).groups:
        broken, cut, *others = group["episodes"]
        assert (broken["reason"], broken["reward"], broken["loss"]) == ("unscored", None, None)
        assert (cut["cut"], cut["loss"]) == (True, None)
        is_live = len({one["reward"] for one in others}) > 1
        assert all((one["loss"] is not None) == is_live for one in others)


@pytest.mark.parametrize(("name", "needs"), [("ppo", "the critic"), ("dpo", "the weights of each update")])
def test_advantages_that_need_more_than_the_folder_holds_are_left_out_and_that_is_said(
    tmp_path: Path, name: str, needs: str
) -> None:
    folder = _run(tmp_path, replace(CONFIG, algorithm=replace(preset(name), kl=0.0)))
    told = explain(folder, 2)
    assert any(needs in note for note in told.notes)
    assert all(one["advantage"] is None for group in told.groups for one in group["episodes"])


def test_of_episodes_that_fork_the_page_shows_no_advantages_and_says_so(tmp_path: Path) -> None:
    rollout = replace(CONFIG.rollout, branches=2, branch_tokens=2, branch_depth=2)
    folder = _run(tmp_path, replace(CONFIG, rollout=rollout, run=replace(CONFIG.run, steps=1)))
    assert any("fork" in note for note in explain(folder).notes)
    assert all(one["advantage"] is None for one in _episodes(folder, 1))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_that_look_across_groups_are_known(name: str) -> None:
    estimator = ESTIMATORS[name]
    if estimator.needs & {*MODELS, "current"}:
        pytest.skip("it needs what no folder holds")
    make: Callable[[float], Played] = lambda reward: Played(reward, (2, 1), (0.0, reward), ("a", "b"))  # noqa: E731
    group, other = [make(0.0), make(0.5), make(1.0)], [make(0.0), make(0.0), make(1.0)]
    alone, beside = (
        estimator.estimate(groups, AlgorithmSettings())[0] for groups in ([group], [group, other])
    )
    assert (repr(alone) != repr(beside)) == (name in ACROSS_GROUPS)


def test_the_last_step_is_explained_where_none_is_named_and_another_is_refused(tmp_path: Path) -> None:
    folder = _run(tmp_path)
    assert explain(folder).step == 2
    with pytest.raises(UsageError, match="holds steps 1 to 2, not 7"):
        explain(folder, 7)
    with pytest.raises(UsageError, match="no episode of step 1 was kept"):
        explain(_run(tmp_path / "none", replace(CONFIG, run=replace(CONFIG.run, log_groups=0))), 1)


def test_the_notes_say_what_is_missing(tmp_path: Path) -> None:
    algorithm = AlgorithmSettings(advantage="reinforce++", kl=0.1, entropy=0.02)
    config = replace(CONFIG, algorithm=algorithm, run=replace(CONFIG.run, log_groups=1))
    notes = " ".join(explain(_run(tmp_path, config), 1).notes)
    for words in (
        "1 of 4 groups were kept",
        "looks at all groups",
        "weight 0.1",
        "weight 0.02",
        "No tokenizer",
    ):
        assert words in notes


def test_the_page_holds_the_numbers_and_the_words_of_every_id(tmp_path: Path) -> None:
    model = _model(CONFIG)
    save_model(model, tmp_path / "model")
    folder = _run(
        tmp_path / "run", replace(CONFIG, model=replace(CONFIG.model, path=str(tmp_path / "model")))
    )
    page = write_step_page(folder, 2)
    assert page == folder / "step-0000002.html"
    text = page.read_text()
    data: dict[str, Any] = json.loads(
        re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)[0]
    )
    told = explain(folder, 2)
    assert data["groups"] == told.groups
    assert data["words"] == {str(id_): word for id_, word in told.words.items()}
    assert data["words"] == {str(id_): model.tokenizer.decode([id_]) for id_ in told.words}
    ids = {id_ for g in told.groups for one in g["episodes"] for row in one["rows"] for id_ in row["ids"]}
    assert ids == set(told.words)
    assert "No tokenizer" not in text
    assert not re.search(r"(src|href)=", text.partition("<script>")[0])


def test_hostile_completions_stay_text(tmp_path: Path) -> None:
    folder = _run(tmp_path)
    log = folder / "episodes.jsonl"
    log.write_text(
        log.read_text().replace('"role":"user","content":"', '"role":"user","content":"</script><b>')
    )
    page = write_step_page(folder, 1, tmp_path / "page.html").read_text()
    assert "</script><b>" not in page
    assert "\\u003c/script\\u003e\\u003cb\\u003e" in page

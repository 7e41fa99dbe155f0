"""Shaping and stages in a run: what is learned from, what is reported, and exact resume."""

import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch

from reasongym.agents import from_scratch
from reasongym.agents.config import (
    AlgorithmSettings,
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    Stage,
    TrainConfig,
)
from reasongym.agents.models import LoadedModel
from reasongym.agents.shaping import Chain
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.curriculum import Curriculum, Source
from reasongym.episodes import Episode, read_episodes
from tests.agents.shaped_groups import num_tokens

OPTIONS = {"style": "terse"}
OVERLONG: dict[str, Any] = {"name": "overlong", "longest": 8, "buffer": 8}
KIMI: dict[str, Any] = {"name": "kimi"}
CONFIG = TrainConfig(
    problems=ProblemSettings(options=OPTIONS),
    rollout=RolloutSettings(groups=4, group_size=6, max_tokens=8),
    optimizer=OptimizerSettings(learning_rate=1e-2, warmup=1),
    run=RunSettings(steps=4, threads=1, checkpoint_every=1, log_groups=8),
)


def _model() -> LoadedModel:
    shape = from_scratch.ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
    curriculum = Curriculum([Source("reasongym/Countdown-v0", options=OPTIONS)])
    return from_scratch.build(curriculum, shape=shape, seed=0)


class Judged(Trainer):
    """An untrained model solves nothing; here its first word decides, so that verdicts differ."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        return [[_by_first_word(one) for one in group] for group in super().play(problems)]


def _by_first_word(one: Episode) -> Episode:
    is_right = one.completions[0].token_ids[0] % 3 == 0
    return replace(one, verdict=Verdict(float(is_right), is_right, "ok" if is_right else "wrong_value"))


class AllWrong(Trainer):
    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        wrong = Verdict(0.0, False, "wrong_value")
        return [[replace(one, verdict=wrong) for one in group] for group in super().play(problems)]


def _metrics(folder: Path) -> list[dict[str, float]]:
    return [msgspec.json.decode(line) for line in (folder / "metrics.jsonl").read_bytes().splitlines()]


def test_lessons_hold_what_the_chain_pays(tmp_path: Path) -> None:
    tables = (OVERLONG, KIMI)
    trainer = Judged(replace(CONFIG, shaping=tables), _model(), tmp_path)
    group = trainer.play(trainer.problems())[0]
    group[1] = replace(group[1], verdict=None, error="the sandbox died")
    lessons = trainer.lessons(0, group)
    judged = [one for one in group if one.verdict is not None]
    assert [lesson.episode for lesson in lessons] == judged
    assert [lesson.played.reward for lesson in lessons] == Chain(tables).rewards(judged).rewards


def test_a_masked_episode_still_counts_in_what_its_group_earns(tmp_path: Path) -> None:
    config = replace(CONFIG, shaping=(KIMI,), algorithm=AlgorithmSettings(mask_truncated=True))
    trainer = Judged(config, _model(), tmp_path)
    group = trainer.play(trainer.problems())[0]
    longest = max(range(len(group)), key=lambda place: num_tokens(group[place]))
    cut = [replace(one, is_truncated=place == longest) for place, one in enumerate(group)]
    earned = Chain([KIMI]).rewards(cut).rewards
    del earned[longest]
    assert [lesson.played.reward for lesson in trainer.lessons(0, cut)] == earned


def test_a_group_lives_by_what_it_earns_not_by_its_verdicts(tmp_path: Path) -> None:
    assert AllWrong(CONFIG, _model(), tmp_path / "plain").advance()["live_groups"] == 0.0
    coins: dict[str, Any] = {"name": "random"}
    shaped = AllWrong(replace(CONFIG, shaping=(coins,)), _model(), tmp_path / "shaped").advance()
    assert shaped["live_groups"] > 0
    assert shaped["grad_norm"] > 0
    flat: dict[str, Any] = {"name": "outcome", "right": 0.0}
    dead = Judged(replace(CONFIG, shaping=(flat,)), _model(), tmp_path / "flat").advance()
    assert dead["live_groups"] == 0.0
    assert dead["solve_rate"] > 0


def test_metrics_keep_the_native_reward_and_tell_the_shaped_one_by_its_parts(tmp_path: Path) -> None:
    plain = Judged(CONFIG, _model(), tmp_path / "plain").advance()
    shaped = Judged(replace(CONFIG, shaping=(OVERLONG, KIMI)), _model(), tmp_path / "shaped").advance()
    assert not any(name.startswith("shap") for name in plain)
    same = ("reward", "solve_rate", "completion_tokens", "truncated")
    assert [shaped[name] for name in same] == [plain[name] for name in same]
    parts = shaped["shaping/overlong"] + shaped["shaping/kimi"]
    assert shaped["shaped_reward"] == pytest.approx(shaped["reward"] + parts)
    assert shaped["shaping/overlong"] < 0


def test_a_length_asked_for_is_in_the_prompt_that_is_played_and_in_evaluation(tmp_path: Path) -> None:
    lcpo: dict[str, Any] = {"name": "lcpo-exact", "shortest": 1, "longest": 8, "wording": "{tokens}"}
    run = replace(CONFIG.run, steps=1, eval_every=1, eval_problems=2)
    trainer = Judged(replace(CONFIG, shaping=(lcpo,), run=run), _model(), tmp_path)
    asked = [problem.prompt for problem in trainer.problems()]
    trainer.run()
    episodes = list(read_episodes(tmp_path / "episodes.jsonl"))
    assert [one.messages[0].content for one in episodes[::6]] == asked
    assert all(prompt.rsplit("\n\n", 1)[1] in "12345678" for prompt in asked)


STAGED = replace(
    CONFIG,
    shaping=(KIMI,),
    stages=(
        Stage(max_tokens=3, steps=1),
        Stage(group_size=3, groups=5, shaping=(OVERLONG,), steps=2),
        Stage(),
    ),
)


def test_each_stage_plays_by_its_own_sizes(tmp_path: Path) -> None:
    Judged(STAGED, _model(), tmp_path).run()
    metrics = _metrics(tmp_path)
    assert [record["stage"] for record in metrics] == [1, 2, 2, 3]
    assert ["shaping/kimi" in record for record in metrics] == [True, False, False, True]
    episodes = list(read_episodes(tmp_path / "episodes.jsonl"))
    steps: list[list[Episode]] = []
    start = 0
    for size in (4 * 6, 5 * 3, 5 * 3, 4 * 6):
        steps.append(episodes[start : start + size])
        start += size
    assert start == len(episodes)
    assert max(map(num_tokens, steps[0])) <= 3 < max(map(num_tokens, steps[1]))
    assert [max(one.member for one in step) + 1 for step in steps] == [6, 3, 3, 6]
    rates = [statistics.fmean(one.reward for one in step) for step in steps]
    assert rates == pytest.approx([record["reward"] for record in metrics])


class Stopped(Exception):
    """Ends a run in the middle, as a kill would."""


def test_a_run_in_stages_stopped_after_any_step_continues_to_the_same_bits(tmp_path: Path) -> None:
    whole = Judged(STAGED, _model(), tmp_path / "whole")
    whole.run()
    for stopped_at in range(1, STAGED.run.steps):
        folder = tmp_path / f"stopped-{stopped_at}"

        def stop(metrics: dict[str, float], last: int = stopped_at) -> None:
            if metrics["step"] == last + 1:
                raise Stopped

        with pytest.raises(Stopped):
            Judged(STAGED, _model(), folder).run(stop)
        continued = Judged(STAGED, _model(), folder)
        continued.run()
        for log in ("metrics.jsonl", "episodes.jsonl"):
            assert (folder / log).read_bytes() == (tmp_path / "whole" / log).read_bytes()
        same, found = whole.loaded.model.state_dict(), continued.loaded.model.state_dict()
        assert all(torch.equal(found[name], same[name]) for name in same)

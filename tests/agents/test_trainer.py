import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel

from reasongym import registry
from reasongym.agents import from_scratch
from reasongym.agents.algorithms import preset
from reasongym.agents.config import (
    AlgorithmSettings,
    OptimizerSettings,
    ProblemSettings,
    RolloutSettings,
    RunSettings,
    TrainConfig,
)
from reasongym.agents.learner import Groups, Learner
from reasongym.agents.models import LoadedModel
from reasongym.agents.trainer import Trainer
from reasongym.core import Problem, Verdict
from reasongym.curriculum import Curriculum, Source
from reasongym.episodes import Episode, read_episodes
from reasongym.errors import Unscored, UsageError
from reasongym.seeding import digest64

OPTIONS = {"style": "terse"}
CONFIG = TrainConfig(
    problems=ProblemSettings(options=OPTIONS),
    rollout=RolloutSettings(groups=6, group_size=8, max_tokens=8),
    algorithm=AlgorithmSettings(entropy=0.01),
    optimizer=OptimizerSettings(learning_rate=1e-2, warmup=1),
    run=RunSettings(steps=3, threads=1, checkpoint_every=2, eval_every=2, eval_problems=20),
)
LOGS = ("metrics.jsonl", "episodes.jsonl")


def small_llama(seed: int = 0) -> LoadedModel:
    shape = from_scratch.ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
    curriculum = Curriculum([Source("reasongym/Countdown-v0", options=OPTIONS)])
    return from_scratch.build(curriculum, shape=shape, seed=seed)


def _judged(groups: list[list[Episode]], is_right: Callable[[Episode], bool]) -> list[list[Episode]]:
    return [
        [
            replace(episode, verdict=Verdict(float(is_right(episode)), is_right(episode), "ok"))
            for episode in group
        ]
        for group in groups
    ]


class JudgedByFirstWord(Trainer):
    """An untrained model solves nothing; here its first word decides, so that there is a signal."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        return _judged(super().play(problems), lambda episode: episode.completions[0].token_ids[0] % 2 == 0)


class JudgedAllRight(Trainer):
    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        return _judged(super().play(problems), lambda _: True)


def _trainer(folder: Path, config: TrainConfig = CONFIG) -> Trainer:
    return JudgedByFirstWord(config, small_llama(), folder)


def _weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.loaded.model.state_dict().items()}


def _same(some: dict[str, torch.Tensor], others: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(some[name], others[name]) for name in some)


def test_the_same_seed_gives_the_same_weights_and_logs_and_another_seed_does_not(tmp_path: Path) -> None:
    runs = {name: _trainer(tmp_path / name) for name in ("once", "again")}
    runs["other"] = _trainer(tmp_path / "other", replace(CONFIG, run=replace(CONFIG.run, seed=1)))
    for trainer in runs.values():
        trainer.run()
    assert _same(_weights(runs["once"]), _weights(runs["again"]))
    assert not _same(_weights(runs["once"]), _weights(runs["other"]))
    for log in LOGS:
        once = (tmp_path / "once" / log).read_bytes()
        assert once == (tmp_path / "again" / log).read_bytes()
        assert once != (tmp_path / "other" / log).read_bytes()


class Stopped(Exception):
    """Ends a run in the middle, as a kill would."""


MODES = {
    "one update": AlgorithmSettings(entropy=0.01),
    "several updates": AlgorithmSettings(kl=0.1, updates=2),
    "epochs, pairs": preset("dpo", updates=2),
    "critic": preset("ppo", updates=2, critic_updates=2, critic_learning_rate=1e-3),
    "reward model": preset("prime", updates=2, filter="none", reward_learning_rate=1e-3),
    "refills": preset("dapo", refills=3, updates=3),
    "sequences, correction": preset("gspo", correction="geometric-mask", updates=2),
}


@pytest.mark.parametrize(
    ("mode", "places"),
    [
        ("one update", (1, 2, 3)),
        ("several updates", (1, 2, 3)),
        ("refills", (3,)),
        pytest.param("sequences, correction", (3,), marks=pytest.mark.slow),
    ],
)
def test_a_run_stopped_after_any_step_continues_to_the_same_bits(
    tmp_path: Path, mode: str, places: tuple[int, ...]
) -> None:
    _stop_and_continue(tmp_path, MODES[mode], places)


def _stop_and_continue(folder: Path, algorithm: AlgorithmSettings, places: Iterable[int]) -> None:
    """Stop a run after each of these steps, some of them without a checkpoint, and let another go on."""
    config = replace(CONFIG, algorithm=algorithm)
    whole = _trainer(folder / "whole", config)
    whole.run()
    for stopped_at in places:
        own = folder / f"stopped-{stopped_at}"

        def stop(metrics: dict[str, float], last: int = stopped_at) -> None:
            if metrics["step"] == last:
                raise Stopped

        with pytest.raises(Stopped):
            _trainer(own, config).run(stop)
        _continues_to(own, whole, config)


def _continues_to(folder: Path, whole: Trainer, config: TrainConfig) -> None:
    continued = _trainer(folder, config)
    continued.run()
    assert _same(_weights(continued), _weights(whole))
    for log in LOGS:
        assert (folder / log).read_bytes() == (whole.folder.path / log).read_bytes()


@pytest.mark.parametrize(
    "mode",
    [
        "several updates",
        "critic",
        pytest.param("epochs, pairs", marks=pytest.mark.slow),
        pytest.param("reward model", marks=pytest.mark.slow),
    ],
)
def test_a_run_stopped_between_two_updates_of_a_step_plays_the_step_again(tmp_path: Path, mode: str) -> None:
    config = replace(CONFIG, algorithm=MODES[mode])
    whole = _trainer(tmp_path / "whole", config)
    whole.run()
    trainer = _trainer(tmp_path / "stopped", config)
    calls = itertools.count()

    class Breaking(Learner):
        def update(self, groups: Groups, step: int) -> dict[str, float]:
            if step == 2 and next(calls) == 1:
                raise Stopped
            return super().update(groups, step)

    trainer.learner = Breaking(config, trainer.loaded)
    with pytest.raises(Stopped):
        trainer.run()
    assert next(calls) == 2
    _continues_to(tmp_path / "stopped", whole, config)


def test_dead_groups_are_never_forwarded_and_leave_the_weights_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = JudgedAllRight(CONFIG, small_llama(), tmp_path)
    before = _weights(trainer)

    def refuse(*_: object) -> None:
        raise AssertionError("a dead group was forwarded")

    monkeypatch.setattr(type(trainer.learner.scorer), "__call__", refuse)
    metrics = trainer.advance()
    assert metrics["live_groups"] == 0.0
    assert "loss" not in metrics
    assert _same(_weights(trainer), before)


def test_unscored_episodes_carry_no_loss(tmp_path: Path) -> None:
    trainer = _trainer(tmp_path)
    groups = trainer.play(trainer.problems())
    broken = [[replace(group[0], verdict=None, error="the sandbox died"), *group[1:]] for group in groups]
    kept = [trainer.trainable(group) for group in broken]
    assert kept == [group[1:] for group in groups]


def test_rates_are_of_the_judged_episodes(tmp_path: Path) -> None:
    class HalfBroken(JudgedByFirstWord):
        def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
            groups = _judged(super().play(problems), lambda _: True)
            return [[replace(g[0], verdict=None, error="the sandbox died"), *g[1:]] for g in groups]

    metrics = HalfBroken(CONFIG, small_llama(), tmp_path).advance()
    assert (metrics["reward"], metrics["solve_rate"], metrics["reason/unscored"]) == (1.0, 1.0, 1 / 8)


def test_truncated_episodes_carry_no_loss_where_they_are_masked(tmp_path: Path) -> None:
    masked = replace(CONFIG, algorithm=AlgorithmSettings(mask_truncated=True))
    for config, is_kept in ((CONFIG, True), (masked, False)):
        trainer = _trainer(tmp_path / str(is_kept), config)
        group = trainer.play(trainer.problems())[0]
        cut = [replace(episode, is_truncated=place == 0) for place, episode in enumerate(group)]
        kept = trainer.trainable(cut)
        assert (cut[0] in kept) == is_kept


def test_episodes_of_old_weights_carry_no_loss_where_staleness_is_limited(tmp_path: Path) -> None:
    trainer = _trainer(tmp_path, replace(CONFIG, algorithm=AlgorithmSettings(max_staleness=1)))
    group = trainer.play(trainer.problems())[0]
    trainer.step = 1
    assert trainer.trainable(group) == group
    trainer.step = 2
    assert trainer.trainable(group) == []


class JudgedByThirds(Trainer):
    """Two problems of three are solved by nobody."""

    def play(self, problems: Sequence[Problem]) -> list[list[Episode]]:
        groups = super().play(problems)
        judged = _judged(groups, lambda episode: episode.completions[0].token_ids[0] % 2 == 0)
        return [
            group if digest64(group[0].row.key) % 3 == 0 else _judged([group], lambda _: False)[0]
            for group in judged
        ]


def test_further_problems_are_played_until_as_many_groups_as_asked_for_can_teach(tmp_path: Path) -> None:
    config = replace(CONFIG, algorithm=preset("dapo", refills=6))
    trainer = JudgedByThirds(config, small_llama(), tmp_path)
    groups = trainer.collect()
    live = [group for group in groups if len({episode.reward for episode in group}) > 1]
    assert len(live) >= config.rollout.groups < len(groups)
    assert [group[0].group for group in groups] == list(range(len(groups)))
    assert len({group[0].row for group in groups}) == len(groups)
    plain = JudgedByThirds(CONFIG, small_llama(), tmp_path / "plain")
    first = config.rollout.groups
    assert [group[0].row for group in plain.collect()] == [group[0].row for group in groups[:first]]
    seen: list[int] = []

    class Noting(Learner):
        def learn(self, groups: Groups, step: int) -> dict[str, float]:
            seen.extend(group[0].group for group in groups)
            return super().learn(groups, step)

    trainer.learner = Noting(config, trainer.loaded)
    metrics = trainer.learn(groups)
    assert seen == [group[0].group for group in live][:first]
    assert metrics["live_groups"] == len(live) / len(groups)
    assert metrics["missing_groups"] == 0


def test_the_longest_episodes_are_given_up_where_a_share_of_them_is_enough(tmp_path: Path) -> None:
    """The sampler's noise is keyed, so what is kept is what it would have been."""
    long = replace(CONFIG, rollout=replace(CONFIG.rollout, max_tokens=40))
    whole = _trainer(tmp_path / "whole", long)
    every = {(one.group, one.member): one for group in whole.play(whole.problems()) for one in group}
    config = replace(long, rollout=replace(long.rollout, collect=0.1))
    trainer = _trainer(tmp_path / "part", config)
    groups = trainer.play(trainer.problems())
    kept = {(one.group, one.member): one for group in groups for one in group}
    assert 0.1 * len(every) <= len(kept) < len(every)
    lengths = {place: len(one.completions[0].token_ids) for place, one in every.items()}
    assert max(lengths[place] for place in kept) <= min(
        lengths[place] for place in every.keys() - kept.keys()
    )
    assert all(
        one.completions[0].token_ids == every[place].completions[0].token_ids for place, one in kept.items()
    )
    trainer.learn([[], *groups[1:]])


@pytest.mark.parametrize("group_share", [0.1, 0.5, 1.0])
def test_no_group_is_left_with_less_than_its_share(group_share: float, tmp_path: Path) -> None:
    """Rows are decoded together, so episodes end in the order of their lengths."""
    long = replace(
        CONFIG, rollout=replace(CONFIG.rollout, groups=2, group_size=8, max_tokens=200, collect=0.2)
    )
    whole = _trainer(tmp_path / "whole", replace(long, rollout=replace(long.rollout, collect=1.0)))
    lengths = [[len(one.completions[0].token_ids) for one in group] for group in whole.play(whole.problems())]
    every = [length for group in lengths for length in group]

    def are_enough(longest: int) -> bool:
        share = sum(length <= longest for length in every) / len(every)
        of_groups = [sum(length <= longest for length in group) / len(group) for group in lengths]
        return share >= 0.2 and min(of_groups) >= group_share

    last = min(filter(are_enough, every))
    trainer = _trainer(
        tmp_path / "part", replace(long, rollout=replace(long.rollout, collect_group=group_share))
    )
    kept = [
        [len(one.completions[0].token_ids) for one in group] for group in trainer.play(trainer.problems())
    ]
    assert kept == [[length for length in group if length <= last] for group in lengths]
    assert (kept == lengths) == (group_share == 1)


def test_refills_end_with_their_budget(tmp_path: Path) -> None:
    trainer = JudgedAllRight(replace(CONFIG, algorithm=preset("dapo", refills=2)), small_llama(), tmp_path)
    assert len(trainer.collect()) == 3 * CONFIG.rollout.groups


def test_a_step_whose_refills_ran_out_goes_on_with_what_it_has_or_ends_the_run(tmp_path: Path) -> None:
    config = replace(CONFIG, algorithm=preset("dapo", refills=1))
    trainer = JudgedByThirds(config, small_llama(), tmp_path / "on")
    groups, wanted = trainer.collect(), config.rollout.groups
    live = sum(len({episode.reward for episode in group}) > 1 for group in groups)
    assert 0 < live < wanted
    metrics = trainer.learn(groups)
    assert metrics["missing_groups"] == wanted - live
    assert metrics["grad_norm"] > 0
    strict = replace(config, algorithm=replace(config.algorithm, on_exhausted="stop"))
    trainer = JudgedByThirds(strict, small_llama(), tmp_path / "stop")
    with pytest.raises(
        UsageError, match=f"only {live} of {wanted} groups can teach something after 1 refills"
    ):
        trainer.run()
    assert trainer.step == 0


def test_members_of_a_group_share_a_row_and_steps_do_not(tmp_path: Path) -> None:
    _trainer(tmp_path, replace(CONFIG, run=replace(CONFIG.run, log_groups=6))).run()
    episodes = list(read_episodes(tmp_path / "episodes.jsonl"))
    per_step = CONFIG.rollout.groups * CONFIG.rollout.group_size
    assert len(episodes) == per_step * CONFIG.run.steps
    groups = [episodes[at : at + 8] for at in range(0, len(episodes), 8)]
    assert all(len({episode.row for episode in group}) == 1 for group in groups)
    assert len({group[0].row for group in groups}) == len(groups)
    assert any(len({episode.completions[0].text for episode in group}) > 1 for group in groups)


def test_the_reference_is_the_model_at_the_start_and_moves_not(tmp_path: Path) -> None:
    config = replace(CONFIG, algorithm=replace(CONFIG.algorithm, kl=0.1))
    trainer = _trainer(tmp_path, config)
    start = _weights(trainer)
    trainer.run()
    assert trainer.learner.reference is not None
    frozen: nn.Module = trainer.learner.reference.loaded.model
    assert _same(frozen.state_dict(), start)
    assert not _same(_weights(trainer), start)
    kls = [msgspec.json.decode(line)["kl"] for line in (tmp_path / "metrics.jsonl").read_bytes().splitlines()]
    assert kls[0] == pytest.approx(0.0, abs=1e-6)
    assert kls[-1] > 1e-6


@pytest.mark.parametrize("epochs", [1, 2])
def test_several_updates_use_every_live_group_once_an_epoch(tmp_path: Path, epochs: int) -> None:
    algorithm = AlgorithmSettings(updates=3, epochs=epochs)
    trainer = _trainer(tmp_path, replace(CONFIG, algorithm=algorithm))
    seen: list[Episode] = []

    class Counting(Learner):
        def update(self, groups: Groups, step: int) -> dict[str, float]:
            seen.extend(one.episode for group in groups for one in group)
            return super().update(groups, step)

    trainer.learner = Counting(trainer.config, trainer.loaded)
    groups = trainer.play(trainer.problems())
    trainer.learn(groups)
    live = [group for group in groups if len({episode.reward for episode in group}) > 1]
    assert len(live) > 1
    counts = Counter(map(id, seen))
    assert counts == {id(episode): epochs for group in live for episode in group}


@pytest.mark.parametrize(
    ("problems", "complaint"),
    [
        (ProblemSettings(env="Contdown-v0"), "did you mean"),
        (ProblemSettings(level=99), "has levels 0 to"),
        (ProblemSettings(options={"stlye": "terse"}), "did you mean 'style'"),
        (ProblemSettings(template="boxd"), "did you mean 'boxed'"),
    ],
)
def test_what_does_not_exist_is_refused_before_anything_is_written(
    tmp_path: Path, problems: ProblemSettings, complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        Trainer(replace(CONFIG, problems=problems), small_llama(), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_step_in_which_nothing_could_be_judged_ends_the_run_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = _trainer(tmp_path)

    def breaks(*_: object) -> Verdict:
        raise ZeroDivisionError("a fault of the environment")

    monkeypatch.setattr(type(registry.get("Countdown-v0")), "verify", breaks)
    with pytest.raises(Unscored, match=r"step 1 could be judged: ZeroDivisionError: a fault"):
        trainer.advance()


def test_dropout_does_not_part_the_learner_from_the_sampler(tmp_path: Path) -> None:
    tokenizer = small_llama().tokenizer
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=1, n_head=2, n_positions=64, resid_pdrop=0.5,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    dropping = LoadedModel(GPT2LMHeadModel(config), tokenizer)
    metrics = JudgedByFirstWord(CONFIG, dropping, tmp_path).advance()
    assert metrics["live_groups"] > 0
    assert metrics["sampler_mismatch"] < 1e-5


def test_a_problem_met_again_is_sampled_anew_at_another_step_and_under_another_seed(tmp_path: Path) -> None:
    def sampled(seed: int, step: int) -> list[list[int]]:
        config = replace(CONFIG, run=replace(CONFIG.run, seed=seed))
        trainer = Trainer(config, small_llama(), tmp_path / f"seed {seed}, step {step}, {next(place)}")
        trainer.step = step
        return [episode.completions[0].token_ids for group in trainer.play(problems) for episode in group]

    place = itertools.count()
    problems = Trainer(CONFIG, small_llama(), tmp_path / "problems").problems()
    assert sampled(0, 0) == sampled(0, 0)
    assert sampled(0, 0) != sampled(0, 1)
    assert sampled(0, 0) != sampled(1, 0)


def test_a_curriculum_moves_and_is_resumed_with_the_run(tmp_path: Path) -> None:
    """An untrained model fails, so success by first words moves the levels of two environments."""
    sources = (
        Source("reasongym/Countdown-v0", 0, highest=1, options=OPTIONS),
        Source("reasongym/CountdownSteps-v0", 0, highest=1, weight=0.5, options=OPTIONS),
    )
    problems = ProblemSettings(mixture=sources, target=0.3, gain=0.7)
    config = replace(CONFIG, problems=problems, run=replace(CONFIG.run, steps=4, eval_every=0))

    def trainer(folder: str, kind: type[Trainer] = JudgedByFirstWord) -> Trainer:
        shape = from_scratch.ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
        loaded = from_scratch.build(problems.curriculum(), shape=shape, seed=0)
        return kind(config, loaded, tmp_path / folder)

    whole = trainer("whole")
    whole.run()
    assert whole.curriculum.positions != [0.0, 0.0]

    class Interrupted(JudgedByFirstWord):
        def advance(self) -> dict[str, float]:
            if self.step == 3:
                raise KeyboardInterrupt
            return super().advance()

    with pytest.raises(KeyboardInterrupt):
        trainer("killed", Interrupted).run()
    resumed = trainer("killed")
    resumed.run()
    assert resumed.curriculum.positions == whole.curriculum.positions
    for log in LOGS:
        assert (tmp_path / "killed" / log).read_bytes() == (tmp_path / "whole" / log).read_bytes()

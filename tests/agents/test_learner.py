"""What the learner does with sequences, pairs, critics and rewards, against the plain model written out.

Episodes are of one and of two turns, some in two rows; each reference looks at every completion alone,
without padding or micro-batches, and lets autograd differentiate the loss as its paper writes it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from reasongym.agents.algorithms import AlgorithmSettings, preset
from reasongym.agents.config import OptimizerSettings, RolloutSettings, TrainConfig
from reasongym.agents.learner import Learner
from reasongym.agents.models import LoadedModel
from reasongym.agents.played import Lesson, lesson
from reasongym.episodes import Completion, Episode
from tests.agents.small_models import small
from tests.agents.unlike_episodes import unlike_episodes

BOUND = 1e-10
MICRO_TOKENS = (pytest.param(1, marks=pytest.mark.slow), 60, pytest.param(10**6, marks=pytest.mark.slow))


def _model() -> LoadedModel:
    return small("gpt2, absolute positions", torch.float64)


def _learner(algorithm: AlgorithmSettings, micro_tokens: int = 10**6, temperature: float = 1.0) -> Learner:
    config = TrainConfig(
        rollout=RolloutSettings(temperature=temperature),
        algorithm=algorithm,
        optimizer=OptimizerSettings(learning_rate=1e-3, micro_tokens=micro_tokens, max_grad_norm=1e9),
    )
    return Learner(config, _model())


def _groups(seed: int, learner: Learner | None = None) -> list[list[Lesson]]:
    """Make the lessons of four groups of four; with a learner their log-probs are close to its own."""
    episodes, _ = unlike_episodes(seed)
    if learner is not None:
        episodes = [_sampled_nearly(learner, episode) for episode in episodes]
    lessons = [lesson(episode, episode.reward, episode.group) for episode in episodes]
    return [lessons[start : start + 4] for start in range(0, len(lessons), 4)]


def _sampled_nearly(learner: Learner, episode: Episode) -> Episode:
    with torch.no_grad():
        completions = [
            replace(
                one,
                logprobs=[float(x) + 0.1 * math.cos(k) for k, x in enumerate(_logprobs(learner.loaded, one))],
            )
            for one in episode.completions
        ]
    return replace(episode, completions=completions)


def _logprobs(loaded: LoadedModel, one: Completion) -> Tensor:
    ids = torch.tensor([one.prompt_ids + one.token_ids])
    logits = cast(Tensor, loaded.model(ids).logits)[0, len(one.prompt_ids) - 1 : -1]
    return logits.log_softmax(-1).gather(1, torch.tensor(one.token_ids)[:, None])[:, 0]


def _of_episode(loaded: LoadedModel, episode: Episode) -> Tensor:
    return torch.cat([_logprobs(loaded, one) for one in episode.completions])


def _hidden(loaded: LoadedModel, episode: Episode) -> Tensor:
    parts: list[Tensor] = []
    for one in episode.completions:
        body: Any = loaded.model.base_model
        output = body(torch.tensor([one.prompt_ids + one.token_ids])).last_hidden_state
        parts.append(output[0, len(one.prompt_ids) - 1 : -1])
    return torch.cat(parts)


def _gradient(loaded: LoadedModel) -> Tensor:
    return torch.cat([p.grad.flatten() for p in loaded.model.parameters() if p.grad is not None])


def _written_out(loss: Tensor, loaded: LoadedModel) -> Tensor:
    loss.backward()
    return _gradient(loaded)


def _distance(found: Tensor, wanted: Tensor) -> float:
    size = _norm(wanted)
    assert size > 1e-3
    return _norm(found - wanted) / size


def _norm(vector: Tensor) -> float:
    return math.sqrt(vector.square().sum().item())


def _accumulated(learner: Learner, lessons: Sequence[Lesson]) -> Tensor:
    learner.accumulate(learner.micro_batches(learner.rows(lessons)))
    return _gradient(learner.loaded)


@pytest.mark.parametrize("micro_tokens", MICRO_TOKENS)
def test_gspo_takes_one_ratio_an_episode_wherever_its_rows_lie(micro_tokens: int) -> None:
    algorithm = preset("gspo", clip_low=0.01, clip_high=0.02)
    learner = _learner(algorithm, micro_tokens)
    groups, _ = learner.prepare(_groups(0, learner), 0)
    lessons = [one for group in groups for one in group]
    loaded = _model()
    losses: list[Tensor] = []
    clipped = 0
    for one in lessons:
        assert isinstance(one.advantage, float)
        ratio = (_of_episode(loaded, one.episode) - one.sampler).mean().exp()
        bounded = ratio.clamp(0.99, 1.02)
        clipped += int(ratio != bounded)
        losses.append(-torch.minimum(ratio * one.advantage, bounded * one.advantage))
    assert 0 < clipped < len(lessons)
    expected = _written_out(torch.stack(losses).mean(), loaded)
    assert _distance(_accumulated(learner, lessons), expected) <= BOUND


def test_a_mean_over_rows_in_place_of_episodes_would_be_seen() -> None:
    """The planted error: a fork's rows take a ratio each."""
    learner = _learner(preset("gspo", clip_low=1.0, clip_high=1.0))
    groups, _ = learner.prepare(_groups(0, learner), 0)
    lessons = [one for group in groups for one in group]
    right = _accumulated(learner, lessons)
    learner.loaded.model.zero_grad()
    rows = [replace(row, tokens={}) for row in learner.rows(lessons)]
    learner.accumulate(learner.micro_batches(rows))
    assert _distance(_gradient(learner.loaded), right) > 100 * BOUND


@pytest.mark.parametrize("micro_tokens", MICRO_TOKENS)
@pytest.mark.parametrize("pair_reference", ["step", "start"])
def test_dpo_has_the_gradient_of_its_paper_whatever_the_micro_batches(
    micro_tokens: int, pair_reference: str
) -> None:
    algorithm = preset("dpo", beta=0.3, label_smoothing=0.1, pair_reference=pair_reference)
    learner = _learner(algorithm, micro_tokens)
    groups, _ = learner.prepare(_groups(1), 0)
    assert [len(group) for group in groups] == [2, 2, 2, 2]
    loaded, start = _model(), _model()
    losses: list[Tensor] = []
    for chosen, rejected in groups:
        ratios: list[Tensor] = []
        for one in (chosen, rejected):
            with torch.no_grad():
                before = one.sampler if pair_reference == "step" else _of_episode(start, one.episode)
            ratios.append((_of_episode(loaded, one.episode) - before).sum())
        margin = 0.3 * (ratios[0] - ratios[1])
        losses.append(-0.9 * logsigmoid(margin) - 0.1 * logsigmoid(-margin))
    expected = _written_out(torch.stack(losses).mean(), loaded)
    compared = learner.estimated(learner._compared(groups))  # pyright: ignore[reportPrivateUsage]
    assert _distance(_accumulated(learner, [one for g in compared for one in g]), expected) <= BOUND


@pytest.mark.parametrize("micro_tokens", MICRO_TOKENS)
def test_the_reward_model_learns_by_the_gradient_of_its_cross_entropy(micro_tokens: int) -> None:
    learner = _learner(preset("prime", beta=0.5), micro_tokens)
    model = learner.reward_model
    assert model is not None
    lessons = [one for group in _groups(2) for one in group]
    reference = [torch.full((one.played.num_tokens,), -3.0).double() for one in lessons]
    ratios = [float((new - old).sum()) for new, old in zip(model.logprobs(lessons), reference, strict=True)]
    loaded = _model()
    scores = torch.stack(
        [(_of_episode(loaded, one.episode) - old).sum() for one, old in zip(lessons, reference, strict=True)]
    )
    outcomes = torch.tensor([float(one.played.solved) for one in lessons]).double()
    expected = _written_out(binary_cross_entropy_with_logits(0.5 * scores, outcomes), loaded)
    found: list[Tensor] = []
    model._optimizer.step = lambda step: found.append(_gradient(model.loaded)) or 0.0  # pyright: ignore
    model.update(lessons, ratios, 0)
    assert _distance(found[0], expected) <= BOUND


def test_process_rewards_are_the_weighted_log_ratios_of_the_reward_model() -> None:
    learner = _learner(preset("prime", beta=0.05))
    assert learner.reward_model is not None
    with torch.no_grad():
        for parameter in learner.reward_model.loaded.model.parameters():
            parameter *= 1.1
    groups, told = learner.prepare(_groups(3), 0)
    moved, start = learner.reward_model.loaded, _model()
    other = _learner(preset("prime"))
    assert other.reward_model is not None
    with torch.no_grad():
        for parameter in other.reward_model.loaded.model.parameters():
            parameter *= 1.1
        one = groups[1][0]
        scored = _of_episode(other.reward_model.loaded, one.episode) - _of_episode(start, one.episode)
    assert one.played.process is not None
    assert torch.allclose(one.played.process, 0.05 * scored, atol=1e-9)
    assert 0 <= told["reward_model_accuracy"] <= 1
    assert not torch.equal(
        next(iter(moved.model.parameters())), next(iter(other.reward_model.loaded.model.parameters()))
    )


@pytest.mark.parametrize("critic", ["separate", "shared"])
def test_values_are_the_head_s_of_the_state_before_each_token(critic: str) -> None:
    learner = _learner(preset("ppo", critic=critic, kl=0.0))
    assert learner.critic is not None
    with torch.no_grad():
        learner.critic.head.weight.copy_(torch.linspace(-1, 1, 32)[None])
        learner.critic.head.bias.fill_(0.3)
    groups, _ = learner.prepare(_groups(4), 0)
    for one in (one for group in groups for one in group):
        with torch.no_grad():
            expected = learner.critic.head(_hidden(learner.loaded, one.episode))[:, 0]
        assert torch.allclose(one.tokens["value"], expected, atol=1e-9)
        ends = torch.zeros(one.played.num_tokens).double()
        ends[-1] = one.played.reward
        assert torch.allclose(one.tokens["target"], ends.flip(0).cumsum(0).flip(0))


@pytest.mark.parametrize("micro_tokens", MICRO_TOKENS)
def test_the_critic_learns_by_the_gradient_of_its_clipped_loss(micro_tokens: int) -> None:
    learner = _learner(preset("ppo", critic_clip=0.05, kl=0.0), micro_tokens)
    critic = learner.critic
    assert critic is not None
    with torch.no_grad():
        critic.head.weight.copy_(torch.linspace(-0.1, 0.1, 32)[None])
    groups, _ = learner.prepare(_groups(5), 0)
    lessons = [
        replace(one, tokens=one.tokens | {"value": one.tokens["value"] + 0.1}) for g in groups for one in g
    ]
    loaded, head = _model(), torch.linspace(-0.1, 0.1, 32).double()
    losses: list[Tensor] = []
    for one in lessons:
        values = _hidden(loaded, one.episode) @ head
        old, target = one.tokens["value"], one.tokens["target"]
        bounded = torch.maximum(torch.minimum(values, old + 0.05), old - 0.05)
        losses += list(torch.maximum((values - target) ** 2, (bounded - target) ** 2) / 2)
    expected = _written_out(torch.stack(losses).mean(), loaded)
    body = cast(Any, critic.trained)[0]
    found: list[Tensor] = []

    def note(step: int) -> float:
        found.append(_gradient(LoadedModel(body, None)))
        return 0.0

    critic._optimizer.step = note  # pyright: ignore
    told = critic.update(lessons, 0)
    assert told["value_loss"] == pytest.approx(float(torch.stack(losses).mean().detach()))
    assert _distance(found[0], expected) <= BOUND


def test_a_shared_critic_leaves_the_body_alone_and_its_head_learns() -> None:
    learner = _learner(preset("ppo", critic="shared", kl=0.0))
    assert learner.critic is not None
    groups, _ = learner.prepare(_groups(6), 0)
    before = [parameter.clone() for parameter in learner.loaded.model.parameters()]
    learner.critic.update([one for group in groups for one in group], 0)
    assert all(map(torch.equal, before, learner.loaded.model.parameters()))
    assert all(parameter.grad is None for parameter in learner.loaded.model.parameters())
    assert learner.critic.head.weight.abs().sum() > 0


def test_a_correction_keeps_the_sampler_s_log_probs_apart_from_the_learner_s() -> None:
    learner = _learner(preset("grpo", kl=0.0, correction="tis", correction_high=1.05))
    groups, _ = learner.prepare(_groups(7, learner), 0)
    for one in (one for group in groups for one in group):
        with torch.no_grad():
            scored = _of_episode(learner.loaded, one.episode)
        assert torch.allclose(one.tokens["old"], scored, atol=1e-9)
        assert torch.allclose(one.tokens["correction"], (scored - one.sampler).exp().clamp(max=1.05))
        assert not torch.allclose(one.sampler, scored, atol=1e-3)


def test_a_correction_weighs_losses_and_leaves_denominators() -> None:
    """At the old weights the ratio is 1, so the gradient is that of weighted REINFORCE."""
    algorithm = preset("dr_grpo", aggregation="token-mean", correction="icepop", correction_low=0.95)
    learner = _learner(replace(algorithm, correction_high=1.05), 60)
    groups, _ = learner.prepare(_groups(8, learner), 0)
    lessons = [one for group in groups for one in group]
    loaded = _model()
    losses: list[Tensor] = []
    masked = 0
    for one in lessons:
        logprobs = _of_episode(loaded, one.episode)
        ratios = (logprobs.detach() - one.sampler).exp()
        weights = ratios * ((ratios >= 0.95) & (ratios <= 1.05))
        masked += int((weights == 0).sum())
        assert isinstance(one.advantage, float)
        losses.append(-(weights * one.advantage * logprobs).sum())
    num_tokens = sum(one.played.num_tokens for one in lessons)
    assert 0 < masked < num_tokens
    expected = _written_out(torch.stack(losses).sum() / num_tokens, loaded)
    assert _distance(_accumulated(learner, lessons), expected) <= BOUND


def test_kl_in_the_reward_is_taken_off_every_token() -> None:
    learner = _learner(preset("reinforce++", kl=0.1))
    with torch.no_grad():
        for parameter in learner.loaded.model.parameters():
            parameter *= 1.05
    start = _model()
    groups, told = learner.prepare(_groups(9), 0)
    every: list[Tensor] = []
    for one in (one for group in groups for one in group):
        with torch.no_grad():
            divergence = one.sampler - _of_episode(start, one.episode)
        assert one.played.penalties is not None
        assert torch.allclose(one.played.penalties, -0.1 * divergence, atol=1e-9)
        every.append(divergence)
    assert told["kl"] == pytest.approx(float(torch.cat(every).mean()))
    assert "kl" not in learner.loss(next(iter(learner.micro_batches(learner.rows(groups[0])))))[1]


@pytest.mark.parametrize("estimator", ["k1", "k2", "k3", "k3-k2"])
def test_kl_in_the_loss_is_measured_against_the_model_at_the_start(estimator: str) -> None:
    algorithm = AlgorithmSettings(
        advantage="reinforce", ratio="none", clip="none", kl=0.5, kl_estimator=estimator
    )
    learner = _learner(algorithm, 60)
    with torch.no_grad():
        for parameter in learner.loaded.model.parameters():
            parameter *= 1.05
    lessons = [replace(one, advantage=0.0) for group in _groups(10) for one in group]
    loaded, start = _model(), _model()
    with torch.no_grad():
        for parameter in loaded.model.parameters():
            parameter *= 1.05
    parts: list[Tensor] = []
    for one in lessons:
        with torch.no_grad():
            reference = _of_episode(start, one.episode)
        d = _of_episode(loaded, one.episode) - reference
        parts.append({"k1": d, "k2": d**2 / 2, "k3": (-d).exp() - 1 + d, "k3-k2": d**2 / 2}[estimator])
    expected = _written_out(0.5 * torch.cat(parts).mean(), loaded)
    assert _distance(_accumulated(learner, lessons), expected) <= BOUND


def test_an_update_of_which_everything_was_left_out_changes_nothing() -> None:
    learner = _learner(preset("loop"))
    before = [parameter.clone() for parameter in learner.loaded.model.parameters()]
    lessons = [[replace(one, advantage=None) for one in group] for group in _groups(11)]
    assert learner.update(lessons, 0) == {}
    assert all(map(torch.equal, before, learner.loaded.model.parameters()))
    assert learner.learn([], 0) == {"learning_rate": 1e-3}


def test_the_reference_of_a_model_in_memory_is_its_copy() -> None:
    """TRL 1.16 with beta above 0 fails on a model that was passed, not named: it looks for it on a hub."""
    learner = _learner(preset("grpo"))
    assert learner.reference is not None
    theirs, ours = learner.reference.loaded.model, learner.loaded.model
    assert all(map(torch.equal, theirs.parameters(), ours.parameters()))
    assert not any(parameter.requires_grad for parameter in theirs.parameters())
    assert next(theirs.parameters()).data_ptr() != next(ours.parameters()).data_ptr()

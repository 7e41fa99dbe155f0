"""Advantages: how much better an episode, a turn or a token was than expected.

An estimator maps groups of what was played to their advantages. A further one is a function and an entry in
`ESTIMATORS`; where it looks at the rewards of one group alone, a rule in `by_group` is enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.anchors import gigpo
from reasongym.agents.baselines import Rule, dr_grpo, group_advantages, grpo, maxrl, rloo
from reasongym.agents.played import Advantage, Played
from reasongym.agents.preferences import dpo, pair_of
from reasongym.agents.process_rewards import prime
from reasongym.agents.returns import (
    bi_level_gae,
    gae,
    returns_to_go,
    turn_returns,
    whitened,
)

Groups: TypeAlias = Sequence[Sequence[Played]]
Estimate: TypeAlias = Callable[[Groups, AlgorithmSettings], list[list[Advantage]]]
Need: TypeAlias = Literal["turns", "critic", "reference", "reward model", "current"]

SMALLEST_ADVANTAGE = 0.01
"""LOOP learns from nothing below it."""


def by_group(rule: Rule) -> Estimate:
    """Make an estimator of a rule; a group whose rewards are all equal, or a single one, gets zeros."""

    def estimate(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
        return [list(group_advantages([one.total for one in group], rule)) for group in groups]

    return estimate


def opo(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Subtract the mean reward weighted by length, the baseline of least variance; OPO, arXiv 2505.23585."""
    advantages: list[list[Advantage]] = []
    for group in groups:
        tokens = sum(one.num_tokens for one in group)
        baseline = sum(one.num_tokens * one.total for one in group) / max(tokens, 1)
        advantages.append([one.total - baseline for one in group])
    return advantages


def loop(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Leave one out, and drop episodes whose advantage is close to 0; LOOP, arXiv 2502.01600."""
    every = [group_advantages([one.total for one in group], rloo) for group in groups]
    return [[one if abs(one) >= SMALLEST_ADVANTAGE else None for one in group] for group in every]


def reinforce(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Return the episode's reward itself, without a baseline; REINFORCE, Williams 1992."""
    return [[one.total for one in group] for group in groups]


def raft(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Learn the episodes that earned more than 0, and no others; RAFT, arXiv 2304.06767 and 2504.11343."""
    return [[1.0 if one.reward > 0 else None for one in group] for group in groups]


def reinforce_plus_plus(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Whiten the returns to go of all sampled tokens of the step; REINFORCE++, arXiv 2501.03262.

    Penalties by token (`kl_placement` reward) are part of the returns. What an environment said between two
    turns stops no return.
    """
    returns = [[returns_to_go(one.token_rewards(), settings.gamma) for one in group] for group in groups]
    return whitened(returns)


def reinforce_plus_plus_baseline(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Subtract the group's mean, then whiten over all sampled tokens of the step; arXiv 2501.03262."""
    centred = [group_advantages([one.total for one in group], dr_grpo) for group in groups]
    spread = [
        [torch.full((one.num_tokens,), value, dtype=torch.float64) for one, value in zip(g, v, strict=True)]
        for g, v in zip(groups, centred, strict=True)
    ]
    return whitened(spread)


def ppo(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Whiten generalised advantage estimates (see `returns.gae`) over all sampled tokens of the step."""
    return whitened([[gae(one, settings) for one in group] for group in groups])


def bi_level(groups: Groups, settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Whiten bi-level estimates over the sampled tokens (see `returns.bi_level_gae`)."""
    return whitened([[bi_level_gae(one, settings) for one in group] for group in groups])


def has_contrast(group: Sequence[Played]) -> bool:
    """Whether rewards differ within a group."""
    return len({one.reward for one in group}) > 1


def has_turn_contrast(group: Sequence[Played]) -> bool:
    """Whether rewards differ within a group in size or in when they were earned."""
    return len({(one.reward, one.turn_rewards) for one in group}) > 1


def has_reward(group: Sequence[Played]) -> bool:
    """Whether somebody earned more or less than 0."""
    return any(one.reward for one in group)


def has_success(group: Sequence[Played]) -> bool:
    """Whether somebody earned more than 0."""
    return any(one.reward > 0 for one in group)


def always(group: Sequence[Played]) -> bool:
    """Every group teaches: there is a baseline beyond it."""
    return True


@dataclass(frozen=True, slots=True)
class Estimator:
    """How advantages are estimated, and what for."""

    estimate: Estimate
    is_live: Callable[[Sequence[Played]], bool] = has_contrast
    """Whether a group can teach anything; the others are dropped before any forward."""
    needs: frozenset[Need] = frozenset()
    """`current`: estimated anew at each update, on `Played.log_ratio`."""
    members: Callable[[Sequence[Played]], Sequence[int]] | None = None
    """Which members of a group are learned from, where it is not all of them."""
    values: Callable[[Played, AlgorithmSettings], Tensor] | None = None
    """Estimates before whitening, `[n]`; with a critic's values added they are what the critic learns."""

    @property
    def is_relative(self) -> bool:
        """Whether a group of one teaches nothing."""
        return self.is_live in (has_contrast, has_turn_contrast)


ESTIMATORS: dict[str, Estimator] = {
    "grpo": Estimator(by_group(grpo)),
    "dr_grpo": Estimator(by_group(dr_grpo)),
    "rloo": Estimator(by_group(rloo)),
    "maxrl": Estimator(by_group(maxrl)),
    "opo": Estimator(opo),
    "loop": Estimator(loop),
    "reinforce": Estimator(reinforce, has_reward),
    "raft": Estimator(raft, has_success),
    "reinforce++": Estimator(reinforce_plus_plus, always, frozenset({"turns"})),
    "reinforce++-baseline": Estimator(reinforce_plus_plus_baseline),
    "gae": Estimator(ppo, always, frozenset({"critic", "turns"}), values=gae),
    "bi-level-gae": Estimator(bi_level, always, frozenset({"critic", "turns"}), values=bi_level_gae),
    "turn-returns": Estimator(turn_returns, has_turn_contrast, frozenset({"turns"})),
    "gigpo": Estimator(gigpo, has_turn_contrast, frozenset({"turns"})),
    "dpo": Estimator(dpo, has_contrast, frozenset({"current"}), members=pair_of),
    "prime": Estimator(prime, always, frozenset({"reference", "reward model"})),
}

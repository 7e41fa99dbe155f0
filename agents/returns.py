"""Returns and estimates by token and by turn, through everything the environment said in between.

All tensors are float64 `[n]` over an episode's sampled tokens, through all its turns, in order.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.baselines import group_advantages, grpo
from reasongym.agents.pieces import numbers, pieces
from reasongym.agents.played import Advantage, Played

WHITENING_EPSILON = 1e-8
"""Added to the variance, inside the root (verl's value)."""


def returns_to_go(rewards: Tensor, gamma: float) -> Tensor:
    """Sum what follows, discounted by gamma for every sampled token: `G_t = r_t + gamma G_(t+1)`."""
    if gamma == 1.0:
        return rewards.flip(0).cumsum(0).flip(0)
    return torch.tensor(_backwards(numbers(rewards), gamma), dtype=torch.float64)


def _backwards(terms: Sequence[float], factor: float) -> list[float]:
    """Return `s_t = terms_t + factor s_(t+1)`."""
    sums: list[float] = []
    running = 0.0
    for term in reversed(terms):
        running = term + factor * running
        sums.append(running)
    return sums[::-1]


def estimates(rewards: Tensor, values: Tensor, *, gamma: float, lam: float) -> Tensor:
    """Return GAE of steps with these rewards, and values before each; the value after the last is 0.

    `A_t = d_t + gamma lam A_(t+1)` with `d_t = r_t + gamma V_(t+1) - V_t`; Schulman et al., arXiv 1506.02438,
    eq. 11 and 16.
    """
    following = torch.cat((values[1:], values.new_zeros(1)))[: len(values)]
    errors = rewards + gamma * following - values
    return returns_to_go(errors, gamma * lam)


def gae(one: Played, settings: AlgorithmSettings) -> Tensor:
    """Estimate the advantage of every sampled token; nothing else has a value."""
    return estimates(one.token_rewards(), _values(one), gamma=settings.gamma, lam=settings.lam)


def bi_level_gae(one: Played, settings: AlgorithmSettings) -> Tensor:
    """Estimate by turn first, by token within each turn then; VAGEN (2025) and RAGEN, arXiv 2504.20073.

    By turn: GAE with `turn_gamma` over the last tokens of all turns, whose values stand for the turns'. By
    token: GAE with `gamma` within each turn, whose last token earns the turn's estimate plus its value, after
    which nothing follows; penalties by token count once. Turns are the episode's: one that earned 0 is a step
    like any other.
    """
    values = pieces(_values(one), one.turn_lengths)
    penalties = torch.zeros_like(_values(one)) if one.penalties is None else one.penalties
    last_values = torch.tensor([float(part[-1]) for part in values], dtype=torch.float64)
    totals = torch.tensor(one.turn_totals, dtype=torch.float64)
    turns = estimates(totals, last_values, gamma=settings.turn_gamma, lam=settings.lam)
    parts: list[Tensor] = []
    for turn, inner, own in zip(turns, values, pieces(penalties, one.turn_lengths), strict=True):
        rewards = own.clone()
        rewards[-1] += turn + inner[-1] - own.sum()  # the turn's total has its tokens' penalties
        parts.append(estimates(rewards, inner, gamma=settings.gamma, lam=settings.lam))
    return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64)


def _values(one: Played) -> Tensor:
    assert one.values is not None  # the learner asks its critic wherever an estimator needs one
    return one.values


def turn_returns(groups: Sequence[Sequence[Played]], settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Compare the return to go of each turn with those of the group's other members at the same turn.

    Returns are discounted by `turn_gamma` a turn, and standardised as in `baselines.grpo`; a turn that nobody
    else reached gets 0. Credit by turn as in Zeng et al., arXiv 2505.11821, for any number of turns.
    """
    return [list(_turns_of_group(group, settings.turn_gamma)) for group in groups]


def _turns_of_group(group: Sequence[Played], turn_gamma: float) -> list[Tensor]:
    returns = [turn_returns_to_go(one, turn_gamma) for one in group]
    advantages = [list(one) for one in returns]
    for turn in range(max(map(len, returns), default=0)):
        here = [place for place, one in enumerate(returns) if len(one) > turn]
        compared = group_advantages([returns[place][turn] for place in here], grpo)
        for place, advantage in zip(here, compared, strict=True):
            advantages[place][turn] = advantage
    return [one.spread(own) for one, own in zip(group, advantages, strict=True)]


def turn_returns_to_go(one: Played, turn_gamma: float) -> list[float]:
    """Return `R_k = r_k + turn_gamma R_(k+1)` of every turn."""
    return _backwards(one.turn_totals, turn_gamma)


def whitened(groups: Sequence[Sequence[Tensor]]) -> list[list[Advantage]]:
    """Centre and scale by mean and sample variance (ddof 1) of all tokens of all groups, as verl does."""
    every = torch.cat([one for group in groups for one in group] or [torch.zeros(0, dtype=torch.float64)])
    if len(every) < 2:
        return [[torch.zeros_like(one) for one in group] for group in groups]
    scale = (every.var() + WHITENING_EPSILON).rsqrt()
    return [[(one - every.mean()) * scale for one in group] for group in groups]

"""Baselines: rules from the rewards of one group `[members]`, not all equal, to advantages `[members]`."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from reasongym.agents.pieces import numbers

Rule: TypeAlias = Callable[[Tensor], Tensor]

EPSILON = 1e-4
"""Added to the standard deviation, outside the root (TRL's value)."""


def grpo(rewards: Tensor) -> Tensor:
    """Centre and scale by the sample standard deviation (ddof 1); DeepSeekMath, arXiv 2402.03300, 4.1.2."""
    return (rewards - rewards.mean()) / (rewards.std() + EPSILON)


def dr_grpo(rewards: Tensor) -> Tensor:
    """Centre only; Dr. GRPO, arXiv 2503.20783, 3.2."""
    return rewards - rewards.mean()


def rloo(rewards: Tensor) -> Tensor:
    """Subtract the mean of the other members; Ahmadian et al., arXiv 2402.14740, eq. 8."""
    members = len(rewards)
    return (rewards - rewards.mean()) * members / (members - 1)


def maxrl(rewards: Tensor) -> Tensor:
    """Centre and divide by the mean, so that rare successes weigh most; MaxRL, arXiv 2602.02710.

    A mean of 0 or less, which rewards below 0 can have, teaches nothing.
    """
    mean = rewards.mean()
    return (rewards - mean) / mean if mean > 0 else torch.zeros_like(rewards)


def group_advantages(rewards: list[float], rule: Rule) -> list[float]:
    """Estimate the advantages of one group; a group whose rewards are all equal teaches nothing: zeros."""
    if len(set(rewards)) < 2:
        return [0.0] * len(rewards)
    return numbers(rule(torch.tensor(rewards, dtype=torch.float64)))

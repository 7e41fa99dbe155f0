"""Advantages: how much better an episode was than its group.

An estimator maps the rewards of one group `[members]` to advantages `[members]`; a further one is a
function and an entry in `ESTIMATORS`.
"""

from collections.abc import Callable
from typing import TypeAlias, cast

import torch
from torch import Tensor

Estimator: TypeAlias = Callable[[Tensor], Tensor]

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


ESTIMATORS: dict[str, Estimator] = {"grpo": grpo, "dr_grpo": dr_grpo, "rloo": rloo}


def group_advantages(rewards: list[float], estimator: Estimator) -> list[float]:
    """Estimate the advantages of one group; a group whose rewards are all equal teaches nothing: zeros."""
    if len(set(rewards)) < 2:
        return [0.0] * len(rewards)
    return cast(list[float], estimator(torch.tensor(rewards, dtype=torch.float64)).tolist())

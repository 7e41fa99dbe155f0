"""Corrections for a sampler that differs from the learner: other kernels, other precision, older weights.

The learner scores an episode's tokens anew with the weights it starts the step with; the ratio to the
sampler's own log-probs becomes a weight of each token. Weights are constants: they are no part of any
gradient, and a token of weight 0 still counts in the denominator.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from reasongym.episodes import Episode

LARGEST = 20.0
"""Log-ratios are clamped to this before they are exponentiated."""


class Bounds(NamedTuple):
    """The settings `correction_low` and `correction_high`."""

    low: float
    high: float


Correction: TypeAlias = Callable[[Tensor, Bounds], Tensor]
"""From one episode's log-ratios learner - sampler, float64 `[n]`, to weights `[n]`."""


def recomputed(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Weigh all alike: the learner's log-probs take the place of the sampler's, and that is all."""
    return torch.ones_like(log_ratios)


def tis(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Truncate the ratio of each token at `high`.

    Yao et al., "Your efficient RL framework secretly brings you off-policy RL training" (2025).
    """
    return _ratios(log_ratios).clamp(max=bounds.high)


def icepop(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Keep the ratio of each token within the bounds, 0 outside; IcePop, arXiv 2510.18855."""
    return _within(_ratios(log_ratios), bounds)


def mis(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Keep the ratio of the whole sequence up to `high`, 0 beyond.

    Masked importance sampling; Liu et al., "When speed kills stability" (2025).
    """
    return _within(_ratios(log_ratios.sum()), Bounds(0.0, bounds.high)).expand_as(log_ratios)


def sequence_tis(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Truncate the ratio of the whole sequence at `high`."""
    return _ratios(log_ratios.sum()).clamp(max=bounds.high).expand_as(log_ratios)


def sequence_mask(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Weigh 1 where the ratio of the whole sequence is within the bounds, else 0."""
    return (_within(_ratios(log_ratios.sum()), bounds) > 0).to(log_ratios.dtype).expand_as(log_ratios)


def geometric_mask(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Weigh 1 where the geometric mean of the tokens' ratios is within the bounds, else 0.

    Unlike the sequence's ratio it does not grow with length. SkyRL's bounds are 0.99 and 1.01.
    """
    mean = log_ratios.mean() if len(log_ratios) else log_ratios.sum()
    return (_within(_ratios(mean), bounds) > 0).to(log_ratios.dtype).expand_as(log_ratios)


def sequence_mask_tis(log_ratios: Tensor, bounds: Bounds) -> Tensor:
    """Truncate the ratio of each token at `high`, in sequences whose geometric mean is within the bounds."""
    return geometric_mask(log_ratios, bounds) * tis(log_ratios, bounds)


CORRECTIONS: dict[str, Correction] = {
    "recomputed": recomputed,
    "tis": tis,
    "icepop": icepop,
    "mis": mis,
    "sequence-tis": sequence_tis,
    "sequence-mask": sequence_mask,
    "geometric-mask": geometric_mask,
    "sequence-mask-tis": sequence_mask_tis,
}
"""And `none`, under which the sampler's log-probs are the old ones."""


def token_versions(episode: Episode) -> list[int]:
    """Return which weights sampled each token, `[n]`: turns of one episode may be of different ones."""
    return [one.weights_version for one in episode.completions for _ in one.token_ids]


def staleness(episodes: Sequence[Episode], version: int) -> int:
    """Return how many steps the oldest token of episodes lies behind these weights; 0 where there is none."""
    return max((version - sampled for one in episodes for sampled in token_versions(one)), default=0)


def _ratios(log_ratios: Tensor) -> Tensor:
    return log_ratios.clamp(-LARGEST, LARGEST).exp()


def _within(ratios: Tensor, bounds: Bounds) -> Tensor:
    return torch.where((ratios >= bounds.low) & (ratios <= bounds.high), ratios, torch.zeros_like(ratios))

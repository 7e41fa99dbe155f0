"""Losses per sampled token, `[tokens]` in and out; sums and denominators belong to the batch's weights.

A loss is a ratio (`RATIOS`: of a token, of its sequence, or none) under a bound (`CLIPS`).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings

LARGEST = 20.0
"""Log-ratios are clamped to this before they are exponentiated (verl's value)."""
SAPO_TEMPERATURES = (1.0, 1.05)
"""Of tokens with positive and with negative advantage; arXiv 2511.20347."""


class Terms(NamedTuple):
    """What a loss is made of, all `[tokens]`."""

    logprobs: Tensor
    """With gradients."""
    old_logprobs: Tensor
    advantages: Tensor
    sequence_log_ratios: Tensor
    """Mean of `logprobs - old_logprobs` over the episode of each token, without gradients."""


def token_ratio(terms: Terms) -> Tensor:
    """Compare each token's probability with its old one."""
    return terms.logprobs - terms.old_logprobs


def sequence_ratio(terms: Terms) -> Tensor:
    """Compare the geometric mean over an episode's tokens; gradients by token.

    `sg[mean log-ratio] + logprobs - sg[logprobs]`: GSPO-token, arXiv 2507.18071, section 4.3. Where all
    tokens of an episode have one advantage it has the value and the gradient of GSPO itself, and needs the
    mean alone, so an episode's rows may lie in different micro-batches.
    """
    return terms.sequence_log_ratios + terms.logprobs - terms.logprobs.detach()


def no_ratio(terms: Terms) -> Tensor:
    """Compare with the weights of this very update: 1 in value, the log-probs' gradient."""
    return terms.logprobs - terms.logprobs.detach()


RATIOS: dict[str, Callable[[Terms], Tensor]] = {
    "token": token_ratio,
    "sequence": sequence_ratio,
    "none": no_ratio,
}
"""Each returns log-ratios."""

Clip: TypeAlias = Callable[[Tensor, Terms, AlgorithmSettings], Tensor]
"""From log-ratios, terms and settings to losses."""


def ppo(log_ratios: Tensor, terms: Terms, settings: AlgorithmSettings) -> Tensor:
    """Return the pessimistic surrogate, bounded for negative advantages by `dual_clip`.

    Where A < 0 the loss is at most `-c A`; Ye et al., arXiv 1912.09729, eq. 5.
    """
    losses = clipped_surrogate(
        log_ratios, terms.advantages, clip_low=settings.clip_low, clip_high=settings.clip_high
    )
    if not settings.dual_clip:
        return losses
    bounded = losses.minimum(-settings.dual_clip * terms.advantages)
    return torch.where(terms.advantages < 0, bounded, losses)


def clipped_surrogate(log_ratios: Tensor, advantages: Tensor, *, clip_low: float, clip_high: float) -> Tensor:
    """Return PPO's pessimistic surrogate with its own bound on each side.

    `-min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)` with `r = exp(log_ratios)`; Schulman et al., arXiv
    1707.06347, eq. 7; separate bounds ("clip-higher") from DAPO, arXiv 2503.14476, eq. 10.
    """
    ratio = log_ratios.clamp(-LARGEST, LARGEST).exp()
    clipped = ratio.clamp(1 - clip_low, 1 + clip_high)
    return -(ratio * advantages).minimum(clipped * advantages)


def cispo(log_ratios: Tensor, terms: Terms, settings: AlgorithmSettings) -> Tensor:
    """Weigh REINFORCE by the clipped ratio: no token loses its gradient; arXiv 2506.13585, eq. 4 and 5.

    The ratio is clipped to `[1 - clip_low, 1 + clip_high]`; MiniMax-M1 has no lower bound (clip_low 1).
    """
    ratio = log_ratios.detach().clamp(-LARGEST, LARGEST).exp()
    weights = ratio.clamp(1 - settings.clip_low, 1 + settings.clip_high)
    return -weights * terms.advantages * terms.logprobs


def dppo(log_ratios: Tensor, terms: Terms, settings: AlgorithmSettings) -> Tensor:
    """Drop tokens that moved far enough already, measured by probabilities rather than their ratio.

    A token of positive (negative) advantage counts until its probability rose (fell) by more than `clip_high`
    (`clip_low`): the total variation of "this token or another"; DPPO, arXiv 2602.04879.
    """
    moved = terms.logprobs.detach().exp() - terms.old_logprobs.exp()
    is_far = torch.where(terms.advantages > 0, moved > settings.clip_high, moved < -settings.clip_low)
    surrogate = -log_ratios.clamp(-LARGEST, LARGEST).exp() * terms.advantages
    return surrogate.where(~is_far, torch.zeros_like(surrogate))


def sapo(log_ratios: Tensor, terms: Terms, settings: AlgorithmSettings) -> Tensor:
    """Close a soft gate around the old policy, faster for negative advantages; SAPO, arXiv 2511.20347.

    `-(4 / t) sigmoid(t (r - 1)) A`, whose slope at r = 1 is PPO's.
    """
    ratio = log_ratios.clamp(-LARGEST, LARGEST).exp()
    positive, negative = (
        torch.as_tensor(one, dtype=ratio.dtype, device=ratio.device) for one in SAPO_TEMPERATURES
    )
    temperature = torch.where(terms.advantages > 0, positive, negative)
    return -(4 / temperature) * (temperature * (ratio - 1)).sigmoid() * terms.advantages


def unclipped(log_ratios: Tensor, terms: Terms, settings: AlgorithmSettings) -> Tensor:
    """Return `-r A`."""
    return -log_ratios.clamp(-LARGEST, LARGEST).exp() * terms.advantages


CLIPS: dict[str, Clip] = {"ppo": ppo, "cispo": cispo, "dppo": dppo, "sapo": sapo, "none": unclipped}


def off_policy_mask(terms: Terms, threshold: float) -> Tensor:
    """Return 0 for tokens of episodes with negative advantage that became unlikely, 1 for all others.

    An episode is dropped where the mean of `old_logprobs - logprobs` exceeds the threshold; DeepSeek-V3.2,
    arXiv 2512.02556.
    """
    is_dropped = (terms.advantages < 0) & (-terms.sequence_log_ratios > threshold)
    return (~is_dropped).to(terms.logprobs.dtype)

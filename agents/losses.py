"""Losses per sampled token, `[tokens]` in and out; sums and denominators belong to the batch's weights."""

from torch import Tensor


def clipped_surrogate(
    logprobs: Tensor, old_logprobs: Tensor, advantages: Tensor, *, clip_low: float, clip_high: float
) -> Tensor:
    """Return PPO's pessimistic surrogate with its own bound on each side.

    `-min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)` with `r = exp(logprobs - old_logprobs)`; Schulman et
    al., arXiv 1707.06347, eq. 7; separate bounds ("clip-higher") from DAPO, arXiv 2503.14476, eq. 10.
    """
    ratio = (logprobs - old_logprobs).clamp(-20, 20).exp()
    clipped = ratio.clamp(1 - clip_low, 1 + clip_high)
    return -(ratio * advantages).minimum(clipped * advantages)


def k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Estimate KL(policy || reference) by `exp(d) - d - 1`, `d = reference - logprobs`.

    J. Schulman, "Approximating KL divergence" (2020), estimator k3; non-negative, low variance.
    """
    difference = (reference - logprobs).clamp(-20, 20)
    return difference.exp() - difference - 1

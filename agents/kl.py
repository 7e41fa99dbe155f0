"""Estimates of KL(policy || reference) by sampled token, from log-probs alone.

With `d = logprobs - reference`, J. Schulman, "Approximating KL divergence" (2020). As a loss they differ in
what their gradients are on samples of the policy: that of k2 is the divergence's, that of k1 is 0 on average,
that of k3 is the reverse divergence's (Tang and Munos, arXiv 2506.09477; Liu et al., arXiv 2510.01555).
"""

from collections.abc import Callable

from torch import Tensor

LARGEST = 20.0
"""Differences of log-probs are clamped to this before they are exponentiated."""


def k1(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Estimate by `d`: unbiased, of either sign."""
    return logprobs - reference


def k2(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Estimate by `d^2 / 2`: biased, never negative, and the divergence's own gradient."""
    return (logprobs - reference).square() / 2


def k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Estimate by `exp(-d) - 1 + d`: unbiased, never negative, of low variance."""
    difference = (reference - logprobs).clamp(-LARGEST, LARGEST)
    return difference.exp() - difference - 1


def k3_k2(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Give the value of k3 and the gradient of k2, straight through."""
    slope = k2(logprobs, reference)
    return k3(logprobs, reference).detach() + slope - slope.detach()


ESTIMATES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"k1": k1, "k2": k2, "k3": k3, "k3-k2": k3_k2}

"""Estimates of KL against the divergence itself, summed over a small vocabulary."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents.kl import ESTIMATES, k1, k2, k3, k3_k2

SEEDS = st.integers(0, 10_000)


def _distribution(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(5, generator=generator, dtype=torch.float64).log_softmax(0)


def _divergence(policy: Tensor, reference: Tensor) -> Tensor:
    return (policy.exp() * (policy - reference)).sum()


@pytest.mark.parametrize("name", ["k1", "k3", "k3-k2"])
@given(seed=SEEDS)
def test_k1_and_k3_are_the_divergence_on_average(name: str, seed: int) -> None:
    policy, reference = _distribution(seed), _distribution(seed + 1)
    mean = (policy.exp() * ESTIMATES[name](policy, reference)).sum()
    assert float(mean) == pytest.approx(float(_divergence(policy, reference)), abs=1e-9)


@given(seed=SEEDS)
def test_all_but_k1_are_never_negative(seed: int) -> None:
    policy, reference = _distribution(seed), _distribution(seed + 1)
    for estimate in (k2, k3, k3_k2):
        assert (estimate(policy, reference) >= 0).all()


def _mean_gradient(name: str, seed: int) -> Tensor:
    """Return the gradient by logits of the loss on average over tokens that the policy samples."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(5, generator=generator, dtype=torch.float64).requires_grad_()
    policy = logits.log_softmax(0)
    losses = policy.detach().exp() * ESTIMATES[name](policy, _distribution(seed + 1))
    return torch.autograd.grad(losses.sum(), logits)[0]


def _true_gradient(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(5, generator=generator, dtype=torch.float64).requires_grad_()
    return torch.autograd.grad(_divergence(logits.log_softmax(0), _distribution(seed + 1)), logits)[0]


@pytest.mark.parametrize("name", ["k2", "k3-k2"])
@given(seed=SEEDS)
def test_k2_and_the_straight_through_form_have_the_gradient_of_the_divergence(name: str, seed: int) -> None:
    assert torch.allclose(_mean_gradient(name, seed), _true_gradient(seed), atol=1e-9)


@given(seed=SEEDS)
def test_k1_in_the_loss_has_no_gradient_on_average_and_k3_that_of_the_reverse(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(5, generator=generator, dtype=torch.float64).requires_grad_()
    reverse = _divergence(_distribution(seed + 1), logits.log_softmax(0))
    assert torch.allclose(_mean_gradient("k1", seed), torch.zeros(5).double(), atol=1e-9)
    assert torch.allclose(_mean_gradient("k3", seed), torch.autograd.grad(reverse, logits)[0], atol=1e-9)


def test_far_apart_log_probs_stay_finite() -> None:
    policy = torch.tensor([-1000.0, 0.0], requires_grad=True)
    for estimate in (k1, k2, k3, k3_k2):
        losses = estimate(policy, torch.tensor([0.0, -1000.0]))
        (gradient,) = torch.autograd.grad(losses.sum(), policy)
        assert losses.isfinite().all()
        assert gradient.isfinite().all()

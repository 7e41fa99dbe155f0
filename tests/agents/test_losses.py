import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.losses import clipped_surrogate, k3

LOGPROB = st.floats(-6.0, 0.0)


@given(logprob=LOGPROB, old=LOGPROB, advantage=st.floats(-3, 3))
def test_the_surrogate_is_the_pessimistic_one_of_ppo(logprob: float, old: float, advantage: float) -> None:
    ratio = math.exp(logprob - old)
    expected = -min(ratio * advantage, min(max(ratio, 0.8), 1.28) * advantage)
    found = clipped_surrogate(
        torch.tensor([logprob]).double(),
        torch.tensor([old]).double(),
        torch.tensor([advantage]).double(),
        clip_low=0.2,
        clip_high=0.28,
    )
    assert float(found) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("ratio", "advantage", "has_gradient"),
    [(1.0, 1.0, True), (1.3, 1.0, False), (1.3, -1.0, True), (0.7, -1.0, False), (0.7, 1.0, True)],
)
def test_a_ratio_beyond_its_bound_on_the_profitable_side_has_no_gradient(
    ratio: float, advantage: float, has_gradient: bool
) -> None:
    logprobs = torch.tensor([math.log(ratio)], requires_grad=True)
    loss = clipped_surrogate(
        logprobs, torch.zeros(1), torch.tensor([advantage]), clip_low=0.2, clip_high=0.28
    )
    (gradient,) = torch.autograd.grad(loss.sum(), logprobs)
    assert (gradient.abs() > 0).item() == has_gradient


def test_k3_is_an_unbiased_estimate_of_the_divergence_and_never_negative() -> None:
    policy = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    reference = torch.tensor([0.2, 0.2, 0.6], dtype=torch.float64)
    estimates = k3(policy.log(), reference.log())
    divergence = float((policy * (policy.log() - reference.log())).sum())
    assert float((policy * estimates).sum()) == pytest.approx(divergence, abs=1e-12)
    assert (estimates >= 0).all()

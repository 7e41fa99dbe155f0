"""PRIME's advantages summed out, and the slope of its reward model's loss by autograd."""

import statistics

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.played import Played
from reasongym.agents.process_rewards import outcome_slope

PROCESS = st.lists(st.lists(st.floats(-1, 1), min_size=1, max_size=4), min_size=2, max_size=4)


@given(
    groups=st.lists(PROCESS, min_size=1, max_size=2),
    outcomes=st.lists(st.sampled_from([0.0, 1.0]), min_size=4, max_size=4),
    weight=st.sampled_from([0.5, 1.0]),
    gamma=st.sampled_from([0.9, 1.0]),
)
def test_prime_is_the_sum_of_its_equation_whitened(
    groups: list[list[list[float]]], outcomes: list[float], weight: float, gamma: float
) -> None:
    played = [
        [
            Played(outcome, (len(one),), process=torch.tensor(one, dtype=torch.float64))
            for one, outcome in zip(group, outcomes, strict=False)
        ]
        for group in groups
    ]
    raw: list[float] = []
    for group in groups:
        means = [sum(one) / len(one) for one in group]
        for member, one in enumerate(group):
            others = [other for other in range(len(group)) if other != member]
            process = sum(means[other] for other in others) / len(others)
            outcome = sum(outcomes[other] for other in others) / len(others)
            for start in range(len(one)):
                credit = sum(gamma**k * (reward - process) for k, reward in enumerate(one[start:]))
                raw.append(weight * credit + outcomes[member] - outcome)
    scale = (statistics.variance(raw) + 1e-8) ** 0.5
    expected = [(one - statistics.fmean(raw)) / scale for one in raw]
    settings = AlgorithmSettings(gamma=gamma, step_weight=weight)
    found = ESTIMATORS["prime"].estimate(played, settings)
    tokens = [float(t) for group in found for one in group if isinstance(one, Tensor) for t in one]
    if statistics.variance(raw) > 1e-6:
        assert tokens == pytest.approx(expected, abs=1e-6)


@given(ratio=st.floats(-80, 80), solved=st.booleans(), beta=st.sampled_from([0.05, 1.0]))
def test_the_reward_model_s_slope_is_the_gradient_of_the_cross_entropy(
    ratio: float, solved: bool, beta: float
) -> None:
    total = torch.tensor(ratio, dtype=torch.float64, requires_grad=True)
    loss = binary_cross_entropy_with_logits(beta * total, torch.tensor(float(solved)).double())
    (gradient,) = torch.autograd.grad(loss, total)
    assert outcome_slope(ratio, solved=solved, beta=beta) == pytest.approx(float(gradient), abs=1e-12)

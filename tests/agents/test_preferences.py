"""DPO's slopes against autograd through the loss as the paper writes it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import logsigmoid

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.pieces import numbers
from reasongym.agents.played import Played
from reasongym.agents.preferences import pair_loss, pair_of

RATIO = st.floats(-50, 50)


@given(chosen=RATIO, rejected=RATIO, beta=st.sampled_from([0.05, 0.5]), smoothing=st.sampled_from([0.0, 0.1]))
def test_advantages_of_a_pair_are_minus_the_gradient_of_dpo(
    chosen: float, rejected: float, beta: float, smoothing: float
) -> None:
    ratios = torch.tensor([chosen, rejected], dtype=torch.float64, requires_grad=True)
    margin = beta * (ratios[0] - ratios[1])
    loss = -(1 - smoothing) * logsigmoid(margin) - smoothing * logsigmoid(-margin)
    (gradient,) = torch.autograd.grad(loss, ratios)
    pair = [Played(1.0, (3,), log_ratio=chosen), Played(0.0, (2,), log_ratio=rejected)]
    settings = AlgorithmSettings(beta=beta, label_smoothing=smoothing)
    (found,) = ESTIMATORS["dpo"].estimate([pair], settings)
    assert found == pytest.approx(numbers(-gradient), abs=1e-12)
    assert pair_loss(float(margin.detach()), smoothing) == pytest.approx(float(loss.detach()))


@given(members=st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2)), max_size=6))
def test_a_pair_is_the_best_and_the_worst_that_said_something(members: list[tuple[float, int]]) -> None:
    group = [Played(reward, (length,) if length else ()) for reward, length in members]
    spoken = [place for place, (_, length) in enumerate(members) if length]
    rewards = [members[place][0] for place in spoken]
    if len(set(rewards)) < 2:
        assert pair_of(group) == ()
        return
    chosen, rejected = pair_of(group)
    assert chosen == spoken[rewards.index(max(rewards))]
    assert rejected == spoken[rewards.index(min(rewards))]


def test_members_without_a_pair_are_left_out() -> None:
    group = [Played(0.5, (1,)), Played(1.0, (1,)), Played(0.0, (1,)), Played(1.0, (1,))]
    (found,) = ESTIMATORS["dpo"].estimate([group], AlgorithmSettings())
    assert [one is None for one in found] == [True, False, False, True]

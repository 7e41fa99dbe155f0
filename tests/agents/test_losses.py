"""Losses against their formulas written out for one token, and their gradients against the papers'."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.losses import CLIPS, RATIOS, Terms, clipped_surrogate, off_policy_mask

LOGPROB = st.floats(-6.0, 0.0)
ADVANTAGE = st.floats(-3, 3)


def _terms(logprobs: list[float], old: list[float], advantages: list[float], sequence: float = 0.0) -> Terms:
    numbers = (torch.tensor(one, dtype=torch.float64) for one in (logprobs, old, advantages))
    current, before, wanted = numbers
    return Terms(current.requires_grad_(), before, wanted, torch.full_like(before, sequence))


def _loss(terms: Terms, clip: str, ratio: str = "token", **settings: float) -> Tensor:
    return CLIPS[clip](RATIOS[ratio](terms), terms, AlgorithmSettings(**settings))  # pyright: ignore[reportArgumentType]


def _slope(terms: Terms, clip: str, ratio: str = "token", **settings: float) -> float:
    (gradient,) = torch.autograd.grad(_loss(terms, clip, ratio, **settings).sum(), terms.logprobs)
    return float(gradient.sum())


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_the_surrogate_is_the_pessimistic_one_of_ppo(logprob: float, old: float, advantage: float) -> None:
    ratio = math.exp(logprob - old)
    expected = -min(ratio * advantage, min(max(ratio, 0.8), 1.28) * advantage)
    found = _loss(_terms([logprob], [old], [advantage]), "ppo", clip_low=0.2, clip_high=0.28)
    assert float(found.detach()) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ratio", "advantage", "has_gradient"),
    [(1.0, 1.0, True), (1.3, 1.0, False), (1.3, -1.0, True), (0.7, -1.0, False), (0.7, 1.0, True)],
)
def test_a_ratio_beyond_its_bound_on_the_profitable_side_has_no_gradient(
    ratio: float, advantage: float, has_gradient: bool
) -> None:
    log_ratios = torch.tensor([math.log(ratio)], requires_grad=True)
    loss = clipped_surrogate(log_ratios, torch.tensor([advantage]), clip_low=0.2, clip_high=0.28)
    (gradient,) = torch.autograd.grad(loss.sum(), log_ratios)
    assert (gradient.abs() > 0).item() == has_gradient


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_the_dual_clip_bounds_what_a_negative_advantage_costs(
    logprob: float, old: float, advantage: float
) -> None:
    plain = float(_loss(_terms([logprob], [old], [advantage]), "ppo").detach())
    bounded = float(_loss(_terms([logprob], [old], [advantage]), "ppo", dual_clip=3.0).detach())
    assert bounded == pytest.approx(min(plain, 3.0 * -advantage) if advantage < 0 else plain)


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_cispo_weighs_the_gradient_of_the_log_prob_by_the_clipped_ratio(
    logprob: float, old: float, advantage: float
) -> None:
    weight = min(max(math.exp(logprob - old), 0.0), 5.0)
    terms = _terms([logprob], [old], [advantage])
    assert _slope(terms, "cispo", clip_low=1.0, clip_high=4.0) == pytest.approx(-weight * advantage)


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_dppo_drops_tokens_whose_probability_moved_far_in_the_advantage_s_direction(
    logprob: float, old: float, advantage: float
) -> None:
    moved = math.exp(logprob) - math.exp(old)
    is_far = moved > 0.2 if advantage > 0 else moved < -0.15
    expected = 0.0 if is_far else -math.exp(logprob - old) * advantage
    terms = _terms([logprob], [old], [advantage])
    assert _slope(terms, "dppo", clip_low=0.15, clip_high=0.2) == pytest.approx(expected)


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_sapo_is_a_gate_with_the_slope_of_ppo_at_the_old_policy(
    logprob: float, old: float, advantage: float
) -> None:
    ratio, temperature = math.exp(logprob - old), 1.0 if advantage > 0 else 1.05
    gate = 4 / temperature / (1 + math.exp(-temperature * (ratio - 1)))
    terms = _terms([logprob], [old], [advantage])
    assert float(_loss(terms, "sapo").detach()) == pytest.approx(-gate * advantage)
    assert _slope(_terms([old], [old], [advantage]), "sapo") == pytest.approx(-advantage)


@given(logprob=LOGPROB, old=LOGPROB, advantage=ADVANTAGE)
def test_without_a_ratio_every_loss_has_the_gradient_of_reinforce(
    logprob: float, old: float, advantage: float
) -> None:
    terms = _terms([logprob], [old], [advantage])
    for clip in ("none", "ppo", "sapo"):
        assert _slope(terms, clip, "none") == pytest.approx(-advantage)


@given(
    tokens=st.lists(st.tuples(LOGPROB, LOGPROB), min_size=1, max_size=6),
    advantage=st.sampled_from([-1.5, 0.7]),
)
def test_the_sequence_ratio_has_value_and_gradient_of_gspo(
    tokens: list[tuple[float, float]], advantage: float
) -> None:
    """GSPO written out: one ratio a sequence, its gradient by autograd through the mean."""
    logprobs, old = [one for one, _ in tokens], [one for _, one in tokens]
    mean = sum(new - before for new, before in tokens) / len(tokens)
    terms = _terms(logprobs, old, [advantage] * len(tokens), sequence=mean)
    found = _loss(terms, "ppo", "sequence", clip_low=0.3, clip_high=0.4).mean()
    whole = torch.tensor(logprobs, dtype=torch.float64, requires_grad=True)
    ratio = (whole - terms.old_logprobs).mean().exp()
    expected = -torch.minimum(ratio * advantage, ratio.clamp(0.7, 1.4) * advantage)
    assert float(found.detach()) == pytest.approx(float(expected.detach()))
    (slope,) = torch.autograd.grad(found, terms.logprobs)
    (wanted,) = torch.autograd.grad(expected, whole)
    assert torch.allclose(slope, wanted, atol=1e-10)


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_losses_and_gradients_stay_finite_where_policies_are_far_apart(clip: str, ratio: str) -> None:
    terms = _terms([-1000.0, 0.0], [0.0, -1000.0], [1.0, -1.0], sequence=1000.0)
    losses = _loss(terms, clip, ratio)
    (gradient,) = torch.autograd.grad(losses.sum(), terms.logprobs)
    assert losses.isfinite().all()
    assert gradient.isfinite().all()


@pytest.mark.parametrize(
    ("advantage", "fell_by", "is_kept"), [(-1.0, 0.3, False), (-1.0, 0.1, True), (1.0, 0.3, True)]
)
def test_unlikely_episodes_of_negative_advantage_are_masked(
    advantage: float, fell_by: float, is_kept: bool
) -> None:
    terms = _terms([-1.0], [-1.0], [advantage], sequence=-fell_by)
    assert off_policy_mask(terms, 0.2).tolist() == [float(is_kept)]

"""Estimators against their formulas written out one number at a time."""

import math
import statistics
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.baselines import Rule, dr_grpo, group_advantages, grpo, maxrl, rloo
from reasongym.agents.pieces import numbers
from reasongym.agents.played import Advantage, Played

REWARDS = st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=2, max_size=12)
TURNS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0])), max_size=3)
LENGTHS = st.lists(st.integers(0, 5), min_size=12, max_size=12)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _grpo(rewards: list[float]) -> list[float]:
    variance = sum((reward - _mean(rewards)) ** 2 for reward in rewards) / (len(rewards) - 1)
    return [(reward - _mean(rewards)) / (math.sqrt(variance) + 1e-4) for reward in rewards]


def _others(rewards: list[float]) -> list[float]:
    return [reward - _mean([*rewards[:place], *rewards[place + 1 :]]) for place, reward in enumerate(rewards)]


RULES: list[tuple[Rule, Callable[[list[float]], list[float]]]] = [
    (grpo, _grpo),
    (dr_grpo, lambda rewards: [reward - _mean(rewards) for reward in rewards]),
    (rloo, _others),
    (maxrl, lambda rewards: [(reward - _mean(rewards)) / _mean(rewards) for reward in rewards]),
]


@pytest.mark.parametrize(("rule", "written_out"), RULES)
@given(rewards=REWARDS)
def test_rules_equal_their_formulas_written_out(
    rule: Rule, written_out: Callable[[list[float]], list[float]], rewards: list[float]
) -> None:
    expected = written_out(rewards) if len(set(rewards)) > 1 else [0.0] * len(rewards)
    assert group_advantages(rewards, rule) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rule", [grpo, dr_grpo, rloo, maxrl])
@given(rewards=REWARDS)
def test_advantages_of_a_group_sum_to_zero(rule: Rule, rewards: list[float]) -> None:
    assert sum(group_advantages(rewards, rule)) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rule", [grpo, dr_grpo, rloo, maxrl])
@pytest.mark.parametrize("rewards", [[0.0, 0.0], [1.0, 1.0, 1.0], [0.3]])
def test_a_group_without_contrast_has_no_advantage(rule: Rule, rewards: list[float]) -> None:
    assert group_advantages(rewards, rule) == [0.0] * len(rewards)


def test_grpo_divides_by_the_standard_deviation_however_small_or_large() -> None:
    """ORZ binds whether there is a deviation in place of the deviation, and so divides by 1."""
    for scale in (0.01, 1.0, 100.0):
        found = group_advantages([0.0, scale, scale, 0.0], grpo)
        assert statistics.stdev(found) == pytest.approx(1.0, rel=0.02)


def test_maxrl_learns_nothing_from_a_mean_that_is_not_above_zero() -> None:
    assert group_advantages([-1.0, 1.0, -1.0], maxrl) == [0.0, 0.0, 0.0]


def group_of(rewards: list[float], lengths: list[int]) -> list[Played]:
    return [
        Played(reward, (length,) if length else (), solved=reward == 1.0)
        for reward, length in zip(rewards, lengths, strict=False)
    ]


def _estimated(
    name: str, *groups: list[Played], settings: AlgorithmSettings | None = None
) -> list[list[Advantage]]:
    return ESTIMATORS[name].estimate(groups, settings or AlgorithmSettings())


@given(rewards=REWARDS, lengths=LENGTHS)
def test_opo_subtracts_the_reward_of_the_mean_token(rewards: list[float], lengths: list[int]) -> None:
    tokens = [reward for reward, length in zip(rewards, lengths, strict=False) for _ in range(length)]
    baseline = _mean(tokens) if tokens else 0.0
    (found,) = _estimated("opo", group_of(rewards, lengths))
    assert found == pytest.approx([reward - baseline for reward in rewards])


@given(rewards=REWARDS, lengths=LENGTHS)
def test_loop_leaves_one_out_and_drops_small_advantages(rewards: list[float], lengths: list[int]) -> None:
    (found,) = _estimated("loop", group_of(rewards, lengths))
    expected = [one if abs(one) >= 0.01 else None for one in _others(rewards)]
    for one, wanted in zip(found, expected, strict=True):
        assert one is None if wanted is None else one == pytest.approx(wanted)


@given(rewards=REWARDS, lengths=LENGTHS)
def test_reinforce_takes_the_reward_and_raft_what_was_rewarded(
    rewards: list[float], lengths: list[int]
) -> None:
    group = group_of(rewards, lengths)
    assert _estimated("reinforce", group) == [rewards]
    assert _estimated("raft", group) == [[1.0 if reward > 0 else None for reward in rewards]]


def _whitened(tokens: list[float]) -> list[float]:
    scale = math.sqrt(statistics.variance(tokens) + 1e-8)
    return [(token - _mean(tokens)) / scale for token in tokens]


def _flat(advantages: list[list[Advantage]]) -> list[float]:
    return [
        token for group in advantages for one in group if isinstance(one, Tensor) for token in numbers(one)
    ]


@given(
    data=st.lists(TURNS, min_size=4, max_size=8),
    gamma=st.sampled_from([1.0, 0.9]),
    seed=st.integers(0, 99),
)
def test_reinforce_plus_plus_whitens_returns_to_go_over_all_tokens(
    data: list[list[tuple[int, float]]], gamma: float, seed: int
) -> None:
    """Turns that earn 0, episodes without tokens, and a penalty on every token."""
    generator = torch.Generator().manual_seed(seed)
    played: list[Played] = []
    returns: list[float] = []
    for turns in data:
        lengths, earned = tuple(n for n, _ in turns), tuple(reward for _, reward in turns)
        penalties = torch.rand(sum(lengths), generator=generator, dtype=torch.float64) - 0.5
        played.append(Played(sum(earned), lengths, earned, penalties=penalties))
        rewards: list[float] = numbers(penalties)
        for turn, reward in enumerate(earned):
            rewards[sum(lengths[: turn + 1]) - 1] += reward
        for start in range(len(rewards)):
            returns.append(sum(reward * gamma**place for place, reward in enumerate(rewards[start:])))
    half = len(played) // 2
    settings = AlgorithmSettings(gamma=gamma)
    found = _flat(_estimated("reinforce++", played[:half], played[half:], settings=settings))
    if len(returns) > 1:
        assert found == pytest.approx(_whitened(returns), abs=1e-9)


@given(rewards=st.lists(REWARDS, min_size=2, max_size=4), lengths=LENGTHS)
def test_the_baseline_form_of_reinforce_plus_plus_whitens_centred_rewards(
    rewards: list[list[float]], lengths: list[int]
) -> None:
    groups = [group_of(own, lengths) for own in rewards]
    tokens = [
        reward - _mean(own)
        for own in rewards
        for reward, length in zip(own, lengths, strict=False)
        for _ in range(length)
    ]
    found = _flat(_estimated("reinforce++-baseline", *groups))
    if len(tokens) > 1 and len(set(tokens)) > 1:
        assert found == pytest.approx(_whitened(tokens), abs=1e-9)


def test_penalties_count_in_the_reward_that_a_group_compares() -> None:
    group = [
        Played(1.0, (2,), penalties=torch.tensor([-0.25, -0.25]).double()),
        Played(1.0, (1,), penalties=torch.tensor([-0.1]).double()),
    ]
    (found,) = _estimated("dr_grpo", group)
    assert found == pytest.approx([-0.2, 0.2])


@pytest.mark.parametrize(
    ("name", "rewards", "is_live"),
    [
        ("grpo", [1.0, 1.0], False),
        ("grpo", [1.0, 0.0], True),
        ("grpo", [1.0], False),
        ("reinforce", [1.0, 1.0], True),
        ("reinforce", [0.0, 0.0], False),
        ("raft", [-1.0, 0.0], False),
        ("raft", [1.0, 1.0], True),
        ("gae", [0.0], True),
        ("dpo", [0.5, 0.5], False),
    ],
)
def test_groups_that_can_teach_an_estimator_something(name: str, rewards: list[float], is_live: bool) -> None:
    assert ESTIMATORS[name].is_live(group_of(rewards, [2] * len(rewards))) == is_live

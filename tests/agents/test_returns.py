"""Returns and GAE by token and by turn against the definitions summed out, through what environments said."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.anchors import step_advantages
from reasongym.agents.baselines import group_advantages, grpo
from reasongym.agents.pieces import numbers
from reasongym.agents.played import Played
from reasongym.agents.returns import (
    bi_level_gae,
    estimates,
    gae,
    returns_to_go,
    turn_returns_to_go,
    whitened,
)

NUMBERS = st.lists(st.floats(-2, 2), min_size=1, max_size=9)
FACTOR = st.sampled_from([0.0, 0.5, 0.95, 1.0])
TURNS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=4)


def _tensor(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _played(turns: list[tuple[int, float]], seed: int = 0, *, anchors: tuple[str, ...] = ()) -> Played:
    lengths, rewards = tuple(n for n, _ in turns), tuple(reward for _, reward in turns)
    generator = torch.Generator().manual_seed(seed)
    values = torch.rand(sum(lengths), generator=generator, dtype=torch.float64)
    return Played(sum(rewards), lengths, rewards, anchors, values=values)


def _gae_summed(rewards: list[float], values: list[float], gamma: float, lam: float) -> list[float]:
    """Sum (gamma lam)^l d_(t+l) over l, as the paper's equation 16 does."""
    following = [*values[1:], 0.0][: len(values)]
    errors = [r + gamma * after - v for r, after, v in zip(rewards, following, values, strict=True)]
    return [
        sum((gamma * lam) ** place * error for place, error in enumerate(errors[start:]))
        for start in range(len(errors))
    ]


@given(rewards=NUMBERS, gamma=FACTOR)
def test_returns_to_go_are_discounted_sums_of_what_follows(rewards: list[float], gamma: float) -> None:
    expected = [
        sum(gamma**place * reward for place, reward in enumerate(rewards[start:]))
        for start in range(len(rewards))
    ]
    assert returns_to_go(_tensor(rewards), gamma).tolist() == pytest.approx(expected, abs=1e-9)


@given(steps=st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), max_size=8), gamma=FACTOR, lam=FACTOR)
def test_gae_is_the_sum_of_its_definition(steps: list[tuple[float, float]], gamma: float, lam: float) -> None:
    rewards, values = [reward for reward, _ in steps], [value for _, value in steps]
    found = estimates(_tensor(rewards), _tensor(values), gamma=gamma, lam=lam)
    assert found.tolist() == pytest.approx(_gae_summed(rewards, values, gamma, lam), abs=1e-9)


@given(turns=TURNS, seed=st.integers(0, 99))
def test_with_factors_of_one_gae_is_the_return_to_go_less_the_value(
    turns: list[tuple[int, float]], seed: int
) -> None:
    one = _played(turns, seed)
    assert one.values is not None
    expected = returns_to_go(one.token_rewards(), 1.0) - one.values
    assert torch.allclose(gae(one, AlgorithmSettings()), expected)


def _bi_level_summed(one: Played, settings: AlgorithmSettings) -> list[float]:
    """Write bi-level GAE out: the turns' last tokens first, then each turn as an episode of its own."""
    assert one.values is not None
    ends = [sum(one.turn_lengths[: turn + 1]) - 1 for turn in range(len(one.turn_lengths))]
    values = numbers(one.values)
    at_ends = [values[end] for end in ends]
    by_turn = _gae_summed(list(one.turn_rewards), at_ends, settings.turn_gamma, settings.lam)
    found: list[float] = []
    for turn, end in enumerate(ends):
        inner = values[end - one.turn_lengths[turn] + 1 : end + 1]
        rewards = [0.0] * (len(inner) - 1) + [by_turn[turn] + values[end]]
        found += _gae_summed(rewards, inner, settings.gamma, settings.lam)
    return found


@given(turns=TURNS, seed=st.integers(0, 99), gamma=FACTOR, lam=FACTOR, turn_gamma=FACTOR)
def test_bi_level_gae_is_gae_over_turns_then_within_each(
    turns: list[tuple[int, float]], seed: int, gamma: float, lam: float, turn_gamma: float
) -> None:
    settings = AlgorithmSettings(gamma=gamma, lam=lam, turn_gamma=turn_gamma)
    one = _played(turns, seed)
    assert bi_level_gae(one, settings).tolist() == pytest.approx(_bi_level_summed(one, settings), abs=1e-9)


@given(turns=TURNS, seed=st.integers(0, 99))
def test_bi_level_gae_without_discount_is_gae_penalties_included(
    turns: list[tuple[int, float]], seed: int
) -> None:
    one = _played(turns, seed)
    assert one.values is not None
    penalised = Played(
        one.reward, one.turn_lengths, one.turn_rewards, penalties=one.values - 0.5, values=one.values
    )
    settings = AlgorithmSettings()
    assert torch.allclose(bi_level_gae(penalised, settings), gae(penalised, settings))


@pytest.mark.parametrize("rewards", [(0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)])
def test_turns_that_earn_nothing_are_turns(rewards: tuple[float, ...]) -> None:
    """RAGEN finds a turn's end by a reward other than 0, and fails or merges turns where there is none."""
    one = Played(sum(rewards), (2, 1, 3), rewards, values=torch.full((6,), 0.3, dtype=torch.float64))
    settings = AlgorithmSettings(turn_gamma=0.9, lam=0.5)
    found = bi_level_gae(one, settings)
    assert found.tolist() == pytest.approx(_bi_level_summed(one, settings))
    late = Played(one.reward, (6,), (one.reward,), values=one.values)
    assert not torch.allclose(found, bi_level_gae(late, settings))


def test_returns_reach_the_turns_before_an_observation() -> None:
    """SkyRL's REINFORCE++ gives 0, 0 before the observation in 1 1 0 0 1 1 with a reward at the end."""
    one = Played(1.0, (2, 2), (0.0, 1.0))
    assert returns_to_go(one.token_rewards(), 1.0).tolist() == [1.0, 1.0, 1.0, 1.0]


def test_values_of_observation_tokens_have_no_part_in_gae() -> None:
    """SkyRL's GAE reads a value of 5 on observation tokens and gives -4.27 next to them."""
    values = _tensor([0.2, 0.3, 0.1, 0.4])  # of the sampled tokens; an observation stands after the second
    one = Played(1.0, (2, 2), (0.0, 1.0), values=values)
    assert gae(one, AlgorithmSettings()).tolist() == pytest.approx([0.8, 0.7, 0.9, 0.6])


def test_episodes_without_tokens_have_nothing_to_estimate() -> None:
    empty = Played(0.0, (), values=torch.zeros(0, dtype=torch.float64))
    for name in ("gae", "bi-level-gae", "reinforce++", "turn-returns", "gigpo"):
        full = _played([(2, 1.0)])
        (found,) = ESTIMATORS[name].estimate([[empty, full]], AlgorithmSettings())
        assert [len(one) for one in found if isinstance(one, Tensor)] == [0, 2]


@given(
    groups=st.lists(
        st.lists(TURNS, min_size=2, max_size=4),
        min_size=1,
        max_size=2,
    ),
    turn_gamma=FACTOR,
)
def test_turns_are_compared_with_the_same_turns_of_other_members(
    groups: list[list[list[tuple[int, float]]]], turn_gamma: float
) -> None:
    settings = AlgorithmSettings(turn_gamma=turn_gamma)
    found = ESTIMATORS["turn-returns"].estimate([[_played(one) for one in g] for g in groups], settings)
    for group, advantages in zip(groups, found, strict=True):
        returns = [
            [
                sum(turn_gamma**later * reward for later, (_, reward) in enumerate(one[turn:]))
                for turn in range(len(one))
            ]
            for one in group
        ]
        for member, turns in enumerate(group):
            expected: list[float] = []
            for turn, (length, _) in enumerate(turns):
                alike = [one[turn] for one in returns if len(one) > turn]
                place = sum(len(one) > turn for one in returns[:member])
                expected += [group_advantages(alike, grpo)[place]] * length
            own = advantages[member]
            assert isinstance(own, Tensor)
            assert own.tolist() == pytest.approx(expected, abs=1e-9)


@given(
    group=st.lists(
        st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from([0.0, 1.0]), st.sampled_from("abc")), max_size=4
        ),
        min_size=2,
        max_size=4,
    )
)
def test_gigpo_compares_turns_that_began_at_the_same_observation(
    group: list[list[tuple[int, float, str]]],
) -> None:
    """The paper's step groups, by looking every anchor up in every turn of every member."""
    played = [
        _played([(n, r) for n, r, _ in one], anchors=tuple(anchor for _, _, anchor in one)) for one in group
    ]
    settings = AlgorithmSettings(turn_gamma=0.95, step_weight=0.5)
    returns = [turn_returns_to_go(one, 0.95) for one in played]
    episodes = group_advantages([one.reward for one in played], grpo)
    (found,) = ESTIMATORS["gigpo"].estimate([played], settings)
    for member, turns in enumerate(group):
        expected: list[float] = []
        for turn, (length, _, anchor) in enumerate(turns):
            alike = [
                (returns[other][there], (other, there) == (member, turn))
                for other, theirs in enumerate(group)
                for there, (_, _, where) in enumerate(theirs)
                if where == anchor
            ]
            compared = group_advantages([one for one, _ in alike], grpo)
            step = next(a for a, (_, is_self) in zip(compared, alike, strict=True) if is_self)
            expected += [episodes[member] + 0.5 * step] * length
        own = found[member]
        assert isinstance(own, Tensor)
        assert own.tolist() == pytest.approx(expected, abs=1e-9)


def test_an_observation_that_nobody_else_met_adds_nothing() -> None:
    alone = Played(1.0, (1, 1), (0.0, 1.0), ("start", "a"))
    other = Played(0.0, (1, 1), (0.0, 0.0), ("start", "b"))
    steps = step_advantages([alone, other], 1.0)
    assert [one[1] for one in steps] == [0.0, 0.0]
    assert steps[0][0] == -steps[1][0] > 0


def test_a_single_token_is_not_whitened() -> None:
    ((found,),) = whitened([[_tensor([3.0])]])
    assert isinstance(found, Tensor)
    assert numbers(found) == [0.0]

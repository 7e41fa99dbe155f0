import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.advantages import ESTIMATORS, group_advantages

REWARDS = st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=2, max_size=12)


def _brute_force(name: str, rewards: list[float]) -> list[float]:
    mean = sum(rewards) / len(rewards)
    if name == "grpo":
        variance = sum((reward - mean) ** 2 for reward in rewards) / (len(rewards) - 1)
        return [(reward - mean) / (math.sqrt(variance) + 1e-4) for reward in rewards]
    if name == "dr_grpo":
        return [reward - mean for reward in rewards]
    others = [(sum(rewards) - reward) / (len(rewards) - 1) for reward in rewards]
    return [reward - other for reward, other in zip(rewards, others, strict=True)]


@pytest.mark.parametrize("name", ESTIMATORS)
@given(rewards=REWARDS)
def test_advantages_equal_their_formulas_written_out(name: str, rewards: list[float]) -> None:
    found = group_advantages(rewards, ESTIMATORS[name])
    expected = _brute_force(name, rewards) if len(set(rewards)) > 1 else [0.0] * len(rewards)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ESTIMATORS)
@given(rewards=REWARDS)
def test_advantages_of_a_group_sum_to_zero(name: str, rewards: list[float]) -> None:
    assert sum(group_advantages(rewards, ESTIMATORS[name])) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("rewards", [[0.0, 0.0], [1.0, 1.0, 1.0], [0.3]])
def test_a_group_without_contrast_has_no_advantage(name: str, rewards: list[float]) -> None:
    assert group_advantages(rewards, ESTIMATORS[name]) == [0.0] * len(rewards)

"""Weights against a sampler that differs, written out for one episode."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.corrections import CORRECTIONS, Bounds, staleness, token_versions
from reasongym.core import Row
from reasongym.episodes import Completion, Episode

LOG_RATIOS = st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=6)
BOUNDS = Bounds(0.5, 2.0)


def _within(value: float) -> bool:
    return BOUNDS.low <= value <= BOUNDS.high


def _sequence(ratios: list[float]) -> float:
    return math.prod(ratios)


def _geometric(ratios: list[float]) -> float:
    return _sequence(ratios) ** (1 / len(ratios))


WRITTEN_OUT: dict[str, Callable[[list[float]], list[float]]] = {
    "recomputed": lambda ratios: [1.0] * len(ratios),
    "tis": lambda ratios: [min(ratio, 2.0) for ratio in ratios],
    "icepop": lambda ratios: [ratio if _within(ratio) else 0.0 for ratio in ratios],
    "mis": lambda ratios: [_sequence(ratios) if _sequence(ratios) <= 2.0 else 0.0] * len(ratios),
    "sequence-tis": lambda ratios: [min(_sequence(ratios), 2.0)] * len(ratios),
    "sequence-mask": lambda ratios: [float(_within(_sequence(ratios)))] * len(ratios),
    "geometric-mask": lambda ratios: [float(_within(_geometric(ratios)))] * len(ratios),
    "sequence-mask-tis": lambda ratios: [
        min(ratio, 2.0) if _within(_geometric(ratios)) else 0.0 for ratio in ratios
    ],
}


@pytest.mark.parametrize("name", CORRECTIONS)
@given(log_ratios=LOG_RATIOS)
def test_weights_equal_their_formulas_written_out(name: str, log_ratios: list[float]) -> None:
    found = CORRECTIONS[name](torch.tensor(log_ratios, dtype=torch.float64), BOUNDS)
    assert found.tolist() == pytest.approx(WRITTEN_OUT[name]([math.exp(one) for one in log_ratios]))


@pytest.mark.parametrize("name", [name for name in CORRECTIONS if "tis" in name])
def test_a_truncated_weight_is_never_above_its_bound(name: str) -> None:
    """OpenRLHF's seq-mask-tis multiplies by the ratio without its bound, whatever its comment says."""
    weights = CORRECTIONS[name](torch.tensor([3.0, -2.5, 0.1, 900.0, -900.0]).double(), Bounds(0.0, 5.0))
    assert float(weights.max()) <= 5.0


@pytest.mark.parametrize("name", CORRECTIONS)
def test_an_episode_without_tokens_has_no_weights(name: str) -> None:
    assert CORRECTIONS[name](torch.zeros(0, dtype=torch.float64), BOUNDS).tolist() == []


def _episode(*versions: tuple[int, int]) -> Episode:
    completions = [
        Completion("", "stop", [], [1] * length, [0.0] * length, version) for version, length in versions
    ]
    return Episode(Row("reasongym/Countdown-v0", 0, "train", 0), [], completions, None)


def test_every_token_knows_the_weights_that_sampled_it() -> None:
    assert token_versions(_episode((3, 2), (4, 0), (5, 1))) == [3, 3, 5]


def test_staleness_is_that_of_the_oldest_token() -> None:
    assert staleness([_episode((3, 2), (5, 1)), _episode((5, 1))], 6) == 3
    assert staleness([_episode((0, 0))], 6) == 0

"""The sampling noise against SplitMix64 in plain integers, drawing against numpy's inverse distribution."""

from collections import Counter
from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reasongym.agents.noise import draw, uniform

ALL_BITS = 2**64 - 1
JUST_BELOW_ONE = 1 - 2.0**-53

keys = st.integers(0, ALL_BITS)
positions = st.integers(0, 2**40)


def splitmix64(seed: int, output: int) -> int:
    """Return an output of the generator as its authors' C code makes it, one step after another.

    Sebastiano Vigna, https://prng.di.unimi.it/splitmix64.c, where the state moves before each output.
    """
    state = (seed + (output + 1) * 0x9E3779B97F4A7C15) & ALL_BITS
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & ALL_BITS
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & ALL_BITS
    return state ^ (state >> 31)


def signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def noise(key: int, position: int) -> float:
    return uniform(torch.tensor([signed(key)]), torch.tensor([position])).item()


def test_the_reference_gives_the_published_outputs() -> None:
    # The outputs for seed 1234567 that implementations in several languages agree on (rosettacode.org/wiki/
    # Pseudo-random_numbers/Splitmix64).
    outputs = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [splitmix64(1234567, place) for place in range(4)] == outputs


@given(keys, positions)
def test_noise_is_the_upper_53_bits_of_splitmix64(key: int, position: int) -> None:
    assert noise(key, position) == (splitmix64(key, position) >> 11) / 2**53


@given(st.lists(st.tuples(keys, positions), min_size=1, max_size=20))
def test_a_row_gets_the_same_noise_in_any_company(pairs: list[tuple[int, int]]) -> None:
    together = uniform(
        torch.tensor([signed(key) for key, _ in pairs]), torch.tensor([position for _, position in pairs])
    )
    assert together.tolist() == [noise(key, position) for key, position in pairs]


def test_noise_fills_its_range_evenly() -> None:
    values = uniform(torch.arange(200).repeat_interleave(500), torch.arange(500).repeat(200))
    assert float(values.min()) >= 0
    assert float(values.max()) < 1
    counts = torch.histc(values, bins=100, min=0, max=1)
    chi_square = float(((counts - 1000) ** 2 / 1000).sum())
    assert 48 < chi_square < 170  # 99 degrees of freedom; each side is passed once in 100,000


def random_logprobs(rng: np.random.Generator, rows: int, size: int) -> torch.Tensor:
    """Make distributions with a third of their tokens impossible, ends included."""
    logits = torch.from_numpy(rng.normal(0, 3, (rows, size)))
    impossible = torch.from_numpy(rng.random((rows, size)) < 1 / 3)
    impossible[torch.arange(rows), torch.from_numpy(rng.integers(0, size, rows))] = False
    return logits.masked_fill(impossible, float("-inf")).log_softmax(-1)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_draw_inverts_the_cumulative_distribution(dtype: torch.dtype) -> None:
    rng = np.random.default_rng(0)
    logprobs = random_logprobs(rng, 2_000, 17).to(dtype)
    points = rng.random(2_000)
    drawn = cast(list[int], draw(logprobs, torch.from_numpy(points)).tolist())
    for row, point, token in zip(logprobs.double().numpy(), points, drawn, strict=True):
        cumulative = np.cumsum(np.exp(row))
        scaled = point * cumulative[-1]
        assert token == np.searchsorted(cumulative, scaled, side="right")
        assert cumulative[token] - np.exp(row[token]) <= scaled + 1e-12


@pytest.mark.parametrize("point", [0.0, 2.0**-53, 0.5, JUST_BELOW_ONE])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_token_of_probability_zero_is_never_drawn(point: float, dtype: torch.dtype) -> None:
    logprobs = random_logprobs(np.random.default_rng(1), 5_000, 9).to(dtype)
    drawn = draw(logprobs, torch.full((5_000,), point, dtype=torch.float64))
    assert bool((logprobs.gather(1, drawn[:, None]) > float("-inf")).all())


def test_the_ends_of_the_noise_draw_the_first_and_the_last_possible_token() -> None:
    logprobs = torch.tensor([[0.0, 0.25, 0.5, 0.25, 0.0]]).log().repeat(2, 1)
    ends = torch.tensor([0.0, JUST_BELOW_ONE], dtype=torch.float64)
    assert draw(logprobs, ends).tolist() == [1, 3]


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logprobs = torch.from_numpy(np.random.default_rng(2).normal(0, 1, 12)).log_softmax(-1)
    points = uniform(torch.full((100_000,), 99), torch.arange(100_000))
    drawn = cast(list[int], draw(logprobs.expand(100_000, -1), points).tolist())
    counts = Counter(drawn)
    expected = cast(list[float], (logprobs.exp() * 100_000).tolist())
    chi_square = sum((counts[token] - mean) ** 2 / mean for token, mean in enumerate(expected))
    assert chi_square < 40  # 11 degrees of freedom; passed once in 30,000

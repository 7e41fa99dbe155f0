"""Sampling noise keyed by (request, position), so that a token never depends on what else is in the batch."""

import torch
from torch import Tensor

_GOLDEN = 0x9E3779B97F4A7C15 - 2**64
_FIRST = 0xBF58476D1CE4E5B9 - 2**64
_SECOND = 0x94D049BB133111EB - 2**64


def uniform(keys: Tensor, positions: Tensor) -> Tensor:
    """Return one float64 in [0, 1) for each (key, position), both int64 `[rows]`.

    It is output number `position + 1` of SplitMix64 seeded with the key (Steele, Lea and Flood 2014,
    "Fast splittable pseudorandom number generators"), its upper 53 bits as a fraction.
    """
    mixed = keys + (positions + 1) * _GOLDEN
    mixed = (mixed ^ _shift(mixed, 30)) * _FIRST
    mixed = (mixed ^ _shift(mixed, 27)) * _SECOND
    mixed = mixed ^ _shift(mixed, 31)
    return _shift(mixed, 11).double() * 2.0**-53


def _shift(values: Tensor, bits: int) -> Tensor:
    """Shift right without carrying the sign in: torch has no unsigned 64-bit arithmetic."""
    return (values >> bits) & ((1 << (64 - bits)) - 1)


def draw(logprobs: Tensor, noise: Tensor) -> Tensor:
    """Draw one token id per row by inverting its cumulative distribution; a token of probability 0 never is.

    logprobs `[rows, vocabulary]`, noise `[rows]` in [0, 1); returns int64 `[rows]`. A row of NaN gets its
    last token.
    """
    cumulative = logprobs.double().exp().cumsum(-1)  # [rows, vocabulary]
    threshold = noise[:, None] * cumulative[:, -1:]  # [rows, 1]
    return torch.searchsorted(cumulative, threshold, right=True)[:, 0].clamp(max=logprobs.shape[1] - 1)

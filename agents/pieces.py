"""Tensors cut into pieces and read as numbers, with the types that torch leaves out."""

from collections.abc import Sequence
from typing import cast

from torch import Tensor


def numbers(values: Tensor) -> list[float]:
    """Read a tensor `[n]`."""
    return cast(list[float], values.tolist())


def pieces(values: Tensor, lengths: Sequence[int]) -> list[Tensor]:
    """Cut a tensor `[n, ...]` into neighbours of these lengths, which sum to n."""
    cut = cast(tuple[Tensor, ...], values.split(list(lengths)))  # pyright: ignore[reportUnknownMemberType]
    return list(cut)

"""A key-value cache with room to grow, whose rows can be dropped, repeated and joined between ticks.

Rows are right-aligned: the last column holds every row's newest token, shorter rows begin with padding
that the attention mask hides. Appending writes in place instead of concatenating.
"""

from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

ROOM = 64
"""Columns allocated beyond what is needed, so that growing is rare."""


class RoomyLayer(CacheLayerMixin):
    """Keys and values of one attention layer, `[rows, heads, length, head_dim]` inside a larger buffer."""

    is_sliding = False

    def __init__(self) -> None:
        super().__init__()
        self.length = 0

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to prepare before the first update."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append `[rows, heads, new, head_dim]` and return all keys and values so far."""
        end = self.length + key_states.shape[-2]
        if self.keys is None or self.values is None or end > self.keys.shape[-2]:
            self.keys = _with_room(self.keys, key_states, self.length, end)
            self.values = _with_room(self.values, value_states, self.length, end)
            self.is_initialized = True
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return (columns the mask must have, its offset)."""
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        """Return the columns written."""
        return self.length

    def get_max_length(self) -> int:
        """Return -1: the layer grows."""
        return -1


def _with_room(buffer: Tensor | None, new: Tensor, length: int, end: int) -> Tensor:
    rows, heads, _, head_dim = new.shape
    grown = new.new_zeros(rows, heads, end + max(ROOM, end // 2), head_dim)
    if buffer is not None:
        grown[:, :, :length] = buffer[:, :, :length]
    return grown


def new_cache(num_layers: int) -> Cache:
    """Return an empty cache of roomy layers."""
    return Cache(layers=[RoomyLayer() for _ in range(num_layers)])


def layers_of(cache: Cache) -> list[RoomyLayer]:
    """Return the layers of a cache made by `new_cache`."""
    return [layer for layer in cache.layers if isinstance(layer, RoomyLayer)]


def take_rows(cache: Cache, rows: Tensor, width: int) -> None:
    """Keep `rows` (an index, repeats allowed) and the last `width` columns of each."""
    for layer in layers_of(cache):
        assert layer.keys is not None and layer.values is not None
        layer.keys = _taken(layer.keys, rows, layer.length, width)
        layer.values = _taken(layer.values, rows, layer.length, width)
        layer.length = width


def _taken(buffer: Tensor, rows: Tensor, length: int, width: int) -> Tensor:
    taken = buffer.new_zeros(len(rows), buffer.shape[1], width + ROOM, buffer.shape[3])
    taken[:, :, :width] = buffer[:, :, length - width : length].index_select(0, rows)
    return taken


def append_rows(cache: Cache, other: Cache) -> None:
    """Put the rows of `other` below those of `cache`; the shorter of the two is padded on the left."""
    for mine, theirs in zip(layers_of(cache), layers_of(other), strict=True):
        assert mine.keys is not None and mine.values is not None
        assert theirs.keys is not None and theirs.values is not None
        width = max(mine.length, theirs.length)
        mine.keys = _stacked(mine.keys, mine.length, theirs.keys, theirs.length, width)
        mine.values = _stacked(mine.values, mine.length, theirs.values, theirs.length, width)
        mine.length = width


def _stacked(top: Tensor, top_length: int, below: Tensor, below_length: int, width: int) -> Tensor:
    stacked = top.new_zeros(len(top) + len(below), top.shape[1], width + ROOM, top.shape[3])
    stacked[: len(top), :, width - top_length : width] = top[:, :, :top_length]
    stacked[len(top) :, :, width - below_length : width] = below[:, :, :below_length]
    return stacked

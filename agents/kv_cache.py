"""A key-value cache with room to grow, whose rows can be dropped, repeated and joined between ticks.

Rows are right-aligned: the last column holds every row's newest token, shorter rows begin with padding
that the attention mask hides. Appending writes in place instead of concatenating.
"""

from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

MOST_ROOM = 64
"""Columns allocated beyond what is needed, where that many may come."""


class RoomyLayer(CacheLayerMixin):
    """Keys and values of one attention layer, `[rows, heads, length, head_dim]` inside a larger buffer."""

    is_sliding = False

    def __init__(self, room: int) -> None:
        super().__init__()
        self.length = 0
        self.room = room
        """Columns to allocate beyond what is needed, so that growing is rare."""

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to prepare before the first update."""

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append `[rows, heads, new, head_dim]` and return all keys and values so far."""
        end = self.length + key_states.shape[-2]
        if self.keys is None or self.values is None or end > self.keys.shape[-2]:
            self.keys = _grown(self.keys, key_states, self.length, end + self.room)
            self.values = _grown(self.values, value_states, self.length, end + self.room)
            self.room = max(self.room, end // 2)
            self.is_initialized = True
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.filled()

    def filled(self) -> tuple[Tensor, Tensor]:
        """Return the keys and values written so far."""
        assert self.keys is not None
        assert self.values is not None
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return (columns the mask must have, its offset)."""
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        """Return the columns written."""
        return self.length

    def get_max_length(self) -> int:
        """Return -1: the layer grows."""
        return -1


def _grown(buffer: Tensor | None, new: Tensor, length: int, capacity: int) -> Tensor:
    rows, heads, _, head_dim = new.shape
    grown = new.new_empty(rows, heads, capacity, head_dim)
    if buffer is not None:
        grown[:, :, :length] = buffer[:, :, :length]
    return grown


def new_cache(num_layers: int, *, num_more: int) -> Cache:
    """Return an empty cache of roomy layers; `num_more` columns may follow the first ones."""
    return Cache(layers=[RoomyLayer(min(MOST_ROOM, num_more)) for _ in range(num_layers)])


def layers_of(cache: Cache) -> list[RoomyLayer]:
    """Return the layers of a cache made by `new_cache`."""
    return [layer for layer in cache.layers if isinstance(layer, RoomyLayer)]


def take_rows(cache: Cache, rows: Tensor, width: int) -> None:
    """Keep `rows` (an index, repeats allowed) and the last `width` columns of each."""
    for layer in layers_of(cache):
        keys, values = layer.filled()
        layer.keys = _taken(keys, rows, width, layer.room)
        layer.values = _taken(values, rows, width, layer.room)
        layer.length = width


def _taken(filled: Tensor, rows: Tensor, width: int, room: int) -> Tensor:
    taken = filled.new_empty(len(rows), filled.shape[1], width + room, filled.shape[3])
    taken[:, :, :width] = filled[:, :, filled.shape[2] - width :].index_select(0, rows)
    return taken


def append_rows(cache: Cache, other: Cache) -> None:
    """Put the rows of `other` below those of `cache`; the shorter of the two is padded on the left."""
    for mine, theirs in zip(layers_of(cache), layers_of(other), strict=True):
        width, room = max(mine.length, theirs.length), max(mine.room, theirs.room)
        (top_keys, top_values), (keys, values) = mine.filled(), theirs.filled()
        mine.keys = _stacked(top_keys, keys, width, room)
        mine.values = _stacked(top_values, values, width, room)
        mine.length, mine.room = width, room


def _stacked(top: Tensor, below: Tensor, width: int, room: int) -> Tensor:
    stacked = top.new_empty(len(top) + len(below), top.shape[1], width + room, top.shape[3])
    for rows, filled in ((slice(len(top)), top), (slice(len(top), None), below)):
        start = width - filled.shape[2]
        stacked[rows, :, :start] = 0  # attention weighs padding by zero, which NaN would survive
        stacked[rows, :, start:width] = filled
    return stacked

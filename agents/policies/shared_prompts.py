"""Prompts that many rows of a batch begin with: their keys and values are kept once, and read once a group.

Behind long prompts, decoding on a CPU mostly reads keys and values.
"""

from dataclasses import dataclass
from typing import Any, cast

from torch import Tensor
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import layers_of, new_cache
from reasongym.agents.masks import additive
from reasongym.agents.shared_attention import Places, Prompts, attend, places

LEAST_WIDTH, LEAST_ROWS = 96, 4
"""Columns of prompts, and rows to a prompt, from which on sharing is quicker, measured at 1M parameters."""


@dataclass(frozen=True, slots=True)
class SharedPrompts:
    """Keys and values of prompts, and which rows they belong to."""

    layers: list[Prompts]
    visible: Tensor
    """Bool `[prompts, width]`: which columns hold a token."""
    owner: Tensor
    """Int64 `[rows]`: the prompt of each row, in rising order."""
    places: Places

    def pays(self) -> bool:
        """Say whether prompts are long, and rows many and even, enough for sharing to be quicker."""
        num_prompts, width = self.visible.shape
        is_large = width >= LEAST_WIDTH and len(self.owner) >= LEAST_ROWS * num_prompts
        return is_large and self.places.are_few

    def keep(self, rows: Tensor) -> "SharedPrompts":
        """Return what `rows`, an index in rising order, share."""
        owners: Any = self.owner[rows]
        prompts, owner = cast(tuple[Tensor, Tensor], owners.unique_consecutive(return_inverse=True))
        layers = [(layer.keys[prompts], layer.values[prompts]) for layer in self.layers]
        return _shared(layers, self.visible[prompts], owner)

    def attended(
        self, place: int, queries: Tensor, own: tuple[Tensor, Tensor], mask: Tensor | None, scale: float
    ) -> Tensor:
        """Attend to the prompts and to the rows' own columns in layer `place`, as `attend` does."""
        return attend(queries, own, self.layers[place], self.places, scale=scale, own_mask=mask)

    def before(self, own: Cache) -> Cache:
        """Return a cache that holds every row's prompt and, behind it, its own columns."""
        columns = layers_of(own)
        cache = new_cache(len(columns), num_more=columns[0].room)
        for whole, prompts, layer in zip(layers_of(cache), self.layers, columns, strict=True):
            whole.update(prompts.keys.index_select(0, self.owner), prompts.values.index_select(0, self.owner))
            whole.update(*layer.filled())
        return cache


def shared(cache: Cache, visible: Tensor, owner: Tensor) -> SharedPrompts:
    """Share the prompts that a cache holds, visible `[prompts, width]`, among rows."""
    return _shared([layer.filled() for layer in layers_of(cache)], visible, owner)


def _shared(layers: list[tuple[Tensor, Tensor]], visible: Tensor, owner: Tensor) -> SharedPrompts:
    mask = None if bool(visible.all()) else additive(visible[:, None, None], layers[0][0].dtype)
    prompts = [Prompts(keys, values, mask) for keys, values in layers]
    return SharedPrompts(prompts, visible, owner, places(owner, len(visible)))

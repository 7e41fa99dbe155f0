"""Keys and values of episodes that wait for their environment, so that a turn reads only what is new."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import eq
from typing import NamedTuple

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import layers_of, new_cache
from reasongym.agents.policies.decoding_batch import Batch
from reasongym.episodes import Request


@dataclass(frozen=True, slots=True)
class _Block:
    """Keys and values of rows that left a batch together: `[rows, heads, width, head_dim]` in each layer."""

    layers: list[tuple[Tensor, Tensor]]


class Kept(NamedTuple):
    """One row of them."""

    block: _Block
    place: int
    ids: list[int]
    """What its last columns hold."""


class Resumed(NamedTuple):
    """A request and the row whose first columns its prompt begins with."""

    request: Request
    row: Kept
    num_known: int
    """Ids of the prompt that are known; fewer than the prompt has."""

    @property
    def rest(self) -> list[int]:
        """The ids of the prompt that are new."""
        return (self.request.prompt_ids or [])[self.num_known :]


class KeptRows:
    """Rows by the id of the request that left them, the latest `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[int, Kept] = OrderedDict()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def clear(self) -> None:
        """Forget all: the weights are others."""
        self._rows.clear()

    def forget(self, request_ids: Iterable[int]) -> None:
        """Forget what requests left, if it is there."""
        for request_id in request_ids:
            self._rows.pop(request_id, None)

    def put(self, batch: Batch, places: Sequence[int]) -> None:
        """Keep rows of a batch whose prompts are not shared."""
        if not places:
            return
        rows = [batch.rows[place] for place in places]
        width, index = max(row.length for row in rows), torch.tensor(places, device=batch.visible.device)
        block = _Block(
            [
                (_last(keys, width).index_select(0, index), _last(values, width).index_select(0, index))
                for keys, values in (layer.filled() for layer in layers_of(batch.cache))
            ]
        )
        for place, row in enumerate(rows):
            ids = [*(row.request.prompt_ids or ()), *row.ids[:-1]]  # the newest is not in the cache
            self._rows[row.request.id] = Kept(block, place, ids)
        while len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def take(self, request: Request) -> Resumed | None:
        """Return the row that a request goes on from, once; None where its prompt begins otherwise."""
        row = None if request.follows is None else self._rows.pop(request.follows, None)
        if row is None:
            return None
        prompt = request.prompt_ids or []
        num_known = min(_num_common(row.ids, prompt), len(prompt) - 1)
        return Resumed(request, row, num_known) if num_known > 0 else None


def _last(states: Tensor, width: int) -> Tensor:
    return states[:, :, states.shape[2] - width :]


def _num_common(ids: list[int], others: list[int]) -> int:
    """Count the ids that two lists begin with alike."""
    if others[: len(ids)] == ids:
        return len(ids)
    return sum(1 for _ in takewhile(bool, map(eq, ids, others)))


def laid_out(resumed: Sequence[Resumed], num_more: int) -> tuple[Cache, Tensor]:
    """Return a cache of what is known of each, right-aligned, and bool `[rows, width]`: where that is."""
    width = max(one.num_known for one in resumed)
    of_block: dict[int, list[int]] = {}
    for place, one in enumerate(resumed):
        of_block.setdefault(id(one.row.block), []).append(place)
    taken = [_taken([resumed[place] for place in places], width) for places in of_block.values()]
    device = taken[0][0][0].device
    order = torch.tensor([place for places in of_block.values() for place in places], device=device).argsort()
    cache = new_cache(len(taken[0]), num_more=num_more)
    for layer, parts in zip(layers_of(cache), zip(*taken, strict=True), strict=True):
        keys, values = (torch.cat(part)[order] for part in zip(*parts, strict=True))
        layer.update(keys, values)
    known = torch.tensor([one.num_known for one in resumed], device=device)
    return cache, torch.arange(width, device=device) >= width - known[:, None]


def _taken(resumed: list[Resumed], width: int) -> list[tuple[Tensor, Tensor]]:
    """Take the known columns of rows out of their block, moved to the right end of `width` columns."""
    layers = resumed[0].row.block.layers
    keys = layers[0][0]
    places = torch.tensor([one.row.place for one in resumed], device=keys.device)
    # A row's ids end at the block's right end; the last known one moves to the right end of the width.
    moved = [keys.shape[2] - len(one.row.ids) + one.num_known - width for one in resumed]
    source = torch.tensor(moved, device=keys.device)[:, None] + torch.arange(width, device=keys.device)
    return [(_columns(k[places], source), _columns(v[places], source)) for k, v in layers]


def close_gaps(cache: Cache, known: Tensor, fresh: Tensor) -> Tensor:
    """Move what is known, bool `[rows, columns]`, up to what is new, `[rows, steps]`, behind its padding.

    Returns bool `[rows, columns + steps]`: where the cache then holds an id.
    """
    whole = torch.cat((known, fresh), 1)
    place = torch.arange(whole.shape[1], device=whole.device)
    gaps = (~fresh).sum(1, keepdim=True)
    source = torch.where(place >= known.shape[1] + gaps, place, place - gaps)
    for layer in layers_of(cache):
        keys, values = layer.filled()
        layer.keys, layer.values = _columns(keys, source), _columns(values, source)
    return place >= whole.shape[1] - whole.sum(1, keepdim=True)


def _columns(states: Tensor, source: Tensor) -> Tensor:
    """Return columns `source` `[rows, width]` of `[rows, heads, columns, head_dim]`; below 0, the first."""
    rows, heads, _, size = states.shape
    index = source.clamp(min=0)[:, None, :, None].expand(rows, heads, source.shape[1], size)
    return states.gather(2, index)

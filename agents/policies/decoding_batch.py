"""The rows that are decoded together: what is known of each, and how rows join and leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import append_rows, take_rows
from reasongym.agents.pieces import numbers
from reasongym.agents.policies.shared_prompts import SharedPrompts
from reasongym.episodes import Request


@dataclass(slots=True)
class Row:
    """A request in the batch and what was sampled for it."""

    request: Request
    length: int
    """Its ids in the cache: of the prompt, unless that is shared, and sampled ones but for the newest."""
    ids: list[int] = field(default_factory=list[int])
    logprobs: list[float] = field(default_factory=list[float])
    is_live: bool = True


@dataclass(slots=True)
class PerRow:
    """Device state with one entry a row."""

    newest: Tensor
    """Int64 `[rows]`: sampled and not yet in the cache."""
    lengths: Tensor
    """Int64 `[rows]`: ids before the newest; 0 for finished rows, lest they run out of positions."""
    counts: Tensor
    """Int64 `[rows]`: ids sampled."""
    noise_keys: Tensor
    temperatures: Tensor
    top_ps: Tensor
    top_ks: Tensor

    def keep(self, rows: Tensor) -> "PerRow":
        """Return the entries of `rows`."""
        return PerRow(*(getattr(self, one.name)[rows] for one in fields(self)))

    def append(self, other: "PerRow") -> "PerRow":
        """Return the entries of both."""
        return PerRow(
            *(torch.cat((getattr(self, one.name), getattr(other, one.name))) for one in fields(self))
        )


def state_of(requests: Sequence[Request], device: torch.device) -> PerRow:
    """Return the state of requests of which nothing is sampled yet."""
    exactly: Any = {"dtype": torch.float64, "device": device}
    nothing = torch.zeros(len(requests), dtype=torch.int64, device=device)
    return PerRow(
        newest=nothing,
        lengths=torch.tensor([len(request.prompt_ids or ()) for request in requests], device=device),
        counts=nothing,
        noise_keys=torch.tensor([_signed(request.noise_key) for request in requests], device=device),
        temperatures=torch.tensor([one.sampling.temperature for one in requests], **exactly),
        top_ps=torch.tensor([one.sampling.top_p for one in requests], **exactly),
        top_ks=torch.tensor([one.sampling.top_k for one in requests], device=device),
    )


def _signed(key: int) -> int:
    return key - 2**64 if key >= 2**63 else key


@dataclass(slots=True)
class Batch:
    """The rows and their state."""

    rows: list[Row]
    cache: Cache
    visible: Tensor
    """Bool `[rows, columns]`: which cache columns hold a token."""
    state: PerRow
    shared: SharedPrompts | None = None
    """Prompts that are not in the cache, because rows share them."""

    def grow(self) -> bool:
        """Make room for a token in every row; says whether all columns of live rows hold one."""
        self.visible = nn.functional.pad(self.visible, (0, 1), value=True)
        columns = self.visible.shape[1]
        for row in self.rows:
            row.length += 1
        return all(row.length == columns for row in self.rows if row.is_live)

    def append(self, arrived: "Batch") -> None:
        """Put the rows of another batch, whose prompts are not shared, below these."""
        self.unshare()
        width = max(self.visible.shape[1], arrived.visible.shape[1])
        padded = [nn.functional.pad(b.visible, (width - b.visible.shape[1], 0)) for b in (self, arrived)]
        append_rows(self.cache, arrived.cache)
        self.rows += arrived.rows
        self.visible = torch.cat(padded)
        self.state = self.state.append(arrived.state)

    def rest(self) -> None:
        """Leave finished rows where they are, at a position that every model has."""
        dead = [place for place, row in enumerate(self.rows) if not row.is_live]
        self.state.lengths[torch.tensor(dead, dtype=torch.int64, device=self.visible.device)] = 0

    def keep(self, places: list[int]) -> None:
        """Keep the rows at rising places alone, and no more columns than they need."""
        index = torch.tensor(places, device=self.visible.device)
        self.rows = [self.rows[place] for place in places]
        width = max(row.length for row in self.rows)
        take_rows(self.cache, index, width)
        self.visible = self.visible[index, self.visible.shape[1] - width :]
        self.state = self.state.keep(index)
        if self.shared is not None:
            self.shared = self.shared.keep(index)
            if not self.shared.pays():
                self.unshare()

    def unshare(self) -> None:
        """Put every row's prompt into the cache before its own columns."""
        if self.shared is None:
            return
        self.cache = self.shared.before(self.cache)
        prompts = self.shared.visible[self.shared.owner]
        self.visible = torch.cat((prompts, self.visible), 1)
        for row, length in zip(self.rows, numbers(prompts.sum(1)), strict=True):
            row.length += int(length)
        self.shared = None

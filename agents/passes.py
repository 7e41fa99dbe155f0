"""Passes without gradients: numbers of every sampled token of whole episodes, before anything is learned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from reasongym.agents.batch import MicroBatch, chunks, rows_of, tensors
from reasongym.agents.models import LoadedModel
from reasongym.agents.pieces import pieces
from reasongym.agents.played import Lesson

CPU_TOKENS, ACCELERATOR_TOKENS = 8_192, 65_536
"""Padded ids of a micro-batch: on a CPU an update of 34,816 took 0.87 of its time, cut so."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How rows are cut into micro-batches on a device."""

    max_tokens: int
    device: torch.device
    dtype: torch.dtype

    @classmethod
    def of(cls, loaded: LoadedModel, max_tokens: int) -> "Cut":
        """Cut for a model, at 0 as its device likes it; losses and log-probs have 32 bits at least."""
        suited = CPU_TOKENS if loaded.device.type == "cpu" else ACCELERATOR_TOKENS
        return cls(max_tokens or suited, loaded.device, torch.promote_types(loaded.dtype, torch.float32))


@torch.no_grad()
def read(
    lessons: Sequence[Lesson], cut: Cut, score: Callable[[MicroBatch], Tensor], *, shares_prompts: bool
) -> list[Tensor]:
    """Return for each lesson, left out or not, what `score` says `[N]` of its tokens: float64 `[n]`."""
    kept = [Lesson(one.episode, one.played, tokens=one.tokens) for one in lessons]
    found = [torch.zeros(one.played.num_tokens, dtype=torch.float64) for one in lessons]
    for chunk in chunks(
        rows_of(kept, "token-mean"), max_tokens=cut.max_tokens, shares_prompts=shares_prompts
    ):
        scores = score(tensors(chunk, cut.device, cut.dtype)).double().cpu()
        cut_up = pieces(scores, [sum(row.row.mask) for row in chunk])
        for row, piece in zip(chunk, cut_up, strict=True):
            found[row.episode][row.start : row.start + len(piece)] = piece
    return found

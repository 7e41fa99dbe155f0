"""From episodes and advantages to tensors: what is trained, with which weight.

Every sampled token carries a weight, its share of the loss's denominator, so that the loss is a plain sum
and its gradient does not depend on micro-batches, padding or order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from reasongym.episodes import Episode, TrainingRow, flatten

Aggregation: TypeAlias = Literal["token-mean", "sequence-mean"]
PASS_COST = {"cpu": 256}
"""Padded ids that cost about as much as one more pass over a model, measured at 1M parameters."""
ACCELERATOR_PASS_COST = 8192
"""The same where kernels are launched: tens of milliseconds, whatever their size."""


@dataclass(frozen=True, slots=True)
class WeightedRow:
    """A training row with the advantage and the weight of its sampled tokens."""

    row: TrainingRow
    advantage: float
    weight: float

    @property
    def prompt(self) -> tuple[int, ...]:
        """The ids before the first sampled one; rows with equal ones share its forward."""
        return tuple(self.row.ids[: self.row.prompt_length])

    @property
    def tail_length(self) -> int:
        """Ids from the first sampled one on."""
        return len(self.row.ids) - self.row.prompt_length


def weigh(
    episodes: Sequence[Episode], advantages: Sequence[float], aggregation: Aggregation
) -> list[WeightedRow]:
    """Lay episodes out as weighted rows.

    With N sampled tokens in E episodes, a token of an episode with n tokens weighs 1/N under `token-mean`
    (DAPO, arXiv 2503.14476, eq. 12) and 1/(n E) under `sequence-mean` (GRPO, arXiv 2402.03300, eq. 3). An
    episode counts once, however many rows it forks into; one without sampled tokens does not count.
    """
    laid = [(flatten(episode), advantage) for episode, advantage in zip(episodes, advantages, strict=True)]
    laid = [(rows, advantage) for rows, advantage in laid if rows]
    sizes = [sum(sum(row.mask) for row in rows) for rows, _ in laid]
    num_tokens = sum(sizes)
    return [
        WeightedRow(row, advantage, 1 / num_tokens if aggregation == "token-mean" else 1 / (size * len(laid)))
        for (rows, advantage), size in zip(laid, sizes, strict=True)
        for row in rows
    ]


class Span(NamedTuple):
    """Neighbouring rows of like length, run together over no more columns than they need."""

    rows: slice
    columns: int


def spans(lengths: Sequence[int], pass_cost: int) -> list[Span]:
    """Cut rows of rising length into spans, as long as a cut saves more padded ids than a pass costs.

    Lengths 1 1 1 1 9 9 are 54 padded ids in one span, and 4 + 18 when cut after the fourth row.
    """
    return [
        Span(slice(start, end), lengths[end - 1]) for start, end in _cuts(lengths, pass_cost, 0, len(lengths))
    ]


def _cuts(lengths: Sequence[int], pass_cost: int, start: int, end: int) -> list[tuple[int, int]]:
    saved, cut = max(
        ((place - start) * (lengths[end - 1] - lengths[place - 1]), place)
        for place in range(start + 1, end + 1)
    )
    if saved <= pass_cost:
        return [(start, end)]
    return _cuts(lengths, pass_cost, start, cut) + _cuts(lengths, pass_cost, cut, end)


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """Rows on the device: each distinct prompt once, each row's tail from its first sampled id on."""

    prompts: Tensor
    """Int64 `[prompts, width]`, padded on the right."""
    prompt_lengths: Tensor
    """Int64 `[prompts]`."""
    owners: Tensor
    """Int64 `[rows]`: the prompt of each row."""
    tails: Tensor
    """Int64 `[rows, columns]`, padded on the right."""
    mask: Tensor
    """Bool `[rows, columns]`: the sampled ids among the tails; N of them."""
    old_logprobs: Tensor
    """Float32 `[N]`, as are the next two; row by row in the mask's order."""
    advantages: Tensor
    weights: Tensor
    is_padded: bool
    """Whether prompts differ in length."""
    spans: list[Span]
    """Cover the rows, in order."""


def micro_batches(
    rows: Sequence[WeightedRow],
    *,
    max_tokens: int,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
    shares_prompts: bool = True,
) -> Iterator[MicroBatch]:
    """Cut rows into micro-batches of at most `max_tokens` padded ids, rows of like length together.

    Where prompts are not shared, each row counts with its own.
    """
    ordered = sorted(rows, key=lambda row: (row.tail_length, row.prompt))
    chunk: list[WeightedRow] = []
    prompts: set[tuple[int, ...]] = set()
    for row in ordered:
        seen = prompts | {row.prompt}
        num_prompts = len(seen) if shares_prompts else len(chunk) + 1
        padded = num_prompts * max(map(len, seen)) + (len(chunk) + 1) * row.tail_length
        if chunk and padded > max_tokens:
            yield _tensors(chunk, device, dtype)
            chunk, prompts = [], set()
        chunk.append(row)
        prompts.add(row.prompt)
    if chunk:
        yield _tensors(chunk, device, dtype)


def _tensors(rows: list[WeightedRow], device: torch.device, dtype: torch.dtype) -> MicroBatch:
    index: dict[tuple[int, ...], int] = {}
    owners = [index.setdefault(row.prompt, len(index)) for row in rows]
    width = max(map(len, index))
    columns = max(row.tail_length for row in rows)
    tails = [row.row.ids[row.row.prompt_length :] for row in rows]
    masks = [row.row.mask[row.row.prompt_length :] for row in rows]
    logprobs = [score for r in rows for score, on in zip(r.row.logprobs, r.row.mask, strict=True) if on]
    counts = torch.tensor([sum(mask) for mask in masks], device=device)
    return MicroBatch(
        prompts=torch.tensor([[*prompt, *[0] * (width - len(prompt))] for prompt in index], device=device),
        prompt_lengths=torch.tensor([len(prompt) for prompt in index], device=device),
        owners=torch.tensor(owners, device=device),
        tails=torch.tensor([tail + [0] * (columns - len(tail)) for tail in tails], device=device),
        mask=torch.tensor([mask + [False] * (columns - len(mask)) for mask in masks], device=device),
        old_logprobs=torch.tensor(logprobs, device=device, dtype=dtype),
        advantages=torch.tensor(
            [row.advantage for row in rows], device=device, dtype=dtype
        ).repeat_interleave(counts),
        weights=torch.tensor([row.weight for row in rows], device=device, dtype=dtype).repeat_interleave(
            counts
        ),
        is_padded=any(len(prompt) != width for prompt in index),
        spans=spans([row.tail_length for row in rows], PASS_COST.get(device.type, ACCELERATOR_PASS_COST)),
    )

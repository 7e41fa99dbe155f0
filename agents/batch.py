"""From episodes and advantages to tensors: what is trained, with which weight.

Every sampled token carries a weight, its share of the loss's denominator, so that the loss is a plain sum
and its gradient does not depend on micro-batches, padding or order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
from torch import Tensor

from reasongym.agents.aggregation import AGGREGATIONS, Sizes
from reasongym.agents.pieces import numbers
from reasongym.agents.played import Lesson, lesson
from reasongym.episodes import Episode, TrainingRow, flatten

PASS_COST = {"cpu": 256}
"""Padded ids that cost about as much as one more pass over a model, measured at 1M parameters."""
ACCELERATOR_PASS_COST = 8192
"""The same where kernels are launched: tens of milliseconds, whatever their size."""


@dataclass(frozen=True, slots=True)
class WeightedRow:
    """A training row with the advantage and the weight of its sampled tokens."""

    row: TrainingRow
    advantage: float | Sequence[float]
    """Of all its sampled tokens, or of each."""
    weight: float
    episode: int = 0
    """Place of its episode among the lessons."""
    start: int = 0
    """Sampled tokens of its episode in rows before it."""
    tokens: Mapping[str, Sequence[float]] = field(default_factory=dict[str, Sequence[float]])
    """Further numbers of each sampled token by name; `old` takes the place of the sampler's log-probs."""

    @property
    def prompt(self) -> tuple[int, ...]:
        """The ids before the first sampled one; rows with equal ones share its forward."""
        return tuple(self.row.ids[: self.row.prompt_length])

    @property
    def tail_length(self) -> int:
        """Ids from the first sampled one on."""
        return len(self.row.ids) - self.row.prompt_length


def weigh(
    episodes: Sequence[Episode], advantages: Sequence[float], aggregation: str, *, normaliser: int = 1
) -> list[WeightedRow]:
    """Lay episodes out as weighted rows, one advantage an episode (see `rows_of`)."""
    lessons = [
        replace(lesson(episode, episode.reward, episode.group), advantage=advantage)
        for episode, advantage in zip(episodes, advantages, strict=True)
    ]
    return rows_of(lessons, aggregation, normaliser=normaliser)


def rows_of(lessons: Sequence[Lesson], aggregation: str, *, normaliser: int = 1) -> list[WeightedRow]:
    """Lay lessons out as rows whose tokens weigh what an aggregation says.

    An episode counts once, however many rows it forks into; one without sampled tokens does not count, nor
    one whose advantage is None.
    """
    laid = [
        (place, one, flatten(one.episode)) for place, one in enumerate(lessons) if one.advantage is not None
    ]
    laid = [(place, one, rows) for place, one, rows in laid if rows]
    if not laid:
        return []
    tokens = [sum(sum(row.mask) for row in rows) for _, _, rows in laid]
    sizes = Sizes(tokens, [one.group for _, one, _ in laid], normaliser)
    weights = AGGREGATIONS[aggregation](sizes)
    return [
        row
        for (place, one, rows), weight in zip(laid, weights, strict=True)
        for row in _rows_of_one(one, rows, weight, place)
    ]


def _rows_of_one(
    one: Lesson, rows: Sequence[TrainingRow], weight: float, place: int
) -> Iterator[WeightedRow]:
    """Cut an episode's numbers by token at its rows; the tokens of a row follow those of the row before."""
    start = 0
    for row in rows:
        end = start + sum(row.mask)
        whole = one.advantage if one.advantage is not None else 0.0
        advantage = numbers(whole[start:end]) if isinstance(whole, Tensor) else whole
        further = {name: numbers(values[start:end]) for name, values in one.tokens.items()}
        yield WeightedRow(row, advantage, weight, place, start, further)
        start = end


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
    """Float32 `[N]`, as are all that follow; row by row in the mask's order."""
    sampler_logprobs: Tensor
    """The same as `old_logprobs`, unless the learner scored those anew."""
    advantages: Tensor
    weights: Tensor
    tokens: dict[str, Tensor]
    """Further numbers by name."""
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
    for chunk in chunks(rows, max_tokens=max_tokens, shares_prompts=shares_prompts):
        yield tensors(chunk, device, dtype)


def chunks(
    rows: Sequence[WeightedRow], *, max_tokens: int, shares_prompts: bool = True
) -> Iterator[list[WeightedRow]]:
    """Cut rows as `micro_batches` does, between prompts where that leaves them at least half full."""
    ordered = sorted(rows, key=lambda row: (row.tail_length, row.prompt))
    prompts = [row.prompt for row in ordered]
    last = {prompt: place for place, prompt in enumerate(prompts)}
    start = 0
    while start < len(ordered):
        seen, width, reach, between = set[tuple[int, ...]](), 0, 0, 0
        end = start
        for end in range(start, len(ordered)):
            prompt = prompts[end]
            seen.add(prompt)
            width, reach = max(width, len(prompt)), max(reach, last[prompt])
            num_rows = end - start + 1
            num_prompts = len(seen) if shares_prompts else num_rows
            padded = num_prompts * width + num_rows * ordered[end].tail_length
            if end > start and padded > max_tokens:
                end = between or end
                break
            if shares_prompts and reach == end and 2 * padded >= max_tokens:
                between = end + 1
        else:
            end = len(ordered)
        yield ordered[start:end]
        start = end


def tensors(rows: Sequence[WeightedRow], device: torch.device, dtype: torch.dtype) -> MicroBatch:
    """Put rows on the device as one micro-batch, in their order."""
    index: dict[tuple[int, ...], int] = {}
    owners = [index.setdefault(row.prompt, len(index)) for row in rows]
    width = max(map(len, index))
    columns = max(row.tail_length for row in rows)
    tails = [row.row.ids[row.row.prompt_length :] for row in rows]
    masks = [row.row.mask[row.row.prompt_length :] for row in rows]
    counts = [sum(mask) for mask in masks]
    sampler = [score for r in rows for score, on in zip(r.row.logprobs, r.row.mask, strict=True) if on]

    def per_token(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, device=device, dtype=dtype)

    further = {name: per_token([one for row in rows for one in row.tokens[name]]) for name in rows[0].tokens}
    sampled = per_token(sampler)
    return MicroBatch(
        prompts=torch.tensor([[*prompt, *[0] * (width - len(prompt))] for prompt in index], device=device),
        prompt_lengths=torch.tensor([len(prompt) for prompt in index], device=device),
        owners=torch.tensor(owners, device=device),
        tails=torch.tensor([tail + [0] * (columns - len(tail)) for tail in tails], device=device),
        mask=torch.tensor([mask + [False] * (columns - len(mask)) for mask in masks], device=device),
        old_logprobs=further.pop("old", sampled),
        sampler_logprobs=sampled,
        advantages=per_token(_spread([row.advantage for row in rows], counts)),
        weights=per_token(_spread([row.weight for row in rows], counts)),
        tokens=further,
        is_padded=any(len(prompt) != width for prompt in index),
        spans=spans([row.tail_length for row in rows], PASS_COST.get(device.type, ACCELERATOR_PASS_COST)),
    )


def _spread(given: Sequence[float | Sequence[float]], counts: Sequence[int]) -> list[float]:
    """Return the number of each token: its own, or its row's."""
    spread: list[float] = []
    for number, count in zip(given, counts, strict=True):
        spread.extend([number] * count if isinstance(number, int | float) else number)
    return spread

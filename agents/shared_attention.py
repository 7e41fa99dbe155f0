"""Attention of rows to their own columns and to a prompt that they share, each read once.

What a row attends to is cut into its prompt and its own columns. Both are attended to apart, all rows of a
prompt together, and joined by their log-sum-exps, which is the same as attending to both at once but for
rounding (Hydragen, Juravsky et al., arXiv 2402.05099). The gradient of either part is that of attention whose
output and log-sum-exps are the joined ones (as in ring attention, Liu et al., arXiv 2310.01889).

On CPUs, where torch's attention gives its log-sum-exps.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

MOST_EMPTY = 1.5
"""Places for rows, as a multiple of the rows, up to which attending by prompts is quicker."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows stand among as many places for every prompt, so that rows of a prompt are side by side."""

    num_prompts: int
    per_prompt: int
    of_rows: Tensor
    """Int64 `[rows]`."""
    are_rows: bool
    """Whether every row stands in its own place and none is empty."""

    @property
    def are_few(self) -> bool:
        """Whether not too many places are empty."""
        return self.num_prompts * self.per_prompt <= MOST_EMPTY * len(self.of_rows)

    def by_prompt(self, states: Tensor) -> Tensor:
        """Bring `[rows, heads, steps, ...]` to `[prompts, heads, places * steps, ...]`; empty ones are 0."""
        if not self.are_rows:
            empty = states.new_zeros(self.num_prompts * self.per_prompt, *states.shape[1:])
            states = empty.index_copy_(0, self.of_rows, states)
        heads, steps, *rest = states.shape[1:]
        laid = states.transpose(1, 2).reshape(self.num_prompts, self.per_prompt * steps, heads, *rest)
        return laid.transpose(1, 2)

    def by_row(self, states: Tensor) -> Tensor:
        """Undo `by_prompt`."""
        heads, all_steps, *rest = states.shape[1:]
        num_places, steps = self.num_prompts * self.per_prompt, all_steps // self.per_prompt
        laid = states.transpose(1, 2).reshape(num_places, steps, heads, *rest)
        rows = laid if self.are_rows else laid.index_select(0, self.of_rows)
        return rows.transpose(1, 2)


def places(owner: Tensor, num_prompts: int) -> Places:
    """Give rows places; `owner` `[rows]` names the prompt of each."""
    counts = owner.bincount(minlength=num_prompts)
    most, first = int(counts.max()), counts.cumsum(0) - counts
    order = owner.argsort(stable=True)
    rows = torch.arange(len(owner), device=owner.device)
    by_prompt = owner[order]
    of_rows = torch.empty_like(order).index_copy_(0, order, by_prompt * most + rows - first[by_prompt])
    return Places(num_prompts, most, of_rows, len(rows) == num_prompts * most and torch.equal(of_rows, rows))


@dataclass(frozen=True, slots=True)
class Prompts:
    """One layer's keys and values of prompts, `[prompts, key heads, width, head_dim]`."""

    keys: Tensor
    values: Tensor
    mask: Tensor | None
    """Additive `[prompts, 1, 1, width]`; None where nothing is padding."""


def attend(
    queries: Tensor,
    own: tuple[Tensor, Tensor],
    prompts: Prompts,
    places: Places,
    *,
    scale: float,
    own_mask: Tensor | None = None,
    is_causal: bool = False,
) -> Tensor:
    """Attend to the prompts and to own columns.

    queries `[rows, heads, steps, head_dim]`, own keys and values `[rows, key heads, columns, head_dim]`,
    their mask additive `[rows, 1, 1, columns]`. Returns what is mixed, in the shape of the queries.
    """
    to_prompts, to_own = _Flash(scale, prompts.mask), _Flash(scale, own_mask, is_causal)
    every = (*own, prompts.keys, prompts.values, places, to_prompts, to_own)
    if torch.is_grad_enabled():
        attention: Any = _Attention
        return attention.apply(queries, *every)
    return _joined(queries, *every)[0]


@dataclass(frozen=True, slots=True)
class _Flash:
    """Torch's attention on CPUs, of queries, keys and values `[batch, heads, steps, head_dim]`."""

    scale: float
    mask: Tensor | None
    is_causal: bool = False

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return what is mixed, and log-sum-exps `[batch, heads, steps]`."""
        operation: Any = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
        return operation(queries, keys, values, 0.0, self.is_causal, attn_mask=self.mask, scale=self.scale)

    def backward(self, gradient: Tensor, *kept: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the gradients of queries, keys and values, from those, what was mixed and log-sum-exps."""
        operation: Any = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward
        return operation(gradient, *kept, 0.0, self.is_causal, attn_mask=self.mask, scale=self.scale)


def _joined(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    prompt_keys: Tensor,
    prompt_values: Tensor,
    places: Places,
    to_prompts: _Flash,
    to_own: _Flash,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what is mixed of both parts, and the log-sum-exps of the prompts and of own columns."""
    mixed, weights = map(
        places.by_row, to_prompts.forward(places.by_prompt(queries), prompt_keys, prompt_values)
    )
    own, own_weights = to_own.forward(queries, keys, values)
    return own.lerp_(mixed, (weights - own_weights).sigmoid_()[..., None]), weights, own_weights


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        *tensors, ctx.places, ctx.to_prompts, ctx.to_own = inputs
        joined, weights, own_weights = _joined(*inputs)
        every = torch.logaddexp(weights, own_weights)
        ctx.save_for_backward(*tensors, joined, every)
        return joined

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, *grad_outputs: Tensor
    ) -> tuple[Tensor | None, ...]:
        (gradient,) = grad_outputs
        queries, keys, values, prompt_keys, prompt_values, joined, every = ctx.saved_tensors
        by_prompt = ctx.places.by_prompt
        at_prompts = ctx.to_prompts.backward(
            by_prompt(gradient),
            by_prompt(queries),
            prompt_keys,
            prompt_values,
            by_prompt(joined),
            by_prompt(every),
        )
        own = ctx.to_own.backward(gradient, queries, keys, values, joined, every)
        return own[0].add_(ctx.places.by_row(at_prompts[0])), *own[1:], *at_prompts[1:], None, None, None

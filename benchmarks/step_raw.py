"""One GRPO step as a plain loop over torch: what the race's mathematics costs without a framework.

Each prompt runs once and its keys and values are repeated for the group, caches are written in place,
finished rows leave the batch, the sampler's log-probs serve as the old ones, and only ids that were sampled
are projected on the vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax, scaled_dot_product_attention

from benchmarks.step_course import (
    CLIP,
    EOS_ID,
    LEARNING_RATE,
    MAX_GRAD_NORM,
    Clock,
    Course,
    Tally,
    make_model,
    make_tokenizer,
    prompts,
    reward,
)


class Drawn(NamedTuple):
    """What was sampled: `[rows, columns]`, padded on the right where the mask is False."""

    ids: Tensor
    logprobs: Tensor
    mask: Tensor


def raw(course: Course, steps: int, clock: Clock, tally: Tally) -> None:
    """Run the steps."""
    model, tokenizer = make_model(is_ragged=course.is_ragged), make_tokenizer()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=0.0)
    texts = prompts(course.num_groups * steps, are_long=course.has_long_prompts)
    owners = torch.arange(course.num_groups).repeat_interleave(course.group_size)  # [rows]
    sample, loss_of = clock.timed(_sample, "rollout"), clock.timed(_loss, "forward")
    clock.mark()
    for step in range(steps):
        chosen = texts[step * course.num_groups : (step + 1) * course.num_groups]
        encoded: Any = tokenizer(chosen, padding=True, padding_side="left", return_tensors="pt")
        ids, visible = encoded["input_ids"], encoded["attention_mask"].bool()
        drawn: Drawn = sample(model, ids, visible, owners, course.new_tokens)
        sampled = [row[mask] for row, mask in zip(drawn.ids, drawn.mask, strict=True)]
        rewards = [reward(text) for text in tokenizer.batch_decode(sampled, skip_special_tokens=True)]
        tally.note(rewards, int(drawn.mask.sum()))
        loss = loss_of(model, ids[owners], visible[owners], drawn, _advantages(rewards, course))
        clock.timed(loss.backward, "backward")()
        nn.utils.clip_grad_norm_(trained, MAX_GRAD_NORM)
        optimizer.step()
        optimizer.zero_grad()
        clock.mark()


def _advantages(rewards: Sequence[float], course: Course) -> Tensor:
    grouped = torch.tensor(rewards).view(course.num_groups, course.group_size)
    centred = grouped - grouped.mean(1, keepdim=True)
    return (centred / (grouped.std(1, keepdim=True) + 1e-4)).view(-1, 1)  # [rows, 1]


def _loss(model: Any, prompt_ids: Tensor, visible: Tensor, drawn: Drawn, advantages: Tensor) -> Tensor:
    seen = torch.cat((visible, torch.ones_like(drawn.mask)), 1)
    hidden = model.model(
        input_ids=torch.cat((prompt_ids, drawn.ids), 1),
        attention_mask=seen.long(),
        position_ids=(seen.long().cumsum(1) - 1).clamp(min=0),
        use_cache=False,
    ).last_hidden_state[:, prompt_ids.shape[1] - 1 : -1]
    logits = model.lm_head(hidden[drawn.mask])  # [tokens, vocabulary]
    logprobs = -nn.functional.cross_entropy(logits, drawn.ids[drawn.mask], reduction="none")
    ratio = (logprobs - drawn.logprobs[drawn.mask]).exp()
    gains = advantages.expand(drawn.mask.shape)[drawn.mask]
    return -(ratio * gains).minimum(ratio.clamp(1 - CLIP, 1 + CLIP) * gains).sum() / len(gains)


@torch.no_grad()
def _sample(model: Any, prompt_ids: Tensor, visible: Tensor, owners: Tensor, new_tokens: int) -> Drawn:
    width = prompt_ids.shape[1]
    cache = _Cache.sized(model.config, len(owners), width + new_tokens)
    shape = (len(owners), new_tokens)
    drawn = Drawn(
        torch.zeros(shape, dtype=torch.long), torch.zeros(shape), torch.zeros(shape, dtype=torch.bool)
    )
    rows = torch.arange(len(owners))
    seen = torch.cat((visible[owners], drawn.mask | True), 1)
    lengths = visible.sum(1)[owners]
    positions = (visible.long().cumsum(1) - 1).clamp(min=0)
    itself = torch.eye(width, dtype=torch.bool)
    causal = (torch.ones(width, width).bool().tril() & visible[:, None]) | itself  # [groups, width, width]
    hidden = _forward(model, prompt_ids, positions, causal[:, None], cache, owners)[owners]
    for column in range(new_tokens):
        scores = log_softmax(model.lm_head(hidden), -1)
        tokens = scores.exp().multinomial(1)  # [rows, 1]
        drawn.ids[rows, column] = tokens[:, 0]
        drawn.logprobs[rows, column] = scores.gather(1, tokens)[:, 0]
        drawn.mask[rows, column] = True
        alive = (tokens[:, 0] != EOS_ID).nonzero()[:, 0]
        if not len(alive) or column == new_tokens - 1:
            break
        if len(alive) < len(rows):
            rows, tokens, seen, lengths = rows[alive], tokens[alive], seen[alive], lengths[alive]
            cache.keep(alive)
        mask = seen[:, None, None, : width + column + 1]
        hidden = _forward(model, tokens, lengths[:, None] + column, mask, cache)
    columns = int(drawn.mask.sum(1).max())
    return Drawn(drawn.ids[:, :columns], drawn.logprobs[:, :columns], drawn.mask[:, :columns])


@dataclass
class _Cache:
    """Keys and values of all layers, `[rows, heads, columns, head_dim]` each, written up to `length`."""

    layers: list[tuple[Tensor, Tensor]]
    length: int = 0

    @classmethod
    def sized(cls, config: Any, rows: int, columns: int) -> "_Cache":
        head_dim = config.hidden_size // config.num_attention_heads
        shape = (rows, config.num_key_value_heads, columns, head_dim)
        return cls([(torch.zeros(shape), torch.zeros(shape)) for _ in range(config.num_hidden_layers)])

    def keep(self, rows: Tensor) -> None:
        self.layers = [(keys[rows], values[rows]) for keys, values in self.layers]


def _forward(
    model: Any, ids: Tensor, positions: Tensor, mask: Tensor, cache: _Cache, owners: Tensor | None = None
) -> Tensor:
    """Run Qwen2 on ids `[rows, new]`, append to the cache; returns the last hidden state `[rows, hidden]`.

    Owners `[cached rows]` say whose keys and values are whose, where rows are prompts.
    """
    body, start, end = model.model, cache.length, cache.length + ids.shape[1]
    hidden = body.embed_tokens(ids)
    cos, sin = (table[:, None] for table in body.rotary_emb(hidden, positions))  # [rows, 1, new, head_dim]
    for layer, (all_keys, all_values) in zip(body.layers, cache.layers, strict=True):
        attention, normed = layer.self_attn, layer.input_layernorm(hidden)
        shape = (*ids.shape, -1, attention.head_dim)
        queries = _rotated(attention.q_proj(normed).view(shape).transpose(1, 2), cos, sin)
        keys = _rotated(attention.k_proj(normed).view(shape).transpose(1, 2), cos, sin)
        values = attention.v_proj(normed).view(shape).transpose(1, 2)
        if owners is not None:
            all_keys[:, :, :end], all_values[:, :, :end] = keys[owners], values[owners]
        else:
            all_keys[:, :, start:end], all_values[:, :, start:end] = keys, values
            keys, values = all_keys[:, :, :end], all_values[:, :, :end]
        mixed = scaled_dot_product_attention(queries, keys, values, attn_mask=mask, enable_gqa=True)
        hidden = hidden + attention.o_proj(mixed.transpose(1, 2).flatten(2))
        hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
    cache.length = end
    return body.norm(hidden[:, -1])


def _rotated(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn `[rows, heads, new, head_dim]` by its positions (rotary embedding, arXiv 2104.09864)."""
    first, second = states.chunk(2, -1)
    return states * cos + torch.cat((-second, first), -1) * sin

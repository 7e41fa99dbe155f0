"""One more token for every row, by a model's own weights, in fewer steps than its modules take.

Decoding a small model on a CPU is bound by the number of operations, not by what they compute: a layer of
Hugging Face's takes some sixty for one token. For layers of the family of Llama (RMS norms, rotary
embeddings, gated feed-forward) a tick takes twenty-five. Projections are the model's own modules, so nothing
is stale after an update and adapters put in later count. Before its first use on a model a tick is compared
with the model's forward.

Float32 alone: in float64 Hugging Face's norms round to float32, and what is exact would differ from them.
"""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import rms_norm, scaled_dot_product_attention
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import RoomyLayer, layers_of, new_cache
from reasongym.agents.models import LoadedModel

FAMILIES = ("LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM")
TOLERANCE = 1e-4
"""Largest difference of a log-prob between a tick and the model's forward in float32."""
PROBE_IDS, PROBE_ROWS = 7, 3


def tick_of(loaded: LoadedModel) -> "Tick | None":
    """Return a model's tick; None where its layers are of another kind, are wrapped, or disagree with it."""
    names_tick = type(loaded.model).__name__ in FAMILIES and loaded.takes_4d_masks
    if not names_tick or loaded.device.type != "cpu" or loaded.dtype != torch.float32:
        return None
    if any(type(module) is not nn.Linear for module in _projections(loaded.model)):  # adapters
        return None
    tick = Tick(loaded.model)
    return tick if _agrees(tick, loaded) else None


def _projections(model: Any) -> list[nn.Module]:
    layers = model.model.layers
    attention = [getattr(layer.self_attn, f"{name}_proj") for layer in layers for name in "qkvo"]
    return attention + [
        getattr(layer.mlp, f"{name}_proj") for layer in layers for name in ("gate", "up", "down")
    ]


@dataclass(frozen=True, slots=True)
class Tick:
    """A model of the family, run by its projections alone."""

    model: Any

    def __call__(self, newest: Tensor, positions: Tensor, mask: Tensor | None, cache: Cache) -> Tensor:
        """Put ids `[rows]` at positions `[rows]` into the cache; returns logits `[rows, vocabulary]`.

        `mask` is `[rows, 1, 1, columns]`, bool or additive: which columns hold a token, the new one's among them.
        """
        body = self.model.model
        hidden = body.embed_tokens(newest)  # [rows, hidden]
        cos, sin = cast(
            tuple[Tensor, Tensor], body.rotary_emb(hidden, positions[:, None])
        )  # [rows, 1, head_dim]
        low, high = sin.chunk(2, -1)
        turn = (cos, torch.cat((-low, high), -1))
        for layer, kept in zip(body.layers, layers_of(cache), strict=True):
            hidden = hidden + _attended(
                layer.self_attn, _normed(layer.input_layernorm, hidden), turn, mask, kept
            )
            hidden = hidden + _fed_forward(layer.mlp, _normed(layer.post_attention_layernorm, hidden))
        return self.model.lm_head(_normed(body.norm, hidden))


def _normed(norm: Any, states: Tensor) -> Tensor:
    return rms_norm(states, norm.weight.shape, norm.weight, norm.variance_epsilon)


def _attended(
    attention: Any, states: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor | None, kept: RoomyLayer
) -> Tensor:
    """Attend from one token a row to all columns; the query heads of a group are rows of one product."""
    queries, keys, values = (
        one(states).view(len(states), -1, attention.head_dim)
        for one in (attention.q_proj, attention.k_proj, attention.v_proj)
    )  # [rows, heads, head_dim]
    if hasattr(attention, "q_norm"):
        queries, keys = _normed(attention.q_norm, queries), _normed(attention.k_norm, keys)
    turned = _turned(torch.cat((queries, keys), 1), turn)
    num_heads, head_dim = queries.shape[1:]
    every_key, every_value = kept.update(turned[:, num_heads:, None], values.unsqueeze(2))
    shape = (len(states), every_key.shape[1], -1, head_dim)
    grouped = turned[:, :num_heads].reshape(shape)  # [rows, key heads, group, head_dim]
    mixed = scaled_dot_product_attention(
        grouped, every_key, every_value, attn_mask=mask, scale=attention.scaling
    )
    return attention.o_proj(mixed.flatten(1))


def _turned(states: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn `[rows, heads, head_dim]` by its row's position (rotary embedding, arXiv 2104.09864)."""
    cos, signed_sin = turn
    return (states * cos).addcmul_(states.roll(states.shape[-1] // 2, -1), signed_sin)


def _fed_forward(mlp: Any, states: Tensor) -> Tensor:
    return mlp.down_proj(mlp.act_fn(mlp.gate_proj(states)) * mlp.up_proj(states))


@torch.no_grad()
def _agrees(tick: Tick, loaded: LoadedModel) -> bool:
    """Compare a tick after a padded prefill with the model's forward of the same token."""
    vocabulary = loaded.config.vocab_size
    ids = torch.arange(PROBE_ROWS * PROBE_IDS).mul(31).remainder(vocabulary).view(PROBE_ROWS, PROBE_IDS)
    columns = torch.arange(PROBE_IDS)
    starts = torch.arange(PROBE_ROWS)[:, None]  # rows are padded by 0, 1, ... ids on the left
    visible = columns >= starts
    causal = (columns[:, None] >= columns) & visible[:, None] | (columns[:, None] == columns)
    positions = (columns - starts).clamp(min=0)
    newest, seen = ids[:, 0], nn.functional.pad(visible, (0, 1), value=True)[:, None, None]
    logits: list[Tensor] = []
    for is_tick in (True, False):
        cache = new_cache(loaded.config.num_hidden_layers, num_more=1)
        common: Any = {"past_key_values": cache, "use_cache": True, "logits_to_keep": 1}
        loaded.model(input_ids=ids, attention_mask=causal[:, None], position_ids=positions, **common)
        place = positions[:, -1] + 1
        if is_tick:
            logits.append(tick(newest, place, seen, cache))
        else:
            output = loaded.model(
                input_ids=newest[:, None], attention_mask=seen, position_ids=place[:, None], **common
            )
            logits.append(output.logits[:, -1])
    difference = float((logits[0].log_softmax(-1) - logits[1].log_softmax(-1)).abs().max())
    return difference <= TOLERANCE

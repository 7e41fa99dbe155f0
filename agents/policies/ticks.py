"""One more token for every row, by a model's own weights, in fewer steps than its modules take.

Decoding a small model on a CPU is bound by the number of operations, not by what they compute: a layer of
Hugging Face's takes some sixty for one token. For layers of the family of Llama (RMS norms, rotary
embeddings, gated feed-forward) a tick takes twenty-five. Projections are the model's own modules, so nothing
is stale after an update and adapters put in later count. Before its first use on a model a tick is compared
with the model's forward.

Float32 alone: in float64 Hugging Face's norms round to float32, and what is exact would differ from them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import rms_norm, scaled_dot_product_attention
from transformers.cache_utils import Cache

from reasongym.agents.kv_cache import RoomyLayer, layers_of, new_cache, take_rows
from reasongym.agents.masks import additive
from reasongym.agents.models import LoadedModel
from reasongym.agents.policies.shared_prompts import SharedPrompts, shared

FAMILIES = ("LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM")
TOLERANCE = 1e-4
"""Largest difference of a log-prob between a tick and the model's forward in float32."""
PROBE_IDS, PROBE_ROWS = 7, 3

_Attention: TypeAlias = Callable[[Tensor, Tensor, Tensor, float], Tensor]
"""From queries, keys, values and a scale to what is mixed."""


def tick_of(loaded: LoadedModel) -> "Tick | None":
    """Return a model's tick; None where its layers are of another kind, are wrapped, or disagree with it."""
    names_tick = type(loaded.model).__name__ in FAMILIES and loaded.takes_4d_masks
    if not names_tick or loaded.device.type != "cpu" or loaded.dtype != torch.float32:
        return None
    if any(type(module) is not nn.Linear for module in _projections(loaded.model)):  # adapters
        return None
    tick, probe = Tick(loaded.model), _probe(loaded)
    with torch.no_grad():
        if not probe.differs(tick, is_shared=False) <= TOLERANCE:
            return None
        try:
            shares = probe.differs(tick, is_shared=True) <= TOLERANCE
        except (AttributeError, RuntimeError, TypeError):  # this torch has no such operation
            shares = False
    return replace(tick, shares=shares)


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
    shares: bool = False
    """Whether it was seen to give the same where rows share prompts."""

    def __call__(
        self,
        newest: Tensor,
        positions: Tensor,
        mask: Tensor | None,
        cache: Cache,
        prompts: SharedPrompts | None = None,
    ) -> Tensor:
        """Put ids `[rows]` at positions `[rows]` into the cache; returns logits `[rows, vocabulary]`.

        `mask` is additive `[rows, 1, 1, columns]`: which columns hold a token, the new one's among them.
        Where `prompts` are given, the cache has what follows them.
        """
        body = self.model.model
        hidden = body.embed_tokens(newest)  # [rows, hidden]
        cos, sin = cast(
            tuple[Tensor, Tensor], body.rotary_emb(hidden, positions[:, None])
        )  # [rows, 1, head_dim]
        low, high = sin.chunk(2, -1)
        turn = (cos, torch.cat((-low, high), -1))
        for place, (layer, kept) in enumerate(zip(body.layers, layers_of(cache), strict=True)):
            normed, attend = _normed(layer.input_layernorm, hidden), _attention(prompts, place, mask)
            hidden = hidden + _attended(layer.self_attn, normed, turn, kept, attend)
            hidden = hidden + _fed_forward(layer.mlp, _normed(layer.post_attention_layernorm, hidden))
        return self.model.lm_head(_normed(body.norm, hidden))


def _normed(norm: Any, states: Tensor) -> Tensor:
    return rms_norm(states, norm.weight.shape, norm.weight, norm.variance_epsilon)


def _attention(prompts: SharedPrompts | None, place: int, mask: Tensor | None) -> _Attention:
    """Return how layer `place` attends, from queries, keys, values and a scale."""
    if prompts is None:
        return lambda queries, keys, values, scale: scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, scale=scale
        )
    return lambda queries, keys, values, scale: prompts.attended(place, queries, (keys, values), mask, scale)


def _attended(
    attention: Any, states: Tensor, turn: tuple[Tensor, Tensor], kept: RoomyLayer, attend: _Attention
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
    return attention.o_proj(attend(grouped, every_key, every_value, attention.scaling).flatten(1))


def _turned(states: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn `[rows, heads, head_dim]` by its row's position (rotary embedding, arXiv 2104.09864)."""
    cos, signed_sin = turn
    return (states * cos).addcmul_(states.roll(states.shape[-1] // 2, -1), signed_sin)


def _fed_forward(mlp: Any, states: Tensor) -> Tensor:
    return mlp.down_proj(mlp.act_fn(mlp.gate_proj(states)) * mlp.up_proj(states))


@dataclass(frozen=True, slots=True)
class _Probe:
    """Prompts padded by 0, 1, ... ids on the left; rows that share them are decoded one token further."""

    loaded: LoadedModel
    ids: Tensor
    visible: Tensor
    owner: Tensor

    def differs(self, tick: Tick, *, is_shared: bool) -> float:
        """Return the largest difference of a log-prob between a tick and the model's forward."""
        return float((self._ticked(tick, is_shared) - self._forward()).abs().max())

    def _ticked(self, tick: Tick, is_shared: bool) -> Tensor:
        cache, prompts = self._prefilled(), None
        visible = self.visible[self.owner]
        if is_shared:
            prompts = shared(cache, self.visible, self.owner)
            cache, visible = new_cache(len(prompts.layers), num_more=1), visible[:, :0]
        else:
            take_rows(cache, self.owner, visible.shape[1])
        visible = nn.functional.pad(visible, (0, 1), value=True)[:, None, None]
        newest, position = self._newest()
        return tick(newest, position, additive(visible, torch.float32), cache, prompts).log_softmax(-1)

    def _forward(self) -> Tensor:
        cache = self._prefilled()
        take_rows(cache, self.owner, self.visible.shape[1])
        visible = nn.functional.pad(self.visible[self.owner], (0, 1), value=True)[:, None, None]
        newest, position = self._newest()
        return self._run(newest[:, None], visible, position[:, None], cache)

    def _newest(self) -> tuple[Tensor, Tensor]:
        """Return an id for every row, and its position."""
        rows = torch.arange(len(self.owner))
        return self.ids[self.owner, rows % self.ids.shape[1]], self.visible.sum(1)[self.owner]

    def _prefilled(self) -> Cache:
        columns = torch.arange(self.ids.shape[1])
        causal = (columns[:, None] >= columns) & self.visible[:, None] | (columns[:, None] == columns)
        cache = new_cache(self.loaded.config.num_hidden_layers, num_more=1)
        self._run(self.ids, causal[:, None], (self.visible.cumsum(1) - 1).clamp(min=0), cache)
        return cache

    def _run(self, ids: Tensor, mask: Tensor, positions: Tensor, cache: Cache) -> Tensor:
        output = self.loaded.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1].log_softmax(-1)


def _probe(loaded: LoadedModel) -> _Probe:
    num = PROBE_ROWS * PROBE_IDS
    ids = torch.arange(num).mul(31).remainder(loaded.config.vocab_size).view(PROBE_ROWS, PROBE_IDS)
    visible = torch.arange(PROBE_IDS) >= torch.arange(PROBE_ROWS)[:, None]
    return _Probe(loaded, ids, visible, torch.tensor([0, 0, 1, 2, 2]))

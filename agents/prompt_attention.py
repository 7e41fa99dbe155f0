"""Lets a Hugging Face model attend by `shared_attention` while it runs rows behind shared prompts."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from reasongym.agents.models import LoadedModel
from reasongym.agents.shared_attention import Places, Prompts, attend

NAME = "reasongym_shared_prompts"
DTYPES = (torch.float32, torch.float64)


@dataclass(frozen=True, slots=True)
class PromptsOfLayers:
    """Prompts as every layer keeps them, and the places of the rows that share them."""

    layers: list[Prompts]
    places: Places


def may_attend_apart(loaded: LoadedModel) -> bool:
    """Say whether this is worth a try: where torch gives what it takes, and nothing is dropped out."""
    drops: bool = getattr(loaded.config, "attention_dropout", 0.0) != 0.0
    return loaded.takes_4d_masks and loaded.device.type == "cpu" and loaded.dtype in DTYPES and not drops


@contextmanager
def attending(loaded: LoadedModel) -> Generator[None]:
    """Have the model's layers attend so; their forward must be given `prompts`."""
    model: Any = loaded.model
    config = model.base_model.config
    before = config._attn_implementation
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    prompts: PromptsOfLayers,
    scaling: float | None = None,
    softcap: float | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Attend as transformers asks an implementation to; raises NotImplementedError for capped scores."""
    if softcap is not None:
        raise NotImplementedError("scores are capped")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    place: int = module.layer_idx
    layer = prompts.layers[place]
    mixed = attend(query, (key, value), layer, prompts.places, scale=scale, is_causal=True)
    return mixed.transpose(1, 2).contiguous(), None


ALL_ATTENTION_FUNCTIONS.register(NAME, _attention)

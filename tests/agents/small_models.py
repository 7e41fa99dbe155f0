"""Stock Hugging Face models of every kind of attention, small and random, with a tokenizer made here."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    CohereConfig,
    FalconConfig,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    GraniteConfig,
    LlamaConfig,
    MistralConfig,
    OPTConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

from reasongym import registry
from reasongym.agents.lora import adapter_weights, add_adapters
from reasongym.agents.models import LoadedModel
from reasongym.episodes import Request, Sampling

VOCABULARY = 48
CONTEXT = 64
EOS = 1
WINDOW = 5
IDS: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "bos_token_id": None,
    "eos_token_id": EOS,
    "pad_token_id": 0,
}
SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": CONTEXT,
}
GROUPED: dict[str, Any] = SIZES | {"num_key_value_heads": 2, "head_dim": 8}
GPT2_SIZES: dict[str, Any] = {
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": CONTEXT,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
}


@dataclass(frozen=True)
class Kind:
    """A model class and what is special about it."""

    config: Callable[[], Any]
    shares_prompts: bool = True
    """Whether the scorer may share prompts on it."""
    is_eager: bool = False
    """Eager attention takes its softmax in float32, whatever the weights are in."""


KINDS = {
    "llama": Kind(lambda: LlamaConfig(**IDS, **SIZES)),
    "qwen2, tied, grouped": Kind(
        lambda: Qwen2Config(**IDS, **SIZES, num_key_value_heads=2, tie_word_embeddings=True)
    ),
    "qwen3": Kind(lambda: Qwen3Config(**IDS, **GROUPED)),
    "gpt2, absolute positions": Kind(lambda: GPT2Config(**IDS, **GPT2_SIZES)),
    "gpt-neox": Kind(lambda: GPTNeoXConfig(**IDS, **SIZES)),
    "opt": Kind(
        lambda: OPTConfig(
            **IDS,
            hidden_size=32,
            word_embed_proj_dim=32,
            ffn_dim=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=CONTEXT,
            dropout=0.0,
        )
    ),
    "mistral, windows": Kind(
        lambda: MistralConfig(**IDS, **GROUPED, sliding_window=WINDOW), shares_prompts=False
    ),
    "gemma3, windows": Kind(
        lambda: Gemma3TextConfig(
            **IDS,
            **GROUPED,
            sliding_window=WINDOW,
            layer_types=["sliding_attention", "full_attention"],
            query_pre_attn_scalar=8,
        ),
        shares_prompts=False,
    ),
    "gemma2, windows, caps, eager": Kind(
        lambda: Gemma2Config(**IDS, **GROUPED, sliding_window=WINDOW, query_pre_attn_scalar=8),
        shares_prompts=False,
        is_eager=True,
    ),
    "granite, scaled logits": Kind(
        lambda: GraniteConfig(**IDS, **SIZES, num_key_value_heads=2, logits_scaling=2.0), shares_prompts=False
    ),
    "cohere, scaled logits": Kind(
        lambda: CohereConfig(**IDS, **SIZES, num_key_value_heads=2, logit_scale=0.5), shares_prompts=False
    ),
    "bloom, alibi, eager": Kind(
        lambda: BloomConfig(
            **IDS, hidden_size=32, n_layer=2, n_head=4, hidden_dropout=0.0, attention_dropout=0.0
        ),
        is_eager=True,
    ),
    "falcon, alibi": Kind(
        lambda: FalconConfig(**IDS, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, alibi=True)
    ),
}


def small(kind: str, dtype: torch.dtype = torch.float64, device: str = "cpu", seed: int = 0) -> LoadedModel:
    """Make a model with weights large enough that its distributions are neither flat nor certain."""
    config = KINDS[kind].config()
    model: Any = cast(Any, AutoModelForCausalLM).from_config(config)
    return LoadedModel(with_random_weights(model, seed).to(device=device, dtype=dtype), byte_tokenizer())


def adapted(
    kind: str, dtype: torch.dtype = torch.float32, *, targets: tuple[str, ...] = ("all-linear",)
) -> LoadedModel:
    """Make a small model with adapters that have learned something."""
    loaded = small(kind, dtype)
    add_adapters(loaded, rank=3, alpha=8.0, targets=targets, seed=0)
    generator = torch.Generator().manual_seed(1)
    for weight in adapter_weights(loaded.model).values():
        weight.normal_(std=0.1, generator=generator)
    return loaded


def with_random_weights(model: nn.Module, seed: int, std: float = 0.15) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=std, generator=generator)
    return model.eval()


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """Make a tokenizer of single bytes, too few for all of them, that decodes multi-byte characters."""
    pieces = ["<pad>", "<eos>", *dict.fromkeys(_byte_symbols("é漢🙂abcdefghijklmnopqrstuvwxyz 0123456789"))]
    assert len(pieces) >= VOCABULARY
    ids = {piece: place for place, piece in enumerate(pieces[:VOCABULARY])}
    tokenizer: Any = Tokenizer(models.BPE(ids, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")


def _byte_symbols(text: str) -> list[str]:
    """Return the characters by which byte-level tokenizers write the bytes of a text."""
    split: Any = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str
    return [symbol for word, _ in split(text) for symbol in word]


SESSION = registry.get("reasongym/Countdown-v0").begin(
    registry.get("reasongym/Countdown-v0").problem(registry.get("reasongym/Countdown-v0").row(0))
)


def request(place: int, prompt_ids: list[int], sampling: Sampling) -> Request:
    """Ask for a completion whose noise depends on its place alone."""
    return Request(place, (), prompt_ids, sampling, random.Random(place).getrandbits(64), SESSION)


def plain_logits(loaded: LoadedModel, ids: list[int]) -> Tensor:
    """Return logits `[ids, vocabulary]` of one forward over nothing but these ids."""
    with torch.no_grad():
        model: Any = loaded.model
        output = model(input_ids=torch.tensor([ids], device=loaded.device), use_cache=False)
    return cast(Tensor, output.logits)[0]

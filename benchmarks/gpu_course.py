"""What is run on the device: stock shapes of random weights, prompts, a reward, and batches."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM, Qwen2Config, Qwen3Config

from benchmarks.step_course import EOS_ID, PAD_ID, Digits, make_tokenizer
from reasongym.agents import config
from reasongym.agents.models import LoadedModel
from reasongym.core import Data, Verdict

QWEN_VOCABULARY = 151_936
CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a Qwen2 or a Qwen3 whose head is tied to its embeddings."""

    family: Literal["qwen2", "qwen3"]
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int = QWEN_VOCABULARY


SMALL2 = Shape("qwen2", 512, 1536, 12, 8, 4, 64)
SMALL3 = Shape("qwen3", 512, 1536, 12, 8, 4, 64)
TINY2 = Shape("qwen2", 64, 128, 2, 4, 2, 16, vocabulary=512)
TINY3 = Shape("qwen3", 64, 128, 2, 4, 2, 16, vocabulary=512)
SHAPES = {
    # There is no stock Qwen as small; this is Qwen3's layout with its vocabulary.
    "0.1B": SMALL3,
    # Qwen2-0.5B and Qwen2-1.5B, their config.json.
    "0.5B": Shape("qwen2", 896, 4864, 24, 14, 2, 64),
    "1.5B": Shape("qwen2", 1536, 8960, 28, 12, 2, 128),
    "tiny": TINY3,
}


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sampled and trained at once."""

    groups: int
    group_size: int
    tokens: tuple[int, ...]
    """Lengths of completions, each measured by itself."""
    micro_tokens: int

    @property
    def episodes(self) -> int:
        """Episodes of a batch."""
        return self.groups * self.group_size


FULL_LOAD = Load(groups=16, group_size=8, tokens=(512, 2048), micro_tokens=16_384)
TINY_LOAD = Load(groups=2, group_size=4, tokens=(8, 16), micro_tokens=256)


class Letters(Digits):
    """Pays for a letter that about one filler word in nine has, so that groups of random texts differ."""

    env_id = "race/Letters-v0"

    def verify(self, data: Data, text: str) -> Verdict:
        """Take the share of the letter among the characters."""
        return Verdict(letters(text), False, "ok")


def letters(text: str) -> float:
    """Return the share of one letter among the characters."""
    return text.count("a") / max(1, len(text))


def build(shape: Shape, device: str, dtype: torch.dtype) -> LoadedModel:
    """Make a model of random weights on the device."""
    kind: Any = {"qwen2": Qwen2Config, "qwen3": Qwen3Config}[shape.family]
    extra = {"head_dim": shape.head_dim} if shape.family == "qwen3" else {}
    stock = kind(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        pad_token_id=PAD_ID,
        eos_token_id=EOS_ID,
        bos_token_id=None,
        **extra,
    )
    make: Any = AutoModelForCausalLM
    torch.manual_seed(0)
    with torch.device(device):  # a billion random numbers take a CPU half a minute
        model = make.from_config(stock, dtype=dtype)
    return LoadedModel(model.to(device), make_tokenizer(shape.vocabulary))


def settings(load: Load, tokens: int) -> config.TrainConfig:
    """Return the settings of a run of one batch."""
    return config.TrainConfig(
        problems=config.ProblemSettings(env=Letters.env_id),
        rollout=config.RolloutSettings(load.groups, load.group_size, max_tokens=tokens),
        optimizer=config.OptimizerSettings(micro_tokens=load.micro_tokens),
        run=config.RunSettings(steps=1),
    )

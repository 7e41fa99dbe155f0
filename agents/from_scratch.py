"""A small stock model for one environment, untrained: a Llama and a tokenizer that knows the problem's words.

Words are what spaces separate in the environment's tersest wording; whole numbers are single tokens.
"""

from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from reasongym.agents.config import require_at_least
from reasongym.agents.models import LoadedModel
from reasongym.core import Env, Json
from reasongym.errors import UsageError
from reasongym.seeding import stream

SAMPLED_PROBLEMS = 2_000
"""Problems and random answers read for the vocabulary."""
PAD, EOS, UNKNOWN = SPECIAL = ("<pad>", "<eos>", "<unk>")


@dataclass(frozen=True)
class ModelShape:
    """The size of a stock Llama."""

    hidden: int = 96
    layers: int = 2
    heads: int = 4
    intermediate: int = 256
    context: int = 256

    def check(self) -> None:
        """Raise UsageError for a shape that no Llama has."""
        for name, size in vars(self).items():
            require_at_least(name, size, 1)
        if self.hidden % (2 * self.heads):
            raise UsageError(
                f"hidden must be a multiple of twice the heads, for rotary positions, got {self.hidden} and "
                f"{self.heads}"
            )


def build(env: Env, *, level: int, options: dict[str, Json], shape: ModelShape, seed: int) -> LoadedModel:
    """Make an untrained model and tokenizer that can read a level's prompts and write its answers."""
    shape.check()
    tokenizer = word_tokenizer(vocabulary(env, level=level, options=options))
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        max_position_embeddings=shape.context,
        bos_token_id=None,
        eos_token_id=SPECIAL.index(EOS),
        pad_token_id=SPECIAL.index(PAD),
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LoadedModel(LlamaForCausalLM(config), tokenizer)


def vocabulary(env: Env, *, level: int, options: dict[str, Json]) -> list[str]:
    """List the words of a level's prompts and legal moves, and every whole number up to the largest seen."""
    words: set[str] = set()
    for seed in range(SAMPLED_PROBLEMS):
        problem = env.problem(env.row(seed, level=level, **options))
        session = env.begin(problem)
        words.update(problem.prompt.split())
        words.update(env.random_action(session.state, stream(b"vocabulary %d" % seed)).split())
    numbers = [int(word) for word in words if word.isdecimal()]
    return sorted(words | {str(n) for n in range(max(numbers, default=-1) + 1)})


def word_tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    """Make a tokenizer whose tokens are whole words; decoding joins them by single spaces."""
    ids = {word: place for place, word in enumerate([*SPECIAL, *words])}
    tokenizer: Any = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=EOS, unk_token=UNKNOWN
    )

"""A small stock model for given problems, untrained: a Llama and a tokenizer that knows the problems' words.

Words are what spaces separate in the environment's tersest wording; whole numbers are single tokens.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from reasongym import registry
from reasongym.agents.config import require_at_least
from reasongym.agents.models import LoadedModel
from reasongym.core import Env, Row
from reasongym.curriculum import Curriculum
from reasongym.errors import UsageError
from reasongym.seeding import Stream, stream

SAMPLED_PROBLEMS = 2_000
"""Problems and random answers read for the vocabulary."""
MAX_FILLED = 1_000
"""Whole numbers up to here are words even where they were not seen, as far as a larger one was."""
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
        for name, size in asdict(self).items():
            require_at_least(name, size, 1)
        if self.hidden % (2 * self.heads):
            raise UsageError(
                f"hidden must be a multiple of twice the heads, for rotary positions, got {self.hidden} and "
                f"{self.heads}"
            )


def build(curriculum: Curriculum, *, shape: ModelShape, seed: int, play: str = "random") -> LoadedModel:
    """Make an untrained model and tokenizer that can read a curriculum's prompts and write its answers.

    `play` is what the model will be primed on (see `PrimingSettings`): its words are among those known.
    """
    shape.check()
    tokenizer = word_tokenizer(vocabulary(curriculum, play))
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


def vocabulary(curriculum: Curriculum, play: str = "random") -> list[str]:
    """List the words of random, perfect and worked play, and smaller whole numbers between those seen."""
    words: set[str] = set()
    for seed in range(SAMPLED_PROBLEMS):
        row = curriculum.survey_row(seed)
        env, rng = registry.get(row.env_id), stream(b"vocabulary %d" % seed)
        words.update(_words_of_play(env, row, rng))
        if play in env.traces:
            words.update(env.trace(env.problem(row).data, play, rng).split())
    numbers = (int(word) for word in words if word.isdecimal())
    largest = max((number for number in numbers if number <= MAX_FILLED), default=-1)
    return sorted(words | {str(number) for number in range(largest + 1)})


def _words_of_play(env: Env, row: Row, rng: Stream) -> Iterator[str]:
    """Yield the words of a problem's prompt, of its oracle, and of a random episode with what it is told."""
    problem = env.problem(row)
    yield from problem.prompt.split()
    for text in env.oracle(problem.data):
        yield from text.split()
    session, verdict = env.begin(problem), None
    while verdict is None:
        text = env.random_action(session.state, rng)
        session, observation, _, verdict, _ = env.advance(session, text)
        yield from text.split()
        yield from observation.split()


def word_tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    """Make a tokenizer whose tokens are whole words; decoding joins them by single spaces."""
    ids = {word: place for place, word in enumerate([*SPECIAL, *words])}
    tokenizer: Any = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=EOS, unk_token=UNKNOWN
    )

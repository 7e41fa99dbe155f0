"""The courses of the race for one GRPO step: their model, tokenizer, prompts, reward and clock.

Each contestant of `step_contestants.py` gets exactly these. Which ids can be drawn at all is decided by a
frozen bias of the model's head, so that no contestant needs an option for it.
"""

import random
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from reasongym.core import Data, Env, Verdict
from reasongym.registry import register, unregister

LEARNING_RATE, MAX_GRAD_NORM, CLIP = 1e-8, 1.0, 0.2
"""The rate is so low that lengths stay what they are: digits pay, and a model that learns that writes on."""
SPECIAL = PAD, EOS, UNKNOWN = ("<pad>", "<eos>", "<unk>")
PAD_ID, EOS_ID, _ = range(3)
CHARACTERS = "0123456789+-*/=() abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:;?!<>[]'\"\n_"
VOCABULARY = 512
RAGGED_IDS = 16
"""Ids that can be drawn in the ragged race, the end among them: completions average about this many."""
END_BONUS = 0.45
"""Added to the logit of the end in the ragged race: random weights like to repeat the last id."""
IMPOSSIBLE = -1e4
"""Added to the logit of an id that must not be drawn: its probability is 0 in float32."""

FULL_MARKS = 64
"""Digits that earn the whole reward."""
LONG_PROMPT = 256
"""Characters of a long prompt, its line end among them; each is a token."""


@dataclass(frozen=True, slots=True)
class Course:
    """Batch and lengths of one race."""

    num_groups: int = 8
    group_size: int = 8
    new_tokens: int = 64
    """Of a completion, at most."""
    is_ragged: bool = False
    """Whether completions may end before."""
    has_long_prompts: bool = False

    @property
    def num_rows(self) -> int:
        """Count the episodes of a step."""
        return self.num_groups * self.group_size


COURSES = {
    "equal": Course(),
    "ragged": Course(is_ragged=True),
    "prompts": Course(group_size=16, new_tokens=LONG_PROMPT, has_long_prompts=True),
}


def make_tokenizer(size: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """Return a tokenizer of single characters, its vocabulary filled up with words nobody writes."""
    words = [*SPECIAL, *CHARACTERS]
    words += [f"<{_letters(place)}>" for place in range(size - len(words))]
    tokenizer = Tokenizer(
        models.WordLevel({word: place for place, word in enumerate(words)}, unk_token=UNKNOWN)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=EOS, unk_token=UNKNOWN
    )


def _letters(place: int) -> str:
    """Name a filler without digits, which the reward counts: a number in base 26."""
    high, low = divmod(place, 26)
    return (_letters(high) if high else "") + chr(ord("a") + low)


def make_model(*, is_ragged: bool) -> Qwen2ForCausalLM:
    """Return a Qwen2 of 0.85M random weights that can draw only what the race allows."""
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=384,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        pad_token_id=PAD_ID,
        eos_token_id=EOS_ID,
        bos_token_id=None,
    )
    model = Qwen2ForCausalLM(config)
    allowed = torch.zeros(VOCABULARY, dtype=torch.bool)
    if is_ragged:
        allowed[len(SPECIAL) : len(SPECIAL) + RAGGED_IDS - 1] = True
        allowed[EOS_ID] = True
    else:
        allowed[len(SPECIAL) :] = True
    bias: Tensor = torch.where(allowed, 0.0, IMPOSSIBLE)
    if is_ragged:
        bias[EOS_ID] = END_BONUS
    model.lm_head.bias = nn.Parameter(bias, requires_grad=False)
    return model


def reward(text: str) -> float:
    """Return how many digits there are, as a share of `FULL_MARKS`."""
    return min(1.0, sum(map(text.count, "0123456789")) / FULL_MARKS)


@contextmanager
def registered(env_class: type[Env]) -> Generator[None]:
    """Register an environment while it is measured, so that importing its module leaves no trace."""
    register(env_class.env_id)(env_class)
    try:
        yield
    finally:
        unregister(env_class.env_id)


class Digits(Env):
    """Any text is an answer, and every digit in it pays; the prompts are what Countdown's look like."""

    env_id = "race/Digits-v0"
    family = "race/digits"
    levels = ("four numbers", "four numbers, at length")

    def generate(self, rng: random.Random, level: int, options: Any) -> Data:
        """Draw four numbers and a target."""
        numbers = [rng.between(1, 99) for _ in range(4)]
        return {"numbers": numbers, "target": rng.between(10, 99), "is_long": bool(level)}

    def prompt(self, data: Data, style: str) -> str:
        """Ask for a sum; at length, in `LONG_PROMPT` characters with the line end behind them."""
        text = f"Using the numbers {data['numbers']}, make {data['target']}."
        return (text + 16 * " Use each of them once.")[: LONG_PROMPT - 1] if data["is_long"] else text

    def verify(self, data: Data, text: str) -> Verdict:
        """Count the digits."""
        return Verdict(reward(text), False, "ok")

    def oracle(self, data: Data) -> list[str]:
        """Write nothing but digits."""
        return ["0" * FULL_MARKS]

    def canonical(self, data: Data) -> str:
        """Name the problem by its prompt."""
        return self.prompt(data, "plain")

    def space(self, level: int) -> int:
        """Return a lower bound on the problems."""
        return 1_000_000

    def chance(self, level: int) -> float:
        """Return what a constant answer earns."""
        return 1.0

    def random_action(self, state: Any, rng: random.Random) -> str:
        """Write one digit."""
        return str(rng.below(10))


def prompts(num: int, *, are_long: bool = False) -> list[str]:
    """Return the texts the models read: the problems' prompts with the line end a plain template adds."""
    env = Digits()
    return [env.problem(env.row(seed, level=int(are_long))).prompt + "\n" for seed in range(num)]


@dataclass
class Clock:
    """CPU seconds of this process by phase, and a mark after every optimizer step."""

    after_mark: Callable[[], None]
    phases: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    marks: list[tuple[float, dict[str, float]]] = field(default_factory=list[Any])

    def mark(self) -> None:
        """Note that a step has ended."""
        self.marks.append((time.process_time(), dict(self.phases)))
        self.after_mark()

    def time(self, owner: Any, name: str, phase: str) -> None:
        """Count what a method of an object spends as a phase."""
        setattr(owner, name, self.timed(getattr(owner, name), phase))

    def timed(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """Return the function with its CPU seconds added to a phase."""

        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            started = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.phases[phase] += time.process_time() - started

        return counted


@dataclass
class Tally:
    """What a contestant trained on, to show that all did the same work."""

    group_size: int
    tokens: list[int] = field(default_factory=list[int])
    """Sampled and trained ids, by step."""
    dead_groups: int = 0

    def note(self, rewards: list[float], num_tokens: int) -> None:
        """Note one step: its rewards, group by group, and its tokens."""
        size = self.group_size
        groups = [rewards[start : start + size] for start in range(0, len(rewards), size)]
        self.dead_groups += sum(len(set(group)) == 1 for group in groups)
        self.tokens.append(num_tokens)


def peak_rss_mb() -> float:
    """Return the most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

"""Three GRPO steps on random weights in bfloat16: speed, memory, and whether the log-probs are right.

With CUDA the model has the shape of Qwen2-0.5B and plays 64 episodes of 512 tokens; without, all is tiny, so
that the same code runs everywhere. `make prove ARGS="--only gpu"` writes benchmarks/results/gpu.json.
"""

import copy
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from benchmarks.bars import Outcome, at_least, at_most
from benchmarks.step_course import EOS_ID, PAD_ID, Digits, make_tokenizer, peak_rss_mb
from reasongym.agents import config
from reasongym.agents.batch import micro_batches, weigh
from reasongym.agents.models import LoadedModel
from reasongym.agents.scoring import Scorer
from reasongym.agents.trainer import Trainer
from reasongym.core import Data, Verdict
from reasongym.episodes import Episode
from reasongym.registry import register

STEPS = 3
"""The first of them warms up and is not measured."""
MOST_DIFFERENCE, MOST_MEAN_DIFFERENCE = 0.2, 0.02
"""Of a sampled id's log-prob in nats; bfloat16 keeps 8 bits of a logit."""
COMPARED_EPISODES = 8


@dataclass(frozen=True, slots=True)
class Size:
    """How large the model and the batch are."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    groups: int
    group_size: int
    tokens: int


FULL = Size(896, 4864, 24, 14, 2, 151_936, groups=8, group_size=8, tokens=512)
"""The shape of Qwen2-0.5B (its config.json)."""
TINY = Size(64, 128, 2, 4, 2, 512, groups=2, group_size=4, tokens=24)


@register("race/Letters-v0")
class Letters(Digits):
    """Pays for a letter that about one filler word in nine has, so that groups of random texts differ."""

    def verify(self, data: Data, text: str) -> Verdict:
        """Take the share of the letter among the characters."""
        return Verdict(text.count("a") / max(1, len(text)), False, "ok")


def gpu() -> Outcome:
    """Take the steps on the device there is, and compare what was sampled with float32."""
    device, size = ("cuda", FULL) if torch.cuda.is_available() else ("cpu", TINY)
    loaded = LoadedModel(_model(size).to(device, torch.bfloat16), make_tokenizer(size.vocabulary))
    exact = LoadedModel(copy.deepcopy(loaded.model).float(), loaded.tokenizer)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(_settings(size), loaded, Path(folder))
        played: list[list[Episode]] = []
        play_s = _timed(trainer, "play", device, keep=played.append)
        learn_s = _timed(trainer, "learn", device)
        metrics = [trainer.advance() for _ in range(STEPS)]
    first = [episode for group in played[0] for episode in group]
    differences = _differences(exact, first[:COMPARED_EPISODES])
    num_tokens = sum(len(episode.completions[0].token_ids) for episode in first)
    bars = [
        at_most("largest difference of a log-prob", float(differences.max()), MOST_DIFFERENCE),
        at_most("mean difference of log-probs", float(differences.mean()), MOST_MEAN_DIFFERENCE),
        at_least("steps with a gradient", sum(one.get("grad_norm", 0.0) > 0 for one in metrics), STEPS),
    ]
    return Outcome(
        bars,
        {
            "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
            "parameters": sum(parameter.numel() for parameter in loaded.model.parameters()),
            "tokens_per_step": num_tokens,
            "generated_tokens_per_s": round(num_tokens / statistics.median(play_s[1:])),
            "trained_tokens_per_s": round(num_tokens / statistics.median(learn_s[1:])),
            "step_s": round(statistics.median(play_s[1:]) + statistics.median(learn_s[1:]), 3),
            "peak_memory_mb": round(_peak_memory_mb(device)),
        },
    )


def _model(size: Size) -> Any:
    torch.manual_seed(0)
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=size.vocabulary,
            hidden_size=size.hidden,
            intermediate_size=size.intermediate,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            num_key_value_heads=size.kv_heads,
            max_position_embeddings=2048,
            tie_word_embeddings=True,
            pad_token_id=PAD_ID,
            eos_token_id=EOS_ID,
            bos_token_id=None,
        )
    )


def _settings(size: Size) -> config.TrainConfig:
    return config.TrainConfig(
        problems=config.ProblemSettings(env=Letters.env_id),
        rollout=config.RolloutSettings(
            groups=size.groups, group_size=size.group_size, max_tokens=size.tokens
        ),
        optimizer=config.OptimizerSettings(micro_tokens=16_384),
        run=config.RunSettings(steps=STEPS),
    )


def _timed(
    trainer: Trainer, name: str, device: str, keep: Callable[[Any], None] = lambda _: None
) -> list[float]:
    """Note the wall seconds of each call of a trainer's method, the device's queue emptied on both sides."""
    function, seconds = getattr(trainer, name), []

    def timed(*args: Any) -> Any:
        _wait(device)
        started = time.perf_counter()
        result = function(*args)
        _wait(device)
        seconds.append(time.perf_counter() - started)
        keep(result)
        return result

    setattr(trainer, name, timed)
    return seconds


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def _differences(exact: LoadedModel, episodes: list[Episode]) -> torch.Tensor:
    """Return how far the sampler's log-probs `[N]` are from float32's on the same weights."""
    scorer, parts = Scorer(exact), list[torch.Tensor]()
    rows = weigh(episodes, [0.0] * len(episodes), "token-mean")
    for micro in micro_batches(rows, max_tokens=16_384, device=exact.device):
        with torch.no_grad():
            parts.append((scorer(micro).logprobs - micro.old_logprobs).abs())
    return torch.cat(parts)


def _peak_memory_mb(device: str) -> float:
    return torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else peak_rss_mb()

"""How fast one batch is sampled and trained on a device, by ours and by TRL; one measurement after a warm-up.

Both hold bfloat16 weights, train the same number of ids per pass, and take one update; ours updates float32
copies, TRL the weights themselves, which is quicker and learns less.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu_course import Letters, Load, Shape, build, letters, settings
from benchmarks.gpu_device import device, free, peak_memory_mb, timed, wait
from benchmarks.step_course import prompts, registered
from reasongym.agents.models import LoadedModel
from reasongym.agents.trainer import Trainer

Cell = dict[str, Any]
"""Figures of one batch."""
WARM_TOKENS = 8
TINIEST = 4


def ours(shape: Shape, load: Load, tokens: int) -> Cell:
    """Sample and train one batch by our trainer."""
    loaded = build(shape, device(), torch.bfloat16)
    _step(loaded, Load(TINIEST, load.group_size, (), load.micro_tokens), WARM_TOKENS)
    free()
    return _step(loaded, load, tokens)


def _step(loaded: LoadedModel, load: Load, tokens: int) -> Cell:
    groups: list[Any] = []
    with registered(Letters), tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings(load, tokens), loaded, Path(folder))
        trainer.learner.scorer.shares_prompts()  # its comparison is made once a run
        problems = trainer.problems()
        play_s = timed(lambda: groups.extend(trainer.play(problems)))
        play_mb = peak_memory_mb()
        learn_s = timed(lambda: trainer.learn(groups))
        trained = sum(one.played.num_tokens for group in trainer.chosen(groups) for one in group)
    episodes = [episode for group in groups for episode in group]
    sampled = sum(len(completion.token_ids) for episode in episodes for completion in episode.completions)
    prompt = sum(len(episode.completions[0].prompt_ids) for episode in episodes) / len(episodes)
    return {
        **_rates(sampled, trained, play_s, learn_s),
        "prompt_tokens": round(prompt),
        "peak_memory_mb_generating": round(play_mb),
        "peak_memory_mb": round(peak_memory_mb()),
    }


def trl(shape: Shape, load: Load, tokens: int) -> Cell:
    """Sample and train one batch by TRL's trainer, its generation as it comes."""
    loaded = build(shape, device(), torch.bfloat16)
    _trl_step(loaded, Load(TINIEST, load.group_size, (), load.micro_tokens), WARM_TOKENS)
    free()
    return _trl_step(loaded, load, tokens)


def _trl_step(loaded: LoadedModel, load: Load, tokens: int) -> Cell:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    lengths: list[int] = []

    def rewards(completions: list[str], completion_ids: list[list[int]], **_: Any) -> list[float]:
        lengths.extend(map(len, completion_ids))
        return [letters(text) for text in completions]

    rows = rows_at_once(load, tokens)
    with tempfile.TemporaryDirectory() as folder:
        arguments: Any = GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=rows,
            gradient_accumulation_steps=load.episodes // rows,
            num_generations=load.group_size,
            max_completion_length=tokens,
            max_steps=1,
            temperature=1.0,
            beta=0.0,
            bf16=False,  # the weights have 16 bits themselves
            gradient_checkpointing=False,
            use_cpu=device() == "cpu",
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer: Any = GRPOTrainer(
            model=loaded.model,  # pyright: ignore[reportArgumentType]
            reward_funcs=rewards,
            args=arguments,
            train_dataset=Dataset.from_dict({"prompt": prompts(256)}),
            processing_class=loaded.tokenizer,
        )
        clock = _step_clock()
        trainer.add_callback(clock)
        spent = {"play": 0.0}
        _clock(trainer, "_generate_and_score_completions", spent)
        trainer.train()
    learn_s = clock.step_s - spent["play"]
    return {
        **_rates(sum(lengths), sum(lengths), spent["play"], learn_s),
        "prompt_tokens": len(loaded.tokenizer(prompts(1)[0])["input_ids"]),
        "peak_memory_mb": round(peak_memory_mb()),
    }


def _step_clock() -> Any:
    """Make a callback whose `step_s` is what the last step took, without the trainer's own set-up."""
    from transformers import TrainerCallback

    class StepClock(TrainerCallback):
        started = step_s = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            wait()
            self.started = time.perf_counter()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            wait()
            self.step_s = time.perf_counter() - self.started

    return StepClock()


def rows_at_once(load: Load, tokens: int) -> int:
    """Return a divisor of the episodes that keeps a pass within the ids that ours trains at once."""
    most = max(1, load.micro_tokens // tokens)
    return max(rows for rows in range(1, load.episodes + 1) if load.episodes % rows == 0 and rows <= most)


def _clock(owner: Any, name: str, spent: dict[str, float]) -> None:
    function: Callable[..., Any] = getattr(owner, name)

    def clocked(*args: Any, **kwargs: Any) -> Any:
        wait()
        started = time.perf_counter()
        result = function(*args, **kwargs)
        wait()
        spent["play"] += time.perf_counter() - started
        return result

    setattr(owner, name, clocked)


def _rates(sampled: int, trained: int, play_s: float, learn_s: float) -> Cell:
    return {
        "generated_tokens": sampled,
        "generated_tokens_per_s": round(sampled / play_s, 1),
        "trained_tokens": trained,
        "trained_tokens_per_s": round(trained / learn_s, 1),
        "play_s": round(play_s, 4),
        "learn_s": round(learn_s, 4),
    }

"""The contestants of the race for one GRPO step: our trainer, TRL's, and the bare loop of `step_raw.py`.

Each takes the course and the number of steps, marks the clock after every optimizer step and notes what it
trained on. One update per batch: the policy that sampled is the policy that learns.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.step_course import (
    LEARNING_RATE,
    MAX_GRAD_NORM,
    Clock,
    Course,
    Digits,
    Tally,
    make_model,
    make_tokenizer,
    prompts,
    registered,
    reward,
)
from benchmarks.step_raw import raw
from reasongym.core import Verdict

WORTHLESS = Verdict(0.0, False, "ok")

# -- ours ---------------------------------------------------------------------------------------------


def reasongym(course: Course, steps: int, clock: Clock, tally: Tally) -> None:
    """Run our trainer as it is, its logs included."""
    _ours(course, steps, clock, tally, lambda trainer: None)


def half_dead(course: Course, steps: int, clock: Clock, tally: Tally) -> None:
    """Run it where every second group earns nothing, so that there is nothing to learn from it."""
    _ours(course, steps, clock, tally, _kill)


def half_dead_kept(course: Course, steps: int, clock: Clock, tally: Tally) -> None:
    """Run it on the same groups, and let it learn from the dead ones too."""

    def prepare(trainer: Any) -> None:
        _kill(trainer)
        trainer.learner.estimator = replace(trainer.learner.estimator, is_live=lambda group: True)

    _ours(course, steps, clock, tally, prepare)


def _kill(trainer: Any) -> None:
    """Take the rewards of every second group away."""
    play = trainer.play

    def played(problems: Any) -> Any:
        groups = play(problems)
        groups[::2] = [[replace(e, verdict=WORTHLESS) for e in group] for group in groups[::2]]
        return groups

    trainer.play = played


def _ours(course: Course, steps: int, clock: Clock, tally: Tally, prepare: Callable[[Any], None]) -> None:
    from reasongym.agents import config
    from reasongym.agents.models import LoadedModel
    from reasongym.agents.trainer import Trainer

    settings = config.TrainConfig(
        problems=config.ProblemSettings(env=Digits.env_id, level=int(course.has_long_prompts)),
        rollout=config.RolloutSettings(
            groups=course.num_groups, group_size=course.group_size, max_tokens=course.new_tokens
        ),
        optimizer=config.OptimizerSettings(learning_rate=LEARNING_RATE, max_grad_norm=MAX_GRAD_NORM),
        run=config.RunSettings(steps=steps, threads=1, checkpoint_every=steps),
    )
    with registered(Digits), tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            settings, LoadedModel(make_model(is_ragged=course.is_ragged), make_tokenizer()), Path(folder)
        )
        prepare(trainer)
        play = clock.timed(trainer.play, "rollout")

        def noted(problems: Any) -> Any:
            groups = play(problems)
            episodes = [episode for group in groups for episode in group]
            tokens = sum(len(completion.token_ids) for e in episodes for completion in e.completions)
            tally.note([episode.reward for episode in episodes], tokens)
            return groups

        trainer.play = noted
        clock.time(trainer.learner, "loss", "forward")
        clock.time(trainer.learner, "update", "update")
        clock.mark()
        trainer.run(lambda _: clock.mark())


# -- TRL ----------------------------------------------------------------------------------------------


def trl(course: Course, steps: int, clock: Clock, tally: Tally) -> None:
    """Run TRL's trainer at the best settings found for it on CPU: float32, no checkpointing, no KL."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    class Marks(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            clock.mark()

    def rewards(completions: list[str], completion_ids: list[list[int]], **kwargs: Any) -> list[float]:
        values = [reward(text) for text in completions]
        tally.note(values, sum(map(len, completion_ids)))
        return values

    with tempfile.TemporaryDirectory() as folder:
        settings = GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=course.num_rows,
            num_generations=course.group_size,
            max_completion_length=course.new_tokens,
            max_steps=steps,
            learning_rate=LEARNING_RATE,
            max_grad_norm=MAX_GRAD_NORM,
            temperature=1.0,
            beta=0.0,
            bf16=False,
            gradient_checkpointing=False,
            use_cpu=True,
            report_to=[],
            logging_steps=1000,
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer = GRPOTrainer(
            model=make_model(is_ragged=course.is_ragged),
            reward_funcs=rewards,
            args=settings,
            train_dataset=Dataset.from_dict({"prompt": prompts(256, are_long=course.has_long_prompts)}),
            processing_class=make_tokenizer(),
            callbacks=[Marks()],
        )
        clock.time(trainer, "_generate_and_score_completions", "rollout")
        clock.time(trainer, "compute_loss", "forward")
        clock.time(trainer.accelerator, "backward", "backward")
        clock.mark()
        trainer.train()


CONTESTANTS = {
    "reasongym": reasongym,
    "half dead": half_dead,
    "half dead kept": half_dead_kept,
    "trl": trl,
    "raw": raw,
}

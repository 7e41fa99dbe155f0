"""The contestants of the race for one GRPO step: our trainer, TRL's, and the bare loop of `step_raw.py`.

Each takes the course and the number of steps, marks the clock after every optimizer step and notes what it
trained on. One update per batch: the policy that sampled is the policy that learns.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.step_course import (
    GROUP_SIZE,
    LEARNING_RATE,
    MAX_GRAD_NORM,
    NEW_TOKENS,
    NUM_GROUPS,
    Clock,
    Digits,
    Lengths,
    Tally,
    make_model,
    make_tokenizer,
    prompts,
    registered,
    reward,
)
from benchmarks.step_raw import raw

# -- ours ---------------------------------------------------------------------------------------------


def reasongym(lengths: Lengths, steps: int, clock: Clock, tally: Tally) -> None:
    """Run our trainer as it is, its logs included."""
    from reasongym.agents import config
    from reasongym.agents.models import LoadedModel
    from reasongym.agents.trainer import Trainer

    settings = config.TrainConfig(
        problems=config.ProblemSettings(env=Digits.env_id),
        rollout=config.RolloutSettings(groups=NUM_GROUPS, group_size=GROUP_SIZE, max_tokens=NEW_TOKENS),
        optimizer=config.OptimizerSettings(learning_rate=LEARNING_RATE, max_grad_norm=MAX_GRAD_NORM),
        run=config.RunSettings(steps=steps, threads=1, checkpoint_every=steps),
    )
    with registered(Digits), tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings, LoadedModel(make_model(lengths), make_tokenizer()), Path(folder))
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


def trl(lengths: Lengths, steps: int, clock: Clock, tally: Tally) -> None:
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
            per_device_train_batch_size=NUM_GROUPS * GROUP_SIZE,
            num_generations=GROUP_SIZE,
            max_completion_length=NEW_TOKENS,
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
            model=make_model(lengths),
            reward_funcs=rewards,
            args=settings,
            train_dataset=Dataset.from_dict({"prompt": prompts(256)}),
            processing_class=make_tokenizer(),
            callbacks=[Marks()],
        )
        clock.time(trainer, "_generate_and_score_completions", "rollout")
        clock.time(trainer, "compute_loss", "forward")
        clock.time(trainer.accelerator, "backward", "backward")
        clock.mark()
        trainer.train()


CONTESTANTS = {"reasongym": reasongym, "trl": trl, "raw": raw}

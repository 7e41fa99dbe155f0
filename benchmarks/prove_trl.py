"""TRL's own trainer learns Countdown through our adapter: our evaluator before and after three minutes of it.

The model is the demo's, primed on random legal play. `python -m benchmarks.prove_trl --folder FOLDER`, in an
environment that has TRL, is the run; the proof starts it by REASONGYM_TRAINERS_PYTHON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.bars import Outcome, at_least, at_most
from benchmarks.prove import ROOT

SECONDS = 170
"""CPU seconds of training on one thread; loading and measuring come on top."""
GROUPS, GROUP_SIZE, NEW_TOKENS = 32, 16, 12
PROBLEMS = 1_000
LEAST_GAIN = 0.10
"""Points of the eval solve rate; two independent rates of 1,000 problems differ by 0.045 once in 20 times."""


def trl() -> Outcome:
    """Run it in a fresh process and hold what it measured against the bars."""
    python = os.environ.get("REASONGYM_TRAINERS_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "benchmarks.prove_trl", "--folder", folder]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=True)
        found: dict[str, Any] = json.loads(Path(folder, "found.json").read_text())
    bars = [
        at_least("points of the eval solve rate that TRL adds", found["after"] - found["before"], LEAST_GAIN),
        at_most("CPU seconds of training", found["train_cpu_s"], 180),
    ]
    return Outcome(bars, found)


def run(folder: Path) -> dict[str, Any]:
    """Prime, measure, let TRL train, measure again."""
    from reasongym.agents.demo import primed, settings

    demo = settings("countdown-demo", seed=0, tiny=False)
    loaded = primed(demo, folder, lambda title, total: nullcontext(lambda done, total=None, **figures: None))
    before = measured(loaded, folder / "before")
    wall, cpu = time.perf_counter(), time.process_time()
    steps = train(loaded, folder / "trl")
    took = {"train_cpu_s": time.process_time() - cpu, "train_wall_s": time.perf_counter() - wall}
    after = measured(loaded, folder / "after")
    versions = {name: version(name) for name in ("trl", "transformers", "torch")}
    return {"before": before, "after": after, "steps": steps, **took, **versions}


def measured(loaded: Any, folder: Path) -> float:
    """Return the solve rate on fresh problems of the eval split, by our evaluator."""
    from reasongym.agents.policies.torch_policy import TorchPolicy
    from reasongym.evaluation import Player, Protocol, env_suite, evaluate, planned
    from reasongym.templates import TEMPLATES

    suite = env_suite("Countdown-v0", level=0, split="eval", num_problems=PROBLEMS, style="terse")
    protocol = Protocol(TEMPLATES["default"], 1.0, 1.0, NEW_TOKENS, 1)
    player = Player("torch", "TRL", loaded.digest(), {"device": "cpu", "dtype": "float32"})
    loaded.model.eval()
    plan = planned(suite, protocol, player, seed=0)
    result = evaluate(TorchPolicy(loaded), plan, folder, tokenizer=loaded.tokenizer).result
    assert result is not None
    return result.scores.solve_rate


def train(loaded: Any, folder: Path) -> int:
    """Let TRL train the model in place; returns its steps."""
    from trl import GRPOConfig, GRPOTrainer

    from reasongym import export
    from reasongym.agents.adapters.trl import dataset, reward
    from reasongym.templates import PLAIN_CHAT

    loaded.tokenizer.chat_template = PLAIN_CHAT
    rows = export.rows("Countdown-v0", level=0, split="train", num=20_000, style="terse")
    trainer = GRPOTrainer(
        model=loaded.model,
        reward_funcs=reward,
        args=GRPOConfig(
            output_dir=str(folder),
            per_device_train_batch_size=GROUPS * GROUP_SIZE,
            num_generations=GROUP_SIZE,
            max_completion_length=NEW_TOKENS,
            max_steps=10_000,
            learning_rate=4e-4,
            lr_scheduler_type="constant_with_warmup",
            warmup_steps=5,
            adam_beta2=0.95,
            bf16=False,
            gradient_checkpointing=False,
            use_cpu=True,
            report_to=[],
            logging_steps=10,
            save_strategy="no",
            disable_tqdm=True,
        ),
        train_dataset=dataset(rows),
        processing_class=loaded.tokenizer,
        callbacks=[_until(time.process_time() + SECONDS)],
    )
    trainer.train()
    return trainer.state.global_step


def _until(end: float) -> Any:
    from transformers import TrainerCallback

    class Until(TrainerCallback):
        """Stops the training at a time."""

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            control.should_training_stop = time.process_time() > end

    return Until()


def main() -> None:
    """Be the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args().folder
    (folder / "found.json").write_text(json.dumps(run(folder)))


if __name__ == "__main__":
    main()

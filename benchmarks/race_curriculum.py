"""What a curriculum saves: CPU seconds to the same eval score as practice at the goal's level alone.

    python -m benchmarks.race_curriculum [--problems countdown] [--seed 0]

A model that knows nothing is primed on random legal play of all levels. Then copies of it practise for
equally many steps: one at the goal's level only, the other under a curriculum that starts at the lowest
level and holds success at a target. Both are measured on the eval split of the goal's level, every 10
steps.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from benchmarks.bars import Outcome, exactly
from reasongym.agents import from_scratch
from reasongym.agents.config import ProblemSettings, TrainConfig
from reasongym.agents.models import load_model, save_model
from reasongym.agents.priming import Priming, PrimingSettings
from reasongym.agents.recipes import load_recipe
from reasongym.agents.trainer import Trainer
from reasongym.curriculum import Curriculum, Source

RUNS = Path(__file__).parents[1] / "runs" / "race-curriculum"
SEEDS = (0, 1, 2)
EVAL_EVERY = 10


class Goal(NamedTuple):
    """What is to be learned at which level, by whose recipe, and how long it is practised."""

    recipe: str
    level: int
    steps: int


GOALS = {"countdown": Goal("countdown-demo", 1, 200)}
TARGETS = {"fixed": 0.0, "curriculum": 0.1}
"""The success that each arm's curriculum holds; 0 stays at the goal's level."""
NEAR = 0.8
"""Of the best score that any arm reached: the score that all are timed to."""
Point = dict[str, float]
"""Step, CPU seconds of training so far, eval solve rate, and where the curriculum stands."""


def curriculum() -> Outcome:
    """Race all arms on every goal and seed, each in a process of its own; seeds already raced are kept."""
    figures: dict[str, Any] = {}
    num_finished = 0
    for name, goal in GOALS.items():
        for seed in SEEDS:
            curves = _raced(name, seed)
            last = goal.steps - goal.steps % EVAL_EVERY
            num_finished += sum(points[-1]["step"] > last - EVAL_EVERY for points in curves.values())
            figures[f"{name}, seed {seed}"] = {**timed(curves), "curves": curves}
    return Outcome([exactly("arms raced", num_finished, len(GOALS) * len(SEEDS) * len(TARGETS))], figures)


def _raced(name: str, seed: int) -> dict[str, list[Point]]:
    record = _record(name, seed)
    if not record.exists():
        flags = ["--problems", name, "--seed", str(seed)]
        subprocess.run([sys.executable, "-m", "benchmarks.race_curriculum", *flags], check=True)
    return json.loads(record.read_text())


def timed(curves: dict[str, list[Point]]) -> dict[str, Any]:
    """Return a score near the best, and by arm the CPU seconds to it (None: not reached) and the end.

    A score is the mean of three evaluations in a row, since one alone is off by some points.
    """
    smooth = {arm: _smoothed(points) for arm, points in curves.items()}
    score = NEAR * max(solved for reached in smooth.values() for _, solved in reached)
    return {
        "score": score,
        "CPU seconds to it": {
            arm: next((cpu_s for cpu_s, solved in reached if solved >= score), None)
            for arm, reached in smooth.items()
        },
        "final score": {arm: reached[-1][1] for arm, reached in smooth.items()},
    }


def _smoothed(points: list[Point]) -> list[tuple[float, float]]:
    windows = zip(points, points[1:], points[2:], strict=False)
    return [(window[-1]["cpu_s"], fmean(point["eval"] for point in window)) for window in windows]


def _record(name: str, seed: int) -> Path:
    return RUNS / f"{name}-{seed}" / "curves.json"


# -- one goal and seed ----------------------------------------------------------------------------------


def race(name: str, seed: int) -> dict[str, list[Point]]:
    """Prime one model and let a copy of it practise in each arm."""
    goal, folder = GOALS[name], _record(name, seed).parent
    shutil.rmtree(folder, ignore_errors=True)
    recipe = load_recipe(goal.recipe)
    problems = recipe.problems
    levels = (Source(problems.env, 0, goal.level, options=problems.options),)
    arms = {
        arm: replace(problems, mixture=levels, target=target)
        if target
        else replace(problems, level=goal.level)
        for arm, target in TARGETS.items()
    }
    all_levels = Curriculum(levels, target=max(TARGETS.values()))
    loaded = from_scratch.build(all_levels, shape=from_scratch.ModelShape(), seed=seed)
    Priming(PrimingSettings(), loaded, folder / "priming", curriculum=all_levels, seed=seed).run()
    save_model(loaded, folder / "primed")
    return {arm: _practise(recipe, problems, goal, seed, folder / arm) for arm, problems in arms.items()}


def _practise(
    recipe: TrainConfig, problems: ProblemSettings, goal: Goal, seed: int, folder: Path
) -> list[Point]:
    run = replace(recipe.run, seed=seed, steps=goal.steps, eval_every=EVAL_EVERY, checkpoint_every=goal.steps)
    primed = load_model(folder.parent / "primed")
    trainer = Trainer(replace(recipe, problems=problems, run=run), primed, folder)
    points: list[Point] = []
    started = time.process_time()

    def on_step(metrics: dict[str, float]) -> None:
        if "eval_solve_rate" not in metrics:
            return
        step, solved = metrics["step"], metrics["eval_solve_rate"]
        spent, position = time.process_time() - started, trainer.curriculum.positions[0]
        points.append({"step": step, "cpu_s": spent, "eval": solved, "level": position})
        print(f"  seed {seed}, {folder.name}, step {step:.0f}: {spent:.0f} CPU-s, {solved:.1%}", flush=True)

    trainer.run(on_step)
    return points


def main() -> None:
    """Race one goal on one seed and keep the curves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", choices=GOALS, default="countdown")
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    curves = race(flags.problems, flags.seed)
    _record(flags.problems, flags.seed).write_text(json.dumps(curves, indent=1) + "\n")
    print(json.dumps(timed(curves)))


if __name__ == "__main__":
    main()

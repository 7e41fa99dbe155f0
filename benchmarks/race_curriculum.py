"""What a curriculum saves: CPU seconds to the same eval score as practice at the goal's level alone.

    python -m benchmarks.race_curriculum [--problems countdown] [--seed 0]

A model that knows nothing is primed on random legal play of all levels. Then copies of it practise for
equally many steps: one at the goal's level only, one under a curriculum that starts at the lowest level and
holds success at its target. Both are measured on the eval split of the goal's level, every 10 steps.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
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
    """What is to be learned at which level, by whose recipe, and the success the curriculum holds."""

    recipe: str
    level: int
    target: float
    steps: int
    priming: int


GOALS = {
    "countdown": Goal("countdown-demo", 1, 0.3, 250, 400),
}
ARMS = ("fixed", "curriculum")
Point = dict[str, float]
"""Step, CPU seconds of training so far, eval solve rate, and where the curriculum stands."""


def curriculum() -> Outcome:
    """Race both arms on every goal and seed, each in a process of its own."""
    figures = {name: {f"seed {seed}": _raced(name, seed) for seed in SEEDS} for name in GOALS}
    arms = sum(
        len(points) > 1
        for seeds in figures.values()
        for run in seeds.values()
        for points in run["curves"].values()
    )
    summary = {
        name: _summary([run["seconds to the same score"] for run in seeds.values()])
        for name, seeds in figures.items()
    }
    return Outcome([exactly("arms raced", arms, len(GOALS) * len(SEEDS) * len(ARMS))], summary | figures)


def _raced(name: str, seed: int) -> dict[str, Any]:
    flags = ["--problems", name, "--seed", str(seed)]
    subprocess.run([sys.executable, "-m", "benchmarks.race_curriculum", *flags], check=True)
    curves: dict[str, list[Point]] = json.loads(_record(name, seed).read_text())
    return {"seconds to the same score": same_score(curves), "curves": curves}


def same_score(curves: dict[str, list[Point]]) -> dict[str, float]:
    """Return the highest score that every arm reached, and the CPU seconds each took to reach it.

    A score is the mean of three evaluations in a row, since one alone is off by some points.
    """
    smooth = {arm: _smoothed(points) for arm, points in curves.items()}
    score = min(max(solved for _, solved in reached) for reached in smooth.values())
    spent = {arm: next(cpu_s for cpu_s, solved in smooth[arm] if solved >= score) for arm in ARMS}
    final = {f"final {arm}": smooth[arm][-1][1] for arm in ARMS}
    return {"score": score, **spent, "ratio": spent["curriculum"] / spent["fixed"], **final}


def _smoothed(points: list[Point]) -> list[tuple[float, float]]:
    windows = zip(points, points[1:], points[2:], strict=False)
    return [(window[-1]["cpu_s"], fmean(point["eval"] for point in window)) for window in windows]


def _summary(found: list[dict[str, float]]) -> dict[str, float]:
    return {f"median {name}": median(one[name] for one in found) for name in found[0]}


def _record(name: str, seed: int) -> Path:
    return RUNS / f"{name}-{seed}" / "curves.json"


# -- one goal and seed ----------------------------------------------------------------------------------


def race(name: str, seed: int) -> dict[str, list[Point]]:
    """Prime one model and let a copy of it practise in each arm."""
    goal, folder = GOALS[name], _record(name, seed).parent
    shutil.rmtree(folder, ignore_errors=True)
    recipe = load_recipe(goal.recipe)
    problems = recipe.problems
    all_levels = Curriculum(
        [Source(problems.env, 0, goal.level, options=problems.options)], target=goal.target
    )
    loaded = from_scratch.build(all_levels, shape=from_scratch.ModelShape(), seed=seed)
    priming = PrimingSettings(goal.priming)
    Priming(priming, loaded, folder / "priming", curriculum=all_levels, seed=seed).run()
    save_model(loaded, folder / "primed")
    arms = {
        "fixed": replace(problems, level=goal.level),
        "curriculum": replace(problems, mixture=all_levels.sources, target=goal.target),
    }
    return {arm: _practise(recipe, arms[arm], goal, seed, folder, arm) for arm in ARMS}


def _practise(
    recipe: TrainConfig, problems: ProblemSettings, goal: Goal, seed: int, folder: Path, arm: str
) -> list[Point]:
    run = replace(recipe.run, seed=seed, steps=goal.steps, eval_every=EVAL_EVERY, checkpoint_every=goal.steps)
    trainer = Trainer(
        replace(recipe, problems=problems, run=run), load_model(folder / "primed"), folder / arm
    )
    points: list[Point] = []
    started = time.process_time()

    def on_step(metrics: dict[str, float]) -> None:
        if "eval_solve_rate" not in metrics:
            return
        step, solved = metrics["step"], metrics["eval_solve_rate"]
        spent, position = time.process_time() - started, trainer.curriculum.positions[0]
        points.append({"step": step, "cpu_s": spent, "eval": solved, "level": position})
        print(f"{folder.name} {arm} step {step:.0f}: {spent:.0f} CPU-s, {solved:.1%} solved", flush=True)

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
    print(json.dumps(same_score(curves)))


if __name__ == "__main__":
    main()

"""Ten algorithms on Countdown at equal samples, three seeds each, from the same primed models.

Each takes the values of its preset (docs/algorithms.md), without a bonus for entropy, two optimizer steps a
batch of 32 problems x 16 episodes, and the learning rate that served it best on a seed of its own. Samples
are episodes played: what dynamic sampling plays and leaves out is counted.
"""

import math
import statistics
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from benchmarks.bars import Outcome, at_least
from benchmarks.learning_curves import Curve, Point, Run, curves, folder_of
from reasongym.agents.algorithms import PRESETS, AlgorithmSettings
from reasongym.agents.rehearsal import rehearsal
from reasongym.evaluation.statistics import Interval, student_t

START = "mini-r1"
"""The recipe whose small problem and primed model all share."""
ALGORITHMS = ("grpo", "dr_grpo", "dapo", "rloo", "reinforce++", "ppo", "gspo", "cispo", "raft", "dpo")
RATES = (4e-4, 8e-4, 1.6e-3)
CRITIC_TIMES = 2.5
"""A critic learns so many times as fast as its policy."""
UPDATES = 2
TUNING_SEED, SEEDS = 100, (0, 1, 2)
TUNING_EPISODES, EPISODES = 40_960, 81_920
GROUPS, GROUP_SIZE = 32, 16


class Result(NamedTuple):
    """What an algorithm came to."""

    learning_rate: float
    """The best of `RATES` on the seed that is for choosing it."""
    solve_rates: list[float]
    """At `EPISODES`, by seed."""
    mean: float
    interval: Interval
    """95% of the mean over seeds, by Student's t; far wider than problems alone would make it."""
    curves: list[Curve]


def comparison() -> Outcome:
    """Choose the learning rates, then run every algorithm on every seed."""
    folder = folder_of("algorithms")
    trials = {
        (name, rate): _run(name, rate, TUNING_SEED, TUNING_EPISODES) for name in ALGORITHMS for rate in RATES
    }
    tried = curves(list(trials.values()), folder)
    best = {
        name: max((solved_at(tried[trials[name, rate].name], TUNING_EPISODES), rate) for rate in RATES)[1]
        for name in ALGORITHMS
    }
    runs = {(name, seed): _run(name, best[name], seed, EPISODES) for name in ALGORITHMS for seed in SEEDS}
    found = curves(list(runs.values()), folder)
    results = {
        name: _result(best[name], [found[runs[name, seed].name] for seed in SEEDS]) for name in ALGORITHMS
    }
    start = statistics.fmean(curve[0].solve_rate for curve in found.values())
    risen = sum(result.interval.low > start for result in results.values())
    figures = {name: result._asdict() for name, result in results.items()}
    bars = [
        at_least("algorithms compared", len(results), 10),
        at_least("seeds of each", min(len(result.curves) for result in results.values()), 3),
        at_least("algorithms whose interval lies above the start", risen, 1),
    ]
    return Outcome(bars, {"start": start, "episodes": EPISODES, "algorithms": figures})


def _run(preset: str, rate: float, seed: int, episodes: int) -> Run:
    """Return a run of an algorithm by its preset alone."""
    demo = rehearsal(START)
    recipe = demo.recipe
    algorithm = replace(AlgorithmSettings(**PRESETS[preset]), critic_learning_rate=CRITIC_TIMES * rate)
    if algorithm.epochs == 1:
        algorithm = replace(algorithm, updates=UPDATES)
    recipe = replace(
        recipe,
        rollout=replace(recipe.rollout, groups=GROUPS, group_size=GROUP_SIZE),
        algorithm=algorithm,
        optimizer=replace(recipe.optimizer, learning_rate=rate),
        shaping=(),
        run=replace(recipe.run, seed=seed),
    )
    return Run(f"{preset}-{rate:g}-{seed}", replace(demo, recipe=recipe), episodes)


def _result(rate: float, all_curves: list[Curve]) -> Result:
    rates = [solved_at(curve, EPISODES) for curve in all_curves]
    mean = statistics.fmean(rates)
    half = student_t(len(rates) - 1) * statistics.stdev(rates) / math.sqrt(len(rates))
    return Result(rate, rates, mean, Interval(max(0.0, mean - half), min(1.0, mean + half)), all_curves)


def solved_at(curve: Curve, episodes: int) -> float:
    """Return the solve rate after so many episodes, between two evaluations on the line through them."""
    for before, after in pairwise(curve):
        if before.episodes <= episodes <= after.episodes:
            return _between(before, after, episodes)
    raise ValueError(f"the curve ends at {curve[-1].episodes} episodes, before {episodes}")


def _between(before: Point, after: Point, episodes: int) -> float:
    share = (episodes - before.episodes) / (after.episodes - before.episodes)
    return before.solve_rate + share * (after.solve_rate - before.solve_rate)

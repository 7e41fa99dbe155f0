"""The learner learns small levels of other families from nothing too: one recipe each, no setting but sizes.

Each item runs `reasongym demo --recipe NAME` and reads what it measured on problems of the level, held out
where the level has a split.
"""

import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.bars import Outcome, at_least
from reasongym.evaluation import rescore

RUNS = Path(__file__).parents[1] / "runs"
LEAST_GAIN = 0.15
"""Points over both the primed model and random legal play."""


def learning(recipe: str) -> Outcome:
    """Run a recipe's demo on seed 0, from nothing."""
    folder = RUNS / f"prove-{recipe}"
    shutil.rmtree(folder, ignore_errors=True)
    command = [Path(sys.executable).with_name("reasongym"), "demo", "--recipe", recipe, "--output", folder]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    rates = {run.name: _solve_rate(run) for run in sorted((folder / "eval").iterdir())}
    players = {player: _of(rates, player) for player in ("random", "primed", "trained")}
    best_blind = max(players["random"], players["primed"])
    bars = [at_least("points over random and primed play", players["trained"] - best_blind, LEAST_GAIN)]
    return Outcome(bars, {"wall_s": round(time.perf_counter() - started), "solve rates": rates})


def _solve_rate(folder: Path) -> float:
    report = rescore(folder)
    assert report.result is not None, report.findings
    return report.result.scores.solve_rate


def _of(rates: dict[str, float], player: str) -> float:
    """Return the rate on the held-out split, or on all problems where none are held out."""
    return rates.get(f"{player}-eval", rates.get(f"{player}-all", 0.0))


gcd, knights_knaves, base_conversion, tower_of_hanoi, regex = (
    partial(learning, f"{name}-demo")
    for name in ("gcd", "knights-knaves", "base-conversion", "tower-of-hanoi", "regex")
)

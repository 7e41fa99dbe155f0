"""Prove that the demo learns: run it as a user does, then read what it measured on fresh problems."""

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.bars import Bar, Outcome, at_least, at_most
from reasongym import registry
from reasongym.agents.recipes import load_recipe
from reasongym.evaluation import Scores, rescore

RUNS = Path(__file__).parents[1] / "runs"
PLAYERS = {
    "random": "random-eval",
    "primed": "primed-eval",
    "trained": "trained-eval",
    "trained, train split": "trained-train",
}
MOST_MINUTES, MOST_MEMORY_MB = 5, 1024
LEAST_SOLVED, LEAST_GAIN, LEAST_LEGAL, LARGEST_GAP = 0.40, 0.30, 0.80, 0.05
LEAST_PROBLEMS, LEAST_SPACE = 1_000, 50_000


def seed(number: int) -> Outcome:
    """Run the demo on a seed, from nothing."""
    folder = RUNS / f"prove-demo-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    command = [Path(sys.executable).with_name("reasongym"), "demo", "--seed", str(number), "--output", folder]
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    if status:
        raise RuntimeError(f"the demo failed; run it again to see why: {' '.join(map(str, command))}")
    scores = {player: _scores(folder / "eval" / run) for player, run in PLAYERS.items()}
    measured = {
        "wall_s": wall_s,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_memory_mb": usage.ru_maxrss / 1024,
        "load_average": os.getloadavg()[0],
    }
    rates = {player: {"solve_rate": one.solve_rate, "legal": legal(one)} for player, one in scores.items()}
    return Outcome(_bars(scores, measured), measured | rates)


seed_0, seed_1, seed_2 = (partial(seed, number) for number in range(3))


def _scores(folder: Path) -> Scores:
    """Judge a run's stored completions again; the demo's own figures are not taken on trust."""
    report = rescore(folder)
    assert report.result is not None, report.findings
    return report.result.scores


def legal(scores: Scores) -> float:
    """Return the share of answers that keep the rules, right or wrong."""
    kept = sum(scores.reasons.get(reason, 0) for reason in ("ok", "wrong_value"))
    return kept / sum(scores.reasons.values())


def _bars(scores: dict[str, Scores], measured: dict[str, float]) -> list[Bar]:
    problems = load_recipe("countdown-demo").problems
    solved = {player: one.solve_rate for player, one in scores.items()}
    gap = abs(solved["trained, train split"] - solved["trained"])
    return [
        at_least("solve rate, trained", solved["trained"], LEAST_SOLVED),
        at_least("points over the primed model", solved["trained"] - solved["primed"], LEAST_GAIN),
        at_least("points over random legal play", solved["trained"] - solved["random"], LEAST_GAIN),
        at_least("legal answers, primed", legal(scores["primed"]), LEAST_LEGAL),
        at_most("gap of train and eval solve rates", gap, LARGEST_GAP),
        at_least("fresh problems measured", scores["trained"].num_problems, LEAST_PROBLEMS),
        at_least("problems at the level", registry.get(problems.env).space(problems.level), LEAST_SPACE),
        at_most("minutes without the set-up", measured["wall_s"] / 60, MOST_MINUTES),
        at_most("peak memory in MB", measured["peak_memory_mb"], MOST_MEMORY_MB),
    ]

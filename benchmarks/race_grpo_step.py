"""Race one GRPO step on CPU against TRL and against a loop without a framework.

    python -m benchmarks.race_grpo_step [--runs 5] [--race ragged]

Same model, prompts, reward and batch, one thread, one update per batch, no dead groups. Every run is a fresh
process, and the contestants take turns; figures are medians over runs of CPU seconds per step, after the
warm-up. The races (`step_course.COURSES`):

    equal    8 problems x 8 episodes of 64 sampled tokens
    ragged   the same, but completions end by themselves, after about 16 tokens on average
    prompts  8 problems x 16 episodes of 256 sampled tokens, behind prompts of as many

What dropping dead groups saves is measured apart: our step where every second group is dead, beside the same
step made to learn from those too.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bars import Bar, Outcome, at_most

Run = dict[str, Any]

ROOT = Path(__file__).parents[1]
BOUNDS = {
    "equal": {"trl": 0.60, "raw": 1.0},
    "ragged": {"trl": 0.35, "raw": 1.0},
    "prompts": {"trl": 0.35},
}
"""Most CPU seconds per step of ours, as a share of a rival's."""
RUNS = {"equal": 5, "ragged": 5, "prompts": 3}
"""Of each contestant; steps on long prompts are long, and vary less."""
WARMUP = 2
MOST_UNEQUAL_WORK = 0.05
"""Contestants sample different lengths; beyond this their tokens per step are too unlike to compare."""
TITLES = {
    "equal": "equal lengths",
    "ragged": "ragged lengths",
    "prompts": "16 episodes on prompts as long as completions",
}
OURS, HALF_DEAD = "reasongym", ("half dead", "half dead kept")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "TRL_EXPERIMENTAL_SILENCE": "1"}


def race(
    name: str, *, runs: int, contestants: Sequence[str], say: Callable[[str], None] = print
) -> dict[str, Run]:
    """Let the contestants take turns; returns each one's medians."""
    results: dict[str, list[Run]] = {contestant: [] for contestant in contestants}
    for turn in range(runs):
        for contestant in contestants:
            run = _run(contestant, name)
            results[contestant].append(run)
            say(f"{name} {turn + 1}/{runs} {contestant:14} {run['cpu_s']:.3f} CPU-s/step")
    return {contestant: _median(all_runs) for contestant, all_runs in results.items()}


def _run(contestant: str, name: str) -> Run:
    """Run one contestant in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "run.json")
        flags = ["--contestant", contestant, "--race", name, "--record", record]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.race_grpo_step", *flags],
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{contestant} failed:\n{done.stderr[-2000:]}")
        return json.loads(record.read_text())


def _median(runs: list[Run]) -> Run:
    names = list(dict.fromkeys(name for run in runs for name in run["phases"]))
    phases = {name: statistics.median(run["phases"].get(name, 0.0) for run in runs) for name in names}
    figures = {name: statistics.median(run[name] for run in runs) for name in ("cpu_s", "peak_mb")}
    return {**figures, "tokens": statistics.fmean(run["tokens"] for run in runs), "phases": phases}


def ratios(results: dict[str, Run]) -> dict[str, float]:
    """Return our CPU seconds over each rival's, the larger of per step and per trained token.

    Raises where they did not do the same work.
    """
    ours, mean = results[OURS], statistics.fmean(run["tokens"] for run in results.values())
    for rival, run in results.items():
        if abs(run["tokens"] / mean - 1) > MOST_UNEQUAL_WORK:
            raise RuntimeError(f"{rival} trained {run['tokens']:.0f} tokens a step, all together {mean:.0f}")
    return {
        rival: ours["cpu_s"] / run["cpu_s"] * max(1.0, run["tokens"] / ours["tokens"])
        for rival, run in results.items()
        if rival != OURS
    }


def compete(contestant: str, name: str) -> Run:
    """Be one contestant: run the steps in this process and measure them."""
    import torch

    from benchmarks.step_contestants import CONTESTANTS
    from benchmarks.step_course import COURSES, Clock, Tally, peak_rss_mb

    torch.set_num_threads(1)
    course = COURSES[name]
    clock, tally, measured = Clock(), Tally(course.group_size), course.steps
    CONTESTANTS[contestant](course, WARMUP + measured, clock, tally)
    assert len(clock.marks) == len(tally.tokens) + 1 == WARMUP + measured + 1
    assert tally.dead_groups == 0 or contestant in HALF_DEAD, "a dead group would be work that ours skips"
    (start, before), (end, after) = clock.marks[WARMUP], clock.marks[-1]
    return {
        "cpu_s": (end - start) / measured,
        "tokens": statistics.fmean(tally.tokens[WARMUP:]),
        "peak_mb": peak_rss_mb(),
        "phases": {name: (after[name] - before.get(name, 0.0)) / measured for name in after},
    }


def bars(name: str, results: dict[str, Run]) -> list[Bar]:
    """Hold our CPU time against the bounds, and our memory against TRL's."""
    cpu = [
        at_most(f"CPU seconds as a share of {rival}'s, {TITLES[name]}", ratio, BOUNDS[name][rival])
        for rival, ratio in ratios(results).items()
    ]
    memory = results[OURS]["peak_mb"] / results["trl"]["peak_mb"]
    return [*cpu, at_most(f"peak memory as a share of trl's, {TITLES[name]}", memory, 1.0)]


def saved(runs: int) -> dict[str, Any]:
    """Measure what leaving dead groups out of the update saves where every second group is dead."""
    results = race("equal", runs=runs, contestants=HALF_DEAD)
    dropped, kept = (results[contestant]["cpu_s"] for contestant in HALF_DEAD)
    return {**results, "saved": 1 - dropped / kept}


def table(name: str, results: dict[str, Run]) -> str:
    """Lay the medians out."""
    lines = [f"{TITLES[name]}: CPU seconds per step, median of the runs"]
    for contestant, run in results.items():
        phases = "  ".join(f"{phase} {value:.3f}" for phase, value in run["phases"].items())
        work = f"{run['tokens']:5.0f} tokens  {run['peak_mb']:5.0f} MB"
        lines.append(f"  {contestant:10} {run['cpu_s']:.3f}  {work}  {phases}")
    verdicts = {True: "met", False: "MISSED"}
    lines += [
        f"  {bar.figure:.3f} {bar.name}, {bar.bound}: {verdicts[bar.is_met]}" for bar in bars(name, results)
    ]
    return "\n".join(lines)


def step_race() -> Outcome:
    """Run all races and hold ours against the bounds."""
    results = {name: race(name, runs=RUNS[name], contestants=(OURS, *BOUNDS[name])) for name in BOUNDS}
    every = [bar for name, result in results.items() for bar in bars(name, result)]
    return Outcome(every, {**results, "half the groups dead": saved(3)})


def main() -> None:
    """Race, or be one contestant of a race."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--race", choices=list(BOUNDS))
    parser.add_argument("--contestant", help=argparse.SUPPRESS)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.contestant:
        flags.record.write_text(json.dumps(compete(flags.contestant, flags.race)))
        return
    for name in [flags.race] if flags.race else BOUNDS:
        print(table(name, race(name, runs=flags.runs, contestants=(OURS, *BOUNDS[name]))), flush=True)
    if not flags.race:
        print(f"leaving out dead groups, half of all, saves {saved(flags.runs)['saved']:.0%} of a step")


if __name__ == "__main__":
    main()

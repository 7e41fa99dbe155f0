"""Race one GRPO step on CPU against TRL and against a loop without a framework.

    python -m benchmarks.race_grpo_step [--runs 5] [--lengths ragged]

Same model, prompts, reward and batch (8 problems x 8 episodes, at most 64 new tokens), one thread, one update
per batch, no dead groups. Every run is a fresh process, and the contestants take turns; figures are medians
over runs of CPU seconds per step, after the warm-up.
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

from benchmarks.bars import Outcome, at_most

Run = dict[str, Any]

ROOT = Path(__file__).parents[1]
BOUNDS = {"equal": {"trl": 0.70, "raw": 1.0}, "ragged": {"trl": 0.45, "raw": 1.0}}
"""Most CPU seconds per step of ours, as a share of a rival's."""
WARMUP = 2
STEPS = {"equal": 6, "ragged": 12}
"""Measured steps of a run; ragged lengths vary, so more of them are needed for equal work."""
MOST_UNEQUAL_WORK = 0.05
"""Contestants sample different lengths; beyond this their tokens per step are too unlike to compare."""
RIVALS = ("reasongym", "trl", "raw")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "TRL_EXPERIMENTAL_SILENCE": "1"}


def race(
    lengths: str, *, runs: int, rivals: Sequence[str] = RIVALS, say: Callable[[str], None] = print
) -> dict[str, Run]:
    """Let the rivals take turns; returns each one's medians."""
    results: dict[str, list[Run]] = {rival: [] for rival in rivals}
    for turn in range(runs):
        for rival in rivals:
            run = _run(rival, lengths)
            results[rival].append(run)
            say(f"{lengths} {turn + 1}/{runs} {rival:10} {run['cpu_s']:.3f} CPU-s/step")
    return {rival: _median(all_runs) for rival, all_runs in results.items()}


def _run(rival: str, lengths: str) -> Run:
    """Run one contestant in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "run.json")
        flags = ["--contestant", rival, "--lengths", lengths, "--record", record]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.race_grpo_step", *flags],
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{rival} failed:\n{done.stderr[-2000:]}")
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
    ours, mean = results["reasongym"], statistics.fmean(run["tokens"] for run in results.values())
    for rival, run in results.items():
        if abs(run["tokens"] / mean - 1) > MOST_UNEQUAL_WORK:
            raise RuntimeError(f"{rival} trained {run['tokens']:.0f} tokens a step, all together {mean:.0f}")
    return {
        rival: ours["cpu_s"] / run["cpu_s"] * max(1.0, run["tokens"] / ours["tokens"])
        for rival, run in results.items()
        if rival != "reasongym"
    }


def compete(rival: str, lengths: str) -> Run:
    """Be one contestant: run the steps in this process and measure them."""
    import torch

    from benchmarks.step_contestants import CONTESTANTS
    from benchmarks.step_course import Clock, Tally, peak_rss_mb

    torch.set_num_threads(1)
    clock, tally, measured = Clock(), Tally(), STEPS[lengths]
    CONTESTANTS[rival](lengths, WARMUP + measured, clock, tally)
    assert len(clock.marks) == len(tally.tokens) + 1 == WARMUP + measured + 1
    assert tally.dead_groups == 0, "a dead group would be work that ours skips"
    (start, before), (end, after) = clock.marks[WARMUP], clock.marks[-1]
    return {
        "cpu_s": (end - start) / measured,
        "tokens": statistics.fmean(tally.tokens[WARMUP:]),
        "peak_mb": peak_rss_mb(),
        "phases": {name: (after[name] - before.get(name, 0.0)) / measured for name in after},
    }


def table(lengths: str, results: dict[str, Run]) -> str:
    """Lay the medians out."""
    lines = [f"{lengths} lengths: CPU seconds per step, median of the runs"]
    for rival, run in results.items():
        phases = "  ".join(f"{name} {value:.3f}" for name, value in run["phases"].items())
        work = f"{run['tokens']:5.0f} tokens  {run['peak_mb']:5.0f} MB"
        lines.append(f"  {rival:10} {run['cpu_s']:.3f}  {work}  {phases}")
    for rival, ratio in ratios(results).items():
        bound = BOUNDS[lengths][rival]
        lines.append(
            f"  {ratio:.3f} of {rival}, at most {bound:.2f}: {'met' if ratio <= bound else 'MISSED'}"
        )
    return "\n".join(lines)


def step_race() -> Outcome:
    """Run both races and hold ours against the bounds."""
    results = {lengths: race(lengths, runs=5) for lengths in BOUNDS}
    bars = [
        at_most(f"CPU seconds as a share of {rival}'s, {lengths} lengths", ratio, BOUNDS[lengths][rival])
        for lengths, result in results.items()
        for rival, ratio in ratios(result).items()
    ]
    return Outcome(bars, results)


def main() -> None:
    """Race, or be one contestant of a race."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lengths", choices=list(BOUNDS))
    parser.add_argument("--contestant", choices=RIVALS, help=argparse.SUPPRESS)
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.contestant:
        flags.record.write_text(json.dumps(compete(flags.contestant, flags.lengths)))
        return
    for lengths in [flags.lengths] if flags.lengths else BOUNDS:
        print(table(lengths, race(lengths, runs=flags.runs)), flush=True)


if __name__ == "__main__":
    main()

"""Race one GRPO step on CPU against TRL and against a loop without a framework.

    python -m benchmarks.race_grpo_step [--steps 24] [--race ragged]

Same model, prompts, reward and batch, one thread, one update per batch, no dead groups. Every contestant is a
process of its own, and they take turns step by step, the others waiting: a machine that is slow for a minute
is slow for all. A ratio is the median over turns of our CPU seconds beside a rival's. The races
(`step_course.COURSES`):

    equal    8 problems x 8 episodes of 64 sampled tokens
    ragged   the same, but completions end by themselves, after about 16 tokens on average
    prompts  8 problems x 16 episodes of 256 sampled tokens, behind prompts of as many

What dropping dead groups saves is measured apart: our step where every second group is dead, beside the same
step made to learn from those too.
"""

import argparse
import itertools
import multiprocessing
import os
import statistics
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.bars import Bar, Outcome, at_most

Run = dict[str, Any]

BOUNDS = {
    "equal": {"trl": 0.60, "raw": 1.0},
    "ragged": {"trl": 0.35, "raw": 1.0},
    "prompts": {"trl": 0.35},
}
"""Most CPU seconds per step of ours, as a share of a rival's."""
STEPS = {"equal": 24, "ragged": 60, "prompts": 7}
"""Measured of each contestant; ragged lengths vary, so more of them are needed for equal work."""
WARMUP = 2
MOST_UNEQUAL_WORK = 0.1
"""Contestants sample different lengths; beyond this their tokens per step are too unlike to compare."""
MOST_DEAD = 0.02
"""Share of groups whose rewards are all alike: ours does no work for them."""
TITLES = {
    "equal": "equal lengths",
    "ragged": "ragged lengths",
    "prompts": "16 episodes on prompts as long as completions",
}
OURS, HALF_DEAD = "reasongym", ("half dead", "half dead kept")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "TRL_EXPERIMENTAL_SILENCE": "1"}


def race(
    name: str, *, steps: int, contestants: Sequence[str], say: Callable[[str], None] = print
) -> dict[str, Run]:
    """Let the contestants take turns; returns what each spent."""
    with ExitStack() as stack:
        runners = {
            contestant: stack.enter_context(_Runner(contestant, name, steps)) for contestant in contestants
        }
        spent: dict[str, list[float]] = {contestant: [] for contestant in contestants}
        for turn in range(steps):
            for contestant, runner in runners.items():
                spent[contestant].append(runner.step())
            figures = "  ".join(f"{contestant} {spent[contestant][-1]:.3f}" for contestant in contestants)
            say(f"{name} {turn + 1}/{steps} CPU-s: {figures}")
        return {contestant: runner.end() for contestant, runner in runners.items()}


class _Runner:
    """A contestant in a process of its own, which waits before each of its steps."""

    def __init__(self, contestant: str, name: str, steps: int) -> None:
        self._contestant = contestant
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=compete, args=(contestant, name, steps, theirs), name=contestant, daemon=True
        )
        self._process.start()
        theirs.close()
        self._received()

    def step(self) -> float:
        """Let it take a step; returns the CPU seconds."""
        self._connection.send(None)
        return self._received()

    def end(self) -> Run:
        """Let it end; returns what it measured."""
        self._connection.send(None)
        return self._received()

    def _received(self) -> Any:
        try:
            what = self._connection.recv()
        except EOFError:
            what = f"it died with exit code {self._process.exitcode}"
        if isinstance(what, str):
            raise RuntimeError(f"{self._contestant} failed: {what}")
        return what

    def __enter__(self) -> "_Runner":
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.join()


def compete(contestant: str, name: str, steps: int, connection: Connection) -> None:
    """Be one contestant: run the steps in this process, each when told, and measure them."""
    os.environ.update(ONE_THREAD)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    try:
        connection.send(_measured(contestant, name, steps, connection))
    except BaseException:
        connection.send(traceback.format_exc()[-2000:])


def _measured(contestant: str, name: str, steps: int, connection: Connection) -> Run:
    import torch

    from benchmarks.step_contestants import CONTESTANTS
    from benchmarks.step_course import COURSES, Clock, Tally, peak_rss_mb

    torch.set_num_threads(1)

    def take_turns() -> None:
        done = len(clock.marks) - 1 - WARMUP
        if done >= 0:
            connection.send(clock.marks[-1][0] - clock.marks[-2][0])
            connection.recv()

    course = COURSES[name]
    clock, tally = Clock(take_turns), Tally(course.group_size)
    CONTESTANTS[contestant](course, WARMUP + steps, clock, tally)
    assert len(clock.marks) == len(tally.tokens) + 1 == WARMUP + steps + 1
    most_dead = MOST_DEAD * course.num_groups * len(tally.tokens)
    assert tally.dead_groups <= most_dead or contestant in HALF_DEAD, f"{tally.dead_groups} groups are dead"
    measured = clock.marks[WARMUP:]
    each = [end - start for (start, _), (end, _) in itertools.pairwise(measured)]
    (_, before), (_, after) = measured[0], measured[-1]
    return {
        "cpu_s": statistics.median(each),
        "each_cpu_s": each,
        "tokens": statistics.fmean(tally.tokens[WARMUP:]),
        "peak_mb": peak_rss_mb(),
        "phases": {name: (after[name] - before.get(name, 0.0)) / steps for name in after},
    }


def ratios(results: dict[str, Run]) -> dict[str, float]:
    """Return our CPU seconds over each rival's, the larger of per step and per trained token.

    Raises where they did not do the same work.
    """
    ours, mean = results[OURS], statistics.fmean(run["tokens"] for run in results.values())
    for rival, run in results.items():
        if abs(run["tokens"] / mean - 1) > MOST_UNEQUAL_WORK:
            raise RuntimeError(f"{rival} trained {run['tokens']:.0f} tokens a step, all together {mean:.0f}")
    return {
        rival: share(ours, run) * max(1.0, run["tokens"] / ours["tokens"])
        for rival, run in results.items()
        if rival != OURS
    }


def share(run: Run, other: Run) -> float:
    """Return the median over turns of what one spent, as a share of what the other did."""
    pairs = zip(run["each_cpu_s"], other["each_cpu_s"], strict=True)
    return statistics.median(one / another for one, another in pairs)


def bars(name: str, results: dict[str, Run]) -> list[Bar]:
    """Hold our CPU time against the bounds, and our memory against TRL's."""
    cpu = [
        at_most(f"CPU seconds as a share of {rival}'s, {TITLES[name]}", ratio, BOUNDS[name][rival])
        for rival, ratio in ratios(results).items()
    ]
    memory = results[OURS]["peak_mb"] / results["trl"]["peak_mb"]
    return [*cpu, at_most(f"peak memory as a share of trl's, {TITLES[name]}", memory, 1.0)]


def saved(steps: int) -> dict[str, Any]:
    """Measure what leaving dead groups out of the update saves where every second group is dead."""
    results = race("equal", steps=steps, contestants=HALF_DEAD)
    dropped, kept = (results[contestant] for contestant in HALF_DEAD)
    return {**results, "saved": 1 - share(dropped, kept)}


def table(name: str, results: dict[str, Run]) -> str:
    """Lay the medians out."""
    lines = [f"{TITLES[name]}: CPU seconds per step, medians, phases on average"]
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
    results: dict[str, Any] = {}
    every: list[Bar] = []
    for name, rivals in BOUNDS.items():
        results[name] = race(name, steps=STEPS[name], contestants=(OURS, *rivals))
        every += bars(name, results[name])
    return Outcome(every, {**results, "half the groups dead": saved(STEPS["equal"])})


def main() -> None:
    """Run the races."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, help="measured of each contestant")
    parser.add_argument("--race", choices=list(BOUNDS))
    flags = parser.parse_args()
    for name in [flags.race] if flags.race else BOUNDS:
        steps = flags.steps or STEPS[name]
        print(table(name, race(name, steps=steps, contestants=(OURS, *BOUNDS[name]))), flush=True)
    if not flags.race:
        share_saved = saved(flags.steps or STEPS["equal"])["saved"]
        print(f"leaving out dead groups, half of all, saves {share_saved:.0%} of a step")


if __name__ == "__main__":
    main()

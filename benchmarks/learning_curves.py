"""Learning curves: how many problems of the eval split a run solves after so many episodes.

A run's result is kept in its folder, so that an interrupted proof goes on where it stood, and the runs of a
proof share the machine's cores, one thread each.
"""

import hashlib
import math
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec
import torch

from benchmarks.prove import ROOT, source_commit
from reasongym.agents.config import TrainConfig
from reasongym.agents.demo import DemoSettings, Show
from reasongym.agents.preparing import prepare
from reasongym.agents.rehearsal import with_model
from reasongym.agents.trainer import Trainer
from reasongym.evaluation.statistics import Interval, wilson

EVAL_PROBLEMS = 500
EPISODES_BETWEEN = 10_240
"""From one evaluation to the next, where every step plays as many episodes as it was asked for."""
CURVE_FILE = "curve.json"


class Point(NamedTuple):
    """What was solved after so many episodes."""

    episodes: int
    solve_rate: float

    @property
    def interval(self) -> Interval:
        """The 95% interval of the rate over problems."""
        return wilson(self.solve_rate, EVAL_PROBLEMS)


Curve: TypeAlias = list[Point]


@dataclass(frozen=True, slots=True)
class Run:
    """A run from a small primed model of its own problem, up to so many episodes."""

    name: str
    demo: DemoSettings
    episodes: int


def folder_of(proof: str) -> Path:
    """Return where the runs of a proof lie, apart for every commit."""
    return ROOT / "runs" / f"prove-{proof}" / source_commit()


def curves(runs: Sequence[Run], folder: Path, say: Callable[[str], None] = print) -> dict[str, Curve]:
    """Make all runs, as many at once as there are cores, and return their curves by name."""
    found: dict[str, Curve] = {}
    starts = {_start(run.demo, folder): run.demo for run in runs}
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=get_context("spawn")) as pool:
        list(pool.map(_primed, starts.values(), starts.keys()))
        waiting = {pool.submit(curve, run, folder): run.name for run in runs}
        for done in as_completed(waiting):
            name, points = waiting[done], done.result()
            found[name] = points
            say(f"  {name}: {points[0].solve_rate:.1%} -> {points[-1].solve_rate:.1%}")
    return {run.name: found[run.name] for run in runs}


def _start(demo: DemoSettings, folder: Path) -> Path:
    """Return the folder of the primed model that all runs from the same start share."""
    told = repr((demo.recipe.problems, demo.priming, demo.shape, demo.recipe.run.seed))
    return folder / "starts" / hashlib.sha256(told.encode()).hexdigest()[:16]


def _primed(demo: DemoSettings, start: Path) -> TrainConfig:
    torch.set_num_threads(1)
    return with_model(demo, start, _quiet)


@contextmanager
def _quiet(title: str, total: int | None) -> Generator[Show]:
    def show(done: int, total: int | None = total, **figures: str) -> None:
        pass

    yield show


def curve(run: Run, folder: Path) -> Curve:
    """Make a run, or read what it came to."""
    own = folder / run.name
    kept = own / CURVE_FILE
    if not kept.exists():
        shutil.rmtree(own, ignore_errors=True)
        points = _trained(_primed(run.demo, _start(run.demo, folder)), own, run.episodes)
        kept.write_bytes(msgspec.json.encode(points))
    return [Point(*pair) for pair in msgspec.json.decode(kept.read_bytes())]


def _trained(config: TrainConfig, folder: Path, episodes: int) -> Curve:
    per_step = config.rollout.groups * config.rollout.group_size
    every = max(1, EPISODES_BETWEEN // per_step)
    run = replace(
        config.run,
        steps=math.ceil(episodes / per_step),
        eval_every=every,
        eval_problems=EVAL_PROBLEMS,
        log_groups=0,
    )
    trainer = Trainer(replace(config, run=run), prepare(config.model), folder)
    points: Curve = []
    played = 0
    while True:
        metrics = trainer.advance()
        if "eval_solve_rate" in metrics:  # measured before the step
            points.append(Point(played, metrics["eval_solve_rate"]))
            if played >= episodes:
                return points
        played += int(metrics["episodes"])

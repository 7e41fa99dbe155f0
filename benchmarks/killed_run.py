"""A training run as a process that is killed at a chosen moment, as often as one likes.

Its processes are forked off one that has imported everything, so that a start costs no imports; from there
on each does what the command line does.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from statistics import median

import msgspec

from reasongym.agents.run_folder import METRICS_FILE

TIMING = "timing.jsonl"
"""The one log that is never cut back; its lines count the steps taken by all processes together."""
POLL_S = 0.001
PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What an undisturbed run of the same config took."""

    loading_s: float
    """From the start of a process to its first optimizer step."""
    step_s: float
    updates: tuple[int, ...]
    """Optimizer steps of each training step."""
    stage_ends: tuple[int, ...]
    """Steps after which the next stage took over."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a kill found the run."""

    kind: str
    was_alive: bool
    is_between: bool
    """Some of a step's optimizer steps were taken and others were not."""
    is_amid_write: bool
    """A checkpoint or the model was left half written."""
    undid_stage: bool
    """A stage had begun that no checkpoint knew of."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a config file in a folder, to be started as often as it is killed."""

    config: Path
    folder: Path

    def finish(self) -> Pace:
        """Go on to the end; raises RuntimeError where that fails."""
        started = time.time()
        process = self._start()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"reasongym train {self.config} ended with {process.exitcode}")
        return self._pace(started)

    def _pace(self, started: float) -> Pace:
        updates, metrics = self._updates(), json_lines(self.folder / METRICS_FILE)
        taken = Counter(step for _, step in updates)
        stages = pairwise(one.get("stage") for one in metrics)
        return Pace(
            loading_s=updates[0][0] - started if updates else 0.0,
            step_s=median(one["wall_s"] for one in json_lines(self.folder / TIMING)),
            updates=tuple(taken[step] for step in range(len(metrics))),
            stage_ends=tuple(step for step, (old, new) in enumerate(stages, 1) if old != new),
        )

    def kill(self, kind: str, pace: Pace, rng: random.Random) -> Landing:
        """Start or continue the run, and kill it at a random moment of a kind."""
        moment, wait_s = self._moment(kind, pace, rng)
        process = self._start()
        deadline = time.monotonic() + PATIENCE_S
        while not moment() and process.is_alive() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        time.sleep(rng.uniform(0, wait_s))
        was_alive = process.is_alive()
        process.kill()
        process.join()
        is_amid_write = self._is_saving() or self._is_exporting()
        return Landing(kind, was_alive, self._is_between(pace), is_amid_write, self._is_stage_unsaved(pace))

    def _moment(self, kind: str, pace: Pace, rng: random.Random) -> tuple[Callable[[], bool], float]:
        """Return what a kill of a kind waits for, and at most how long it then hesitates."""
        due = self.steps_taken() + rng.randint(1, 3)
        moments: dict[str, tuple[Callable[[], bool], float]] = {
            "loading": (lambda: True, pace.loading_s),
            "step": (lambda: self.steps_taken() >= due, pace.step_s),
            "update": (lambda: self.steps_taken() >= due - 1 and self._is_between(pace), 0.0),
            "stage": (lambda: self._is_stage_unsaved(pace), 0.0),
            "checkpoint": (self._is_saving, 0.0),
            "export": (self._is_exporting, 0.0),
        }
        return moments[kind]

    def _start(self) -> ForkServerProcess:
        self._updates_log.write_bytes(b"")
        process = _forks().Process(target=_train, args=(self.config, self.folder, self._updates_log))
        process.start()
        return process

    @property
    def _updates_log(self) -> Path:
        """When the latest process took each optimizer step, and of which training step."""
        return self.folder.with_suffix(".updates")

    def _updates(self) -> list[tuple[float, int]]:
        lines = self._updates_log.read_text().splitlines()
        return [(float(at), int(step)) for at, step in (line.split() for line in lines)]

    def _is_between(self, pace: Pace) -> bool:
        """Whether the step that is going on has taken some of its optimizer steps but not all."""
        updates = self._updates()
        step = _num_lines(self.folder / METRICS_FILE)
        taken = sum(of == step for _, of in updates)
        return step < len(pace.updates) and 0 < taken < pace.updates[step]

    def _is_stage_unsaved(self, pace: Pace) -> bool:
        """Whether the latest process has come to a stage that no checkpoint knows of."""
        steps = _num_lines(self.folder / METRICS_FILE) if self._updates() else 0
        saved = max(
            (int(path.stem[5:]) for path in (self.folder / "checkpoints").glob("step-*.pt")), default=0
        )
        return any(saved < end <= steps for end in pace.stage_ends)

    def steps_taken(self) -> int:
        """Count the steps that all processes of this run have taken."""
        return _num_lines(self.folder / TIMING)

    def _is_saving(self) -> bool:
        return any((self.folder / "checkpoints").glob("*.partial"))

    def _is_exporting(self) -> bool:
        return (self.folder / "model.partial").exists()


def json_lines(path: Path) -> list[dict[str, float]]:
    """Read a log of JSON lines."""
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def run_verb(*args: str) -> None:
    """Run a verb of the command line in a process of its own."""
    process = _forks().Process(target=_call, args=args)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"reasongym {' '.join(args)} ended with {process.exitcode}")


@cache
def _forks() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["reasongym.cli.train", "matplotlib.pyplot"])
    return context


def _train(config: Path, folder: Path, log: Path) -> None:
    """Train, and tell a log of every optimizer step."""
    from torch.optim.optimizer import register_optimizer_step_post_hook

    def tell(*_: object) -> None:
        with log.open("a") as file:
            file.write(f"{time.time()} {_num_lines(folder / METRICS_FILE)}\n")

    register_optimizer_step_post_hook(tell)
    _call("train", str(config), "--output", str(folder))


def _call(*args: str) -> None:
    """Be the command line, silent and on one thread: bits repeat at equal threads only."""
    import torch

    from reasongym.cli import main

    torch.set_num_threads(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.argv = ["reasongym", *args]
    main()


def _num_lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0

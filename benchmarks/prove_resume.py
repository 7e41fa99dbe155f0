"""Prove that `kill -9` costs nothing but time: a killed and resumed run ends with an undisturbed one's bytes.

The run is the demo's recipe on a model that was primed for seconds, cut down by flags. Some kills come while
it loads, some amid a step, some during the write of a checkpoint, one while the model is written.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.bars import Outcome, at_least, exactly

REASONGYM = Path(sys.executable).with_name("reasongym")
PRIME = {"steps": 150, "groups": 16, "hidden": 48, "intermediate": 96}
TRAIN = {"groups": 16, "checkpoint-every": 2, "eval-every": 4, "eval-problems": 20, "threads": 1}
"""Flags of the two verbs; a few of the primed model's answers are right, so that the weights move."""
TIMING = "timing.jsonl"
"""The one log that is never cut back; its lines count the steps taken by all processes together."""
NOT_COMPARED = (TIMING, "learning.png", "index.html")
"""What tells the time."""
LOADING_S = 2.0
"""A process is killed at most this long after its start where it is killed while it loads."""
POLL_S = 0.0005
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """A training run as a command, to be started as often as it is killed."""

    model: Path
    folder: Path
    num_steps: int

    def start(self) -> subprocess.Popen[bytes]:
        """Start the run, or continue it."""
        own = {"model": self.model, "output": self.folder, "steps": self.num_steps}
        return _start("train", "countdown-demo", TRAIN | own)

    def steps_taken(self) -> int:
        """Count the steps that all processes of this run have taken."""
        timing = self.folder / TIMING
        return timing.read_bytes().count(b"\n") if timing.exists() else 0

    def is_saving(self) -> bool:
        """Whether a checkpoint is being written."""
        return any((self.folder / "checkpoints").glob("*.partial"))

    def is_exporting(self) -> bool:
        """Whether the trained model is being written."""
        return (self.folder / "model.partial").exists()


def few_kills() -> Outcome:
    """Kill a short run three times."""
    return killed_and_resumed(num_steps=8, kills=["step", "checkpoint", "export"])


def many_kills() -> Outcome:
    """Kill a run sixteen times, of every kind."""
    kills = ["loading", *["step", "checkpoint", "step"] * 4, "loading", "step", "export"]
    return killed_and_resumed(num_steps=60, kills=kills)


def killed_and_resumed(*, num_steps: int, kills: list[str]) -> Outcome:
    """Run undisturbed, then run again with a kill at a random moment of each kind; compare every file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _finish(_start("prime", "Countdown-v0", PRIME | {"output": folder / "prime"}))
        calm, killed = (
            Run(folder / "prime" / "model", folder / one, num_steps) for one in ("calm", "killed")
        )
        _finish(calm.start())
        step_s = statistics.median(one["wall_s"] for one in _json_lines(calm.folder / TIMING))
        rng = random.Random(num_steps)
        landed = Counter(kind for kind in kills if _kill(killed, kind, step_s, rng))
        _finish(killed.start())
        contents = [_contents(run.folder) for run in (calm, killed)]
        differing = _differing(*contents)
        learned = [one["live_groups"] > 0 for one in _json_lines(calm.folder / "metrics.jsonl")]
        bars = [
            at_least("kills that landed", landed.total(), len(kills)),
            exactly("files that differ", len(differing), 0),
            at_least("files compared", len(contents[0]), 5),
            at_least("steps that learned something", sum(learned), 1),
        ]
        repeated = killed.steps_taken() - num_steps
        figures = {
            "kills": dict(landed),
            "steps": num_steps,
            "steps_repeated": repeated,
            "differing": differing,
        }
        return Outcome(bars, figures)


def _kill(run: Run, kind: str, step_s: float, rng: random.Random) -> bool:
    """Start the run and kill it; returns whether it was still alive."""
    taken, more = run.steps_taken(), rng.randint(1, 3)
    moments: dict[str, Callable[[], bool]] = {
        "loading": lambda: True,
        "step": lambda: run.steps_taken() >= taken + more,
        "checkpoint": run.is_saving,
        "export": run.is_exporting,
    }
    waits = {"loading": LOADING_S, "step": step_s}
    process = run.start()
    deadline = time.monotonic() + PATIENCE_S
    while not moments[kind]() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_S)
    time.sleep(rng.uniform(0, waits.get(kind, 0.0)))
    was_alive = process.poll() is None
    process.kill()
    process.wait()
    return was_alive


def _start(verb: str, what: str, flags: dict[str, int | Path]) -> subprocess.Popen[bytes]:
    """Start a verb of the command line with one thread: bits repeat at equal threads only."""
    arguments = [str(part) for name, value in flags.items() for part in (f"--{name}", value)]
    return subprocess.Popen(
        [REASONGYM, verb, what, *arguments],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _finish(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise RuntimeError(f"failed: {process.args}")


def _json_lines(path: Path) -> list[dict[str, float]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def _contents(folder: Path) -> dict[str, bytes]:
    """Read every file that a run leaves to its user.

    Not the checkpoints: pickles of equal states differ in which equal objects they write once.
    """
    left_out = {*folder.glob("checkpoints/*"), *(folder / name for name in NOT_COMPARED)}
    paths = [path for path in folder.rglob("*") if path.is_file() and path not in left_out]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))

"""Killing what the sandbox is made of, and its trainer, with signal 9 and at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from reasongym.sandbox.grading import Judgement
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.mixed import Judge, judged, submissions
from tests.sandbox.battery.world import ROOT, jail_folders, jail_processes

_JUDGED_BETWEEN = 12
_PATIENCE_S = 60.0
_TRAINER = """
import threading, time
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.sandboxes import Sandbox
sandbox = Sandbox({layer!r}, workers=2, limits=Limits(wall_s=600))
threading.Thread(target=sandbox.run, args=("import time; open('x', 'w').close(); time.sleep(600)",)).start()
sandbox.run("1")
session = sandbox.session()
session.run("import time")
print("ready", flush=True)
session.run("time.sleep(600)")
"""


class Batch(NamedTuple):
    """What became of a batch amid kills."""

    num_kills: int
    num_lost: int
    """Without a verdict, or unjudged."""
    num_wrong: int
    """With another verdict than in peace."""


def batch_amid_kills(layer: str, num_jobs: int, *, seed: int = 0) -> Batch:
    """Judge a batch while a process of its jails is killed again and again."""
    rng = random.Random(seed)
    with Sandbox(layer, workers=2) as sandbox:
        return batch_amid(sandbox, num_jobs, lambda: _killed_one(rng), rng=rng)


def batch_amid(
    judge: Judge,
    num_jobs: int,
    strike: Callable[[], bool],
    *,
    rng: random.Random,
    between: int = _JUDGED_BETWEEN,
) -> Batch:
    """Judge a batch, and strike whenever some more of it is judged; a strike says whether it killed."""
    expected = [verdict for verdict, _ in submissions(num_jobs)]
    num_kills, found = 0, list[Judgement]()
    for at, judgement in enumerate(judged(judge, num_jobs)):
        found.append(judgement)
        if at % between == 0:
            time.sleep(rng.uniform(0, 0.05))
            num_kills += strike()
    num_wrong = sum(one.verdict is not verdict for one, verdict in zip(found, expected, strict=False))
    num_unjudged = sum(not one.is_judged for one in found)
    return Batch(num_kills, len(expected) - len(found) + num_unjudged, num_wrong - num_unjudged)


def _is_alive(pid: int) -> bool:
    """Whether a process is there; one that ended and is only waited for has nothing left."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _killed_one(rng: random.Random) -> bool:
    """Kill a zygote, or the process that stands by it; returns whether there was one."""
    victims = sorted(jail_processes(os.getpid()))
    with suppress(ProcessLookupError):
        os.kill(rng.choice(victims), signal.SIGKILL)
        return True
    return False


def seconds_to_vanish(layer: str) -> float:
    """Kill a trainer amid a job and a session; returns how long anything of its sandbox is left."""
    trainer = subprocess.Popen(
        [sys.executable, "-c", _TRAINER.format(layer=layer)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert trainer.stdout is not None
    with trainer.stdout:
        assert trainer.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        processes = jail_processes(trainer.pid, jobs_too=True)
        folders = jail_folders(trainer.pid)
        assert processes
        trainer.kill()
        started = time.monotonic()
        trainer.wait()
    while time.monotonic() - started < _PATIENCE_S:
        alive = filter(_is_alive, processes)
        groups = list(Path("/sys/fs/cgroup").glob(f"*/reasongym-jail-{trainer.pid}-*"))
        if not any(alive) and not groups and not any(folder.exists() for folder in folders):
            break
        time.sleep(0.02)
    return time.monotonic() - started

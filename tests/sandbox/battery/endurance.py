"""Thousands of hostile jobs through one sandbox, and what is left of them here and on the machine."""

import gc
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from reasongym.sandbox.batches import in_order
from reasongym.sandbox.grading import CallTest, StdinTest, Verdict
from reasongym.sandbox.jobs import Limits, Status
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.items import Item, hostile
from tests.sandbox.battery.runs import HOSTILE_LIMITS
from tests.sandbox.battery.world import World, token

SHORT = replace(HOSTILE_LIMITS, cpu_s=0.2, wall_s=0.4)
"""Most hostile programs run into a limit, so ten thousand take a while."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Endured:
    """What many hostile jobs did."""

    num_jobs: int = 0
    num_accepted: int = 0
    num_unjudged: int = 0
    num_late: int = 0
    """Came back later than their limit and the allowance."""
    slowest_s: float = 0.0
    """Over its limit."""
    left: dict[str, str] = field(default_factory=dict[str, str])
    grown_bytes: int = 0
    """Of this process's resident memory."""
    is_working: bool = False
    """Whether a good job succeeds at the end."""


def endured(layer: str, num_jobs: int, *, allowance_s: float, workers: int | None = None) -> Endured:
    """Run hostile programs, all in turn in a random order, as many at one time as there are jails."""
    found = Endured()
    with World() as world, Sandbox(layer, workers=workers) as sandbox:
        items = [item.placed(world.places()) for item in hostile()]
        random.Random(num_jobs).shuffle(items)

        def judge(item: Item) -> None:
            _judge(sandbox, item, found, allowance_s)

        for _ in range(2 * sandbox.num_workers):
            judge(items[0])
        with ThreadPoolExecutor(sandbox.num_workers) as threads:
            list(threads.map(sandbox.run, ["print(1)"] * (4 * sandbox.num_workers)))
            traces, resident = world.traces(), _resident_bytes()
            order = (items[at % len(items)] for at in range(num_jobs))
            for _ in in_order(judge, order, num_threads=sandbox.num_workers, ahead=4 * sandbox.num_workers):
                pass  # not all at once, as a waiting job takes memory, too
            found.is_working = sandbox.run("print(6 * 7)").stdout == b"42\n"
            found.left = world.left(traces)
            found.grown_bytes = _resident_bytes() - resident
    return found


def _judge(sandbox: Sandbox, item: Item, found: Endured, allowance_s: float) -> None:
    test = CallTest("solve", [3], token()) if item.is_called else StdinTest("3\n", token())
    started = time.monotonic()
    verdict = sandbox.grade(item.code, [test], SHORT).verdict
    over_s = time.monotonic() - started - SHORT.wall
    found.num_jobs += 1
    found.num_accepted += verdict is Verdict.AC
    found.num_unjudged += verdict is Verdict.SANDBOX_ERROR
    found.num_late += over_s > allowance_s
    found.slowest_s = max(found.slowest_s, over_s)


def _resident_bytes() -> int:
    gc.collect()
    return _PAGE_BYTES * int(Path("/proc/self/statm").read_text().split()[1])


def grown_by_floods(layer: str, output_bytes: int, value_bytes: int) -> dict[str, int]:
    """Return by how much a long output and a long value make this process grow at their height."""
    limits = Limits(cpu_s=60.0, wall_s=300.0, memory_bytes=8 * value_bytes)
    writes = f"import os\nfor _ in range({output_bytes >> 20}):\n    os.write(1, b'x' * (1 << 20))"
    returns = f"def solve():\n    return 'x' * {value_bytes}"
    with Sandbox(layer, workers=1, limits=limits) as sandbox:
        sandbox.run("print(1)")
        before = _restarted_peak()
        assert sandbox.run(writes).status is Status.OUTPUT
        output = _peak_bytes() - before
        before = _restarted_peak()
        assert sandbox.grade(returns, [CallTest("solve", [], "y")]).verdict is Verdict.OLE
        return {"output": output, "value": _peak_bytes() - before}


def _restarted_peak() -> int:
    """Let the kernel measure the peak anew; returns the resident memory at that."""
    Path("/proc/self/clear_refs").write_text("5")
    return _resident_bytes()


def _peak_bytes() -> int:
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return 1024 * int(line.split()[1])

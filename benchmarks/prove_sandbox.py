"""How the sandbox holds: the battery whole in every setting, and many jobs amid load, floods and kills.

`python -m benchmarks.prove --only sandbox-battery sandbox-steady sandbox-endurance sandbox-kills`. As root,
so that the settings can be made: root, an ordinary user, and one without user namespaces; whoever is not root
proves the one setting that there is, and containers. An engine must be at hand (.ci/engine starts one), and
root may start another one, to kill it. Half a second over a limit is kept on a machine that does nothing
else. REASONGYM_SHARE scales the counts of jobs down for a trial, which misses their bars.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from unittest.mock import patch

from benchmarks.bars import Bar, Outcome, at_least, at_most, exactly
from reasongym.sandbox.capabilities import best_layer
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.distant_kills import (
    batch_amid_dead_containers,
    batch_amid_dead_engines,
    batch_amid_dead_servers,
)
from tests.sandbox.battery.endurance import endured, grown_by_floods
from tests.sandbox.battery.items import benign, hostile
from tests.sandbox.battery.kills import Batch, batch_amid_kills, seconds_to_vanish
from tests.sandbox.battery.mixed import busy_machine, judged, submissions
from tests.sandbox.battery.runs import ALLOWANCE_S
from tests.sandbox.battery.settings import SETTINGS, command
from tests.sandbox.engines import OwnEngine, own_engine

NUM_MIXED, NUM_HOSTILE, NUM_AMID_KILLS, NUM_TRAINERS = 500, 10_000, 400, 5
OVERSUBSCRIBED = 8
MIB = 1 << 20
SHARE = float(os.environ.get("REASONGYM_SHARE", "1"))


def battery() -> Outcome:
    """Run every program in every setting that can be made here."""
    settings = tuple(SETTINGS) if os.geteuid() == 0 else ("root",)  # which changes nothing
    bars: list[Bar] = []
    figures: dict[str, Any] = {"hostile": len(hostile()), "controls": len(benign())}
    for setting, layer in (*((setting, "auto") for setting in settings), ("root", "docker")):
        name = setting if layer == "auto" else layer
        rows = _rows(setting, layer)
        bars += _bars(name, rows)
        figures[name] = {
            "complaints": {row["name"]: row["complaints"] for row in rows if row["complaints"]},
            "refused beforehand": [row["name"] for row in rows if row["is_refused"]],
            "verdicts": Counter(row["verdict"] for row in rows),
            "slowest_s": max((row["wall_s"] for row in rows), default=0.0),
        }
    return Outcome(bars, figures)


def _rows(setting: str, layer: str) -> list[dict[str, Any]]:
    runs = (sys.executable, "-m", "tests.sandbox.battery.runs", "--json", "--layer", layer)
    done = subprocess.run(command(setting, *runs), stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _bars(setting: str, rows: list[dict[str, Any]]) -> list[Bar]:
    controls = {item.name for item in benign()}
    bad = [row for row in rows if row["complaints"]]
    num_refused = sum(row["is_refused"] for row in rows if row["name"] in controls)
    num_right = sum(row["name"] in controls and not row["complaints"] for row in rows)
    return [
        exactly(f"programs run, {setting}", len(rows), len(hostile()) + len(controls)),
        exactly(
            f"hostile programs that did harm, {setting}", sum(row["name"] not in controls for row in bad), 0
        ),
        exactly(f"controls accepted or refused beforehand, {setting}", num_right, len(controls)),
        at_most(f"controls refused beforehand, {setting}", num_refused, 12),
    ]


def steady() -> Outcome:
    """Judge the same jobs idle and on a busy machine."""
    num = _scaled(NUM_MIXED)
    with Sandbox() as sandbox:
        idle = [one.verdict for one in judged(sandbox, num)]
        with busy_machine(OVERSUBSCRIBED):
            busy = [one.verdict for one in judged(sandbox, num)]
    expected = [verdict for verdict, _ in submissions(num)]
    flipped = sum(one is not other for one, other in zip(idle, busy, strict=True))
    wrong = sum(one is not other for one, other in zip(idle, expected, strict=True))
    bars = [
        exactly("verdicts that differ under eightfold load", flipped, 0),
        exactly("verdicts that differ from those known", wrong, 0),
        at_least("jobs judged", len(busy), NUM_MIXED),
    ]
    return Outcome(bars, {"verdicts": Counter(idle)})


def endurance() -> Outcome:
    """Run thousands of hostile jobs, and floods."""
    layer = best_layer()
    found = endured(layer, _scaled(NUM_HOSTILE), allowance_s=ALLOWANCE_S)
    grown = grown_by_floods(layer, 1 << 30, 500_000_000)
    bars = [
        at_least("hostile jobs", found.num_jobs, NUM_HOSTILE),
        exactly("accepted", found.num_accepted, 0),
        exactly("unjudged", found.num_unjudged, 0),
        exactly("back later than their limit and half a second", found.num_late, 0),
        exactly("kinds of traces left on the machine", len(found.left), 0),
        exactly("a good job succeeds at the end", found.is_working, True),
        at_most("growth of the trainer's memory, MiB", found.grown_bytes / MIB, 20),
        at_most("growth by a gigabyte of output, MiB", grown["output"] / MIB, 32),
        at_most("growth by a value of 500 MB, MiB", grown["value"] / MIB, 32),
    ]
    return Outcome(bars, asdict(found) | {"layer": layer})


def kills() -> Outcome:
    """Kill what the sandbox consists of, what it hangs on, and trainers."""
    layer, num = best_layer(), _scaled(NUM_AMID_KILLS)
    batches = {
        "processes of jails": batch_amid_kills(layer, num),
        "containers": _with_engine(batch_amid_dead_containers, num),
        "engines": _with_engine(batch_amid_dead_engines, num),
        "servers": batch_amid_dead_servers(num),
    }
    bars = [bar for victims, batch in batches.items() for bar in _kill_bars(victims, batch)]
    vanished = [seconds_to_vanish(layer) for _ in range(NUM_TRAINERS)]
    bars.append(at_most("until all of a killed trainer's sandbox is gone, s", max(vanished), 2.0))
    return Outcome(bars, {"layer": layer, "vanished_s": vanished})


def _with_engine(batch_amid: Callable[[OwnEngine, int], Batch], num_jobs: int) -> Batch:
    """Judge a batch in containers of an engine of its own."""
    with own_engine() as engine, patch.dict(os.environ, {"DOCKER_HOST": engine.host}):
        return batch_amid(engine, num_jobs)


def _kill_bars(victims: str, batch: Batch) -> list[Bar]:
    least = 20 if victims in ("processes of jails", "containers") else 8
    return [
        at_least(f"{victims} killed in a batch", batch.num_kills, least),
        exactly(f"jobs lost or unjudged, {victims}", batch.num_lost, 0),
        exactly(f"jobs judged wrongly, {victims}", batch.num_wrong, 0),
    ]


def _scaled(num: int) -> int:
    return max(1, round(SHARE * num))

"""Hostile programs are harmless and unpaid, and ordinary ones are accepted.

The quick slice runs a program or two of each kind in the strongest layer; the slow tests run all, as whoever
runs the tests and, where that is root, as an ordinary user with and without user namespaces, too.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from reasongym.sandbox.capabilities import NoIsolation, best_layer
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.sandboxes import Sandbox
from tests.sandbox.battery.items import Item, benign, hostile
from tests.sandbox.battery.runs import Battery, run_all
from tests.sandbox.battery.settings import command
from tests.sandbox.battery.world import World

ALLOWANCE_S = 20.0
"""Over a limit, on a machine that does other things as well; the proof allows half a second."""
HOSTILE = {item.name: item for item in hostile()}
BENIGN = {item.name: item for item in benign()}
SLICE = {
    "cpu": ("loop-in-c",),
    "crashes": ("null-pointer", "builtins-emptied"),
    "files": ("secret-file", "victim-changed", "deep-folders"),
    "forgery": ("equal-to-everything", "frame-of-success", "answer-searched-in-memory"),
    "kernel": ("namespaces-unshared",),
    "memory": ("mapped-and-unseen-by-the-first-thread", "shared-segments"),
    "network": ("listener-on-the-machine", "pair-that-sends-elsewhere"),
    "output": ("print-forever", "colliding-set-frame"),
    "processes": ("daemon-that-respawns", "parent-death-signal-taken-back"),
    "residue": ("modules-changed", "limits-of-the-zygote-lowered"),
    "signals": ("kill-the-first-process", "limits-of-the-parent"),
    "sleep": ("sleep",),
    "timing": ("frames-that-buy-time",),
}
CONTROLS = (
    "own-source",
    "files-and-copies",
    "children-that-share-memory",
    "derived-types",
    "text-with-everything",
)


@pytest.fixture(scope="module")
def battery() -> Iterator[Battery]:
    try:
        layer = best_layer()
    except NoIsolation as error:
        pytest.skip(str(error))
    with World() as world, Sandbox(layer, workers=1) as sandbox:
        yield Battery(sandbox, world, allowance_s=ALLOWANCE_S)


def test_no_two_programs_have_one_name() -> None:
    assert len(HOSTILE.keys() | BENIGN.keys()) == len(hostile()) + len(benign())


def test_there_are_enough_programs_of_every_kind() -> None:
    kinds = Counter(item.kind for item in HOSTILE.values())
    assert len(HOSTILE) == kinds.total() >= 150
    assert set(kinds) == set(SLICE)
    assert min(kinds.values()) >= 10
    assert len(BENIGN) >= 40


@pytest.mark.parametrize("name", [name for names in SLICE.values() for name in names])
def test_a_hostile_program_is_harmless_and_unpaid(battery: Battery, name: str) -> None:
    assert battery.see(HOSTILE[name]).complaints == []


@pytest.mark.parametrize("name", CONTROLS)
def test_an_ordinary_program_is_accepted(battery: Battery, name: str) -> None:
    assert battery.see(BENIGN[name]).complaints == []


@pytest.mark.parametrize(
    "name", ["secret-file", "listener-on-the-machine", "pair-that-sends-elsewhere", "victim-changed"]
)
def test_harm_that_no_wall_keeps_off_is_seen(name: str) -> None:
    with World() as world, Sandbox("none", workers=1) as sandbox:
        assert Battery(sandbox, world).see(HOSTILE[name]).complaints != []


def test_a_payment_is_seen(battery: Battery) -> None:
    """The harness complains of an accepted program: a control is passed off as hostile."""
    paid = Item(
        "echo", "cpu", is_hostile=False, code="print(input())", sections={"stdin": "3", "stdout": "4"}
    )
    (complaint,) = battery.see(paid).complaints
    assert "WA" in complaint


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*SLICE, "calls", "programs"])
def test_every_program_of_a_kind(kind: str) -> None:
    items = [item for item in (*HOSTILE.values(), *BENIGN.values()) if item.kind == kind]
    seen = list(run_all(items, "auto", allowance_s=ALLOWANCE_S))
    assert len(seen) == len(items)
    assert {one.name: one.complaints for one in seen if one.complaints} == {}


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["user", "bare-user"])
@pytest.mark.parametrize("kind", [*SLICE, "calls", "programs"])
def test_every_program_of_a_kind_in_another_setting(setting: str, kind: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    runs = (sys.executable, "-m", "tests.sandbox.battery.runs", "--json", "--kinds", kind)
    done = subprocess.run(
        command(setting, *runs, "--allowance", str(ALLOWANCE_S)), capture_output=True, text=True, check=False
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, done.stderr
    assert {row["name"]: row["complaints"] for row in rows if row["complaints"]} == {}


def test_a_limit_is_kept_though_the_sandbox_is_busy(battery: Battery) -> None:
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run("while True: pass", limits=Limits(cpu_s=0.2)).usage.cpu_s < 0.5

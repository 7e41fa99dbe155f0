"""Which layer works on this machine, found out by running a job in each, and what it does not guarantee."""

import os
from dataclasses import dataclass
from functools import lru_cache

from reasongym.errors import ReasongymError, UsageError
from reasongym.sandbox.cgroups import Cgroup, remove_stale
from reasongym.sandbox.inside import landlock
from reasongym.sandbox.inside.layers import LAYERS
from reasongym.sandbox.jails import Jail, JailLost, JailSpec
from reasongym.sandbox.jobs import Limits, Status, script

PREFERRED = ("root", "userns", "landlock")
_PROBE = script("print(6 * 7)", limits=Limits(cpu_s=5.0))


class NoIsolation(ReasongymError):
    """No layer works here."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the layer in force keeps from a program."""

    layer: str
    guarantees: tuple[str, ...]
    missing: tuple[str, ...]
    """What it does not guarantee, each with what that means."""


@lru_cache
def best_layer() -> str:
    """Return the strongest layer in which a known job runs and answers; raises NoIsolation."""
    remove_stale()
    reasons: list[str] = []
    for name in PREFERRED:
        if name == "root" and os.geteuid() != 0:
            continue
        reason = probe(name)
        if not reason:
            return name
        reasons.append(f"{name}: {reason}")
    raise NoIsolation(
        f"no isolation works here ({'; '.join(reasons)}); allow namespaces or Landlock, or where the "
        "programs are your own Sandbox('none')"
    )


def probe(layer: str) -> str:
    """Run a known job in a layer; returns why it does not work, nothing where it does."""
    jail = Jail(JailSpec(layer))
    try:
        outcome = jail.run(_PROBE)
    except (JailLost, OSError) as error:
        return str(error)
    finally:
        jail.close()
    if outcome.status is Status.OK and outcome.stdout == b"42\n":
        return ""
    return outcome.stderr.decode(errors="replace").strip().rpartition("\n")[2] or "a known job gave no answer"


def capabilities(layer: str) -> Capabilities:
    """Say what a layer guarantees on this machine."""
    if layer not in LAYERS:
        raise UsageError(f"no layer is named {layer!r}; there are {', '.join(LAYERS)}")
    guarantees, missing = ["CPU and wall time are limited"], list[str]()
    kind = LAYERS[layer]
    if not kind.is_confined:
        missing.append("anything else: the program runs with all your rights")
        return Capabilities(layer, tuple(guarantees), tuple(missing))
    guarantees += ["no file of yours is read or written", "no network", "nothing of one job reaches the next"]
    if kind.may_fork:
        guarantees.append("forked processes are found and killed, signals reach nobody else")
    else:
        missing.append("programs that fork: they get EPERM, and jobs that must fork are refused beforehand")
        if not landlock.contains_signals():
            missing.append("signals: a program can send none at all, not even to itself")
    if kind.is_container or _limits_memory():
        guarantees.append("memory is limited by the kernel")
    else:
        missing.append(
            "memory to the byte: it is watched, and may be overrun for some hundredths of a second"
        )
    missing.append("flaws of the kernel itself, which all jobs share, and what one can learn from timing")
    return Capabilities(layer, tuple(guarantees), tuple(missing))


@lru_cache
def _limits_memory() -> bool:
    group = Cgroup(1 << 30, 64)
    try:
        return group.limits_memory
    finally:
        group.remove()

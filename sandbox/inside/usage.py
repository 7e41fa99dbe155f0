"""What the processes of a job use, as /proc tells it."""

import os
from contextlib import suppress
from typing import NamedTuple

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN, _RESIDENT = 11, 12, 13, 14, 21
"""Fields of /proc/PID/stat behind the name in brackets, proc(5)."""


class Use(NamedTuple):
    """Of some processes together."""

    cpu_s: float
    """Of them and of their children that have been waited for."""
    memory_bytes: int


def use_of(pids: list[int]) -> Use:
    """Add up what processes use; those that are gone use nothing."""
    cpu_s, memory_bytes = 0.0, 0
    for pid in pids:
        with suppress(OSError, IndexError):  # it may end between two calls
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            cpu_s += _TICK_S * sum(
                int(fields[at]) for at in (_USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN)
            )
            memory_bytes += _PAGE_BYTES * int(fields[_RESIDENT])
    return Use(cpu_s, memory_bytes)


def others() -> list[int]:
    """List every process that is seen, but for this one."""
    mine = os.getpid()
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != mine]

"""What supervisor and zygote tell each other: one packet a message, descriptors beside it."""

import struct
from typing import NamedTuple

READY, JOB, RENEW, INTERRUPT, KILL, DONE = b"R", b"J", b"N", b"I", b"K", b"D"
"""Zygote: I fork. Supervisor: run this; count its time from now; press Ctrl-C in it; stop it. Zygote: it is
over, and nothing of it is left."""
MAX_BYTES = 512
STANDING = bytes(4)
"""What a job writes first to its results, a frame of no bytes: its walls are up. No program can take it back,
and a job that ends without it was no program's."""
_LIMITS = struct.Struct("dddQQQQ?")
_ENDED = struct.Struct("c16siQdd")


class JobLimits(NamedTuple):
    """What a job may use."""

    cpu_s: float
    total_cpu_s: float
    """Of all calls or turns that have `cpu_s` each."""
    wall_s: float
    memory_bytes: int
    """Resident, of all its processes together."""
    processes: int
    """And threads, at one time."""
    file_bytes: int
    """Of one file, and of each of the two folders that it may write to."""
    address_bytes: int
    """Of the address space of one process; more than the memory, as much of it is never touched."""
    is_warned: bool = False
    """A job that is out of CPU time is interrupted first, and stopped if it goes on."""

    def packed(self) -> bytes:
        """Write the limits behind the kind of the message."""
        return JOB + _LIMITS.pack(*self)

    @staticmethod
    def of(message: bytes) -> "JobLimits":
        """Read what `packed` wrote."""
        return JobLimits(*_LIMITS.unpack(message[1:]))


class Ended(NamedTuple):
    """How a job ended."""

    cause: str
    """Which limit it was stopped for: cpu, wall, memory, processes, files, or asked; empty for none."""
    status: int
    """As waitpid gives it."""
    peak_bytes: int
    cpu_s: float
    wall_s: float

    def packed(self) -> bytes:
        """Write a message."""
        return _ENDED.pack(DONE, self.cause.encode(), self.status, self.peak_bytes, self.cpu_s, self.wall_s)

    @staticmethod
    def of(message: bytes) -> "Ended":
        """Read what `packed` wrote."""
        _, cause, *rest = _ENDED.unpack(message)
        return Ended(cause.rstrip(b"\0").decode(), *rest)

"""The system calls that a job may not make, as a classic BPF program for seccomp(2).

A list of what is refused rather than of what is allowed: interpreters and numerical libraries use many calls,
and the walls do not rest on the filter alone. What it takes away is the kernel's rarely used surface, the
ways to make namespaces and mounts, and where there are no namespaces also the ways to fork and to talk.
"""

import ctypes
import errno
import socket
import struct
from collections.abc import Iterable
from typing import NamedTuple

from .kernel import MACHINE, checked, libc


class _Machine(NamedTuple):
    """What differs between machines: the audit name, and the numbers of system calls."""

    audit: int
    refused: tuple[int, ...]
    """Mounts, namespaces, tracing, kernel modules, clocks, keys, BPF, io_uring, and the like."""
    unaccounted: tuple[int, ...]
    """Make memory that belongs to no process's resident set: memfd_create, memfd_secret."""
    lasting: tuple[int, ...]
    """System V and POSIX queues, semaphores and shared memory, which outlive a process."""
    signals: tuple[int, ...]
    """kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal."""
    clone: int
    forks: tuple[int, ...]
    socket: int


_NEWER = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442)
"""io_uring, mount API, pidfd_getfd, process_madvise, mount_setattr: the same number everywhere."""
_MACHINES = {
    "x86_64": _Machine(
        0xC000_003E,
        (
            *(165, 166, 155, 161, 308, 272, 101, 310, 311, 321, 298, 323, 250, 248, 249, 246, 320, 175, 313),
            *(176, 169, 167, 168, 304, 227, 164, 159, 305, 170, 171, 172, 173, 179, 163, 103, 300, 312, 279),
            *(256, 135, 153),
            *_NEWER,
        ),
        (319, 447),
        (29, 64, 68, 240),
        (62, 200, 234, 129, 297, 424),
        56,
        (57, 58),
        41,
    ),
    "aarch64": _Machine(
        0xC000_00B7,
        (
            *(40, 39, 41, 51, 268, 97, 117, 270, 271, 280, 241, 282, 219, 217, 218, 104, 294, 105, 273, 106),
            *(142, 224, 225, 265, 112, 170, 171, 266, 161, 162, 60, 89, 116, 262, 272, 239, 238, 92, 58),
            *_NEWER,
        ),
        (279, 447),
        (194, 190, 186, 180),
        (129, 130, 131, 138, 240, 424),
        220,
        (),
        198,
    ),
}
_CLONE3 = 435
_X32_BIT = 0x4000_0000
_NEW_NAMESPACES = 0x7E02_0080
_CLONE_THREAD = 0x0001_0000
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _KILL = 0x7FFF_0000, 0x8000_0000
_REFUSE, _UNKNOWN = 0x0005_0000 | errno.EPERM, 0x0005_0000 | errno.ENOSYS
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


class Filter:
    """A compiled filter; `install` puts the calling thread under it for good."""

    def __init__(self, code: bytes) -> None:
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._code))

    def install(self) -> None:
        """Put this process under the filter; raises OSError where the kernel has no seccomp."""
        result = libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(self._program), 0, 0)
        checked(result, "seccomp")


class Freedom(NamedTuple):
    """What other walls contain, so that the filter need not refuse it."""

    fork: bool
    """A namespace of processes holds whatever is forked."""
    connect: bool
    """There is no network to reach, and sockets die with their processes."""
    share: bool
    """A namespace of IPC holds what outlives a process."""
    signal: bool
    """No process outside can be reached."""
    hide_memory: bool
    """A cgroup counts memory that belongs to no process."""


def job_filter(freedom: Freedom) -> Filter:
    """Make the filter of jobs."""
    machine = _MACHINES[MACHINE]
    kinds = (
        (freedom.hide_memory, machine.unaccounted),
        (freedom.share, machine.lasting),
        (freedom.signal, machine.signals),
        (freedom.fork, machine.forks),
    )
    refused = [*machine.refused, *(number for is_free, numbers in kinds if not is_free for number in numbers)]
    families = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6) if freedom.connect else ()
    parts = [
        _only_this_machine(machine.audit),
        _if_number_is(_CLONE3, _returns(_UNKNOWN)),  # its flags cannot be read; libc falls back to clone
        *(_if_number_is(number, _returns(_REFUSE)) for number in refused),
        _if_number_is(machine.clone, _clone(freedom.fork)),
        _if_number_is(machine.socket, _socket(families)),
        _returns(_ALLOW),
    ]
    return Filter(b"".join(parts))


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, value)


def _returns(action: int) -> bytes:
    return _step(_RETURN, action)


def _only_this_machine(audit: int) -> bytes:
    """Kill calls of another machine's convention, whose numbers mean others; then load the number."""
    return b"".join(
        (
            _step(_LOAD, _MACHINE_AT),
            _step(_IF_EQUAL, audit, if_so=1),
            _returns(_KILL),
            _step(_LOAD, _NUMBER_AT),
            _step(_IF_AT_LEAST, _X32_BIT, if_not=1),
            _returns(_KILL),
        )
    )


def _if_number_is(number: int, then: bytes) -> bytes:
    """Go through `then`, which must end in returns, where the number that is loaded equals this one."""
    return _step(_IF_EQUAL, number, if_not=len(then) // 8) + then


def _clone(may_fork: bool) -> bytes:
    """Threads always, processes where they may be, namespaces never."""
    flags, action = (_NEW_NAMESPACES, _REFUSE) if may_fork else (_CLONE_THREAD, _ALLOW)
    other = _ALLOW if may_fork else _REFUSE
    return b"".join(
        (
            _step(_LOAD, _FIRST_ARGUMENT_AT),
            _step(_IF_ANY_BIT, flags, if_not=1),
            _returns(action),
            _returns(other),
        )
    )


def _socket(families: Iterable[int]) -> bytes:
    allowed = b"".join(_if_number_is(int(family), _returns(_ALLOW)) for family in families)
    return _step(_LOAD, _FIRST_ARGUMENT_AT) + allowed + _returns(_REFUSE)

"""The system calls that a job may not make, as a classic BPF program for seccomp(2).

A list of what is refused rather than of what is allowed: interpreters and numerical libraries use many calls,
and the walls do not rest on the filter alone. What it takes away is the kernel's rarely used surface, the
ways to make namespaces and mounts, what reaches other processes of the same user, and where there are no
namespaces also the ways to fork and to talk.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .kernel import MACHINE, checked, libc
from .syscalls import AUDIT_NAMES, numbers

_REFUSED = (
    *("mount", "umount2", "pivot_root", "chroot", "open_tree", "open_tree_attr", "move_mount"),
    *("mount_setattr", "fsconfig", "fsmount", "fspick"),
    *("fsopen", "setns", "unshare", "quotactl", "quotactl_fd"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("keyctl", "add_key", "request_key", "open_by_handle_at", "fanotify_init", "inotify_init"),
    *("inotify_init1", "move_pages", "migrate_pages", "ioprio_set", "personality", "modify_ldt"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "vhangup"),
    *("swapon", "swapoff", "acct", "syslog", "sethostname", "setdomainname", "iopl", "ioperm"),
    *("clock_settime", "settimeofday", "adjtimex", "clock_adjtime"),
    # Memory that belongs to no process, so that nothing sees it or frees it with its maker.
    *("memfd_create", "memfd_secret", "shmget", "semget", "msgget", "mq_open"),
)
_SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
_FORKS = ("fork", "vfork")
_ATTRIBUTES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "file_setattr"),
    *("setxattr", "lsetxattr", "fsetxattr", "setxattrat"),
    *("removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
)
"""Landlock has no rules for them: landlock(7), "current limitations"."""
_OF_A_PROCESS = (
    "prlimit64",
    "sched_setaffinity",
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
)
"""Change a process that the first argument names, any of the same user; 0 is the caller itself."""
_OWNER_COMMANDS = (fcntl.F_SETOWN, fcntl.F_SETSIG, 15)
_OWNER_REQUESTS = (0x8901, 0x8902)
"""Of fcntl and ioctl: whom a file signals when it is ready; 15 is F_SETOWN_EX, then FIOSETOWN, SIOCSPGRP."""
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
"""A job ends with its zygote and is seen by it, whether it wants or not."""
_DATAGRAMS = 2
"""A bit that SOCK_DGRAM and SOCK_RAW have, and no other type that a pair may have."""
_X32_BIT = 0x4000_0000
_NEW_NAMESPACES = 0x7E02_0080
_CLONE_THREAD = 0x0001_0000
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_FEW = 3
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _KILL = 0x7FFF_0000, 0x8000_0000
_PRETEND, _REFUSE, _UNKNOWN = (0x0005_0000 | number for number in (0, errno.EPERM, errno.ENOSYS))
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
    signal: bool
    """No process outside can be reached."""
    own: bool
    """No file of anybody else is seen, or none is this user's."""
    truncate: bool
    """Files that may not be written cannot be cut short, either."""


def job_filter(freedom: Freedom) -> Filter:
    """Make the filter of jobs."""
    kinds = (
        (freedom.signal, _SIGNALS),
        (freedom.fork, _FORKS),
        (freedom.truncate, ("truncate",)),
    )
    refused = [*_REFUSED, *(name for is_free, names in kinds if not is_free for name in names)]
    actions = {
        **_calls(refused, _returns(_REFUSE)),
        **_calls(("clone3",), _returns(_UNKNOWN)),  # its flags cannot be read; libc falls back to clone
        **_calls(() if freedom.own else _ATTRIBUTES, _returns(_PRETEND)),  # copies of files set these
        **_calls(_OF_A_PROCESS, _allows_if(0, (0,))),
        **_calls(("setpriority",), _only_if(0, os.PRIO_PROCESS) + _allows_if(1, (0,))),
        **_calls(("prctl",), _refuses_if(0, (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE))),
        **_calls(("clone",), _clone(freedom.fork)),
        **_sockets(freedom.connect),
        **({} if freedom.signal else _owners()),
    }
    return Filter(_only_this_machine() + _tree(sorted(actions.items())))


def _clone(may_fork: bool) -> bytes:
    """Threads always, processes where they may be, namespaces never."""
    flags, action = (_NEW_NAMESPACES, _REFUSE) if may_fork else (_CLONE_THREAD, _ALLOW)
    other = _ALLOW if may_fork else _REFUSE
    return _argument(0) + _step(_IF_ANY_BIT, flags, if_not=1) + _returns(action) + _returns(other)


def _sockets(may_connect: bool) -> dict[int, bytes]:
    """Without namespaces only pairs, and none that can send to an address."""
    if may_connect:
        families = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
        return _calls(("socket",), _allows_if(0, map(int, families)))
    pair = _argument(1) + _step(_IF_ANY_BIT, _DATAGRAMS, if_not=1) + _returns(_REFUSE) + _returns(_ALLOW)
    return _calls(("socket",), _returns(_REFUSE)) | _calls(("socketpair",), pair)


def _owners() -> dict[int, bytes]:
    """Let no file send signals to a process that is named."""
    fcntl_ = _calls(("fcntl",), _refuses_if(1, _OWNER_COMMANDS))
    return fcntl_ | _calls(("ioctl",), _refuses_if(1, _OWNER_REQUESTS))


# -- pieces of programs; the accumulator holds the number of the call between them -----------------------


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, value)


def _returns(action: int) -> bytes:
    return _step(_RETURN, action)


def _argument(at: int) -> bytes:
    """Load the lower half of an argument."""
    return _step(_LOAD, _ARGUMENTS_AT + 8 * at)


def _only_this_machine() -> bytes:
    """Kill calls of another machine's convention, whose numbers mean others; then load the number."""
    return b"".join(
        (
            _step(_LOAD, _MACHINE_AT),
            _step(_IF_EQUAL, AUDIT_NAMES[MACHINE], if_so=1),
            _returns(_KILL),
            _step(_LOAD, _NUMBER_AT),
            _step(_IF_AT_LEAST, _X32_BIT, if_not=1),
            _returns(_KILL),
        )
    )


def _calls(names: Iterable[str], then: bytes) -> dict[int, bytes]:
    """Give `then`, which must end in returns, to the number of each of these calls."""
    return dict.fromkeys(numbers(*names), then)


def _tree(actions: Sequence[tuple[int, bytes]]) -> bytes:
    """Find the action of the number that is loaded, by halves: all numbers go through it in every job."""
    if len(actions) <= _FEW:
        return b"".join(_if_equal(number, then) for number, then in actions) + _returns(_ALLOW)
    middle = len(actions) // 2
    lower = _tree(actions[:middle])
    return _step(_IF_AT_LEAST, actions[middle][0], if_so=len(lower) // 8) + lower + _tree(actions[middle:])


def _if_equal(value: int, then: bytes) -> bytes:
    return _step(_IF_EQUAL, value, if_not=len(then) // 8) + then


def _allows_if(at: int, values: Iterable[int]) -> bytes:
    allowed = b"".join(_if_equal(value, _returns(_ALLOW)) for value in values)
    return _argument(at) + allowed + _returns(_REFUSE)


def _refuses_if(at: int, values: Iterable[int]) -> bytes:
    refused = b"".join(_if_equal(value, _returns(_REFUSE)) for value in values)
    return _argument(at) + refused + _returns(_ALLOW)


def _only_if(at: int, value: int) -> bytes:
    """Refuse where an argument is another; go on else, the argument loaded."""
    return _argument(at) + _step(_IF_EQUAL, value, if_so=1) + _returns(_REFUSE)

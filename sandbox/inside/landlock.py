"""Landlock: what a process may reach of the file system, of TCP and of other processes, without any rights.

Numbers are of include/uapi/linux/landlock.h; each ABI adds kinds of access, and only those that the kernel
knows may be asked for.
"""

import ctypes
import fcntl
import os
import struct
from collections.abc import Iterable

from .kernel import checked, libc

LEAST_FD = 16
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_FIRST_KINDS = (1 << 13) - 1
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_TCP_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3
_TRUNCATED_SINCE = 3
_SCOPED_SINCE = 6


def abi() -> int:
    """Return the version of Landlock that the kernel has, 0 where it has none."""
    return max(0, libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG)))


def contains_signals() -> bool:
    """Whether processes outside can be kept from signals of a process inside."""
    return abi() >= _SCOPED_SINCE


def contains_truncation() -> bool:
    """Whether files that may not be written cannot be cut short, either."""
    return abi() >= _TRUNCATED_SINCE


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Make the rules that let a process reach these paths, no TCP and no process outside; raises OSError.

    Returns a descriptor from `LEAST_FD` on, which a process may hand down to those that it forks.
    """
    version = abi()
    if version < 1:
        raise OSError("the kernel has no Landlock")
    kinds = _FIRST_KINDS
    kinds |= _REFER if version >= 2 else 0
    kinds |= _TRUNCATE if version >= _TRUNCATED_SINCE else 0
    kinds |= _DEVICE_CONTROL if version >= 5 else 0
    made = _ruleset(version, kinds)
    for path in readable:
        _allow(made, path, kinds & (_EXECUTE | _READ | _LIST))
    for path in writable:
        _allow(made, path, kinds)
    high = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, LEAST_FD)
    os.close(made)
    return high


def restrict(rules: int) -> None:
    """Put this process under rules, for good; raises OSError."""
    checked(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)), "landlock_restrict_self")


def _ruleset(version: int, kinds: int) -> int:
    fields = [kinds]
    if version >= 4:
        fields.append(_TCP_BIND_AND_CONNECT)
    if version >= _SCOPED_SINCE:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    asked = struct.pack(f"{len(fields)}Q", *fields)
    result = libc.syscall(_CREATE_RULESET, asked, ctypes.c_size_t(len(asked)), ctypes.c_uint32(0))
    return checked(result, "landlock_create_ruleset")


def _allow(ruleset: int, path: str, kinds: int) -> None:
    try:
        place = os.open(path, os.O_PATH)
    except OSError:  # what is not there needs no rule
        return
    if not os.path.isdir(path):
        kinds &= _EXECUTE | _WRITE | _READ | _TRUNCATE
    rule = struct.pack("=Qi", kinds, place)
    checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, ctypes.c_uint32(0)), f"landlock {path}")
    os.close(place)

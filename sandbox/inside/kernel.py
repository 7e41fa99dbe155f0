"""The calls to Linux that Python has no function for.

Numbers of system calls, flags and structures are those of the kernel's own headers (include/uapi/linux).
"""

import ctypes
import os
import platform
import struct

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x0002_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
)  # fmt: skip
"""Flags of unshare(2): which namespaces are made anew."""
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = (
    1, 4, 24, 38, 36,
)  # fmt: skip
_CAPABILITY_VERSION_3 = 0x2008_0522
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_NUM_CAPABILITIES = 64

MACHINE = platform.machine()
libc = ctypes.CDLL(None, use_errno=True)
_capset = libc.capset  # looked up here rather than in each job


def checked(result: int, what: str) -> int:
    """Return what a call returned; raises OSError saying which call failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    checked(libc.unshare(flags), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int = 0, options: str = "") -> None:
    """Mount a file system, or bind a path to another."""
    names = [name.encode() if name is not None else None for name in (source, target, kind)]
    checked(libc.mount(*names, flags, options.encode() or None), f"mount {target}")


def make_read_only(path: str) -> None:
    """Let nothing be written below a path, whatever is mounted there, and no setuid bit count."""
    wanted = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    result = libc.syscall(
        _MOUNT_SETATTR, _AT_FDCWD, path.encode(), _AT_RECURSIVE, wanted, ctypes.c_size_t(len(wanted))
    )
    checked(result, "mount_setattr")


def enter_root() -> None:
    """Make the working directory the root of this mount namespace, and let go of the old one."""
    checked(libc.syscall(_PIVOT_ROOT[MACHINE], b".", b"."), "pivot_root")
    checked(libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)


def set_dumpable(dumpable: bool) -> None:
    """Let processes of the same user look into this one, or not."""
    libc.prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end."""
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def gain_nothing() -> None:
    """Let no program that is executed from here on have more rights than this process."""
    checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def bound_capabilities() -> None:
    """Let no program that is executed from here on gain a capability; those that one has stay."""
    for capability in range(_NUM_CAPABILITIES):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails for those that the kernel does not have


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    checked(_capset(header, struct.pack("6I", *[0] * 6)), "capset")

"""Emptying a folder that a hostile program has filled."""

import itertools
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress

_LIFTED = f".{secrets.token_hex(8)}-"
"""Begins names that no job can have given."""


def wipe(folder: str, mode: int) -> None:
    """Remove everything in a folder, however deep or many, and set its own mode, marks and times again.

    Links are removed and never followed. Nobody else may write there meanwhile. A folder of somebody
    else's is only emptied: a job can have changed nothing else of it.
    """
    is_mine = os.stat(folder).st_uid == os.geteuid()
    if is_mine:
        os.chmod(folder, stat.S_IRWXU)
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    numbers = itertools.count()
    try:
        while names := os.listdir(top):
            for name in names:
                _remove(top, name, numbers)
        if is_mine:
            _renew(top, mode)
    finally:
        os.close(top)


def _renew(top: int, mode: int) -> None:
    """Leave nothing on the folder itself that the next job could read."""
    with suppress(OSError):  # file systems without extended attributes
        for name in os.listxattr(top):
            os.removexattr(top, name)
    os.fchmod(top, mode)
    os.utime(top)


def _remove(top: int, name: str, numbers: Iterator[int]) -> None:
    """Remove one entry of the top folder; what lies below a folder is lifted to the top, one level a time."""
    if _unlinked(top, name):
        return
    here = _entered(top, name)
    try:
        for child in os.listdir(here):
            if not _unlinked(here, child):
                os.chmod(child, stat.S_IRWXU, dir_fd=here)  # else it could not be moved
                os.rename(child, f"{_LIFTED}{next(numbers)}", src_dir_fd=here, dst_dir_fd=top)
    finally:
        os.close(here)
    os.rmdir(name, dir_fd=top)


def _unlinked(folder: int, name: str) -> bool:
    with suppress(IsADirectoryError, PermissionError):
        os.unlink(name, dir_fd=folder)
        return True
    return False


def _entered(folder: int, name: str) -> int:
    os.chmod(name, stat.S_IRWXU, dir_fd=folder)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)

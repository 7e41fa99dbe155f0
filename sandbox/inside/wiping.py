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
        while _emptied(top, top, numbers):
            pass
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


def _emptied(folder: int, top: int, numbers: Iterator[int]) -> bool:
    """Remove what a folder holds; of its folders that are not empty, what they hold is lifted to the top.

    Returns whether there was anything. No path grows and no call is nested, however deep the tree.
    """
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.name, dir_fd=folder)
        elif not _removed(entry.name, folder):
            os.chmod(entry.name, stat.S_IRWXU, dir_fd=folder)
            if folder == top:
                _dissolve(entry.name, top, numbers)
            else:
                os.rename(entry.name, f"{_LIFTED}{next(numbers)}", src_dir_fd=folder, dst_dir_fd=top)
    return bool(entries)


def _dissolve(name: str, top: int, numbers: Iterator[int]) -> None:
    here = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        _emptied(here, top, numbers)
    finally:
        os.close(here)
    os.rmdir(name, dir_fd=top)


def _removed(name: str, folder: int) -> bool:
    """Remove a folder if it is empty; returns whether it was."""
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError:
        return False
    return True

"""Emptying a folder that a hostile program has filled."""

import itertools
import os
import stat
from contextlib import suppress

_MAX_OPEN = 100
"""A tree that is deeper is lifted to the top piece by piece, so that neither paths nor files run out."""


def wipe(folder: str, mode: int) -> None:
    """Remove everything in a folder, however deep, unreadable or many, and renew its mode, marks and times.

    Links are removed and never followed. Nobody else may write there meanwhile. A folder of somebody else's
    is only emptied: a job can have changed nothing else of it.
    """
    is_mine = os.stat(folder).st_uid == os.geteuid()
    if is_mine:
        os.chmod(folder, stat.S_IRWXU)
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while names := os.listdir(top):
            for name in names:
                _remove(top, name)
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


def _remove(top: int, name: str) -> None:
    """Remove one entry of the top folder; of a deep tree what lies below is lifted into the top first."""
    if _unlinked(top, name):
        return
    chain = [(_entered(top, name), name)]
    while chain:
        here = chain[-1][0]
        child = next((one for one in os.listdir(here) if not _unlinked(here, one)), None)
        if child is None:
            done, name = chain.pop()
            os.close(done)
            os.rmdir(name, dir_fd=chain[-1][0] if chain else top)
        elif len(chain) >= _MAX_OPEN:
            os.rename(child, _free_name(top), src_dir_fd=here, dst_dir_fd=top)
        else:
            chain.append((_entered(here, child), child))


def _free_name(folder: int) -> str:
    taken = set(os.listdir(folder))
    return next(name for name in map(str, itertools.count()) if name not in taken)


def _unlinked(folder: int, name: str) -> bool:
    with suppress(IsADirectoryError, PermissionError):
        os.unlink(name, dir_fd=folder)
        return True
    return False


def _entered(folder: int, name: str) -> int:
    os.chmod(name, stat.S_IRWXU, dir_fd=folder)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)

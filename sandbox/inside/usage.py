"""What the processes of a job use, as /proc tells it."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STATE, _USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN, _NUM_THREADS, _RESIDENT = (
    0, 11, 12, 13, 14, 17, 21,
)  # fmt: skip
"""Fields of /proc/PID/stat behind the name in brackets, proc(5)."""
_BLOCK_BYTES = 512
_MAX_ENTRIES = 4096
_MAX_PATH = 1000
_FIRST_OWN_FILE = 1
"""Standard input is ours, and holds what we put there."""


class Use(NamedTuple):
    """Of some processes together."""

    cpu_s: float
    """Of them and of their children that have been waited for."""
    memory_bytes: int
    """Resident; what processes share is counted for each."""
    num_threads: int


def use_of(pids: list[int]) -> Use:
    """Add up what processes use; those that are gone use nothing."""
    cpu_s, memory_bytes, num_threads = 0.0, 0, 0
    for pid in pids:
        with suppress(OSError, IndexError):  # it may end between two calls
            fields = _fields(f"/proc/{pid}/stat")
            times = (_USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN)
            cpu_s += _TICK_S * sum(int(fields[at]) for at in times)
            threads = int(fields[_NUM_THREADS])
            is_headless = fields[_STATE] == b"Z" and threads > 1
            memory_bytes += _PAGE_BYTES * (_headless_pages(pid) if is_headless else int(fields[_RESIDENT]))
            num_threads += threads
    return Use(cpu_s, memory_bytes, num_threads)


def _fields(path: str) -> list[bytes]:
    with open(path, "rb") as file:
        return file.read().rpartition(b")")[2].split()


def _headless_pages(pid: int) -> int:
    """Count the pages of a process whose first thread has ended, so that its own record shows none."""
    threads = f"/proc/{pid}/task"
    return max(int(_fields(f"{threads}/{thread}/stat")[_RESIDENT]) for thread in os.listdir(threads))


def others() -> list[int]:
    """List every process that is seen, but for this one."""
    mine = os.getpid()
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != mine]


def fair_bytes(pids: list[int]) -> int:
    """Add up the memory of processes, what they share divided among them; slow. Raises OSError."""
    total = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            total += 1024 * sum(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
    return total


def is_filled(folder: str, pid: int, limit: int) -> bool:
    """Whether the files of a job, those too that have no name any more, hold more than a limit.

    So do, for us, more files than a job may have, and folders that cannot be looked into.
    """
    try:
        entries = [*_unnamed(pid), *_entries(folder)]
    except OSError:
        return True
    return len(entries) > _MAX_ENTRIES or sum(_BLOCK_BYTES * one.st_blocks for one in entries) > limit


def _unnamed(pid: int) -> Iterator[os.stat_result]:
    """Yield the files that a process has open and that nothing else leads to."""
    opened = f"/proc/{pid}/fd"
    with suppress(FileNotFoundError, ProcessLookupError, PermissionError):  # gone, or its walls not up yet
        for name in os.listdir(opened):
            with suppress(FileNotFoundError):
                found = os.stat(f"{opened}/{name}")
                if int(name) >= _FIRST_OWN_FILE and stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    yield found


def _entries(folder: str) -> Iterator[os.stat_result]:
    """Yield what is below a folder, a little more of it than may be there."""
    folders, num = [folder], 0
    while folders and num <= _MAX_ENTRIES:
        path = folders.pop()
        if len(path) > _MAX_PATH:
            raise OSError(f"a folder lies too deep to be looked into: {path[:100]} ...")
        with suppress(FileNotFoundError), os.scandir(path) as found:
            for entry in found:
                num += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                with suppress(FileNotFoundError):
                    yield entry.stat(follow_symlinks=False)
                if num > _MAX_ENTRIES:
                    break

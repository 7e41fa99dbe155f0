"""A series of runs of one script: walls and compiler are paid for once, then every input has its own fork.

The inputs lie one behind the other in what stdin gives, and each is read when its turn comes. What a run
leaves, processes and files, is gone before the next. A run that ends otherwise than well ends the series, and
whoever asked runs it by itself: nothing but outputs comes back from here.
"""

import base64
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from . import kernel, root
from .wiping import wipe

_STDIN, _STDOUT, _STDERR, _FIRST_HIDDEN = 0, 1, 2, 3


def perform(
    told: dict[str, Any],
    start: Callable[[], NoReturn],
    tell: Callable[[Any], None],
    files: Mapping[str, bytes],
) -> None:
    """Run a script by `start` for each input, and tell what it wrote as long as runs end well.

    Every run finds the files, and no others.
    """
    kernel.adopt_orphans()
    at = 0
    for size in told["sizes"]:
        found = _run(os.pread(_STDIN, size, at), told["output_bytes"], start)
        if found is None:
            return
        tell(found)
        _clear(files)
        at += size


def _run(stdin: bytes, output_bytes: int, start: Callable[[], NoReturn]) -> dict[str, Any] | None:
    """Run once; None where it failed or wrote too much."""
    streams = [_file(stdin), _file(), _file()]
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        for place, stream in zip((_STDIN, _STDOUT, _STDERR), streams, strict=True):
            os.dup2(stream, place)
        os.closerange(_FIRST_HIDDEN, max(streams) + 1)
        start()
    _, status, spent = os.wait4(pid, 0)
    wall_s = time.monotonic() - started
    _kill_all()
    try:
        if status or any(os.fstat(stream).st_size > output_bytes for stream in streams[1:]):
            return None
        return _told(streams[1], spent, wall_s)
    finally:
        for stream in streams:
            os.close(stream)


def _file(content: bytes = b"") -> int:
    """Make a file that has no name."""
    fd = os.open(root.FOLDERS[0], os.O_TMPFILE | os.O_RDWR, 0o600)
    if content:
        os.pwrite(fd, content, 0)
    return fd


def _told(stdout: int, spent: resource.struct_rusage, wall_s: float) -> dict[str, Any]:
    content = os.pread(stdout, os.fstat(stdout).st_size, 0)
    return {
        "stdout": base64.b64encode(content).decode(),
        "cpu_s": spent.ru_utime + spent.ru_stime,
        "wall_s": wall_s,
        "memory_bytes": spent.ru_maxrss * 1024,
    }


def _kill_all() -> None:
    """Kill what the run left behind."""
    with suppress(ChildProcessError):
        while True:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            os.waitpid(-1, 0)


def _clear(files: Mapping[str, bytes]) -> None:
    for folder in root.FOLDERS:
        wipe(folder, root.OPEN_TO_ALL)
    for name, content in files.items():
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(fd, content)
        os.close(fd)

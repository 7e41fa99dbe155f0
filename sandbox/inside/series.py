"""A series of runs of one script: walls and compiler are paid for once, and then every input is run.

The inputs lie one behind the other in what stdin gives, and each is read when its turn comes. A script that
is known to leave nothing behind is run in this process again and again (`repeatable`, `repeats`); any other
has a fork for each input, and what that leaves, processes and files, is gone before the next. A run that ends
otherwise than well ends the series, and whoever asked runs it by itself: nothing but outputs comes back.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn, Protocol

from . import kernel, root
from .repeats import Repeats
from .standard import PLACES, STDIN, told, unnamed_file
from .wiping import wipe

_FIRST_HIDDEN = 3


class Script(NamedTuple):
    """A script, and the ways to run it."""

    start: Callable[[], NoReturn]
    """Run it, and end the process as an interpreter does."""
    run: Callable[[], bool] | None
    """Run it and say whether it ended well; None where it might leave something in the process."""


class _Runs(Protocol):
    def run(self, stdin: bytes) -> dict[str, Any] | None:
        """Run once; None where it failed or wrote too much."""
        ...

    def clear(self) -> None:
        """Leave nothing of it to the next."""
        ...


def perform(
    sizes: list[int],
    output_bytes: int,
    script: Script,
    files: Mapping[str, bytes],
    tell: Callable[[Any], None],
) -> None:
    """Run a script for each input, and tell what it wrote as long as runs end well.

    Every run finds the files, and no others.
    """
    inputs = os.dup(STDIN)
    runs: _Runs
    if script.run is None:
        kernel.adopt_orphans()
        runs = _Forks(script.start, output_bytes, files)
    else:
        runs = Repeats(script.run, output_bytes)
    at = 0
    for size in sizes:
        found = runs.run(os.pread(inputs, size, at))
        if found is None:
            return
        tell(found)
        runs.clear()
        at += size


class _Forks:
    """Runs that have a process each."""

    def __init__(self, start: Callable[[], NoReturn], output_bytes: int, files: Mapping[str, bytes]) -> None:
        self._start = start
        self._output_bytes = output_bytes
        self._files = files

    def run(self, stdin: bytes) -> dict[str, Any] | None:
        streams = [unnamed_file(stdin), unnamed_file(), unnamed_file()]
        started = time.monotonic()
        pid = os.fork()
        if not pid:
            for place, stream in zip(PLACES, streams, strict=True):
                os.dup2(stream, place)
            os.closerange(_FIRST_HIDDEN, max(streams) + 1)
            self._start()
        _, status, spent = os.wait4(pid, 0)
        wall_s = time.monotonic() - started
        _kill_all()
        try:
            if status or any(os.fstat(stream).st_size > self._output_bytes for stream in streams[1:]):
                return None
            cpu_s = spent.ru_utime + spent.ru_stime
            return told(streams[1], cpu_s=cpu_s, wall_s=wall_s, peak_kib=spent.ru_maxrss)
        finally:
            for stream in streams:
                os.close(stream)

    def clear(self) -> None:
        for folder in root.FOLDERS:
            wipe(folder, root.OPEN_TO_ALL)
        for name, content in self._files.items():
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            os.write(fd, content)
            os.close(fd)


def _kill_all() -> None:
    """Kill what the run left behind."""
    with suppress(ChildProcessError):
        while True:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            os.waitpid(-1, 0)

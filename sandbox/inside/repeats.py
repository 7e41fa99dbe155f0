"""Runs of a script in one process, for scripts that are known to leave nothing in it (`repeatable`).

Each finds what it would find in a fork: descriptors, streams, a module of its own. What is written while they
are taken down goes nowhere, as with a process that just ends. Only addresses are others: what `id` gives, and
the order of a set whose items are hashed by it.
"""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from . import standard, vetted

_STREAMS = ("stdin", "stdout", "stderr")


class Repeats:
    """Runs one after the other, in this process."""

    def __init__(self, run: Callable[[], bool], output_bytes: int) -> None:
        """Take what runs the script once and says whether it ended well."""
        self._run = run
        self._output_bytes = output_bytes
        self._null = os.open(os.devnull, os.O_RDWR)
        self._files = [standard.unnamed_file() for _ in _STREAMS]
        self._parts = _parts()
        self.clear()

    def run(self, stdin: bytes) -> dict[str, Any] | None:
        """Run once; None where it failed or wrote too much, after which there may be no other run.

        The memory told is the most that the process had up to the end of this run.
        """
        os.pwrite(self._files[0], stdin, 0)
        standard.make_streams()
        self._parts = _parts()
        for place, file in enumerate(self._files):
            os.dup2(file, place)
        started, cpu_s = time.monotonic(), time.process_time()
        is_well = self._run()
        cpu_s, wall_s = time.process_time() - cpu_s, time.monotonic() - started
        if not is_well or any(os.fstat(file).st_size > self._output_bytes for file in self._files[1:]):
            return None
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return standard.told(self._files[1], cpu_s=cpu_s, wall_s=wall_s, peak_kib=peak_kib)

    def clear(self) -> None:
        """Let go of all that a run made; what that sets off finds no streams."""
        self._point_away()
        for name in _STREAMS:
            setattr(sys, name, None)
            setattr(sys, f"__{name}__", None)
        for part in self._parts:
            with suppress(ValueError, OSError):  # detached, or its descriptor closed
                type(part).close(part)
        self._parts.clear()
        self._point_away()  # closing them closed the descriptors
        sys.modules["__main__"].__dict__.clear()
        gc.collect()
        vetted.restore()
        for file in self._files:
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)

    def _point_away(self) -> None:
        for place in standard.PLACES:
            os.dup2(self._null, place)


def _parts() -> list[Any]:
    """List the streams and what they are made of, the outermost first."""
    found: list[Any] = []
    for name in _STREAMS:
        stream: Any = vars(sys)[name]
        found += [stream, stream.buffer, *([stream.buffer.raw] if name != "stderr" else [])]
    return found

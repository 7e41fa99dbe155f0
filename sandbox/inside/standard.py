"""The streams that a program finds, and what it wrote to them."""

import base64
import io
import os
import sys
from typing import Any

from . import root

STDIN, STDOUT, STDERR = PLACES = 0, 1, 2


def make_streams() -> None:
    """Make text streams over descriptors that are a program's own only later; 0 to 2 must be open."""
    reading, writing = os.pipe()
    os.dup2(writing, 1)  # streams remember whether one can seek in them
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb"), encoding="utf-8", errors="surrogateescape")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb"), encoding="utf-8", errors="surrogateescape")
    sys.stderr = io.TextIOWrapper(
        os.fdopen(2, "wb", 0), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.dup2(null, 1)
    for fd in (reading, writing, null):
        os.close(fd)


def unnamed_file(content: bytes = b"") -> int:
    """Make a file that has no name."""
    fd = os.open(root.FOLDERS[0], os.O_TMPFILE | os.O_RDWR, 0o600)
    if content:
        os.pwrite(fd, content, 0)
    return fd


def told(stdout: int, *, cpu_s: float, wall_s: float, peak_kib: int) -> dict[str, Any]:
    """Say what a run wrote to a file, and what it used."""
    content = os.pread(stdout, os.fstat(stdout).st_size, 0)
    return {
        "stdout": base64.b64encode(content).decode(),
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "memory_bytes": peak_kib * 1024,
    }

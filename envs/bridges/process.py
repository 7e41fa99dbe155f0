"""Our side of `worker`: one process that makes and scores the problems of reasoning-gym, shared by all.

It starts at the first request, is locked while it serves one, and is started again when it has died.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError

PYTHON_VARIABLE = "REASONGYM_REASONING_GYM_PYTHON"
"""Names the interpreter that has reasoning-gym where it is another one than ours."""
MEMORY_BYTES = 4 << 30
_START_S = 180.0
_GRACE_S = 5.0
"""Wall time beyond a request's own in which the worker should have killed the child itself."""


class WorkerDied(Exception):
    """The worker ended or hung while it served a request; the next one finds a fresh worker."""


class Worker:
    """The process; `ask` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.version = ""
        """Of the package, once the worker runs."""
        self.layers: tuple[str, ...] = ()
        """What contains the worker: `network`, `processes`, `files`."""

    def ask(self, request: dict[str, Json], *, cpu_s: int, wall_s: float) -> dict[str, Json]:
        """Return the reply to a request; raises WorkerDied, and DataError where no worker can start."""
        limits = {"cpu_s": cpu_s, "wall_s": wall_s, "memory_bytes": MEMORY_BYTES}
        with self._lock:
            process = self._running()
            try:
                assert process.stdin is not None
                process.stdin.write(json.dumps(request | limits).encode() + b"\n")
                process.stdin.flush()
                return _reply(process, wall_s + _GRACE_S)
            except (OSError, ValueError) as error:
                self._stop()
                raise WorkerDied(str(error)) from error

    def start(self) -> None:
        """Start the process, if it does not run; raises DataError where it cannot."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """Leave the process to the parent that forked us."""
        self._lock = threading.Lock()
        self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        python = os.environ.get(PYTHON_VARIABLE) or sys.executable
        python = os.path.abspath(python) if os.sep in python else python  # the worker starts elsewhere
        command = [python, "-P", str(Path(__file__).with_name("worker.py"))]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env=_environ(),
            )
            ready = _reply(self._process, _START_S)
        except (OSError, ValueError) as error:
            self._stop()
            raise DataError(f"the worker for reasoning-gym cannot start ({python}): {error}") from error
        if "missing" in ready:
            self._stop()
            raise DataError(
                f"this environment needs reasoning-gym, which {python} cannot import ({ready['missing']}): "
                f"pip install 'reasongym[reasoning-gym]', or name another interpreter in {PYTHON_VARIABLE}"
            )
        self.version, self.layers = ready["version"], tuple(ready["layers"])
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _environ() -> dict[str, str]:
    """Return an environment without secrets, with one thread and one order of hashes."""
    fixed = {
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"PATH": os.defpath} | fixed | threads


def _reply(process: subprocess.Popen[bytes], limit_s: float) -> dict[str, Json]:
    """Read one line; raises OSError where none comes, ValueError for what is no JSON object."""
    assert process.stdout is not None
    line = _line(process.stdout, time.monotonic() + limit_s)
    return msgspec.json.decode(line, type=dict[str, Json])


def _line(stream: IO[bytes], deadline: float) -> bytes:
    read = bytearray()
    while not read.endswith(b"\n"):
        ready, _, _ = select.select([stream.fileno()], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("the worker hangs")
        piece = os.read(stream.fileno(), 1 << 16)
        if not piece:
            raise OSError("the worker has ended")
        read += piece
    return bytes(read)


WORKER = Worker()
"""The one that all bridged environments share."""
atexit.register(WORKER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=WORKER.forget)

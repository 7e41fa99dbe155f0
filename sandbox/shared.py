"""The sandbox that a process's environments and tools share."""

import atexit
import threading
from collections.abc import Generator
from contextlib import contextmanager

from reasongym.sandbox.sandboxes import Sandbox

_lock = threading.Lock()
_shared: Sandbox | None = None


def shared_sandbox() -> Sandbox:
    """Return the process's sandbox; made when it is first asked for, in the strongest layer that works."""
    global _shared
    with _lock:
        if _shared is None:
            _shared = Sandbox()
            atexit.register(_shared.close)
        return _shared


@contextmanager
def use_sandbox(sandbox: Sandbox) -> Generator[None]:
    """Let the environments of this process use a sandbox of one's own for a while; its owner closes it."""
    global _shared
    with _lock:
        before, _shared = _shared, sandbox
    try:
        yield
    finally:
        with _lock:
            _shared = before

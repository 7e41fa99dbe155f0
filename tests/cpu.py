"""How much processor time a call takes, for tests that what a model writes cannot be made dear to read."""

import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the seconds of this thread that the quickest of three calls takes: others may slow one down."""
    tries: list[float] = []
    for _ in range(3):
        start = time.thread_time()
        work()
        tries.append(time.thread_time() - start)
    return min(tries)

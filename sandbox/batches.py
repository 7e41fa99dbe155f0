"""Doing many things at a time and having the results in order."""

import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], *, num_threads: int, ahead: int
) -> Iterator[Result]:
    """Yield what comes of items in their order, several at a time.

    At most `ahead` are taken before the oldest result is yielded, so that neither items nor results pile up.
    """
    waiting: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
    with ThreadPoolExecutor(num_threads, thread_name_prefix="sandbox") as threads:
        for item in items:
            waiting.put(threads.submit(work, item))
            if waiting.qsize() >= ahead:
                yield waiting.get().result()
        while not waiting.empty():
            yield waiting.get().result()

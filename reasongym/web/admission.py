"""How many requests a server takes in at one time: those that are worked on and those that may wait."""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from reasongym.errors import ReasongymError

Result = TypeVar("Result")
_LEAST_S, _MOST_S = 1, 30
"""Of what is told to a client that has to come back."""
_WEIGHT_OF_LAST = 0.1


class Busy(ReasongymError):
    """No more requests may wait."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the server is busy; ask again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Admission:
    """Takes in a bounded number of requests and works them off in as many threads as there are workers."""

    def __init__(self, num_workers: int, num_waiting: int) -> None:
        self.room = num_workers + num_waiting
        self.num_taken = 0
        self._num_workers = num_workers
        self._usual_s = 0.0
        self._threads = ThreadPoolExecutor(num_workers, thread_name_prefix="requests")

    @contextmanager
    def place(self) -> Generator[None]:
        """Hold one of the places; raises Busy where none is free."""
        if self.num_taken >= self.room:
            raise Busy(self._until_free_s())
        self.num_taken += 1
        started = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self.num_taken -= 1
            spent = asyncio.get_running_loop().time() - started
            self._usual_s += _WEIGHT_OF_LAST * (spent - self._usual_s)

    def _until_free_s(self) -> int:
        """Guess when places will be free: a request's usual time covers its wait behind all others."""
        return max(_LEAST_S, min(_MOST_S, round(self._usual_s)))

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do something in a thread, when one is free."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """End the threads, once what they do is done."""
        self._threads.shutdown(cancel_futures=True)

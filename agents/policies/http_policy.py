"""The policy behind a URL: vLLM's server or any other that speaks OpenAI's protocol. For evaluation only.

An event loop in a thread of its own keeps up to `Limits.concurrency` requests in flight. When one fails for
good, nothing more is sent; what is in flight is waited for and handed over first, then `poll` raises.
"""

import asyncio
import queue
from collections.abc import Callable, Coroutine, Iterable, Sequence
from threading import Thread
from typing import Any, TypeVar

from reasongym.agents.policies.http_bodies import Answer, Dialect, guessed_tokens, is_too_long, read_answer
from reasongym.agents.policies.http_calls import KEPT, Abandoned, Caller, Endpoint, Limits, Rejected
from reasongym.agents.policies.usage import Prices, Usage
from reasongym.episodes import Completion, Request
from reasongym.errors import PolicyError

T = TypeVar("T")

POLL_S = 0.2
"""A poll waits at most this long for the first completion."""

Done = tuple[int, Completion]


class HttpPolicy:
    """Completes prompts by asking a server."""

    def __init__(
        self,
        endpoint: Endpoint,
        dialect: Dialect,
        *,
        limits: Limits | None = None,
        prices: Prices | None = None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.usage = Usage()
        """Of this and, where the caller puts them here before the first request, of earlier starts."""
        self._dialect = dialect
        self._limits = limits or Limits()
        self._prices = prices or Prices()
        self._on_retry = on_retry
        self._outbox: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._failure: PolicyError | None = None
        self._seats = asyncio.Semaphore(self._limits.concurrency)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="http policy", daemon=True)
        self._thread.start()
        self._caller = self._in_loop(_made(lambda: Caller(endpoint, self._limits, self._retried)))

    # -- the protocol ---------------------------------------------------------------------------------

    def submit(self, requests: Sequence[Request]) -> None:
        """Queue requests; they are sent as limits allow."""
        self._loop.call_soon_threadsafe(self._start, list(requests))

    def poll(self) -> list[Done]:
        """Return what is done; raises PolicyError once a request has failed and nothing is in flight."""
        failure = self._failure if not self._tasks else None
        done = self._collect(0.0 if failure else POLL_S)
        if failure is not None and not done:
            self._in_loop(_made(self._forget_failure))
            raise failure
        return done

    def cancel(self, ids: Iterable[int]) -> None:
        """Forget requests; a server stops working on those that it has."""
        gone = set(ids)
        self._in_loop(self._stop(gone))
        for one in self._collect(0.0):
            if one[0] not in gone:
                self._outbox.put(one)

    def push(self, weights: Any, version: int) -> None:
        """Refuse: the weights are the server's."""
        raise PolicyError("a server keeps its own weights; there is no way to push others to it")

    def close(self) -> None:
        """Drop every request and connection."""
        if not self._thread.is_alive():
            return
        self._in_loop(self._stop(set(self._tasks)))
        self._in_loop(self._caller.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # -- the caller's side ----------------------------------------------------------------------------

    def _collect(self, wait_s: float) -> list[Done]:
        done: list[Done] = []
        try:
            done.append(self._outbox.get(timeout=wait_s) if wait_s else self._outbox.get_nowait())
            while True:
                done.append(self._outbox.get_nowait())
        except queue.Empty:
            return done

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    # -- the loop's side ------------------------------------------------------------------------------

    def _start(self, requests: list[Request]) -> None:
        for request in requests:
            task = self._loop.create_task(self._answer(request))
            self._tasks[request.id] = task
            task.add_done_callback(lambda _, id=request.id: self._tasks.pop(id, None))

    async def _stop(self, ids: set[int]) -> None:
        tasks = [task for id, task in self._tasks.items() if id in ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, request: Request) -> None:
        async with self._seats:
            if self._failure is not None:
                return
            try:
                self._outbox.put((request.id, await self._complete(request)))
            except Abandoned:
                return
            except PolicyError as error:
                self._fail(error)
            except Exception as error:  # a fault of ours must not leave the caller waiting for ever
                self._fail(PolicyError(f"asking the server failed ({type(error).__name__}: {error}); {KEPT}"))

    def _fail(self, error: PolicyError) -> None:
        self._failure = self._failure or error
        self._caller.stopping.set()

    def _forget_failure(self) -> None:
        self._failure = None
        self._caller.stopping.clear()

    def _retried(self, told: str) -> None:
        self.usage = self.usage.and_retry()
        self._on_retry(told)

    async def _complete(self, request: Request) -> Completion:
        if self.usage.cost >= self._limits.max_cost:
            raise PolicyError(
                f"the run has cost {self.usage.cost:.4f} of --max-cost {self._limits.max_cost:g}; {KEPT} "
                "with a higher one"
            )
        tokens = guessed_tokens(request)
        answer = await self._asked(request, tokens)
        told = answer.usage
        if told is None:
            self.usage = self.usage.and_unmetered()
        else:
            used = told.prompt_tokens, told.completion_tokens or 0
            self.usage = self.usage.and_completion(*used, self._prices)
            self._caller.settle(tokens - sum(used))
        return self._dialect.completion(answer, request)

    async def _asked(self, request: Request, tokens: int, *, is_limited: bool = True) -> Answer:
        """Ask, otherwise where the server rejects the way and not the request; raises PolicyError."""
        path, body = self._dialect.asked(request, is_limited=is_limited)
        try:
            return await self._caller.post(path, body, read_answer, tokens)
        except Rejected as rejected:
            if body != self._dialect.asked(request, is_limited=is_limited)[1] or self._dialect.adapts(
                rejected
            ):
                return await self._asked(request, tokens, is_limited=is_limited)
            if is_limited and request.prompt_ids is None and is_too_long(rejected):
                return await self._asked(request, tokens, is_limited=False)  # as much as there is room for
            raise self._explained(rejected, path) from rejected

    def _explained(self, rejected: Rejected, path: str) -> PolicyError:
        """Say what can be done about a request that the server will not answer."""
        server, told = self._dialect.server, rejected.told.lower()
        hint = ""
        if rejected.status == 404:
            has = ", ".join(server.models)
            hint = f"it has the models {has}" if has else "does the URL end in /v1, and is --model right?"
        elif "chat template" in told:
            hint = "ask it by tokens: --tokenizer DIR names the model's tokenizer"
        elif is_too_long(rejected):
            hint = (
                "the prompt alone is too long; --tokenizer DIR ends such an episode as one of a full context"
            )
        elif "quota" in told:
            hint = "its account has no credit left"
        return PolicyError(f"{path} of {server.model!r}: {rejected}; {hint}{'; ' * bool(hint)}{KEPT}")


async def _made(make: Callable[[], T]) -> T:
    """Call something inside the loop."""
    return make()

"""Sessions that clients of a server hold by name, until they end them or have not used them for long."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from reasongym.errors import ReasongymError, UsageError
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.repl import Session
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.sandbox.wire import TurnAnswer, TurnRequest
from reasongym.web.admission import Busy

Result = TypeVar("Result")
_RETRY_AFTER_S = 5
_LOOKS_AN_IDLE_TIME = 10


class Gone(ReasongymError):
    """There is no session of this name."""


class _Held:
    """A session and its last turn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lock = asyncio.Lock()
        self.number = 0
        self.answer: TurnAnswer | None = None
        self.used_at = time.monotonic()


class ServedSessions:
    """The sessions of a server; used from its event loop alone."""

    def __init__(self, sandbox: Sandbox, most: int, idle_s: float) -> None:
        self._sandbox = sandbox
        self._most = most
        self._idle_s = idle_s
        self._held: dict[str, _Held] = {}
        self._num_beginning = 0
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="session")

    @property
    def num_open(self) -> int:
        """Sessions that are open, or about to be."""
        return len(self._held) + self._num_beginning

    async def begin(self, limits: Limits) -> str:
        """Begin a session and return its name; raises Busy where there are too many."""
        self._require_room()
        self._num_beginning += 1
        try:
            session = await self._do(self._sandbox.session, limits)
        finally:
            self._num_beginning -= 1
        return self._kept_as(session)

    async def fork(self, name: str) -> str:
        """Branch a session and return the branch's name."""
        held = self._find(name)
        self._require_room()
        async with held.lock:
            return self._kept_as(await self._do(held.session.fork))

    async def turn(self, name: str, asked: TurnRequest) -> TurnAnswer:
        """Run the next turn; the last one's number is answered as it was."""
        held = self._find(name)
        async with held.lock:
            held.used_at = time.monotonic()
            if asked.number == held.number and held.answer is not None:
                return held.answer
            if asked.number != held.number + 1:
                raise UsageError(f"the next turn is number {held.number + 1}, got {asked.number}")
            turn = await self._do(held.session.run, asked.code)
            held.number, held.answer = asked.number, TurnAnswer(turn, held.session.is_alive)
            held.used_at = time.monotonic()
            return held.answer

    async def end(self, name: str) -> None:
        """End a session if it is there."""
        held = self._held.pop(name, None)
        if held is not None:
            async with held.lock:
                await self._do(held.session.close)

    @asynccontextmanager
    async def kept(self) -> AsyncGenerator[None]:
        """End sessions that are idle as long as this lasts, and then all."""
        watch = asyncio.create_task(self._end_idle())
        try:
            yield
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            for name in list(self._held):
                await self.end(name)
            self._threads.shutdown()

    async def _end_idle(self) -> None:
        while True:
            await asyncio.sleep(self._idle_s / _LOOKS_AN_IDLE_TIME)
            limit = time.monotonic() - self._idle_s
            for name, held in list(self._held.items()):
                if held.used_at < limit and not held.lock.locked():
                    await self.end(name)

    async def _do(self, work: Callable[..., Result], *args: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def _require_room(self) -> None:
        if self.num_open >= self._most:
            raise Busy(_RETRY_AFTER_S)

    def _kept_as(self, session: Session) -> str:
        name = secrets.token_urlsafe(16)
        self._held[name] = _Held(session)
        return name

    def _find(self, name: str) -> _Held:
        try:
            return self._held[name]
        except KeyError:
            raise Gone("the session is gone: it was ended, idle, or of a server before this one") from None

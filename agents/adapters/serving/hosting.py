"""What applications of ours do with every request: a place among those that wait, a thread, and refusals.

Work is done in threads, a bounded number of requests at one time; more are told to come back (429).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import FastAPI, Request, Response

from reasongym.agents.adapters.serving import wire
from reasongym.agents.adapters.serving.desk import MOST_TOLD_CHARS, Desk, Failed
from reasongym.agents.adapters.serving.sessions import Gone, InPlay, Sessions
from reasongym.errors import UsageError
from reasongym.web.admission import Admission, Busy
from reasongym.web.gate import BadToken, Gate, Handler, Refusal, TooLarge

_LOOKS_AN_IDLE_TIME = 10
REFUSALS = (
    Refusal(TooLarge, 413, "usage"),
    Refusal(BadToken, 401, "token"),
    Refusal(UsageError, 400, "usage"),
    Refusal(Gone, 404, "gone"),
    Refusal(InPlay, 409, "in_play"),
    Refusal(Busy, 429, "busy"),
    Refusal(Failed, 500, "failed"),
)


def worked(answer: Callable[[bytes, Request], bytes | Response], gate: Gate, admission: Admission) -> Handler:
    """Answer in a thread what brings the token.

    A place is held from before the body is read, so that what waits is bounded in memory, too.
    """

    async def handle(request: Request) -> bytes | Response:
        gate.require_token(request)
        with admission.place():
            body = await gate.body(request)
            return await admission.do(lambda: answer(body, request))

    return handle


def told(message: str, kind: str) -> bytes:
    """Write why a request was refused."""
    return wire.written(wire.Fault(message[:MOST_TOLD_CHARS], kind))


def kept(desk: Desk, admission: Admission) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Make the lifespan of an application, which ends its sessions and threads."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with closing_idle(desk.sessions, desk.limits.session_idle_s):
            yield
            admission.close()  # before the sessions, which what is under way may still use

    return lifespan


@asynccontextmanager
async def closing_idle(sessions: Sessions, idle_s: float) -> AsyncGenerator[None]:
    """Close sessions that are idle as long as this lasts, and then all."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(idle_s / _LOOKS_AN_IDLE_TIME)
            await asyncio.to_thread(sessions.close_idle)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        sessions.close_all()

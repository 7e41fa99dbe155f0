"""The sandbox as a service: jobs, judgements and sessions over HTTP, for many trainers at one pool.

Nothing that was expected goes further than this process. Requests beyond what may wait are refused at once
with 429, and it is for clients to come back; whatever was asked can be asked again, as jobs are pure and
turns are numbered.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import FastAPI, Request

from reasongym.errors import UsageError
from reasongym.sandbox import wire
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import Job, Limits
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.sandbox.served_sessions import Gone, ServedSessions
from reasongym.web.admission import Admission, Busy
from reasongym.web.gate import BadToken, Gate, Handler, Refusal, TooLarge, add_routes

Record = TypeVar("Record")
_SMALL_BYTES = 1 << 16
"""A body that is read before others would notice."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What a server allows its clients."""

    token: str = ""
    """Which every request must bring, where it is not empty."""
    num_waiting: int = 64
    """Requests that may wait for a worker."""
    max_body_bytes: int = 32 << 20
    max_cpu_s: float = 60.0
    """That a job may ask for; and ten times as much of wall time."""
    max_sessions: int = 32
    session_idle_s: float = 600.0
    """After which a session that nobody uses is closed."""

    def __post_init__(self) -> None:
        for name in ("max_body_bytes", "max_cpu_s", "max_sessions", "session_idle_s"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} must be above 0, got {getattr(self, name)}")
        if self.num_waiting < 0:
            raise UsageError(f"num_waiting must be 0 or more, got {self.num_waiting}")


_REFUSALS = (
    Refusal(TooLarge, 413, "usage"),
    Refusal(BadToken, 401, "token"),
    Refusal(UsageError, 400, "usage"),
    Refusal(Busy, 429, "busy"),
    Refusal(Gone, 404, "gone"),
    Refusal(JailLost, 500, "sandbox"),
)


def service(sandbox: Sandbox, options: ServiceOptions) -> FastAPI:
    """Make the application; it closes the sandbox when it ends."""
    desk = _Desk(sandbox, options)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with desk.sessions.kept():
            yield
        desk.close()

    app = FastAPI(title="reasongym sandbox", lifespan=lifespan, openapi_url=None)
    routes: tuple[tuple[str, str, Callable[[Request], Awaitable[Any]]], ...] = (
        ("GET", "/health", desk.health),
        ("GET", "/capabilities", desk.capabilities),
        ("POST", "/run", desk.run),
        ("POST", "/jobs", desk.job),
        ("POST", "/grade", desk.grade),
        ("POST", "/sessions", desk.begin_session),
        ("POST", "/sessions/{id}/turns", desk.turn),
        ("POST", "/sessions/{id}/fork", desk.fork_session),
        ("DELETE", "/sessions/{id}", desk.end_session),
    )
    written = [(method, path, _written(answer)) for method, path, answer in routes]
    add_routes(app, written, _REFUSALS, lambda message, kind: wire.written(wire.Fault(message, kind)))
    return app


def _written(answer: Callable[[Request], Awaitable[Any]]) -> Handler:
    async def handle(request: Request) -> bytes:
        return wire.written(await answer(request))

    return handle


class _Desk:
    """Where requests are read, checked, passed to the sandbox and answered."""

    def __init__(self, sandbox: Sandbox, options: ServiceOptions) -> None:
        self._sandbox = sandbox
        self._options = options
        self._gate = Gate(options.token, options.max_body_bytes)
        self._admission = Admission(sandbox.num_workers, options.num_waiting)
        self.sessions = ServedSessions(sandbox, options.max_sessions, options.session_idle_s)

    def close(self) -> None:
        """End the threads and the jails."""
        self._admission.close()
        self._sandbox.close()

    # -- what is asked about the server ---------------------------------------------------------------

    async def health(self, request: Request) -> wire.Health:
        """Answer anybody, without a token."""
        del request
        return wire.Health(
            "ok",
            self._sandbox.layer,
            self._sandbox.num_workers,
            self._admission.num_taken,
            self._admission.room,
            self.sessions.num_open,
        )

    async def capabilities(self, request: Request) -> wire.ServerCapabilities:
        """Say what the layer in force guarantees."""
        self._gate.require_token(request)
        found = await asyncio.to_thread(self._sandbox.capabilities)
        return wire.ServerCapabilities(
            found.layer, list(found.guarantees), list(found.missing), self._sandbox.num_workers
        )

    # -- jobs -----------------------------------------------------------------------------------------

    async def run(self, request: Request) -> wire.RunAnswer:
        """Run a Python program."""
        async with self._admitted(request):
            asked = await self._read(request, wire.RunRequest)
            limits = self._allowed(asked.limits)
            outcome = await self._admission.do(lambda: self._sandbox.run(asked.code, asked.stdin, limits))
        return wire.RunAnswer.of(outcome)

    async def job(self, request: Request) -> Any:
        """Run any job but a session."""
        async with self._admitted(request):
            asked = await self._read(request, Job)
            self._allowed(asked.limits)
            if asked.is_session:
                raise UsageError("a session is begun at /sessions")
            return wire.outcome_written(await self._admission.do(lambda: self._sandbox.run_job(asked)))

    async def grade(self, request: Request) -> Any:
        """Judge a solution."""
        async with self._admitted(request):
            asked = await self._read(request, wire.GradeRequest)
            limits, tests = self._allowed(asked.limits), wire.tests_of(asked.tests)
            return await self._admission.do(
                lambda: self._sandbox.grade(
                    asked.code,
                    tests,
                    limits,
                    comparison=asked.comparison,
                    all_tests=asked.all_tests,
                    language=asked.language,
                )
            )

    # -- sessions -------------------------------------------------------------------------------------

    async def begin_session(self, request: Request) -> wire.SessionAnswer:
        """Begin a session."""
        self._gate.require_token(request)
        asked = await self._read(request, wire.SessionRequest)
        return wire.SessionAnswer(await self.sessions.begin(self._allowed(asked.limits)))

    async def turn(self, request: Request) -> wire.TurnAnswer:
        """Run a turn of a session, or answer for the last one again."""
        self._gate.require_token(request)
        asked = await self._read(request, wire.TurnRequest)
        return await self.sessions.turn(request.path_params["id"], asked)

    async def fork_session(self, request: Request) -> wire.SessionAnswer:
        """Branch a session."""
        self._gate.require_token(request)
        return wire.SessionAnswer(await self.sessions.fork(request.path_params["id"]))

    async def end_session(self, request: Request) -> wire.SessionAnswer:
        """End a session; one that is gone already is no fault."""
        self._gate.require_token(request)
        name = request.path_params["id"]
        await self.sessions.end(name)
        return wire.SessionAnswer(name)

    # -- what every request goes through --------------------------------------------------------------

    @asynccontextmanager
    async def _admitted(self, request: Request) -> AsyncGenerator[None]:
        """Hold a place from before the body is read, so that what waits is bounded in memory, too."""
        self._gate.require_token(request)
        with self._admission.place():
            yield

    async def _read(self, request: Request, kind: type[Record]) -> Record:
        content = await self._gate.body(request)
        if len(content) < _SMALL_BYTES:
            return wire.read(content, kind)
        return await asyncio.to_thread(wire.read, content, kind)

    def _allowed(self, limits: Limits | None) -> Limits:
        """Return the limits to apply; raises UsageError where they are beyond the server's."""
        if limits is None:
            return self._sandbox.limits
        most = self._options
        if limits.cpu_s > most.max_cpu_s or limits.wall > 10 * most.max_cpu_s + 2:
            raise UsageError(
                f"a job may have {most.max_cpu_s:g} s of CPU and ten times as much of wall time, this one "
                f"asks for {limits.cpu_s:g} s and {limits.wall:g} s"
            )
        if limits.output_bytes + limits.result_bytes > most.max_body_bytes:
            raise UsageError(f"a job may write {most.max_body_bytes} bytes in all")
        return limits

"""Environments over plain HTTP: problems, sessions and verdicts in batches, as JSON.

Work is done in threads, a bounded number of requests at one time; more are told to come back (429).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request

from reasongym.agents.adapters.serving import wire
from reasongym.agents.adapters.serving.desk import Desk, Failed
from reasongym.agents.adapters.serving.sessions import Gone, InPlay, Move, Sessions
from reasongym.core import Env, Problem
from reasongym.errors import GenerationError, UsageError
from reasongym.web.admission import Admission, Busy
from reasongym.web.gate import BadToken, Gate, Handler, Refusal, TooLarge, add_routes

_LOOKS_AN_IDLE_TIME = 10
_MOST_TOLD_CHARS = 2_000
"""Of what a client is told of a request that may itself have millions."""
REFUSALS = (
    Refusal(TooLarge, 413, "usage"),
    Refusal(BadToken, 401, "token"),
    Refusal(UsageError, 400, "usage"),
    Refusal(GenerationError, 400, "usage"),
    Refusal(Gone, 404, "gone"),
    Refusal(InPlay, 409, "in_play"),
    Refusal(Busy, 429, "busy"),
    Refusal(Failed, 500, "failed"),
)


def application(desk: Desk, gate: Gate, *, num_threads: int = 4, num_waiting: int = 256) -> FastAPI:
    """Make the application; sessions are closed when it ends."""
    admission = Admission(num_threads, num_waiting)
    answers = _Answers(desk, admission)
    app = FastAPI(title="reasongym environments", lifespan=kept(desk, admission), openapi_url=None)
    routes: tuple[tuple[str, Callable[[bytes], Any]], ...] = (
        ("/problems", answers.problems),
        ("/sessions", answers.open),
        ("/steps", answers.step),
        ("/sessions/close", answers.close),
        ("/verdicts", answers.judge),
    )
    posted = [("POST", path, _worked(answer, gate, admission)) for path, answer in routes]
    asked = (("GET", "/health", answers.health), ("GET", "/envs", _listed(answers, gate)))
    add_routes(app, [*posted, *asked], REFUSALS, told)
    return app


def kept(desk: Desk, admission: Admission) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Make the lifespan of an application, which ends its sessions and threads."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with closing_idle(desk.sessions, desk.limits.session_idle_s):
            yield
        admission.close()

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


def told(message: str, kind: str) -> bytes:
    """Write why a request was refused."""
    return wire.written(wire.Fault(message[:_MOST_TOLD_CHARS], kind))


def _worked(answer: Callable[[bytes], Any], gate: Gate, admission: Admission) -> Handler:
    """Hold a place from before the body is read, so that what waits is bounded in memory, too."""

    async def handle(request: Request) -> bytes:
        gate.require_token(request)
        with admission.place():
            body = await gate.body(request)
            return await admission.do(lambda: wire.written(answer(body)))

    return handle


def _listed(answers: "_Answers", gate: Gate) -> Handler:
    async def handle(request: Request) -> bytes:
        gate.require_token(request)
        return await asyncio.to_thread(answers.envs)

    return handle


class _Answers:
    """What each path answers."""

    def __init__(self, desk: Desk, admission: Admission) -> None:
        self._desk = desk
        self._admission = admission
        self._envs = b""

    async def health(self, request: Request) -> bytes:
        """Answer anybody, without a token."""
        del request
        running = self._admission.num_taken
        return wire.written(wire.Health("ok", version("reasongym"), len(self._desk.sessions), running))

    def envs(self) -> bytes:
        """List what is served; it does not change, and is looked at once."""
        if not self._envs:
            told = [_envtold(env) for env in self._desk.permissions.served()]
            self._envs = wire.written(wire.Envs(told))
        return self._envs

    def problems(self, body: bytes) -> wire.Prompts:
        """Word problems."""
        asked = wire.read(body, wire.Rows)
        return wire.Prompts([prompt_of(env, problem) for env, problem in self._desk.problems(asked.rows)])

    def open(self, body: bytes) -> wire.Prompts:
        """Open sessions."""
        asked = wire.read(body, wire.Rows)
        opened = self._desk.open(asked.rows)
        return wire.Prompts([prompt_of(one.env, one.problem, one.name) for one in opened])

    def step(self, body: bytes) -> wire.Steps:
        """Play a turn in each of several sessions."""
        moves = [Move(one.session, one.turn, one.action) for one in wire.read(body, wire.Moves).moves]
        return wire.Steps(self._desk.step(moves))

    def close(self, body: bytes) -> wire.Closed:
        """Close sessions; those that are gone already are no fault."""
        return wire.Closed(self._desk.close(wire.read(body, wire.Names).sessions))

    def judge(self, body: bytes) -> wire.Verdicts:
        """Judge episodes."""
        asked = wire.read(body, wire.Episodes).episodes
        found = self._desk.judge([one.row for one in asked], [one.texts for one in asked])
        told = [wire.Judged(None, one) if isinstance(one, str) else wire.Judged(one) for one in found]
        return wire.Verdicts(told)


def prompt_of(env: Env, problem: Problem, session: str = "") -> wire.Prompt:
    """Tell a problem without what it is made from."""
    row = problem.row
    return wire.Prompt(row.as_dict(), problem.prompt, env.turn_limit(row), env.stop_strings(row), session)


def _envtold(env: Env) -> wire.EnvTold:
    options = [
        wire.OptionTold(one.name, one.default, one.about, list(one.choices), one.low, one.high)
        for one in env.options().values()
    ]
    return wire.EnvTold(env.env_id, list(env.levels), env.default_level, options)

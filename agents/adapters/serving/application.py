"""Environments over plain HTTP: problems, sessions and verdicts in batches, as JSON."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request

from reasongym.agents.adapters.serving import wire
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.hosting import REFUSALS, kept, told, worked
from reasongym.agents.adapters.serving.sessions import Move
from reasongym.core import Env
from reasongym.web.admission import Admission
from reasongym.web.gate import Gate, Handler, add_routes


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
    posted = [("POST", path, worked(_encoded(answer), gate, admission)) for path, answer in routes]
    asked = (("GET", "/health", answers.health), ("GET", "/envs", _listed(answers, gate)))
    add_routes(app, [*posted, *asked], REFUSALS, told)
    return app


def _encoded(answer: Callable[[bytes], Any]) -> Callable[[bytes, Request], bytes]:
    return lambda body, _: wire.written(answer(body))


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
        return wire.Prompts(
            [wire.Prompt.of(env, problem) for env, problem in self._desk.problems(asked.rows)]
        )

    def open(self, body: bytes) -> wire.Prompts:
        """Open sessions."""
        asked = wire.read(body, wire.Rows)
        opened = self._desk.open(asked.rows)
        return wire.Prompts([wire.Prompt.of(one.env, one.problem, one.name) for one in opened])

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


def _envtold(env: Env) -> wire.EnvTold:
    options = [
        wire.OptionTold(one.name, one.default, one.about, list(one.choices), one.low, one.high)
        for one in env.options().values()
    ]
    return wire.EnvTold(env.env_id, list(env.levels), env.default_level, options)

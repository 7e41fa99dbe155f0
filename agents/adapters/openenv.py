"""Environments behind OpenEnv's protocol: a server of sessions over WebSockets, and a typed client.

A connection is a session. `reset` names a problem, by `row` or by `env_id` and `seed`: one that names none is
refused, since members of a group would then draw problems of their own.
"""

from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from reasongym.agents.adapters.openenv_tasks import Tasks
from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.serving.desk import MOST_TOLD_CHARS, Desk
from reasongym.agents.adapters.serving.hosting import REFUSALS
from reasongym.agents.adapters.serving.wire import Prompt, RowAsked
from reasongym.core import Json
from reasongym.errors import ReasongymError, UsageError
from reasongym.web.gate import Gate, guarded

_INSTALL = "reasongym[openenv]"
_server = trainer("openenv.core.env_server.http_server", _INSTALL)
_types = trainer("openenv.core.env_server.types", _INSTALL)
_interfaces = trainer("openenv.core.env_server.interfaces", _INSTALL)
_client = trainer("openenv.core.env_client", _INSTALL)
_results = trainer("openenv.core.client_types", _INSTALL)


class TextAction(_types.Action):
    """One turn of a policy."""

    text: str


class TextObservation(_types.Observation):
    """What a policy reads: after `reset` the prompt; `metadata` holds the row, and the verdict at the end."""

    text: str = ""


class ServedEnvironment(Tasks, _interfaces.Environment):
    """One session of OpenEnv's server."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, desk: Desk) -> None:
        _interfaces.Environment.__init__(self)
        Tasks.__init__(self, desk)
        self._name = ""
        self._row: Json = None
        self._state = _types.State()

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, row: Json = None, **named: Json
    ) -> TextObservation:
        """Begin the episode of a row, or of what is `named`: a row's parts, or a task's split and index.

        Raises UsageError.
        """
        asked = self._asked(
            row, {name: part for name, part in {"seed": seed, **named}.items() if part is not None}
        )
        self.close()
        (opened,) = self._desk.open([asked])
        told = Prompt.of(opened.env, opened.problem)
        self._name, self._row = opened.name, told.row
        self._state = _types.State(episode_id=episode_id, step_count=0)
        return TextObservation(text=told.prompt, metadata={"row": told.row, "num_turns": told.num_turns})

    def step(self, action: TextAction, timeout_s: float | None = None, **others: Json) -> TextObservation:
        """Play one turn; raises UsageError without an episode, and Gone where it was idle for long."""
        del timeout_s, others  # what an environment may take is bounded by its row
        if not self._name:
            raise UsageError("step needs a running episode: call reset first, on the same connection (/ws)")
        played = self._desk.play(self._name, action.text)
        self._state.step_count += 1
        told = {"row": self._row, "truncated": played.truncated}
        if played.verdict is not None:
            told["verdict"] = msgspec.to_builtins(played.verdict)
        done = played.verdict is not None
        return TextObservation(text=played.observation, reward=played.reward, done=done, metadata=told)

    @property
    def state(self) -> Any:
        """How far the episode is; never what its problem was made from."""
        return self._state

    def close(self) -> None:
        """Let go of the episode."""
        if self._name:
            self._desk.close([self._name])
            self._name = ""

    def _asked(self, row: Json, named: dict[str, Json]) -> RowAsked:
        if row is not None:
            if named:
                raise UsageError(f"a row names its problem alone; got {sorted(named)} beside it")
            return RowAsked.read(row)
        if named.keys() == {"split", "index"}:
            return self.row_of_task(**named)
        served = self._desk.permissions.ids
        if len(served) == 1:
            named = {"env_id": next(iter(served))} | named
        if not named.keys() >= {"env_id", "seed"}:
            raise UsageError(f"reset names its problem, by row or by env_id and seed; got {named}")
        return RowAsked.read(named)


class ReasongymClient(_client.EnvClient):
    """The client of this server; `.sync()` is its synchronous form."""

    def _step_payload(self, action: TextAction) -> dict[str, Json]:
        return {"text": action.text}

    def _parse_result(self, payload: dict[str, Any]) -> Any:
        seen = payload.get("observation", {})
        reward, done = payload.get("reward"), payload.get("done", False)
        observation = TextObservation(
            text=seen.get("text", ""), reward=reward, done=done, metadata=payload.get("metadata") or {}
        )
        return _results.StepResult(observation=observation, reward=reward, done=done)

    def _parse_state(self, payload: dict[str, Any]) -> Any:
        return _types.State(**payload)


def application(desk: Desk, gate: Gate) -> ASGIApp:
    """Make the ASGI application of OpenEnv's own server."""
    limits = desk.limits
    app = _server.create_app(
        lambda: ServedEnvironment(desk),
        TextAction,
        TextObservation,
        env_name="reasongym",
        concurrency_config=_types.ConcurrencyConfig(
            max_concurrent_envs=limits.max_sessions, session_timeout=limits.session_idle_s
        ),
    )
    app.add_exception_handler(ReasongymError, _refused)
    return guarded(app, gate)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    del request
    status = next((one.status for one in REFUSALS if isinstance(error, one.error)), 400)
    return JSONResponse({"error": str(error)[:MOST_TOLD_CHARS]}, status)

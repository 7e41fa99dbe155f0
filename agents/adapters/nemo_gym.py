"""A resources server of NeMo Gym: its routes and bodies (its data sets are in `nemo_gym_lines`).

The package is not needed. The schema is that of NVIDIA-NeMo/Gym, nemo_gym/base_resources_server.py and
resources_servers/gymnasium/base.py: `/verify` judges a whole single-turn response, for simple_agent;
`/reset` and `/step` play episodes of many turns, for gymnasium_agent. Requests are told apart by a signed
cookie there; here it holds a session's name, which cannot be guessed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from reasongym.agents.adapters.rows import from_text
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.hosting import REFUSALS, kept, told, worked
from reasongym.agents.adapters.serving.wire import RowAsked, read, written
from reasongym.core import Json
from reasongym.errors import UsageError
from reasongym.web.admission import Admission
from reasongym.web.gate import Gate, Handler, add_routes

COOKIE = "reasongym_session"
TASK = "_ng_task_index"
"""The column by which their metrics are grouped (nemo_gym/global_config.py)."""


class _Reset(msgspec.Struct, frozen=True):
    row: str


class _Step(msgspec.Struct, frozen=True):
    response: dict[str, Any]


class _Verify(msgspec.Struct, frozen=True):
    row: str
    response: dict[str, Any]


class _Metrics(msgspec.Struct, frozen=True):
    verify_responses: list[dict[str, Any]]


def application(desk: Desk, gate: Gate, *, num_threads: int = 4, num_waiting: int = 256) -> FastAPI:
    """Make the application; sessions are closed when it ends."""
    admission = Admission(num_threads, num_waiting)
    routes = _Routes(desk)

    def named(answer: Callable[[bytes, str], bytes | Response]) -> Handler:
        return worked(lambda body, of: answer(body, of.cookies.get(COOKIE, "")), gate, admission)

    app = FastAPI(title="reasongym resources server", lifespan=kept(desk, admission), openapi_url=None)
    posted = (
        ("/seed_session", routes.seed_session),
        ("/close_session", routes.seed_session),
        ("/verify", routes.verify),
        ("/reset", routes.reset),
        ("/step", routes.step),
        ("/close", routes.close),
        ("/aggregate_metrics", routes.aggregate_metrics),
    )
    add_routes(app, [("POST", path, named(answer)) for path, answer in posted], REFUSALS, told)
    add_routes(app, [("GET", "/reverify_mode", routes.reverify_mode)], REFUSALS, told)
    return app


class _Routes:
    """What each route answers, of a body and the session that the cookie names."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def reverify_mode(self, request: Request) -> bytes:
        """Say that `/verify` depends on its body alone."""
        del request
        return written("stateless")

    def seed_session(self, body: bytes, name: str) -> bytes:
        """Do nothing: a problem comes with each request. A caller's own identifier is confirmed."""
        del name
        asked = read(body, dict[str, Any]) if body else {}
        told = {key: asked[key] for key in ("resources_session_id",) if key in asked}
        return written(told)

    def verify(self, body: bytes, name: str) -> bytes:
        """Judge a response, and send back all that came; a sample that we failed at is masked."""
        del name
        asked = read(body, _Verify)
        row = RowAsked.of(from_text(asked.row))
        (found,) = self._desk.judge([row], [[text_of(asked.response)]])
        if not isinstance(found, str) and found.reason == "unfinished":
            raise UsageError(f"an episode of {row.env_id} has several turns: play it by gymnasium_agent")
        came = read(body, dict[str, Any])
        if isinstance(found, str):
            failed = {"mask_sample": True, "failure_kind": "reasongym:unscored", "failure_reason": found}
            return written(came | {"reward": 0.0} | failed)
        return written(came | {"reward": found.reward, "verdict": found})

    def reset(self, body: bytes, name: str) -> Response:
        """Begin the episode of a row, whose prompt the data set has; its name goes into a cookie."""
        asked = RowAsked.of(from_text(read(body, _Reset).row))
        self._desk.close([name])
        (opened,) = self._desk.open([asked])
        info = {"row": opened.problem.row.as_dict(), "supports_explicit_close": True}
        answer = Response(written({"observation": None, "info": info}), media_type="application/json")
        answer.set_cookie(COOKIE, opened.name, httponly=True, samesite="strict")
        return answer

    def step(self, body: bytes, name: str) -> bytes:
        """Play the text of a response."""
        text = text_of(read(body, _Step).response)
        played = self._desk.play(name, text)
        return written(
            {
                "observation": played.observation,
                "reward": played.reward,
                "terminated": played.terminated,
                "truncated": played.truncated,
                "info": {} if played.verdict is None else {"verdict": played.verdict},
            }
        )

    def close(self, body: bytes, name: str) -> bytes:
        """Give the episode up."""
        del body
        self._desk.close([name])
        return written({})

    def aggregate_metrics(self, body: bytes, name: str) -> bytes:
        """Average rewards, by problem and in all; masked samples do not count."""
        del name
        rewards: dict[Json, list[float]] = {}
        for one in read(body, _Metrics).verify_responses:
            if not one.get("mask_sample"):
                rewards.setdefault(str(one.get(TASK, "")), []).append(_number(one.get("reward")))
        groups = [{TASK: task, "mean/reward": _mean(found)} for task, found in rewards.items()]
        everything = [reward for found in rewards.values() for reward in found]
        means = {"mean/reward": _mean(everything)} if everything else {}
        return written({"group_level_metrics": groups, "agent_metrics": means, "key_metrics": means})


def text_of(response: Mapping[str, Any]) -> str:
    """Return all text of a response's messages; what is reasoned or called beside them is not answered."""
    parts: list[str] = []
    try:
        for item in response["output"]:
            if item["type"] == "message":
                content = item["content"]
                pieces = [{"type": "output_text", "text": content}] if isinstance(content, str) else content
                parts += [str(one["text"]) for one in pieces if one["type"] == "output_text"]
    except (KeyError, TypeError) as error:
        raise UsageError(f"not a response with output messages: {type(error).__name__} {error}") from error
    return "".join(parts)


def _mean(rewards: list[float]) -> float:
    return sum(rewards) / len(rewards)


def _number(value: Json) -> float:
    if not isinstance(value, int | float):
        raise UsageError(f"a verify response has a number as its reward, got {value!r}")
    return float(value)

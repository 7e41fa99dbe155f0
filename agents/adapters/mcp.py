"""Environments as tools of a Model Context Protocol server, over HTTP or over standard input and output.

Protocol 2026-07-28 has no connections over HTTP, so an episode goes by a name of its own, that nobody else
can guess, whatever the transport.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from starlette.types import ASGIApp

from reasongym.agents.adapters.outside import trainer
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.hosting import closing_idle
from reasongym.agents.adapters.serving.wire import Prompt, RowAsked
from reasongym.errors import ReasongymError
from reasongym.web.gate import Gate, guarded

_INSTALL = "reasongym[mcp]"
_mcp = trainer("mcp.server", _INSTALL)
_exceptions = trainer("mcp.server.mcpserver.exceptions", _INSTALL)
_security = trainer("mcp.server.transport_security", _INSTALL)

Result = TypeVar("Result")
_INSTRUCTIONS = (
    "Reasoning problems that are checked by their own rules. Ask for one by new_episode, answer it or make a "
    "move by act with the episode's name, until terminated or truncated is true."
)


def server(desk: Desk) -> Any:
    """Make the `MCPServer`; its `run("stdio")` talks over standard input and output."""
    served = _mcp.MCPServer("reasongym", instructions=_INSTRUCTIONS, log_level="WARNING")
    tools = _Tools(desk)
    for tool in (tools.list_environments, tools.new_episode, tools.act, tools.end_episode):
        served.add_tool(tool)
    return served


def application(desk: Desk, gate: Gate) -> ASGIApp:
    """Make the ASGI application that talks at `/mcp`; sessions are closed when it ends."""
    # Who has no token may come from a page that an attacker's DNS has pointed at this machine.
    open_to_all = _security.TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server(desk).streamable_http_app(
        json_response=True,
        max_request_body_size=gate.max_body_bytes,
        transport_security=open_to_all if gate.token else None,
    )
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: Any) -> AsyncGenerator[None]:
        async with inner(of), closing_idle(desk.sessions, desk.limits.session_idle_s):
            yield

    app.router.lifespan_context = lifespan
    return guarded(app, gate)


class _Tools:
    """The tools; each runs in a thread of its own, and what it raises is told as a tool's failure."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list_environments(self) -> list[dict[str, Any]]:
        """List the environments with what their levels mean and the names of their options."""
        envs = self._desk.permissions.served()
        return [
            {"env_id": env.env_id, "levels": list(env.levels), "options": list(env.options())} for env in envs
        ]

    def new_episode(
        self,
        env_id: str,
        seed: int,
        level: int | None = None,
        split: str | None = None,
        options: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Begin an episode: the same arguments are the same problem. Returns its name and its prompt."""
        row = RowAsked(env_id, seed, level, split, options or {})
        (opened,) = _told(lambda: self._desk.open([row]))
        told = msgspec.to_builtins(Prompt.of(opened.env, opened.problem))
        return {"episode": opened.name} | {name: told[name] for name in ("row", "prompt", "num_turns")}

    def act(self, episode: str, action: str) -> dict[str, Any]:
        """Play one action, or give the answer; returns what is observed and what it earned."""
        played = _told(lambda: self._desk.play(episode, action))
        told: dict[str, Any] = msgspec.to_builtins(played)
        del told["error"]
        return told

    def end_episode(self, episode: str) -> dict[str, Any]:
        """Give an episode up."""
        return {"num_closed": _told(lambda: self._desk.close([episode]))}


def _told(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except ReasongymError as error:
        raise _exceptions.ToolError(str(error)) from error

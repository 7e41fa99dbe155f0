"""Environments as tools over MCP: by the package's own client, in process, over HTTP and over pipes."""

import importlib
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import httpx
import pytest

from reasongym import registry
from reasongym.agents.adapters.serving.desk import Desk, Limits
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import EPISODES, Kind, Recorded, recorded

COUNTS = [48, pytest.param(EPISODES, marks=pytest.mark.slow)]
KINDS: tuple[Kind, ...] = ("single-turn", "multi-turn")


@pytest.fixture
def mcp(needs: Needs) -> Any:
    """The package, of the generation that has servers as they are used here."""
    found = needs("mcp")
    if not hasattr(found, "Client"):
        pytest.skip("mcp is of an earlier generation, which another trainer asks for")
    return found


def talk(mcp: Any, to: Any, what: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Run a conversation with a server."""

    async def conversation() -> None:
        async with mcp.Client(to) as client:
            await what(client)

    anyio.run(conversation)


def made(**limits: Any) -> Any:
    from reasongym.agents.adapters.mcp import server

    return server(Desk(Permissions.of([]), Limits(**limits)))


async def told(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refused(client: Any, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return result.content[0].text


async def replay(client: Any, played: list[Recorded]) -> None:
    for one in played:
        asked = one.row.as_dict()
        began = await told(client, "new_episode", **asked)
        assert (began["prompt"], began["row"]) == (one.prompt, asked)
        step: dict[str, Any] = {}
        for turn, action in enumerate(one.actions):
            step = await told(client, "act", episode=began["episode"], action=action)
            assert (step["observation"], step["reward"]) == (one.observations[turn], one.rewards[turn])
            assert (step["terminated"] or step["truncated"]) == (turn + 1 == len(one.actions))
        assert step["verdict"]["reason"] == one.verdict.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", COUNTS)
def test_episodes_are_those_of_the_bare_environment(mcp: Any, kind: Kind, count: int, shown: Shown) -> None:
    async def conversation(client: Any) -> None:
        await replay(client, list(recorded(kind, count)))

    talk(mcp, made(), conversation)
    shown(
        trainer="MCP",
        package="mcp",
        turns=kind.removesuffix("-turn"),
        what=f"{count:,} episodes by its own client",
    )


def test_members_of_a_group_share_their_problem(mcp: Any) -> None:
    async def conversation(client: Any) -> None:
        asked = {"env_id": "Sokoban-v0", "seed": 9}
        began = [await told(client, "new_episode", **asked) for _ in range(3)]
        assert len({one["prompt"] for one in began}) == 1
        assert len({one["episode"] for one in began}) == 3
        assert "seed" in await refused(client, "new_episode", env_id="Sokoban-v0")

    talk(mcp, made(), conversation)


def test_what_does_not_fit_is_told_and_nothing_of_others(mcp: Any) -> None:
    async def conversation(client: Any) -> None:
        assert "did you mean" in await refused(client, "new_episode", env_id="Gdc-v0", seed=1)
        assert "levels 0 to" in await refused(client, "new_episode", env_id="Gcd-v0", seed=1, level=99)
        path = {"data": "/etc/passwd"}
        assert "names data" in await refused(
            client, "new_episode", env_id="MathProblems-v0", seed=1, options=path
        )
        assert "gone" in await refused(client, "act", episode="a guess", action="1")
        began = await told(client, "new_episode", env_id="Gcd-v0", seed=1)
        assert "10 characters" in await refused(client, "act", episode=began["episode"], action="1" * 11)
        assert began.keys() == {"episode", "row", "prompt", "num_turns"}
        assert await told(client, "end_episode", episode=began["episode"]) == {"num_closed": 1}
        assert "gone" in await refused(client, "act", episode=began["episode"], action="1")
        listed = (await told(client, "list_environments"))["result"]
        assert {one["env_id"] for one in listed} == {one.env_id for one in Permissions.of([]).served()}

    talk(mcp, made(max_text_chars=10), conversation)


def test_episodes_are_played_over_http(mcp: Any, shown: Shown) -> None:
    from reasongym.agents.adapters.mcp import application

    async def conversation(client: Any) -> None:
        await replay(client, list(recorded("multi-turn", 3)))

    with serving(application(Desk(Permissions.of([])), Gate())) as url:
        talk(mcp, f"{url}/mcp", conversation)
    shown(trainer="MCP", package="mcp", turns="multi", what="episodes over streamable HTTP")


def test_nobody_is_served_over_http_without_the_token(mcp: Any) -> None:
    from reasongym.agents.adapters.mcp import application

    del mcp
    with serving(application(Desk(Permissions.of([])), Gate("a secret", 1_000))) as url:
        assert httpx.post(f"{url}/mcp", json={}).status_code == 401
        headers = {"Authorization": "Bearer a secret"}
        assert httpx.post(f"{url}/mcp", content=b" " * 1_001, headers=headers).status_code == 413


@pytest.mark.slow
def test_episodes_are_played_over_standard_input_and_output(mcp: Any, shown: Shown) -> None:
    stdio = importlib.import_module("mcp.client.stdio")
    command = ["-m", "reasongym", "serve", "env", "--protocol", "mcp-stdio", "--ids", "Gcd-v0"]
    parameters = stdio.StdioServerParameters(command=sys.executable, args=command)

    async def conversation(client: Any) -> None:
        assert len((await told(client, "list_environments"))["result"]) == 1
        began = await told(client, "new_episode", env_id="Gcd-v0", seed=1)
        env = registry.get("Gcd-v0")
        (answer,) = env.oracle(env.problem(env.row(1)).data)
        assert (await told(client, "act", episode=began["episode"], action=answer))["reward"] == 1.0

    talk(mcp, stdio.stdio_client(parameters), conversation)
    shown(trainer="MCP", package="mcp", turns="single", what="an episode over standard input and output")

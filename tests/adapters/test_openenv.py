"""OpenEnv's own clients against our server on a real socket.

It is installed apart: its requirements and those of the other trainers exclude each other.
"""

import asyncio
import importlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reasongym import registry
from reasongym.agents.adapters.serving.desk import Desk, Limits
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.core import Json
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import EPISODES, Kind, Recorded, recorded

KINDS: tuple[Kind, ...] = ("single-turn", "multi-turn")


@pytest.fixture(scope="module")
def adapter(needs: Needs) -> Any:
    needs("openenv")
    from reasongym.agents.adapters import openenv

    return openenv


@pytest.fixture(scope="module")
def url(adapter: Any) -> Iterator[str]:
    with serving(adapter.application(Desk(Permissions.of([])), Gate())) as found:
        yield found


def compared(adapter: Any, client: Any, one: Recorded) -> None:
    result = client.reset(row=one.row.as_dict())
    assert (result.observation.text, result.done) == (one.prompt, False)
    assert result.observation.metadata["row"] == one.row.as_dict()
    for turn, action in enumerate(one.actions):
        result = client.step(adapter.TextAction(text=action))
        assert (result.observation.text, result.reward) == (one.observations[turn], one.rewards[turn])
        assert result.done == (turn + 1 == len(one.actions))
    assert result.observation.metadata["verdict"]["reason"] == one.verdict.reason


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [48, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_episodes_are_those_of_the_bare_environment(
    adapter: Any, url: str, kind: Kind, count: int, shown: Shown
) -> None:
    with adapter.ReasongymClient(base_url=url).sync() as client:
        for one in recorded(kind, count):
            compared(adapter, client, one)
    shown(
        trainer="OpenEnv",
        package="openenv",
        turns=kind.removesuffix("-turn"),
        what=f"{count:,} episodes by its own client",
    )


def test_the_generic_client_plays(url: str, shown: Shown) -> None:
    generic = importlib.import_module("openenv.core.generic_client")
    (one,) = recorded("multi-turn", 1)
    with generic.GenericEnvClient(base_url=url).sync() as client:
        row = one.row
        result = client.reset(env_id=row.env_id, seed=row.seed, level=row.level)
        assert result.observation["text"] == one.prompt
        result = client.step({"text": one.actions[0]})
        assert (result.observation["text"], result.reward) == (one.observations[0], one.rewards[0])
        assert client.state()["step_count"] == 1
    shown(trainer="OpenEnv", package="openenv", turns="both", what="an episode by its generic client")


@pytest.mark.parametrize("sessions", [32, pytest.param(256, marks=pytest.mark.slow)])
def test_many_sessions_play_at_a_time(adapter: Any, url: str, sessions: int, shown: Shown) -> None:
    played = list(recorded("multi-turn", sessions))

    async def play(one: Recorded) -> float:
        async with adapter.ReasongymClient(base_url=url, connect_timeout_s=120.0) as client:
            await client.reset(row=one.row.as_dict())
            await gathered.wait()
            results = [await client.step(adapter.TextAction(text=action)) for action in one.actions]
        return sum(result.reward for result in results)

    async def play_all() -> list[float]:
        return await asyncio.gather(*map(play, played))

    gathered = asyncio.Barrier(sessions)
    assert asyncio.run(play_all()) == [pytest.approx(sum(one.rewards)) for one in played]
    shown(trainer="OpenEnv", package="openenv", turns="multi", what=f"{sessions} sessions at a time")


def test_members_of_a_group_share_their_problem(adapter: Any, url: str) -> None:
    prompts: list[str] = []
    for _ in range(2):  # a connection each
        with adapter.ReasongymClient(base_url=url).sync() as client:
            for _ in range(2):  # an instance that is used again
                prompts.append(client.reset(env_id="Sokoban-v0", seed=3).observation.text)
            with pytest.raises(RuntimeError, match="reset names its problem"):
                client.reset()
            with pytest.raises(RuntimeError, match="reset names its problem"):
                client.reset(env_id="Sokoban-v0")
    assert len(set(prompts)) == 1


def test_what_does_not_fit_is_told_and_the_session_goes_on(adapter: Any, url: str) -> None:
    with adapter.ReasongymClient(base_url=url).sync() as client:
        refused: list[tuple[Json, str]] = [
            ({"row": {"env_id": 1}}, "not a row"),
            ({"row": {"env_id": "Gcd-v0", "seed": 1}, "level": 1}, "names its problem alone"),
            ({"env_id": ["Gcd-v0"], "seed": 1}, "not a row"),
            ({"env_id": "Gcd-v0", "seed": "1"}, "not a row"),
            ({"env_id": "Gcd-v0", "seed": 1, "options": []}, "not a row"),
            ({"split": "Gcd-v0:train", "index": -1}, "got index -1"),
            ({"split": "Gcd-v0:trian", "index": 1}, "did you mean"),
            ({"split": ["Gcd-v0:train"], "index": 1}, "a split and an index"),
            ({"env_id": "Gdc-v0", "seed": 1}, "did you mean"),
            ({"env_id": "Gcd-v0", "seed": -1}, "a seed must be"),
            ({"env_id": "Gcd-v0", "seed": 1, "lvel": 2}, "lvel"),
            ({"env_id": "MathProblems-v0", "seed": 1, "options": {"data": "/etc/passwd"}}, "names data"),
            ({"env_id": "RegexSynthesis-v0", "seed": 1}, "runs programs"),
        ]
        for asked, reason in refused:
            with pytest.raises(RuntimeError, match=reason):
                client.reset(**asked)
        with pytest.raises(RuntimeError, match="reset first"):
            client.step(adapter.TextAction(text="1"))
        client.reset(env_id="Gcd-v0", seed=1)
        with pytest.raises(RuntimeError, match="lone surrogates"):
            client.step(adapter.TextAction.model_construct(text="\ud800"))
        assert client.step(adapter.TextAction(text="1")).done
        with pytest.raises(RuntimeError, match="over with turn 1"):
            client.step(adapter.TextAction(text="1"))


def test_problems_are_listed_as_tasks(adapter: Any) -> None:
    desk = Desk(Permissions.of(["Gcd-v0", "FrozenLake-v0"]), Limits(max_batch=4))

    def posted(path: str, **asked: Any) -> Any:
        return httpx.post(f"{url}/reasongym/{path}", json=asked, timeout=60, verify=False)

    with serving(adapter.application(desk, Gate())) as url:
        splits = httpx.get(f"{url}/reasongym/splits", timeout=60, verify=False).json()
        assert {"name": "Gcd-v0:eval", "type": "test"} in splits
        for split in splits:
            tasks = posted("tasks", split=split["name"]).json()["tasks"]
            assert tasks == posted("task_range", split=split["name"], start=0, stop=4).json()["tasks"]
            assert [task["index"] for task in tasks] == [0, 1, 2, 3]
            assert tasks[3] == posted("task", split=split["name"], index=3).json()["task"]
            with adapter.ReasongymClient(base_url=url).sync() as client:
                found = client.reset(split=split["name"], index=3).observation
                assert found.metadata["row"] == tasks[3]["row"]
                assert found.text == client.reset(row=tasks[3]["row"]).observation.text
        assert posted("num_tasks", split="Gcd-v0:eval").json()["num_tasks"] > 10**9
        assert posted("task", split="Gcd-v0:eval", index=-1).status_code == 400
        assert "4 tasks" in posted("task_range", split="Gcd-v0:eval").json()["error"]
        assert "did you mean" in posted("tasks", split="Gcd-v0:evil").json()["error"]


def test_a_session_that_is_left_is_closed_and_makes_room(adapter: Any) -> None:
    desk = Desk(Permissions.of(["Sokoban-v0"]), Limits(max_sessions=1))
    with serving(adapter.application(desk, Gate())) as url:
        for _ in range(2):
            with adapter.ReasongymClient(base_url=url).sync() as client:
                client.reset(seed=1)  # the one environment that is served need not be named
                assert len(desk.sessions) == 1
            _await_none(desk)


def _await_none(desk: Desk) -> None:
    import time

    deadline = time.monotonic() + 30
    while len(desk.sessions):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_asked_without_a_connection_is_refused(url: str) -> None:
    answer = httpx.post(f"{url}/step", json={"action": {"text": "1"}}, timeout=60)
    assert answer.status_code == 400
    assert "call reset first" in answer.json()["error"]
    assert httpx.post(f"{url}/step", json={"action": {"txt": "1"}}, timeout=60).status_code == 422


def test_nobody_is_served_without_the_token(adapter: Any) -> None:
    with serving(adapter.application(Desk(Permissions.of([])), Gate("a secret"))) as url:
        assert httpx.get(f"{url}/health", timeout=60).status_code == 200
        assert httpx.post(f"{url}/reset", json={}, timeout=60).status_code == 401
        with pytest.raises(Exception, match="403"), adapter.ReasongymClient(base_url=url).sync() as client:
            client.reset(env_id="Gcd-v0", seed=1)
        headers = {"Authorization": "Bearer a secret"}
        with adapter.ReasongymClient(base_url=url, headers=headers).sync() as client:
            env = registry.get("Gcd-v0")
            prompt = client.reset(env_id="Gcd-v0", seed=1).observation.text
            assert prompt == env.problem(env.row(1)).prompt

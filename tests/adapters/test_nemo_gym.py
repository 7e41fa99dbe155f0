"""NeMo Gym's routes and bodies: the recorded episodes by them, and data sets that its agents read.

Bodies are written here as its schema has them: openai's `Response` around the text, and every column of the
row's line (nemo_gym/base_resources_server.py, resources_servers/gymnasium/base.py).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reasongym import export, registry
from reasongym.agents.adapters import nemo_gym, nemo_gym_lines
from reasongym.agents.adapters.rows import from_text
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.core import Json
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.conftest import Shown
from tests.adapters.recorded import EPISODES, Recorded, recorded

COUNTS = [60, pytest.param(EPISODES, marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(nemo_gym.application(Desk(Permissions.of([])), Gate())) as found:
        yield found


def response(text: str) -> dict[str, Any]:
    """Write a text as a model's response, between what is no part of the answer."""
    content: Json = [{"type": "output_text", "text": text, "annotations": []}]
    message: Json = {
        "type": "message",
        "role": "assistant",
        "id": "m",
        "status": "completed",
        "content": content,
    }
    reasoning = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "thinking"}]}
    return {
        "id": "resp",
        "object": "response",
        "created_at": 0,
        "model": "m",
        "output": [reasoning, message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def lines(played: list[Recorded]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(line)) for line in nemo_gym_lines.lines(one.row for one in played)]


@pytest.mark.parametrize("count", COUNTS)
def test_one_response_is_judged_as_the_bare_environment_does(url: str, count: int, shown: Shown) -> None:
    played = list(recorded("single-turn", count))
    with httpx.Client(base_url=url, timeout=60) as client:
        for one, line in zip(played, lines(played), strict=True):
            assert line["responses_create_params"]["input"] == [{"role": "user", "content": one.prompt}]
            body = line | {"response": response(one.actions[0]), "_ng_task_index": 3}
            told = client.post("/verify", json=body).json()
            assert told["reward"] == one.reward
            assert {name: told[name] for name in body} == body  # all that came is sent back
    shown(
        trainer="NeMo Gym's routes (FastAPI)",
        package="fastapi",
        turns="single",
        what=f"{count:,} responses to /verify",
    )


@pytest.mark.parametrize("count", COUNTS)
def test_episodes_are_those_of_the_bare_environment(url: str, count: int, shown: Shown) -> None:
    played = list(recorded("multi-turn", count))
    with httpx.Client(base_url=url, timeout=60) as client:
        for one, line in zip(played, lines(played), strict=True):
            assert line["responses_create_params"]["input"][-1]["content"] == one.prompt
            assert line["agent_ref"]["name"] == "gymnasium_agent"
            client.cookies.clear()  # each rollout has its own
            assert client.post("/reset", json=line).json()["observation"] is None  # the line has the prompt
            told: Json = {}
            for turn, action in enumerate(one.actions):
                told = client.post("/step", json=line | {"response": response(action)}).json()
                assert (told["observation"], told["reward"]) == (one.observations[turn], one.rewards[turn])
                is_over = told["terminated"] or told["truncated"]
                assert is_over == (turn + 1 == len(one.actions))
            assert told["info"]["verdict"]["reason"] == one.verdict.reason
    shown(
        trainer="NeMo Gym's routes (FastAPI)",
        package="fastapi",
        turns="multi",
        what=f"{count:,} episodes by /reset and /step",
    )


def test_members_of_a_group_share_their_problem(url: str) -> None:
    (line,) = nemo_gym_lines.lines([registry.get("Sokoban-v0").row(7)])
    members = [httpx.Client(base_url=url, timeout=60) for _ in range(4)]
    rows = [client.post("/reset", json=line).json()["info"]["row"] for client in members]
    seen = [client.post("/step", json=line | {"response": response("down")}).json() for client in members]
    for client in members:
        client.post("/close", json={})
        client.close()
    assert all(row == rows[0] for row in rows)
    assert all(one == seen[0] for one in seen)


def test_a_rollout_cannot_play_on_in_another(url: str) -> None:
    (line,) = nemo_gym_lines.lines([registry.get("Sokoban-v0").row(7)])
    answer = httpx.post(f"{url}/step", json=line | {"response": response("down")})
    assert (answer.status_code, answer.json()["kind"]) == (404, "gone")
    with httpx.Client(base_url=url, timeout=60) as client:
        client.post("/reset", json=line)
        client.post("/close", json={})
        assert client.post("/step", json=line | {"response": response("down")}).status_code == 404


REFUSED: list[tuple[str, Json, str]] = [
    ("/verify", {"row": "{"}, "no JSON"),
    ("/verify", {"row": {"env_id": "Gcd-v0"}}, "Expected `str`"),
    ("/verify", {"response": {}}, "not a response"),
    ("/verify", {"response": {"output": [{"type": "message", "content": [{}]}]}}, "not a response"),
    ("/verify", {"response": None}, "Expected `object`"),
    ("/reset", {"row": '{"env_id":"x"}'}, "not a row"),
    ("/aggregate_metrics", {"verify_responses": [{"reward": "1"}]}, "a number as its reward"),
]


@pytest.mark.parametrize(("path", "change", "reason"), REFUSED)
def test_what_is_no_request_is_refused_with_the_reason(
    url: str, path: str, change: dict[str, Any], reason: str
) -> None:
    (line,) = nemo_gym_lines.lines([registry.get("Gcd-v0").row(1)])
    answer = httpx.post(url + path, json=line | {"response": response("1")} | change, timeout=60)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_a_long_episode_is_not_judged_by_one_response(url: str) -> None:
    (line,) = nemo_gym_lines.lines([registry.get("Sokoban-v0").row(1)])
    answer = httpx.post(f"{url}/verify", json=line | {"response": response("down")}, timeout=60)
    assert "gymnasium_agent" in answer.json()["error"]


def test_metrics_leave_masked_samples_out(url: str) -> None:
    found = [
        {"_ng_task_index": 0, "reward": 1.0},
        {"_ng_task_index": 0, "reward": 0.0},
        {"_ng_task_index": 1, "reward": 1.0},
        {"_ng_task_index": 1, "reward": 0.0, "mask_sample": True},
    ]
    told = httpx.post(f"{url}/aggregate_metrics", json={"verify_responses": found}, timeout=60).json()
    assert [one["mean/reward"] for one in told["group_level_metrics"]] == [0.5, 1.0]
    assert told["key_metrics"] == {"mean/reward": pytest.approx(2 / 3)}
    vast = {"verify_responses": [{"reward": 1e308}] * 3}
    assert httpx.post(f"{url}/aggregate_metrics", json=vast, timeout=60).status_code == 200


def test_sessions_are_seeded_and_closed_by_the_callers_identifier(url: str) -> None:
    asked: Json = {"resources_session_id": "s", "episode_id": "e", "task_id": "t", "task_data": {}}
    for path in ("/seed_session", "/close_session"):
        assert httpx.post(url + path, json=asked, timeout=60).json() == {"resources_session_id": "s"}
    assert httpx.post(f"{url}/seed_session", json={}, timeout=60).json() == {}
    assert httpx.get(f"{url}/reverify_mode", timeout=60).json() == "stateless"


def test_a_data_set_is_written_as_json_lines(tmp_path: Path) -> None:
    rows = export.rows("Gcd-v0", level=1, num=20)
    assert nemo_gym_lines.write(rows, tmp_path / "train.jsonl", template="r1") == 20
    found = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text().splitlines()]
    assert [from_text(line["row"]) for line in found] == list(rows)
    assert [one["role"] for one in found[0]["responses_create_params"]["input"]] == ["system", "user"]
    assert {line["agent_ref"]["name"] for line in found} == {"simple_agent"}

"""What a server of environments refuses, and what no client learns of its problems and its machine."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reasongym
from reasongym import registry
from reasongym.agents.adapters.serving.application import application
from reasongym.agents.adapters.serving.client import RemoteEnvs, ServerLost
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.cli.serve import serve
from reasongym.core import Row
from reasongym.errors import Unscored, UsageError
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.asking import ROW, told

DEEP = b"[" * 900 + b"]" * 900
PATHS = ("/problems", "/sessions", "/steps", "/sessions/close", "/verdicts")


# -- what is refused, and what stays here --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/problems", b"{", "the JSON is no Rows"),
        ("/problems", b"\xff", "the JSON is no Rows"),
        ("/problems", b"[" * 100_000, "the JSON is no Rows"),
        ("/problems", {"rows": [ROW | {"answer": 1}]}, "answer"),
        ("/problems", {"rows": [{"env_id": "Countdown-v1", "seed": 1}]}, "did you mean"),
        ("/problems", {"rows": [ROW | {"env_id": "Countdown-v0" * 100}]}, "; known: "),
        ("/problems", b'{"rows":[{"env_id":"Gcd-v0","seed":' + b"9" * 5_000 + b"}]}", "out of range"),
        ("/problems", b'{"rows":[{"env_id":"Gcd-v0","seed":1,"options":{"style":%b}}]}' % DEEP,
         "unknown value"),
        ("/steps", rb'{"moves":[{"session":"x","turn":1,"action":"\ud800"}]}', "the JSON is no Moves"),
        ("/problems", {"rows": [ROW | {"seed": -1}]}, "a seed must be"),
        ("/problems", {"rows": [ROW | {"seed": 2**70}]}, "a seed must be"),
        ("/problems", {"rows": [ROW | {"level": 99}]}, "levels 0 to"),
        ("/problems", {"rows": [ROW | {"split": "test"}]}, "unknown split"),
        ("/problems", {"rows": [ROW | {"options": {"num_numbers": [4]}}]}, "num_numbers"),
        ("/problems", {"rows": [ROW] * 1025}, "may have 1024 rows"),
        ("/sessions", {"rows": {}}, "Expected `array`"),
        ("/steps", {"moves": [{"session": "x", "turn": 1, "action": "x" * 200_001}]}, "200000 characters"),
        ("/steps", {"moves": [{"session": "x", "turn": 1, "action": None}]}, "Expected `str`"),
        ("/verdicts", {"episodes": [{"row": ROW, "texts": ["x"] * 1025}]}, "may have 1024 texts"),
        ("/sessions/close", {"sessions": [1]}, "Expected `str`"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_with_the_reason(url: str, path: str, body: Any, reason: str) -> None:
    answer = told(url, path, body)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]
    assert len(answer.content) < 3_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["rows", "moves", "sessions", "episodes", "row", "texts", "env_id", "seed"])
        | st.text(max_size=4), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=json_values, cut=st.integers(0, 3))
def test_no_body_breaks_the_server(url: str, path: str, body: Any, cut: int) -> None:
    content = json.dumps(body).encode()
    answer = told(url, path, content[: len(content) - cut])
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or answer.json()["error"]


def test_a_body_that_is_too_large_is_refused() -> None:
    gate = Gate(max_body_bytes=10_000)
    with serving(application(Desk(Permissions.of([])), gate)) as url:
        assert told(url, "/problems", b" " * 10_001).status_code == 413
        assert told(url, "/problems", {"rows": [ROW]}).status_code == 200


def test_nobody_is_served_without_the_token() -> None:
    with serving(application(Desk(Permissions.of([])), Gate("a secret"))) as url:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "a secret"}):
            assert {told(url, path, {}, headers=headers).status_code for path in PATHS} == {401}
            assert httpx.get(f"{url}/envs", headers=headers).status_code == 401
        assert httpx.get(f"{url}/health").status_code == 200
        with RemoteEnvs(url, token="a secret") as envs:
            assert envs.envs()


def test_no_answer_holds_what_a_problem_is_made_from(envs: RemoteEnvs, url: str) -> None:
    rows = [{"env_id": one.env_id, "seed": 0, "level": 0} for one in envs.envs()]
    for path in ("/problems", "/sessions"):
        for one in told(url, path, {"rows": rows}).json()["problems"]:
            assert one.keys() == {"row", "prompt", "num_turns", "stops", "session"}
            row = Row.from_dict(one["row"])
            assert one["prompt"] == reasongym.problem(row).prompt


def test_a_wrong_answer_is_not_told_the_right_one(envs: RemoteEnvs, url: str) -> None:
    text = "<answer>17</answer>"
    episodes = envs.begin([registry.get(one.env_id).row(0, level=0) for one in envs.envs()])
    moves = [{"session": one.session, "turn": 1, "action": text} for one in episodes]
    steps = told(url, "/steps", {"moves": moves}).json()["steps"]
    for one, step in zip(episodes, steps, strict=True):
        assert step.keys() == {"observation", "reward", "terminated", "truncated", "verdict", "error"}
        bare = reasongym.make(one.row.env_id)
        bare.reset(options={"row": one.row})
        assert step["observation"] == bare.step(text)[0]
        if step["verdict"] is not None:
            assert step["verdict"].keys() == {"reward", "correct", "reason", "answer", "parts"}
            assert step["verdict"]["answer"] is None or step["verdict"]["answer"] in text
    envs.give_up(episodes)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"env_id": "MathProblems-v0", "seed": 0, "options": {"data": "/etc/passwd"}}, "names data"),
        ({"env_id": "MathProblems-v0", "seed": 0, "options": {"data": ["/etc/passwd"]}}, "names data"),
        ({"env_id": "Gcd-v0", "seed": 0, "options": {"corpus": "/etc/passwd"}}, "names data"),
        ({"env_id": "Gcd-v0", "seed": 0, "options": {"tools": "python"}}, "runs programs"),
        ({"env_id": "RegexSynthesis-v0", "seed": 0}, "runs programs"),
        ({"env_id": "CodeProblems-v0", "seed": 0}, "runs programs"),
        ({"env_id": "reasoning-gym.countdown-v0", "seed": 0}, "unknown environment"),
    ],
)  # fmt: skip
def test_no_row_reaches_this_machine(url: str, row: dict[str, Any], reason: str) -> None:
    for path, body in (
        ("/problems", {"rows": [row]}),
        ("/verdicts", {"episodes": [{"row": row, "texts": [""]}]}),
    ):
        answer = told(url, path, body)
        assert answer.status_code == 400
        assert reason in answer.json()["error"]
        assert "root:" not in answer.text


def test_an_operator_may_allow_programs_and_data() -> None:
    allowed = Permissions.of([], code=True, data=["gsm8k"])
    allowed.require_harmless(registry.get("MathProblems-v0"), {"data": "gsm8k", "tools": "python"})
    assert allowed.env("RegexSynthesis-v0") in allowed.served()
    assert registry.get("RegexSynthesis-v0") not in Permissions.of([]).served()


@pytest.mark.parametrize("env_id", registry.specs())
def test_environments_say_that_they_need_the_sandbox(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import reasongym.sandbox.shared

    used: list[bool] = []

    def shared() -> Any:
        used.append(True)
        raise Unscored("no sandbox here")

    monkeypatch.setattr(reasongym.sandbox.shared, "shared_sandbox", shared)
    env = registry.get(env_id)
    problem = env.problem(env.row(0, level=0))
    try:
        env.judge(problem, env.oracle(problem.data))
    except Unscored:
        assert used
    assert bool(used) == env.needs_sandbox


# -- the command line, and servers that are away -------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--host", "0.0.0.0"], "--token-env"),
        (["--ids", "Countdwn-v0"], "did you mean"),
        (["--sessions", "0"], "max_sessions must be above 0"),
        (["--token-env", "UNSET_TOKEN"], "UNSET_TOKEN holds no token"),
    ],
)
def test_a_server_that_should_not_be_started_is_not(flags: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        serve(["env", *flags])


def test_a_server_that_is_away_is_told_of() -> None:
    away = RemoteEnvs("http://127.0.0.1:9", patience_s=0.1)
    with away as envs, pytest.raises(ServerLost, match=":9 cannot be had"):
        envs.health()

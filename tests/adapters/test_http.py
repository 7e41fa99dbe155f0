"""Environments over HTTP: what they answer is what the bare environment says, and clients learn no more."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reasongym
from reasongym import registry
from reasongym.agents.adapters.serving.application import application
from reasongym.agents.adapters.serving.client import RemoteEnvs, ServerLost, SessionLost
from reasongym.agents.adapters.serving.desk import Desk, Limits
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.cli.serve import serve
from reasongym.core import Data, Env, Json, Row, Turn
from reasongym.errors import Unscored, UsageError
from reasongym.seeding import Stream
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.conftest import Shown
from tests.adapters.recorded import EPISODES, Kind, Recorded, recorded

KINDS: tuple[Kind, ...] = ("single-turn", "multi-turn")
PATHS = ("/problems", "/sessions", "/steps", "/sessions/close", "/verdicts")
ROW = {"env_id": "Countdown-v0", "seed": 1}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(application(Desk(Permissions.of([])), Gate())) as found:
        yield found


@pytest.fixture
def envs(url: str) -> Iterator[RemoteEnvs]:
    with RemoteEnvs(url) as made:
        yield made


def told(url: str, path: str, body: Any, **more: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(url + path, content=content, timeout=60, **more)


# -- the same problems, observations and rewards ------------------------------------------------------------


def replayed(envs: RemoteEnvs, played: list[Recorded]) -> None:
    """Play recorded episodes side by side and compare all that is said."""
    episodes = envs.begin([one.row for one in played])
    assert [one.prompt for one in episodes] == [one.prompt for one in played]
    assert [one.row for one in episodes] == [one.row for one in played]
    for turn in range(max(len(one.actions) for one in played)):
        live = [
            (one, remote) for one, remote in zip(played, episodes, strict=True) if turn < len(one.actions)
        ]
        steps = envs.step([(remote, one.actions[turn]) for one, remote in live])
        for (one, _), step in zip(live, steps, strict=True):
            assert (step.observation, step.reward) == (one.observations[turn], one.rewards[turn])
            is_last = turn + 1 == len(one.actions)
            assert step.verdict == (one.verdict if is_last else None)
            assert (step.terminated or step.truncated) == is_last
    assert envs.judge([(one.row, one.actions) for one in played]) == [one.verdict for one in played]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [72, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_episodes_are_those_of_the_bare_environment(
    envs: RemoteEnvs, kind: Kind, count: int, shown: Shown
) -> None:
    played = list(recorded(kind, count))
    replayed(envs, played)
    shown(trainer="HTTP", package="fastapi", turns=kind, what=f"{count:,} recorded episodes in one batch")


def test_members_of_a_group_share_their_problem(envs: RemoteEnvs) -> None:
    row = registry.get("Sokoban-v0").row(5)
    group = envs.begin([row] * 8)
    assert len({one.session for one in group}) == 8
    assert {one.prompt for one in group} == {reasongym.problem(row).prompt}
    steps = envs.step([(one, "left") for one in group])
    assert len({step.observation for step in steps}) == 1
    envs.give_up(group)


def test_a_remote_environment_is_stepped_as_gymnasiums_are(envs: RemoteEnvs) -> None:
    for one in recorded("multi-turn", 6):
        bare, remote = reasongym.make(one.row.env_id), envs.make(one.row.env_id, level=one.row.level)
        assert (
            remote.reset(seed=one.row.seed)[0]
            == bare.reset(seed=one.row.seed, options={"level": one.row.level})[0]
        )
        assert remote.reset(options={"row": one.row})[1]["row"] == one.row
        assert remote.step(one.actions[0])[:2] == (one.observations[0], one.rewards[0])
        remote.close()
    assert envs.health().sessions == 0


def test_what_is_served_is_told_with_levels_and_options(envs: RemoteEnvs) -> None:
    found = {one.env_id: one for one in envs.envs()}
    env = registry.get("Countdown-v0")
    assert found[env.env_id].levels == list(env.levels)
    assert {one.name for one in found[env.env_id].options} == env.options().keys()


# -- sessions ------------------------------------------------------------------------------------------------


def test_a_turn_that_is_asked_for_twice_is_played_once(url: str) -> None:
    (opened,) = told(url, "/sessions", {"rows": [{"env_id": "Sokoban-v0", "seed": 0}]}).json()["problems"]
    first = {"moves": [{"session": opened["session"], "turn": 1, "action": "down"}]}
    assert told(url, "/steps", first).content == told(url, "/steps", first).content
    skipped = {"moves": [{"session": opened["session"], "turn": 3, "action": "down"}]}
    assert "next turn of the session is 2, got 3" in told(url, "/steps", skipped).json()["error"]
    doubled = {"moves": [{"session": opened["session"], "turn": 2, "action": "up"}] * 2}
    assert told(url, "/steps", doubled).status_code == 400


def test_the_last_answer_of_an_episode_can_be_asked_for_again(url: str) -> None:
    (opened,) = told(url, "/sessions", {"rows": [ROW]}).json()["problems"]
    last = {"moves": [{"session": opened["session"], "turn": 1, "action": "1"}]}
    assert told(url, "/steps", last).content == told(url, "/steps", last).content
    more = {"moves": [{"session": opened["session"], "turn": 2, "action": "1"}]}
    assert "over with turn 1" in told(url, "/steps", more).json()["error"]


def test_sessions_of_others_cannot_be_found(envs: RemoteEnvs, url: str) -> None:
    (mine,) = envs.begin([registry.get("Sokoban-v0").row(0)])
    guesses = ["", "0", mine.session[:-1], mine.session.swapcase(), "../" + mine.session, mine.session + "\0"]
    answers = [
        told(url, "/steps", {"moves": [{"session": guess, "turn": 1, "action": ""}]}) for guess in guesses
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert told(url, "/sessions/close", {"sessions": guesses}).json() == {"num_closed": 0}
    assert envs.step([(mine, "down")])[0].error == ""
    envs.give_up([mine])
    with pytest.raises(SessionLost, match="gone"):
        envs.step([(mine, "down")])


def test_a_batch_with_one_bad_move_plays_none(envs: RemoteEnvs) -> None:
    good, bad = envs.begin([registry.get("Sokoban-v0").row(seed) for seed in (0, 1)])
    bad.session = "of somebody else"
    with pytest.raises(SessionLost):
        envs.step([(good, "down"), (bad, "down")])
    assert envs.step([(good, "down")])[0].error == ""
    envs.give_up([good])


def test_256_sessions_at_a_time_play_on(url: str) -> None:
    played = list(recorded("multi-turn", 256))
    start = threading.Barrier(32)

    def play(mine: list[Recorded]) -> None:
        with RemoteEnvs(url) as envs:
            start.wait(60)
            replayed(envs, mine)

    with ThreadPoolExecutor(32) as threads:
        list(threads.map(play, [played[at::32] for at in range(32)]))


def test_there_are_only_so_many_sessions_and_idle_ones_make_room() -> None:
    desk = Desk(Permissions.of([]), Limits(max_sessions=2, session_idle_s=0.2))
    with serving(application(desk, Gate())) as url:
        answer = told(url, "/sessions", {"rows": [ROW] * 3})
        assert (answer.status_code, answer.json()["kind"]) == (400, "usage")
        assert told(url, "/sessions", {"rows": [ROW] * 2}).status_code == 200
        answer = told(url, "/sessions", {"rows": [ROW]})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
        with RemoteEnvs(url) as envs:  # which comes back until there is room
            assert len(envs.begin([registry.get("Gcd-v0").row(0)])) == 1


class _Tool:
    """Lets its player do nothing, and counts the episodes that it was to let go of."""

    stops = ()
    num_calls = 1

    def __init__(self) -> None:
        self.num_left = 0

    def worded(self, prompt: str) -> str:
        return prompt

    def call(self, text: str) -> None:
        return None

    def use(self, past: tuple[str, ...], call: Any, num_left: int) -> Any:
        raise AssertionError

    def leave(self, past: tuple[str, ...]) -> None:
        self.num_left += 1


class _Fragile(Env):
    """Breaks where it is told to, with a secret in its message."""

    family = "fragile"
    levels = ("the only one",)
    own_tool = "none"
    tool = _Tool()

    def generate(self, rng: Stream, level: int, options: Any) -> Data:
        return {"answer": "the answer"}

    def prompt(self, data: Data, style: str) -> str:
        return "Say anything."

    def kit(self, row: Row, data: Data) -> Any:
        return self.tool

    def max_turns(self, level: int) -> int:
        return 2

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        if text == "break":
            raise RuntimeError("/home/somebody/secret")
        return Turn(state, "more")

    def oracle(self, data: Data) -> list[str]:
        return []

    def canonical(self, data: Data) -> str:
        return ""

    def space(self, level: int) -> int:
        return 1

    def chance(self, level: int) -> float:
        return 0.0

    def random_action(self, state: Json, rng: Stream) -> str:
        return ""


@pytest.fixture
def fragile() -> Iterator[str]:
    registry.register("test/Fragile-v0")(_Fragile)
    with serving(application(Desk(Permissions.of(["test/Fragile-v0"])), Gate())) as url:
        yield url
    registry.unregister("test/Fragile-v0")


def test_an_environment_that_breaks_is_no_verdict_and_stops_no_other(fragile: str) -> None:
    row = registry.get("test/Fragile-v0").row(0)
    with RemoteEnvs(fragile) as envs:
        first, second = envs.begin([row, row])
        broken, played = envs.step([(first, "break"), (second, "go on")])
        assert (broken.error, broken.verdict) == ("the environment failed", None)
        assert played.observation == "more"
        assert envs.step([(first, "go on")])[0].observation == "more"
        with pytest.raises(Unscored, match=r"^the environment failed$"):
            envs.judge([(row, ["break"])])


def test_what_a_tool_keeps_is_let_go_of_when_an_episode_is_given_up(fragile: str) -> None:
    before = _Fragile.tool.num_left
    with RemoteEnvs(fragile) as envs:
        given_up, played = envs.begin([registry.get("test/Fragile-v0").row(0)] * 2)
        envs.give_up([given_up])
        assert _Fragile.tool.num_left == before + 1
        envs.step([(played, "go on")])
        envs.step([(played, "go on")])  # the core lets go of what is over
        envs.give_up([played])
        assert _Fragile.tool.num_left == before + 2


# -- what is refused, and what stays here --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/problems", b"{", "the JSON is no Rows"),
        ("/problems", b"\xff", "the JSON is no Rows"),
        ("/problems", b"[" * 100_000, "the JSON is no Rows"),
        ("/problems", {"rows": [ROW | {"answer": 1}]}, "answer"),
        ("/problems", {"rows": [{"env_id": "Countdown-v1", "seed": 1}]}, "did you mean"),
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

"""Servers of environments whose environments break, wait or hold something: nobody else is kept by it."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from reasongym import registry
from reasongym.agents.adapters.serving.application import application
from reasongym.agents.adapters.serving.client import RemoteEnvs
from reasongym.agents.adapters.serving.desk import Desk, Limits
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.agents.adapters.serving.sessions import Move, Sessions
from reasongym.core import Data, Env, Json, Row, Turn
from reasongym.errors import Unscored
from reasongym.sandbox import shared
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.seeding import Stream
from reasongym.tools.sessions import SHELF
from reasongym.web.gate import Gate
from reasongym.web.listening import listen, serving
from tests.adapters.asking import ROW, told

SECRET = "/home/somebody/secret"


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
    """Breaks where it is told to, with a secret in its message, or waits."""

    family = "fragile"
    levels = ("sound", "broken")
    own_tool = "none"
    tool = _Tool()
    entered, may_go_on = threading.Event(), threading.Event()

    def generate(self, rng: Stream, level: int, options: Any) -> Data:
        if level == 1:
            raise OSError(SECRET)
        return {"answer": "the answer"}

    def prompt(self, data: Data, style: str) -> str:
        return "Say anything."

    def kit(self, row: Row, data: Data) -> Any:
        return self.tool

    def max_turns(self, level: int) -> int:
        return 2

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        if text == "break":
            raise RuntimeError(SECRET)
        if text == "wait":
            self.entered.set()
            assert self.may_go_on.wait(60)
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


def test_a_problem_that_cannot_be_made_is_told_without_a_word_about_the_machine(fragile: str) -> None:
    broken = {"env_id": "test/Fragile-v0", "seed": 0, "level": 1}
    for path in ("/problems", "/sessions"):
        answer = told(fragile, path, {"rows": [broken]})
        assert (answer.status_code, answer.json()) == (
            500,
            {"error": "the environment failed", "kind": "failed"},
        )
    row = registry.get("test/Fragile-v0").row(0, level=1)
    with RemoteEnvs(fragile) as envs, pytest.raises(Unscored, match=r"^the environment failed$"):
        envs.begin([row])


def test_a_tool_that_cannot_let_go_of_one_episode_lets_go_of_the_others(
    fragile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del fragile
    env, left = registry.get("test/Fragile-v0"), list[int]()

    def leave(past: tuple[str, ...]) -> None:
        left.append(len(left))
        if len(left) == 1:
            raise Unscored("the sandbox is gone")

    monkeypatch.setattr(_Fragile.tool, "leave", leave)
    sessions = Sessions()
    sessions.open([(env, env.problem(env.row(seed))) for seed in range(3)])
    sessions.close_all()
    assert (left, len(sessions)) == ([0, 1, 2], 0)


def test_a_session_that_is_played_is_neither_played_nor_closed_by_others(fragile: str) -> None:
    _Fragile.entered.clear()
    _Fragile.may_go_on.clear()
    row = {"env_id": "test/Fragile-v0", "seed": 0}
    names = [one["session"] for one in told(fragile, "/sessions", {"rows": [row] * 2}).json()["problems"]]

    def step(name: str, text: str) -> Any:
        return told(fragile, "/steps", {"moves": [{"session": name, "turn": 1, "action": text}]})

    playing = threading.Thread(target=step, args=(names[0], "wait"))
    playing.start()
    assert _Fragile.entered.wait(60)
    try:
        assert step(names[0], "go on").json()["kind"] == "in_play"
        assert told(fragile, "/sessions/close", {"sessions": names}).status_code == 409
        assert step(names[1], "go on").json()["steps"][0]["observation"] == "more"
    finally:
        _Fragile.may_go_on.set()
        playing.join(60)
    assert step(names[0], "wait").json()["steps"][0]["observation"] == "more"  # the answer that was given
    assert told(fragile, "/sessions/close", {"sessions": names}).json() == {"num_closed": 2}


def test_idle_sessions_are_closed_unless_they_are_played(fragile: str) -> None:
    del fragile
    _Fragile.entered.clear()
    _Fragile.may_go_on.clear()
    env, sessions = registry.get("test/Fragile-v0"), Sessions(idle_s=1e-9)
    first, second = (
        one.name for one in sessions.open([(env, env.problem(env.row(seed))) for seed in (0, 1)])
    )
    playing = threading.Thread(target=sessions.step, args=([Move(first, 1, "wait")],))
    playing.start()
    assert _Fragile.entered.wait(60)
    assert sessions.close_idle() == 1
    _Fragile.may_go_on.set()
    playing.join(60)
    assert sessions.close([first, second]) == 1


# -- clients that go away, and what they leave ---------------------------------------------------------------


def connected(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)))


def test_clients_that_go_away_or_wait_in_the_middle_hold_nobody_else_for_good() -> None:
    begun = b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    app = application(Desk(Permissions.of(["Countdown-v0"])), Gate(), num_threads=1, num_waiting=3)
    with serving(app) as url, RemoteEnvs(url) as envs:
        slow = [connected(url) for _ in range(4)]
        for one in slow:
            one.sendall(begun)
        assert any(envs.health().running == len(slow) for _ in range(10_000))
        assert told(url, "/problems", {"rows": [ROW]}).status_code == 429
        for one in slow:
            one.close()
        assert envs.begin([registry.get("Countdown-v0").row(1)])  # asked again until there is room


@pytest.mark.parametrize("ends", ["given up", "server's end"])
def test_sessions_of_the_sandbox_end_with_their_episodes(ends: str) -> None:
    env, desk = registry.get("Gcd-v0"), Desk(Permissions.of(["Gcd-v0"], code=True), Limits())
    row, before = env.row(1, tools="python"), len(SHELF)
    with Sandbox(workers=1) as made, shared.use_sandbox(made):
        with serving(application(desk, Gate())) as url, RemoteEnvs(url) as envs:
            episodes = envs.begin([row] * 3)
            calls = [(one, f"<python>x = {place}; print(x)</python>") for place, one in enumerate(episodes)]
            assert ["1" in step.observation for step in envs.step(calls)] == [False, True, False]
            assert len(SHELF) == before + 3
            if ends == "given up":
                envs.give_up(episodes)
                assert len(SHELF) == before
        assert len(SHELF) == before


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

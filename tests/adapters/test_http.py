"""Environments over HTTP: what they answer is what the bare environment says, and clients learn no more."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import reasongym
from reasongym import registry
from reasongym.agents.adapters.serving.application import application
from reasongym.agents.adapters.serving.client import RemoteEnvs, SessionLost
from reasongym.agents.adapters.serving.desk import Desk, Limits
from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.web.gate import Gate
from reasongym.web.listening import serving
from tests.adapters.asking import ROW, told
from tests.adapters.conftest import Shown
from tests.adapters.recorded import EPISODES, Kind, Recorded, recorded

KINDS: tuple[Kind, ...] = ("single-turn", "multi-turn")


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
    shown(
        trainer="HTTP (FastAPI)",
        package="fastapi",
        turns=kind.removesuffix("-turn"),
        what=f"{count:,} recorded episodes in one batch",
    )


def test_members_of_a_group_share_their_problem(envs: RemoteEnvs) -> None:
    row = registry.get("Sokoban-v0").row(5)
    group = envs.begin([row] * 8)
    assert len({one.session for one in group}) == 8
    assert {one.prompt for one in group} == {reasongym.problem(row).prompt}
    steps = envs.step([(one, "left") for one in group])
    assert len({step.observation for step in steps}) == 1
    envs.give_up(group)


def test_a_remote_environment_is_stepped_as_gymnasiums_are(envs: RemoteEnvs) -> None:
    before = envs.health().sessions
    for one in recorded("multi-turn", 6):
        bare, remote = reasongym.make(one.row.env_id), envs.make(one.row.env_id, level=one.row.level)
        assert (
            remote.reset(seed=one.row.seed)[0]
            == bare.reset(seed=one.row.seed, options={"level": one.row.level})[0]
        )
        assert remote.reset(options={"row": one.row})[1]["row"] == one.row
        assert remote.step(one.actions[0])[:2] == (one.observations[0], one.rewards[0])
        remote.close()
    assert envs.health().sessions == before


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


def test_there_are_only_so_many_sessions() -> None:
    with serving(application(Desk(Permissions.of([]), Limits(max_sessions=2)), Gate())) as url:
        answer = told(url, "/sessions", {"rows": [ROW] * 3})
        assert (answer.status_code, answer.json()["kind"]) == (400, "usage")
        assert told(url, "/sessions", {"rows": [ROW] * 2}).status_code == 200
        answer = told(url, "/sessions", {"rows": [ROW]})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1


def test_idle_sessions_make_room_and_clients_come_back() -> None:
    limits = Limits(max_sessions=1, session_idle_s=0.2)
    row = registry.get("Sokoban-v0").row(0)
    with serving(application(Desk(Permissions.of([]), limits), Gate())) as url, RemoteEnvs(url) as envs:
        (first,) = envs.begin([row])
        assert len(envs.begin([row])) == 1
        with pytest.raises(SessionLost):
            envs.step([(first, "down")])

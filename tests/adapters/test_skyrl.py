"""SkyRL-gym steps our environments, made by its own registry, and gets the bare environment's every word."""

from collections.abc import Iterator
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters.rows import from_text
from reasongym.core import Env
from reasongym.errors import Unscored, UsageError
from reasongym.tools.sessions import SHELF
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import CALL, PYTHON
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded


@pytest.fixture
def skyrl_gym(needs: Needs) -> Iterator[Any]:
    gym: Any = needs("skyrl_gym")
    from reasongym.agents.adapters import skyrl

    skyrl.register()
    skyrl.register()
    yield gym
    gym.envs.deregister(skyrl.ENV_CLASS)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    """Return what SkyRL's generator hands an environment: every column but the prompt and the class."""
    return {name: value for name, value in record.items() if name not in ("prompt", "env_class")}


def _made(gym: Any, row: reasongym.Row) -> tuple[Any, Any]:
    from reasongym.agents.adapters import skyrl

    (record,) = skyrl.records([row])
    env = gym.make(record["env_class"], env_config=None, extras=_row(record) | {"max_turns": 1})
    return env, env.init(record["prompt"])[0]


@pytest.mark.parametrize("kind", FAMILIES)
def test_recorded_episodes_are_repeated_exactly(kind: Kind, skyrl_gym: Any, shown: Shown) -> None:
    for episode in recorded(kind, EPISODES):
        env, prompt = _made(skyrl_gym, episode.row)
        assert prompt == [{"role": "user", "content": episode.prompt}]
        _assert_repeats(env, episode)
        assert env.get_metrics()["correct"] == episode.verdict.correct
        env.close()
    shown(
        trainer="SkyRL-gym",
        package="skyrl-gym",
        turns=kind.removesuffix("-turn"),
        what=f"{EPISODES:,} recorded episodes stepped through skyrl_gym.make, equal to the bare ones",
    )


def _assert_repeats(env: Any, episode: Recorded) -> None:
    for turn, action in enumerate(episode.actions):
        step = env.step(action)
        is_last = turn == len(episode.actions) - 1
        assert (step["reward"], step["done"]) == (episode.rewards[turn], is_last)
        said = step["metadata"]["observation"] if is_last else step["observations"][0]["content"]
        assert said == episode.observations[turn]
        assert not (is_last and step["observations"])


def test_members_of_a_group_have_the_problem_of_their_data_row(skyrl_gym: Any) -> None:
    rows = [reasongym.get("Sokoban-v0").row(seed) for seed in range(3)]
    for row in rows:
        members = [_made(skyrl_gym, row) for _ in range(4)]
        assert {prompt[0]["content"] for _, prompt in members} == {reasongym.problem(row).prompt}
        assert len({str(env.step("I do not know.")) for env, _ in members}) == 1
    with pytest.raises(Exception, match=r"extra_info\.row"):
        skyrl_gym.make("reasongym", extras={"prompt": [], "extra_info": {"index": 3}})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"env_id": "Countdown-v0"}', '{"env_id": 3}', None, 7])
def test_garbage_for_a_row_is_refused_in_a_sentence(skyrl_gym: Any, text: object) -> None:
    with pytest.raises(UsageError, match="row"):
        skyrl_gym.make("reasongym", extras={"extra_info": {"row": text}})


def test_the_prompt_of_another_problem_is_refused(skyrl_gym: Any) -> None:
    env, _ = _made(skyrl_gym, reasongym.get("Countdown-v0").row(0))
    other = reasongym.problem(reasongym.get("Countdown-v0").row(1)).prompt
    with pytest.raises(UsageError, match="does not hold the problem"):
        env.init([{"role": "user", "content": other}])


def test_a_turn_that_cannot_be_judged_is_no_reward(skyrl_gym: Any, unjudged: Env) -> None:
    env, _ = _made(skyrl_gym, unjudged.row(0))
    with pytest.raises(Unscored, match="the judge is out"):
        env.step("1")


def test_an_episode_that_is_over_takes_no_turn_and_closing_twice_does_nothing(skyrl_gym: Any) -> None:
    env, _ = _made(skyrl_gym, reasongym.get("Countdown-v0").row(0))
    env.step("I do not know.")
    with pytest.raises(UsageError, match="over"):
        env.step("Again.")
    env.close()
    env.close()


def test_an_episode_that_is_given_up_frees_what_its_tool_holds(skyrl_gym: Any) -> None:
    env, _ = _made(skyrl_gym, reasongym.get("Gcd-v0").row(0, **PYTHON))
    assert "42" in env.step(CALL)["observations"][0]["content"]
    assert len(SHELF) == 1
    env.close()
    assert len(SHELF) == 0


def test_the_data_set_holds_no_answer(needs: Needs) -> None:
    needs("skyrl_gym")
    from reasongym.agents.adapters import skyrl

    row = reasongym.get("Gcd-v0").row(3)
    (record,) = skyrl.records([row])
    assert set(record) == {"data_source", "prompt", "env_class", "reward_spec", "extra_info"}
    assert record["reward_spec"]["ground_truth"] == ""
    assert from_text(record["extra_info"]["row"]) == row


def test_metrics_are_averaged_by_skyrl(skyrl_gym: Any, needs: Needs) -> None:
    row = reasongym.get("Gcd-v0").row(3)
    told: list[dict[str, float]] = []
    for text in (reasongym.get("Gcd-v0").oracle(reasongym.problem(row).data)[0], "I do not know."):
        env, _ = _made(skyrl_gym, row)
        env.step(text)
        told.append(env.get_metrics())
    assert needs("skyrl_gym.metrics").aggregate_for_environment("reasongym", told)["correct"] == 0.5

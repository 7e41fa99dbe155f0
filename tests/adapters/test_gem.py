"""GEM's shape: what its own vector environments, wrappers and registry ask of an environment, ours gives."""

import copy
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reasongym
from reasongym.agents.adapters.gem import GemEnv, group, register
from reasongym.errors import UsageError
from reasongym.tools.sessions import SHELF
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import CALL, PYTHON
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded


def _assert_repeats(env: Any, episode: Recorded) -> None:
    prompt, info = env.reset(episode.row.seed)
    assert (prompt, info["row"], info["suffix"]) == (episode.prompt, episode.row, "")
    for turn, action in enumerate(episode.actions):
        observation, reward, terminated, truncated, info = env.step(action)
        assert (observation, reward) == (episode.observations[turn], episode.rewards[turn])
        is_cut = episode.verdict.reason == "turn_limit"
        is_last = turn == len(episode.actions) - 1
        assert (terminated, truncated) == (is_last and not is_cut, is_last and is_cut)
    assert info["verdict"] == episode.verdict


@pytest.mark.parametrize("kind", FAMILIES)
def test_recorded_episodes_are_repeated_exactly(kind: Kind) -> None:
    for episode in recorded(kind, EPISODES):
        row = episode.row
        _assert_repeats(GemEnv(row.env_id, level=row.level, split=row.split, options=row.options), episode)


@pytest.mark.parametrize("kind", FAMILIES)
def test_recorded_episodes_are_repeated_by_what_gem_makes(kind: Kind, needs: Needs, shown: Shown) -> None:
    gem: Any = needs("gem")
    for family in FAMILIES[kind]:
        register(f"recorded:{family}", family)
    for episode in recorded(kind, EPISODES):
        row = episode.row
        name = row.env_id.removeprefix("reasongym/")
        _assert_repeats(gem.make(f"recorded:{name}", level=row.level, split=row.split), episode)
    shown(
        trainer="GEM",
        package="gem-llm",
        turns=kind.removesuffix("-turn"),
        what=f"{EPISODES:,} recorded episodes stepped through gem.make, equal to the bare ones",
    )


def _made(seed: int = 0, **settings: Any) -> GemEnv:
    return GemEnv("CountdownSteps-v0", level=0, seed=seed, **settings)


def test_members_of_a_group_have_one_problem_and_go_on_by_themselves() -> None:
    members = group(_made(), 4, seed=11)
    first, *others = members
    first_turn = first.step("I do not know.")
    first.step("I do not know.")  # leaves the others where they stand
    assert [member.step("I do not know.") for member in others] == [first_turn] * 3
    with pytest.raises(UsageError, match="at least 1"):
        group(_made(), 0, seed=11)


@given(seed=st.integers(0, 2**40), turns=st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_a_copy_with_the_same_state_sees_what_the_first_sees(seed: int, turns: int) -> None:
    env = _made()
    env.reset(seed)
    for _ in range(turns):
        if env.step(env.sample_random_action())[2]:
            env.reset(seed)
    twin = env.spawn(same_state=True)
    for _ in range(2):
        action = env.sample_random_action()
        assert twin.sample_random_action() == action
        first, second = env.step(action), twin.step(action)
        assert first == second
        if first[2] or first[3]:
            assert env.reset() == twin.reset()


def test_environments_of_one_seed_have_the_same_problems_however_often_they_begin_anew() -> None:
    one, other, third = _made(5), _made(5), _made(6)
    stream = [one.reset()[0] for _ in range(5)]
    assert stream == [other.reset()[0] for _ in range(5)]
    assert stream != [third.reset()[0] for _ in range(5)]
    assert len(set(stream)) == 5
    assert one.spawn().reset() == _made(5).reset()
    assert one.spawn(level=1).reset()[1]["row"].level == 1


def test_an_episode_that_is_given_up_frees_what_its_tool_holds() -> None:
    env = GemEnv("Gcd-v0", options=PYTHON)
    env.reset(0)
    assert "42" in env.step(CALL)[0]
    assert len(SHELF) == 1
    env.reset(1)
    assert len(SHELF) == 0


def test_what_does_not_fit_is_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"call reset\(\) first"):
        _made().step("x")
    with pytest.raises(UsageError, match="takes no"):
        _made().spawn(same_state=True, level=1)
    with pytest.raises(UsageError, match="levels"):
        GemEnv("Gcd-v0", level=99)
    env = GemEnv("Gcd-v0")
    env.reset(3)
    env.step("x")
    with pytest.raises(UsageError, match="over"):
        env.step("y")


def test_infos_can_be_copied_and_written_to_as_gem_does() -> None:
    env = GemEnv("Gcd-v0")
    _, info = env.reset(3)
    info["step_counter"] = 1
    assert copy.deepcopy(info) == info
    assert "step_counter" not in env.step("x")[4]


def test_groups_that_gem_makes_wraps_and_resets_stay_on_one_problem(needs: Needs, shown: Shown) -> None:
    gem, observing = needs("gem"), needs("gem.wrappers.observation_wrapper")
    tracking = needs("gem.wrappers.episode_tracking_wrapper")
    register("reasongym:group", "FrozenLake-v0", level=0)
    wrappers = [
        partial(observing.ObservationWrapper, include_action=True, include_chat_template=False),
        tracking.EpisodeTrackingWrapper,
    ]
    vector = gem.make_vec(
        ["reasongym:group"] * 3, vec_kwargs=[{"seed": 4} for _ in range(3)], wrappers=wrappers
    )
    observations, infos = vector.reset()
    assert len(set(observations)) == 1
    problems = {str(infos[0]["row"])}
    for _ in range(12):  # a group that plays alike is reset into the same problems
        actions = [vector.envs[0].unwrapped.sample_random_action()] * 3
        observations, *_, infos = vector.step(actions)
        assert len(set(observations)) == 1
        (row,) = {str(info["row"]) for info in infos}
        problems.add(row)
    assert len(problems) > 1
    members, _ = vector.reset(seed=[7, 7, 7])
    prompt = reasongym.problem(reasongym.get("FrozenLake-v0").row(7, level=0)).prompt
    assert [member.rstrip("\n") for member in members] == [prompt.rstrip("\n")] * 3
    shown(
        trainer="GEM", package="gem-llm", turns="multi", what="make_vec, wrappers and groups of one problem"
    )

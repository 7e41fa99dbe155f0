"""The native vector environment is Gymnasium's `SyncVectorEnv` in everything but speed."""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, cast

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st

import reasongym
from reasongym import registry
from reasongym.core import Data, Env, Json, Picture, Row, Turn, Verdict
from reasongym.errors import UsageError
from reasongym.seeding import Stream, stream
from reasongym.vector import TextVectorEnv

COUNTDOWN = "reasongym/Countdown-v0"
STEPS = "reasongym/CountdownSteps-v0"
MODES = list(AutoresetMode)


class Waits(Env):
    """Say the number; a test may make it sleep or raise, at an action or at a problem."""

    family = "waits"
    levels = ("a number below 100", "a number below 1000")
    metadata = Env.metadata | {"render_modes": ["ansi", "human", "rgb_array"]}
    sleep_s = 0.0
    active = 0
    most_active = 0
    bad_number = -1
    lock = threading.Lock()

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        number = rng.below(10 ** (level + 2))
        if number == Waits.bad_number:
            raise RuntimeError("no problem today")
        return {"number": number}

    def prompt(self, data: Data, style: str) -> str:
        return f"Say {data['number']} or `more`"

    def max_turns(self, level: int) -> int:
        return 3

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        with Waits.lock:
            Waits.active += 1
            Waits.most_active = max(Waits.most_active, Waits.active)
        time.sleep(Waits.sleep_s)
        with Waits.lock:
            Waits.active -= 1
        if text == "raise":
            raise ArithmeticError("the server is gone")
        if text == "more":
            return Turn(state, f"more: {rng.below(1000)}")
        verdict = Verdict.of("ok" if text == str(state["number"]) else "wrong_value", text)
        return Turn(state, "", verdict.reward, verdict)

    def oracle(self, data: Data) -> list[str]:
        return [str(data["number"])]

    def canonical(self, data: Data) -> str:
        return str(data["number"])

    def space(self, level: int) -> int:
        return 10 ** (level + 2)

    def chance(self, level: int) -> float:
        return 0.1 ** (level + 2)

    def random_action(self, state: Json, rng: Stream) -> str:
        return str(rng.below(100))

    def picture(self, state: Json) -> Picture:
        return np.full((2, 2, 3), state["number"] % 256, dtype=np.uint8)


WAITS = "reasongym-test/Waits-v0"


@pytest.fixture(autouse=True)
def waits() -> Iterator[None]:
    registry.register(WAITS)(Waits)
    Waits.sleep_s, Waits.active, Waits.most_active, Waits.bad_number = 0.0, 0, 0, -1
    yield
    registry.unregister(WAITS)


def native(env_id: str, num_envs: int, **kwargs: Any) -> TextVectorEnv:
    envs: Any = gymnasium.make_vec(env_id, num_envs=num_envs, **kwargs)
    assert isinstance(envs, TextVectorEnv)
    return envs


def sync(env_id: str, num_envs: int, mode: AutoresetMode, **kwargs: Any) -> Any:
    vector_kwargs = {"autoreset_mode": mode}
    return gymnasium.make_vec(
        env_id, num_envs=num_envs, vectorization_mode="sync", vector_kwargs=vector_kwargs, **kwargs
    )


def assert_same(one: Any, other: Any) -> None:
    """Demand equality of values, of types and of array dtypes."""
    assert plain(one) == plain(other)


def plain(value: Any) -> Any:
    """Write arrays as their dtype and values, and everything with its type, so that `==` compares all."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, tuple):
        return tuple(map(plain, cast("tuple[Any, ...]", value)))
    if isinstance(value, np.ndarray):
        return str(cast("Any", value).dtype), value.tolist()
    return type(value), value


def actions_for(env: Env, rows: list[Row], draw: Stream) -> tuple[str, ...]:
    """Draw right answers, legal moves and nonsense."""
    drawn: list[str] = []
    for row in rows:
        problem = env.problem(row)
        oracle = env.oracle(problem.data)
        legal = env.random_action(env.begin(problem).state, draw)
        drawn.append(draw.pick([oracle[0], oracle[-1], legal, "nonsense", ""]))
    return tuple(drawn)


@pytest.mark.parametrize("env_id", [COUNTDOWN, STEPS, WAITS])
@pytest.mark.parametrize("mode", MODES)
@given(seed=st.integers(0, 10**9), num_envs=st.integers(1, 5), threads=st.sampled_from([0, 2]))
@settings(max_examples=12, deadline=None)
def test_every_step_equals_gymnasiums(
    env_id: str, mode: AutoresetMode, seed: int, num_envs: int, threads: int
) -> None:
    ours = native(env_id, num_envs, level=1, autoreset_mode=mode, num_threads=threads)
    theirs = sync(env_id, num_envs, mode, level=1)
    draw, env = stream(b"%d" % seed), reasongym.get(env_id)
    seen = ours.reset(seed=seed)
    assert_same(seen, theirs.reset(seed=seed))
    infos = seen[1]
    for _ in range(12):
        actions = actions_for(env, list(infos["row"]), draw)
        seen = ours.step(actions)
        assert_same(seen, theirs.step(actions))
        over, infos = seen[2] | seen[3], seen[4]
        if mode is AutoresetMode.DISABLED and over.any():
            seen = ours.reset(options={"reset_mask": over})
            assert_same(seen, theirs.reset(options={"reset_mask": over}))
            for i in np.flatnonzero(over):
                infos["row"][i] = seen[1]["row"][i]
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    "reset",
    [
        {"seed": 5},
        {"seed": [9, 2, 9]},
        {"seed": [1, None, 2]},
        {"seed": 5, "options": {"level": 2, "style": "terse"}},
        {"seed": 1, "options": {"split": "eval"}},
        {"options": {"row": reasongym.get(COUNTDOWN).row(3, level=2)}},
        {},
    ],
)
def test_every_reset_equals_gymnasiums(reset: dict[str, Any]) -> None:
    ours, theirs = native(COUNTDOWN, 3), sync(COUNTDOWN, 3, AutoresetMode.NEXT_STEP)
    assert_same(ours.reset(seed=11), theirs.reset(seed=11))
    assert_same(ours.reset(**reset), theirs.reset(**reset))
    assert_same(ours.reset(), theirs.reset())
    assert_same(ours.step(("1",) * 3), theirs.step(("1",) * 3))
    assert_same(ours.step(("1",) * 3), theirs.step(("1",) * 3))


@pytest.mark.parametrize("env_id", reasongym.specs())
def test_make_vec_makes_every_id(env_id: str) -> None:
    envs = native(env_id, 2)
    prompts, infos = envs.reset(seed=3)
    assert envs.observation_space.contains(prompts)
    assert list(infos["row"]) == [reasongym.get(env_id).row(seed) for seed in (3, 4)]
    envs.step(("nonsense", ""))
    envs.close()


def test_spaces_metadata_and_spec_are_gymnasiums() -> None:
    ours, theirs = native(COUNTDOWN, 3, level=2), sync(COUNTDOWN, 3, AutoresetMode.NEXT_STEP)
    assert ours.single_observation_space == theirs.single_observation_space
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    assert ours.metadata == theirs.metadata
    assert isinstance(theirs, SyncVectorEnv)
    assert ours.spec is not None
    again: Any = gymnasium.make_vec(ours.spec)
    assert_same(again.reset(seed=1), ours.reset(seed=1))


def test_each_environment_may_have_its_level_or_its_row() -> None:
    env = reasongym.get(COUNTDOWN)
    envs = native(COUNTDOWN, 3, level=[0, 2, 1])
    _, infos = envs.reset(seed=0)
    assert [row.level for row in infos["row"]] == [0, 2, 1]
    _, infos = envs.reset(seed=0, options={"levels": [3, 3, 0]})
    assert [row.level for row in infos["row"]] == [3, 3, 0]
    rows = [env.row(7, level=1), env.row(8, level=2, split="eval"), env.row(7, level=1, style="terse")]
    prompts, infos = envs.reset(options={"rows": rows})
    assert list(infos["row"]) == rows
    assert list(prompts) == [env.problem(row).prompt for row in rows]


@pytest.mark.parametrize("mode", ["ansi", "rgb_array"])
def test_rendering_equals_gymnasiums(mode: str) -> None:
    ours = native(WAITS, 2, render_mode=mode)
    theirs = sync(WAITS, 2, AutoresetMode.NEXT_STEP, render_mode=mode)
    for envs in (ours, theirs):
        envs.reset(seed=4)
        envs.step(("more", "1"))
    assert_same(ours.render(), theirs.render())
    for envs in (ours, theirs):
        envs.step(("more", "1"))
    assert_same(ours.render(), theirs.render())


def test_human_rendering_prints_what_gymnasiums_does(capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[str] = []
    for envs in (native(WAITS, 2, render_mode="human"), sync(WAITS, 2, MODES[0], render_mode="human")):
        envs.reset(seed=4)
        envs.step(("more", "1"))
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != ""


def test_blocking_environments_step_together_and_in_order() -> None:
    Waits.sleep_s = 0.05
    slow, plain = native(WAITS, 16, slow=True), native(WAITS, 16)
    assert_same(slow.reset(seed=1), plain.reset(seed=1))
    actions = tuple("more" if i % 3 else str(i) for i in range(16))
    slow.step(actions)  # starts the threads
    plain.step(actions)
    best_s = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        seen = slow.step(actions)
        best_s = min(best_s, time.perf_counter() - begun)
        assert_same(seen, plain.step(actions))
    assert best_s <= 1.3 * 0.05
    assert Waits.most_active == 16
    slow.close()
    plain.close()


def test_the_number_of_threads_is_kept() -> None:
    Waits.sleep_s = 0.01
    envs = native(WAITS, 9, num_threads=3)
    envs.reset(seed=0)
    envs.step(("more",) * 9)
    assert Waits.most_active == 3
    envs.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("reasongym-vector")]


@pytest.mark.parametrize("threads", [0, 4])
def test_an_environment_that_raises_is_named_and_none_has_moved(threads: int) -> None:
    envs, undisturbed = native(WAITS, 4, num_threads=threads), native(WAITS, 4)
    assert_same(envs.reset(seed=0), undisturbed.reset(seed=0))
    assert_same(envs.step(("more", "1", "more", "more")), undisturbed.step(("more", "1", "more", "more")))
    with pytest.raises(ArithmeticError, match="the server is gone") as raised:
        envs.step(("more", "more", "raise", "more"))
    (note,) = raised.value.__notes__
    assert "environment 2 of 4" in note
    assert repr(reasongym.get(WAITS).row(2)) in note
    for _ in range(4):
        assert_same(envs.step(("more",) * 4), undisturbed.step(("more",) * 4))
    envs.close()


def test_an_environment_whose_next_problem_cannot_be_made_may_be_reset_alone() -> None:
    envs, undisturbed = native(WAITS, 2), native(WAITS, 2)
    assert_same(envs.reset(seed=0), undisturbed.reset(seed=0))
    assert_same(envs.step(("1", "more")), undisturbed.step(("1", "more")))
    copied = native(WAITS, 2)
    copied.reset(seed=0)
    copied.step(("1", "more"))
    _, _, _, _, infos = copied.step(("", "more"))
    env = reasongym.get(WAITS)
    Waits.bad_number = env.problem(infos["row"][0]).data["number"]
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no problem today"):
            envs.step(("", "more"))
    mask = np.array([True, False])
    envs.reset(seed=[5, None], options={"reset_mask": mask})
    Waits.bad_number = -1
    _, _, _, _, mine = envs.step(("more", "more"))
    _, _, _, _, theirs = undisturbed.step(("more", "more"))
    assert mine["row"][0] == env.row(5)
    assert mine["row"][1] == theirs["row"][1]


@pytest.mark.parametrize("reset", [{"seed": 3}, {}, {"options": {"level": 1}}])
def test_a_reset_that_raises_changes_no_episode_and_no_stream(reset: dict[str, Any]) -> None:
    envs, undisturbed, copied = native(WAITS, 2), native(WAITS, 2), native(WAITS, 2)
    for one in (envs, undisturbed, copied):
        one.reset(seed=0)
    _, infos = copied.reset(**reset)
    Waits.bad_number = reasongym.problem(infos["row"][1]).data["number"]
    with pytest.raises(RuntimeError, match="no problem today"):
        envs.reset(**reset)
    Waits.bad_number = -1
    for _ in range(5):
        assert_same(envs.step(("more", "1")), undisturbed.step(("more", "1")))
    assert envs.np_random_seed == (0, 1)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("reset", {"seed": [1, 2]}),
        ("reset", {"seed": -1}),
        ("reset", {"options": {"levels": [1]}}),
        ("reset", {"options": {"no_option": 1}}),
        ("reset", {"options": {"reset_mask": np.array([False, False, False])}}),
        ("reset", {"options": {"reset_mask": np.array([1, 0, 0])}}),
        ("step", {"actions": ("1", "2")}),
        ("step", {"actions": "123"}),
        ("step", {"actions": ("1", 2, "3")}),
    ],
)
def test_what_does_not_fit_is_a_usage_error_and_changes_nothing(
    method: str, arguments: dict[str, Any]
) -> None:
    envs, undisturbed = native(STEPS, 3), native(STEPS, 3)
    envs.reset(seed=0)
    undisturbed.reset(seed=0)
    with pytest.raises(UsageError):
        getattr(envs, method)(**arguments)
    assert_same(envs.step(("1 + 1",) * 3), undisturbed.step(("1 + 1",) * 3))


def test_steps_need_a_running_episode() -> None:
    envs = native(COUNTDOWN, 1, autoreset_mode="Disabled")
    with pytest.raises(UsageError, match="call reset"):
        envs.step(("1",))
    envs.reset(seed=0)
    envs.step(("1",))
    with pytest.raises(UsageError, match="episode of environment 0 is over"):
        envs.step(("1",))


@pytest.mark.parametrize(
    "wrong", [{"num_envs": 0}, {"render_mode": "rgb"}, {"level": [1, 2, 3]}, {"level": 99}, {"max_steps": 3}]
)
def test_what_cannot_be_made_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        native(COUNTDOWN, **({"num_envs": 2} | wrong))


def test_statistics_wrappers_of_gymnasium_accept_it() -> None:
    envs: Any = gymnasium.wrappers.vector.RecordEpisodeStatistics(native(STEPS, 2, level=1))
    _, infos = envs.reset(seed=0)
    env = reasongym.get(STEPS)
    plans = [env.oracle(env.problem(row).data) for row in infos["row"]]
    for one, other in zip(*plans, strict=True):
        *_, infos = envs.step((one, other))
    np.testing.assert_array_equal(infos["episode"]["r"], [1.0, 1.0])

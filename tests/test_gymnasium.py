"""Outside code sees ordinary Gymnasium environments; every warning is an error here."""

import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.wrappers import RecordEpisodeStatistics, TimeLimit

import reasongym
from reasongym.core import Row
from reasongym.errors import UsageError
from reasongym.spaces import UnicodeText

COUNTDOWN = "reasongym/Countdown-v0"
STEPS = "reasongym/CountdownSteps-v0"


@pytest.mark.parametrize("env_id", reasongym.specs())
def test_gymnasium_makes_and_checks_every_id(env_id: str) -> None:
    env = gymnasium.make(env_id)
    check_env(env.unwrapped, skip_render_check=True)
    observation, info = env.reset(seed=3)
    assert env.observation_space.contains(observation)
    assert info["row"] == reasongym.get(env_id).row(3)


def test_the_module_form_of_an_id_imports_the_package() -> None:
    code = "import gymnasium; print(gymnasium.make('reasongym:reasongym/Countdown-v0').reset(seed=0)[0])"
    made = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == reasongym.make(COUNTDOWN).reset(seed=0)[0]


def test_make_passes_level_split_and_options() -> None:
    env = gymnasium.make(COUNTDOWN, level=2, split="eval", style="terse", num_numbers=3)
    _, info = env.reset(seed=1)
    options = {"num_numbers": 3, "style": "terse"}
    assert info["row"] == Row(COUNTDOWN, 2, "eval", 1, options)


def test_a_reset_without_a_seed_takes_the_next_problem_of_the_stream() -> None:
    env = reasongym.make(COUNTDOWN)
    first, _ = env.reset(seed=0)
    following = [env.reset()[0] for _ in range(3)]
    env.reset(seed=0)
    assert [env.reset()[0] for _ in range(3)] == following
    assert len({first, *following}) == 4


def test_render_shows_the_episode_as_text() -> None:
    env = gymnasium.make(STEPS, level=1, render_mode="ansi")
    prompt, _ = env.reset(seed=0)
    env.step("nonsense")
    shown = env.render()
    assert isinstance(shown, str)
    assert shown.startswith(prompt)
    assert "> nonsense" in shown


def test_the_statistics_wrapper_records_return_and_length() -> None:
    env = RecordEpisodeStatistics(gymnasium.make(STEPS, level=1))
    _, info = env.reset(seed=0)
    shared = reasongym.get(STEPS)
    texts = shared.oracle(shared.problem(info["row"]).data)
    for text in texts:
        _, _, _, _, info = env.step(text)
    assert info["episode"]["r"] == 1.0
    assert info["episode"]["l"] == len(texts)


def test_the_time_limit_wrapper_truncates() -> None:
    env = TimeLimit(gymnasium.make(STEPS, level=3), max_episode_steps=2)
    env.reset(seed=0)
    env.step("nonsense")
    assert env.step("nonsense")[2:4] == (False, True)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_vector_environments_play_oracles_and_go_on(mode: str) -> None:
    envs = gymnasium.make_vec(COUNTDOWN, num_envs=3, vectorization_mode=mode, level=1)
    prompts, info = envs.reset(seed=5)
    shared = reasongym.get(COUNTDOWN)
    rows: list[Row] = list(info["row"])
    assert [row.seed for row in rows] == [5, 6, 7]
    assert list(prompts) == [shared.problem(row).prompt for row in rows]
    answers = tuple(shared.oracle(shared.problem(row).data)[0] for row in rows)
    _, rewards, terminated, _, info = envs.step(answers)
    np.testing.assert_array_equal(rewards, [1.0, 1.0, 1.0])
    assert terminated.all()
    assert all(verdict.correct for verdict in info["verdict"])
    again, *_ = envs.step(answers)
    assert len({*again, *prompts}) == 6
    envs.close()


def test_shared_memory_carries_any_text() -> None:
    envs: Any = gymnasium.make_vec("reasongym-test/Echo-v0", num_envs=2, vectorization_mode="async")
    envs.reset(seed=0)
    texts = ("½ × 漢 √ \ud800 \U0001f600", "")
    observations, *_ = envs.step(texts)
    assert observations == texts
    envs.close()


class Echo(gymnasium.Env[str, str]):
    """Observe what was acted."""

    def __init__(self, **_: Any) -> None:
        self.observation_space = UnicodeText(100)
        self.action_space = UnicodeText(100)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        return "", {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        return action, 0.0, False, False, {}


gymnasium.register("reasongym-test/Echo-v0", entry_point=Echo)


@pytest.mark.parametrize(
    "options", [{"row": 3}, {"seed": 3}, {"self": 1}, {"level": True}, {"num_numbers": 4.0}]
)
def test_reset_options_that_do_not_fit_are_usage_errors(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        reasongym.make("Countdown-v0").reset(seed=1, options=options)


@pytest.mark.parametrize("action", [None, 5, b"3", ["3"]])
def test_an_action_that_is_no_text_is_a_usage_error(action: Any) -> None:
    env = reasongym.make("Countdown-v0")
    env.reset(seed=1)
    with pytest.raises(UsageError, match="an action is a text"):
        env.step(action)

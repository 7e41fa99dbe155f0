"""Bridges: reasoning-gym in its own process, and other text environments replayed from their seeds."""

import importlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gymnasium
import pytest

import reasongym
from reasongym import registry
from reasongym.checks import QUICK, check
from reasongym.core import Data, Env
from reasongym.envs.bridges import process
from reasongym.envs.bridges.process import PYTHON_VARIABLE, WORKER, Worker
from reasongym.envs.bridges.table import LEFT_OUT, TASKS
from reasongym.envs.bridges.text_env import Move, bridge
from reasongym.errors import DataError, GenerationError, Unscored, UsageError
from reasongym.seeding import Stream

needs_reasoning_gym = pytest.mark.skipif(
    PYTHON_VARIABLE not in os.environ and find_spec("reasoning_gym") is None,
    reason=f"reasoning-gym is not installed, and {PYTHON_VARIABLE} names no interpreter that has it",
)


def task(name: str) -> Env:
    return reasongym.get(f"reasongym/reasoning-gym.{name}-v0")


def data_of(name: str, seed: int = 0, **options: Any) -> Data:
    env = task(name)
    return env.problem(env.row(seed, **options)).data


# -- registration -------------------------------------------------------------------------------------


def test_bridged_ids_are_listed_apart_and_import_nothing() -> None:
    bridged = reasongym.specs(trusted=False)
    assert len(bridged) >= 100
    assert len(TASKS) == len(set(TASKS))
    assert {f"reasongym/reasoning-gym.{name}-v0" for name in TASKS} <= set(bridged)
    assert not set(bridged) & set(reasongym.specs())
    assert set(reasongym.specs(trusted=None)) == set(bridged) | set(reasongym.specs())
    assert set(bridged) <= set(gymnasium.registry)
    code = "import reasongym, sys; assert 'reasoning_gym' not in sys.modules and 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, sys.executable)
    if find_spec("reasoning_gym") is not None:
        pytest.skip("this interpreter has reasoning-gym")
    with pytest.raises(DataError, match=r"pip install 'reasongym\[reasoning-gym\]'"):
        Worker().start()


def test_an_interpreter_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PYTHON_VARIABLE, "/nonexistent/python")
    with pytest.raises(DataError, match=r"cannot start .*/nonexistent/python"):
        Worker().start()


# -- the real package ---------------------------------------------------------------------------------


@needs_reasoning_gym
def test_every_task_of_the_package_is_bridged_or_left_out_with_a_reason() -> None:
    python = os.environ.get(PYTHON_VARIABLE) or sys.executable
    code = "from reasoning_gym.factory import DATASETS; print(*DATASETS)"
    listed = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) == set(TASKS) | set(LEFT_OUT)


@needs_reasoning_gym
@pytest.mark.parametrize("name", ["gcd", "countdown", "knights_knaves", "graph_color", "arc_agi", "codeio"])
def test_the_answer_of_the_package_earns_its_whole_score(name: str) -> None:
    env = task(name)
    for seed in range(3):
        problem = env.problem(env.row(seed))
        verdict = env.judge(problem, env.oracle(problem.data))
        assert (verdict.reward, verdict.correct, verdict.reason) == (1.0, True, "ok")


@needs_reasoning_gym
@pytest.mark.parametrize("name", ["codeio", "list_functions", "gcd"])
def test_a_problem_is_a_function_of_its_row_even_where_the_task_draws_globally(name: str) -> None:
    first = data_of(name, 5)
    WORKER.close()
    data_of("countdown", 1)
    assert data_of(name, 5) == first
    assert data_of(name, 6) != first


ATTACKS = {
    "tower of powers": "9**9**9**9",
    "factorial": "100000000!",
    "endless sleep": "__import__('time').sleep(1000)",
    "memory": "[0]*10**11",
    "kill the worker": "__import__('os').kill(__import__('os').getppid(),9)",
    "exit": "__import__('sys').exit(0)",
    "shell": "__import__('os').system('touch {path}')",
    "file": "open('{path}','w')",
    "fork": "__import__('os').fork()",
    "takeover": "setattr(__import__('reasoning_gym').games.countdown.CountdownDataset,'score_answer',"
    "eval('lambda s,a,e:1.0'))",
}


@needs_reasoning_gym
@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_that_runs_code_harms_nothing_and_the_next_one_is_scored(name: str, tmp_path: Path) -> None:
    env = task("countdown")
    problem = env.problem(env.row(0))
    path = tmp_path / "attacked"
    start = time.monotonic()
    verdict = env.judge(problem, [f"<answer>{ATTACKS[name].format(path=path)}</answer>"])
    assert verdict.reward <= env.chance(0)
    assert not verdict.correct
    assert time.monotonic() - start < 60
    if "files" in WORKER.layers:
        assert not path.exists()
    assert env.judge(problem, ["<answer>1</answer>"]).reward <= env.chance(0)
    assert env.judge(problem, env.oracle(problem.data)).correct


_STARTS = """
import os, runpy, sys, threading
worker = runpy.run_path(sys.argv[1])
if os.getuid() == 0:
    os.setuid(65534)  # Linux does not count the processes of root
worker["_limit"](cpu_s=5, memory_bytes=1 << 32)
for start in (os.fork, threading.Thread(target=int).start):
    try:
        start()
    except (BlockingIOError, RuntimeError):
        continue
    os._exit(1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels count otherwise")
def test_what_is_scored_can_start_no_process_or_thread() -> None:
    path = Path(process.__file__).with_name("worker.py")
    subprocess.run([sys.executable, "-c", _STARTS, str(path)], check=True, capture_output=True)


@needs_reasoning_gym
def test_a_hang_is_the_answers_fault() -> None:
    env = task("countdown")
    problem = env.problem(env.row(0))
    assert env.judge(problem, ["<answer>9**9**9**9</answer>"]).reason == "over_limit"


@needs_reasoning_gym
def test_a_worker_that_dies_is_started_again() -> None:
    first = data_of("gcd", 3)
    process = WORKER._process  # pyright: ignore[reportPrivateUsage]
    assert process is not None
    process.kill()
    process.wait()
    assert data_of("gcd", 3) == first


@needs_reasoning_gym
def test_a_problem_of_another_version_of_the_package_is_not_scored() -> None:
    data = data_of("gcd") | {"question": "Find the GCD of 2 and 4."}
    with pytest.raises(Unscored, match="makes another problem"):
        task("gcd").verify(data, "<answer>2</answer>")
    with pytest.raises(DataError, match=r"needs reasoning-gym 0\.0\.0"):
        data_of("gcd", package="0.0.0")


@needs_reasoning_gym
def test_the_configuration_of_a_task_can_be_chosen() -> None:
    data = data_of("chain_sum", config={"min_terms": 7, "max_terms": 7})
    assert data["question"].count("+") + data["question"].count("-") >= 6
    with pytest.raises(UsageError, match="every field but"):
        data_of("chain_sum", config={"seed": 3})
    with pytest.raises(GenerationError, match="no_such_field"):
        data_of("chain_sum", config={"no_such_field": 3})


@needs_reasoning_gym
def test_threads_share_the_worker() -> None:
    env = task("gcd")
    rows = [env.row(seed) for seed in range(16)]
    alone = [env.problem(row) for row in rows]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(env.problem, rows)) == alone


@needs_reasoning_gym
def test_a_bridged_task_passes_what_the_kit_offers() -> None:
    results = list(
        check(
            task("gcd"),
            scale=QUICK._replace(num=8),
            names={"oracle wins", "data survive json", "rows come back"},
        )
    )
    assert [result for result in results if result.ok is not True] == []


# -- other environments -------------------------------------------------------------------------------


@pytest.fixture
def forgotten() -> Iterator[list[str]]:
    """Collect ids that a test registers; they are forgotten behind it."""
    ids: list[str] = []
    yield ids
    for env_id in ids:
        registry.unregister(env_id)


CLIFF_WORDS = ("up", "right", "down", "left")


def cliff_oracle(data: Data) -> list[str]:
    return ["up", *["right"] * 11, "down"]


def test_a_gymnasium_environment_of_named_actions_is_bridged(forgotten: list[str]) -> None:
    made: list[int] = []

    def make() -> gymnasium.Env[int, int]:
        made.append(1)
        return gymnasium.make("CliffWalking-v1", max_episode_steps=None)

    env = bridge(
        "acme/Cliff-v0",
        make,
        words=CLIFF_WORDS,
        rules="Walk to the lower right corner of 4 rows and 12 columns, round the cliff. Say a direction.",
        observe=lambda _env, observation: f"row {observation // 12} column {observation % 12}",
        score=lambda rewards: 1.0 if sum(rewards) == -13 else 0.0,
        max_turns=20,
        oracle=cliff_oracle,
        space=1,
    )()
    forgotten.append(env.env_id)
    assert not env.trusted
    row = env.row(0)
    problem = env.problem(row)
    assert problem.prompt.endswith("row 3 column 0")
    made.clear()
    verdict = env.replay(row, cliff_oracle(problem.data))
    assert (verdict.reward, verdict.correct) == (1.0, True)
    assert len(made) <= 1  # the live environment was played on
    longer = env.replay(row, ["up", "down", *cliff_oracle(problem.data)])
    assert (longer.reward, longer.reason) == (0.0, "not_won")
    session = env.begin(problem)
    refused = env.advance(session, "<answer>fly</answer>")
    assert refused.observation == "not a legal action; the actions are: up, right, down, left"
    assert env.advance(session, "I go **Up**.\n\n**Up**").observation == "row 2 column 0"
    assert env.advance(session, r"\boxed{up}").observation == "row 2 column 0"
    assert gymnasium.make("acme/Cliff-v0").reset(seed=1)[0] == problem.prompt


def test_a_kept_state_forks_an_episode_that_is_bridged(forgotten: list[str]) -> None:
    env = bridge(
        "acme/Jack-v0", lambda: gymnasium.make("Blackjack-v1"), words=("stick", "hit"), max_turns=20
    )()
    forgotten.append(env.env_id)
    for seed in range(20):
        problem = env.problem(env.row(seed))
        session = env.begin(problem)
        hits = [env.advance(session, "hit") for _ in range(3)]
        sticks = [env.advance(session, "stick") for _ in range(3)]
        assert hits[0] == hits[1] == hits[2]
        assert sticks[0] == sticks[1] == sticks[2]
        assert sticks[0].verdict is not None
        if hits[0].verdict is None:
            assert env.advance(hits[0].session, "stick") == env.advance(hits[0].session, "stick")
    names = {"replay equals stepping", "play leaves states alone", "threads agree", "processes agree"}
    results = check(
        env, scale=QUICK, names=names - {"threads agree", "processes agree", "replay equals stepping"}
    )
    assert [result for result in results if result.ok is False] == []


BRIDGED_MODULE = """
import gymnasium
from reasongym.envs.bridges.text_env import bridge

bridge("acme/OtherJack-v0", lambda: gymnasium.make("Blackjack-v1"), words=("stick", "hit"), chance=0.42)
"""


def test_other_processes_replay_what_is_bridged(
    forgotten: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_jack.py").write_text(BRIDGED_MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("acme_jack")
    forgotten.append("acme/OtherJack-v0")
    env = reasongym.get("acme/OtherJack-v0")
    assert type(env).__module__ == "acme_jack"
    [first, *others] = [digest_elsewhere(tmp_path) for _ in range(2)]
    assert others == [first]


def digest_elsewhere(folder: Path) -> str:
    """Play the first episodes in another process."""
    code = (
        "import acme_jack, reasongym\n"
        "from reasongym.checks.result import draw, play_randomly\n"
        "env = reasongym.get('acme/OtherJack-v0')\n"
        "print([(one.prompt, play_randomly(env, one)) for one in draw(env, 0, 20)])"
    )
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    ).stdout


class Guess:
    """A game as TextArena's are: guess a number below eight."""

    def __init__(self) -> None:
        self.number, self.said, self.won = 0, "", 0

    def reset(self, num_players: int, seed: int | None = None) -> None:
        self.number, self.said, self.won = random.Random(seed).randrange(8), "Guess [0] to [7].", 0

    def get_observation(self) -> tuple[int, str]:
        return 0, self.said

    def step(self, action: str) -> tuple[bool, dict[str, Any]]:
        guess = int(action.strip("[] "))  # what is no number raises
        self.won = int(guess == self.number)
        self.said = "higher" if guess < self.number else "lower"
        return bool(self.won), {}

    def close(self) -> tuple[dict[int, int], dict[int, Any]]:
        return {0: self.won}, {}


def guess_oracle(data: Data) -> list[str]:
    return [f"[{random.Random(data['seed']).randrange(8)}]"]


def test_a_game_of_textarenas_kind_is_bridged(forgotten: list[str]) -> None:
    env = bridge("acme/Guess-v0", Guess, max_turns=3, oracle=guess_oracle, chance=0.4, words=())()
    forgotten.append(env.env_id)
    problem = env.problem(env.row(7))
    assert problem.prompt == "Guess [0] to [7]."
    [right] = guess_oracle(problem.data)
    wrong = "[0]" if right != "[0]" else "[7]"
    assert env.replay(problem.row, [wrong, f"<think>so</think> {right}"]).correct
    assert env.replay(problem.row, [wrong] * 3).reason == "turn_limit"
    assert env.replay(problem.row, ["seven"]).reason == "environment_raised"
    assert env.replay(problem.row, ["", "<think>", right]).correct
    assert env.replay(problem.row, ["9" * 20_000, right]).correct
    results = check(env, scale=QUICK, names={"oracle wins", "play leaves states alone", "threads agree"})
    assert [result for result in results if result.ok is False] == []


class Own:
    """A game that speaks the bridge's own protocol."""

    def reset(self, seed: int) -> str:
        return f"say {seed % 3}"

    def step(self, action: str) -> Move | None:
        return Move("over", float(action), True) if action.isdigit() else None

    def sample(self, rng: Stream) -> str:
        return str(rng.below(3))

    def close(self) -> None:
        pass


def test_rewards_are_clipped_and_levels_are_as_many_as_makers(forgotten: list[str]) -> None:
    def half(rewards: Sequence[float]) -> float:
        return sum(rewards) / 2

    env = bridge("acme/Own-v0", {"easy": Own, "hard": Own}, score=half)()
    forgotten.append(env.env_id)
    assert list(env.levels) == ["easy", "hard"]
    row = env.row(0, level=1)
    assert [env.replay(row, [text]).reward for text in ("0", "1", "2", "9")] == [0.0, 0.5, 1.0, 1.0]
    with pytest.raises(UsageError, match="how its episodes are won"):
        env.oracle({})


def test_actions_without_names_are_refused(forgotten: list[str]) -> None:
    env = bridge("acme/Nameless-v0", lambda: gymnasium.make("CliffWalking-v1"))()
    forgotten.append(env.env_id)
    with pytest.raises(UsageError, match="has 4 actions, and 0 words name them"):
        env.problem(env.row(0))

"""verifiers runs our taskset, environment and harness against a server that plays recorded episodes."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters.verifiers_package import ID, write_package
from reasongym.core import Env, Verdict
from reasongym.errors import UsageError
from reasongym.tools.sessions import SHELF
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import CALL, PYTHON, distinct, server
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded
from tests.agents.openai_server import MODEL, Trouble, error, serving

HERE = Path(__file__).parents[2]
NAME = "verifiers, prime-rl"
UNFINISHED = Verdict(0.0, False, "unfinished")


@pytest.fixture
def package(tmp_path: Path, needs: Needs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package as a user installs it, on the path."""
    needs("verifiers")
    write_package(tmp_path / "package")
    monkeypatch.syspath_prepend(tmp_path / "package")
    yield tmp_path / "package"
    sys.modules.pop("reasongym_vf", None)


async def _episodes(needs: Needs, url: str, rows: list[reasongym.Row]) -> list[Any]:
    """Run rows as `vf-eval` runs the tasks it selects."""
    vf, runner = needs("verifiers.v1"), needs("verifiers.v1.cli.eval.runner")
    loaders = needs("verifiers.v1.utils.loaders")
    from reasongym.agents.adapters.verifiers import task

    env = loaders.load_environment(loaders.resolve_env_config({"taskset": {"id": ID}}))
    client = vf.EvalClientConfig(base_url=url, api_key_var="NO_SUCH_KEY")
    context = runner.ModelContext(model=MODEL, client=client, sampling=vf.SamplingConfig())
    gate = asyncio.Semaphore(16)
    async with env.serving():
        slots: list[Any] = [slot for row in rows for slot in env.slots(task(row), 1)]
        return await asyncio.gather(*(env.run_slot(slot, context, gate) for slot in slots))


def _assert_repeats(episode: Recorded, ran: Any) -> None:
    assert ran.ok, ran.errors or ran.traces[0].errors
    (trace,) = ran.traces
    said = [message for message in trace.messages if message.role != "assistant"]
    assert [message.content for message in said] == [episode.prompt, *episode.observations[:-1]]
    assert [message.content or "" for message in trace.assistant_messages] == episode.actions
    assert trace.reward == episode.reward
    assert trace.info["reason"] == episode.verdict.reason


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("count", [12, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_recorded_episodes_are_repeated_exactly(
    kind: Kind, count: int, package: Path, needs: Needs, shown: Shown
) -> None:
    episodes = distinct(kind, count)
    with serving(server(episodes)) as endpoint:
        ran = asyncio.run(_episodes(needs, endpoint.url, [episode.row for episode in episodes]))
    for episode, one in zip(episodes, ran, strict=True):
        _assert_repeats(episode, one)
    what = f"{count:,} recorded episodes by load_environment against a server, equal to the bare ones"
    if count == EPISODES:
        shown(trainer=NAME, package="verifiers", turns=kind.removesuffix("-turn"), what=what)


def test_an_episode_that_cannot_be_judged_is_an_error_and_no_reward(
    package: Path, needs: Needs, unjudged: Env
) -> None:
    row = unjudged.row(0)
    silent = Recorded(row, reasongym.problem(row).prompt, ["1"], [], [], UNFINISHED)
    with serving(server([silent])) as endpoint:
        (ran,) = asyncio.run(_episodes(needs, endpoint.url, [row]))
    (trace,) = ran.traces
    assert not ran.ok
    assert "the judge is out" in str(trace.errors)
    assert trace.rewards == {"reward": None}


def test_an_episode_that_breaks_off_frees_what_its_tool_holds(package: Path, needs: Needs) -> None:
    row = reasongym.get("Gcd-v0").row(0, **PYTHON)
    calling = Recorded(row, reasongym.problem(row).prompt, [CALL], [], [], UNFINISHED)

    def trouble(number: int) -> Trouble | None:
        return error(400, "no more of this") if number else None

    with serving(server([calling]), trouble) as endpoint:
        (ran,) = asyncio.run(_episodes(needs, endpoint.url, [row]))
    assert not ran.ok
    assert "42" in endpoint.asked[1]["messages"][-1]["content"]
    assert len(SHELF) == 0


def _command(name: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Run a command line of verifiers as a user types it."""
    where = Path(sys.executable).with_name(name)
    return subprocess.run([where, *map(str, args)], capture_output=True, text=True, timeout=600, check=False)


def _on_path(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{package}:{HERE}")


@pytest.mark.parametrize("env_id", ["Countdown-v0", "Sokoban-v0"])
def test_the_oracle_passes_and_silence_fails_in_vf_validate(
    env_id: str, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: Shown
) -> None:
    _on_path(package, monkeypatch)
    ran = _command(
        "vf-validate", ID, "--taskset.env-id", env_id, "-n", 6, "--runtime.type", "subprocess",
        "--no-rich", "-o", tmp_path / "out",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    (summary,) = (tmp_path / "out").glob("*/summary.json")
    told = json.loads(summary.read_text())
    assert {name: checks["valid"] for name, checks in told["checks"].items()} == {"gold": 6, "noop": 6}
    turns = "single" if env_id == "Countdown-v0" else "multi"
    shown(trainer=NAME, package="verifiers", turns=turns, what="vf-validate: the oracle wins")


def test_rollouts_of_a_task_share_its_problem_in_vf_eval(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: Shown
) -> None:
    _on_path(package, monkeypatch)
    rows = [reasongym.get("CountdownSteps-v0").row(seed, level=0) for seed in range(3)]
    won = [_won(row) for row in rows]
    with serving(server(won)) as endpoint:
        ran = _command(
            "vf-eval", ID, "--env.taskset.env-id", "CountdownSteps-v0", "--env.taskset.level", 0,
            "-n", 3, "-r", 2, "-m", MODEL, "--client.base-url", endpoint.url, "--client.api-key-var", "NONE",
            "--no-push", "--no-rich", "-o", tmp_path / "out",
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    asked = [body["messages"][0]["content"] for body in endpoint.asked if len(body["messages"]) == 1]
    assert sorted(asked) == sorted(2 * [episode.prompt for episode in won])
    assert ran.stdout.count('"correct": 1.0') == 6
    shown(trainer=NAME, package="verifiers", turns="multi", what="vf-eval, groups of 2")


def _won(row: reasongym.Row) -> Recorded:
    problem = reasongym.problem(row)
    texts = reasongym.get(row.env_id).oracle(problem.data)
    return Recorded(row, problem.prompt, texts, [], [], reasongym.replay(row, texts))


def test_garbage_for_a_row_or_a_template_is_refused(needs: Needs) -> None:
    needs("verifiers")
    from reasongym.agents.adapters.verifiers import ReasongymConfig, ReasongymTaskset, task

    row = reasongym.get("Gcd-v0").row(0)
    with pytest.raises(UsageError, match="templates"):
        task(row, "think")
    with pytest.raises(UsageError, match="unknown environment"):
        ReasongymTaskset(ReasongymConfig(id=ID, env_id="Nothing-v0")).load()
    garbled = task(row).with_data(row="{")
    with pytest.raises(UsageError, match="no JSON"):
        asyncio.run(garbled.validate(None))


def test_a_template_with_a_system_message_sends_it_apart(needs: Needs) -> None:
    needs("verifiers")
    from reasongym.agents.adapters.verifiers import task

    row = reasongym.get("Gcd-v0").row(0)
    data = task(row, "r1").data
    assert data.prompt == reasongym.problem(row).prompt
    assert "think" in data.system_prompt
    assert "answer" not in json.loads(data.row)

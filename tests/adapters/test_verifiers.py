"""verifiers runs our taskset, environment and harness against a server that plays recorded episodes."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters.verifiers_package import ID, write_package
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import distinct, server
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded
from tests.agents.openai_server import MODEL, serving

HERE = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path, needs: Needs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package as a user installs it, on the path."""
    needs("verifiers")
    write_package(tmp_path / "package")
    monkeypatch.syspath_prepend(tmp_path / "package")
    yield tmp_path / "package"
    sys.modules.pop("reasongym_vf", None)


async def _episodes(vf: Any, url: str, rows: list[reasongym.Row], times: int = 1) -> list[Any]:
    """Run rows as `vf-eval` runs the tasks it selects."""
    from verifiers.v1.cli.eval.runner import ModelContext  # pyright: ignore
    from verifiers.v1.utils.loaders import load_environment, resolve_env_config  # pyright: ignore

    from reasongym.agents.adapters.verifiers import task

    env: Any = load_environment(resolve_env_config({"taskset": {"id": ID}}))
    client = vf.EvalClientConfig(base_url=url, api_key_var="NO_SUCH_KEY")
    context: Any = ModelContext(model=MODEL, client=client, sampling=vf.SamplingConfig())
    gate = asyncio.Semaphore(16)
    async with env.serving():
        slots = [slot for row in rows for slot in env.slots(task(row), times)]
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
    vf: Any = needs("verifiers.v1")
    episodes = distinct(recorded(kind, count))
    with serving(server(episodes)) as endpoint:
        ran = asyncio.run(_episodes(vf, endpoint.url, [episode.row for episode in episodes]))
    for episode, one in zip(episodes, ran, strict=True):
        _assert_repeats(episode, one)
    shown(
        trainer="verifiers, prime-rl",
        package="verifiers",
        turns=kind.removesuffix("-turn"),
        what=f"{count:,} recorded episodes run by load_environment against a server, equal to the bare ones",
    )

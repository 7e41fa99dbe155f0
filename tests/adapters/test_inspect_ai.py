"""inspect-ai evaluates our suites for real, with its mock model playing recorded episodes."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.errors import UsageError
from reasongym.evaluation.suites import Slice, Suite, env_suite
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import distinct, player
from tests.adapters.recorded import EPISODES, FAMILIES, Kind, Recorded, recorded
# Of inspect-ai's own making: how it calls tenacity, and the streams that its hooks leave to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'initial' parameter:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObjectReceiveStream:ResourceWarning"),
]


@pytest.fixture
def inspect(needs: Needs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield needs("inspect_ai")
    gc.collect()  # what it leaves is collected here, where it is known whose it is


def _model(episodes: list[Recorded]) -> Any:
    from inspect_ai.model import ModelOutput, ModelUsage, get_model  # pyright: ignore

    act: Any = player(episodes)

    def answer(messages: Any, *_: Any) -> Any:
        said = [{"role": message.role, "content": message.text} for message in messages]
        output = ModelOutput.from_content("mockllm/model", act(said))
        output.usage = ModelUsage()  # or it counts tokens, by a vocabulary that it would download
        return output

    return get_model("mockllm/model", custom_outputs=answer)


def _suite(episodes: list[Recorded]) -> Suite:
    rows = [episode.row for episode in episodes]
    return Suite(tuple(Slice(row.env_id, row.level, row.split, 1, row.seed) for row in rows))


def _ran(inspect: Any, episodes: list[Recorded], folder: Path) -> Any:
    from reasongym.agents.adapters.inspect_ai import task

    (log,) = inspect.eval(
        task(_suite(episodes)), model=_model(episodes), log_dir=str(folder), display="none", max_samples=8
    )
    assert log.status == "success", log.error.traceback
    return log


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("count", [24, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_recorded_episodes_are_repeated_exactly(
    kind: Kind, count: int, inspect: Any, tmp_path: Path, shown: Shown
) -> None:
    episodes = distinct(recorded(kind, count))
    log = _ran(inspect, episodes, tmp_path / "logs")
    samples = {sample.metadata["row"]: sample for sample in log.samples}
    from reasongym.agents.adapters import rows

    for episode in episodes:
        sample = samples[rows.to_text(episode.row)]
        said = [message.text for message in sample.messages if message.role != "assistant"]
        assert said == [episode.prompt, *episode.observations[:-1]]
        assert [one.text for one in sample.messages if one.role == "assistant"] == episode.actions
        score = sample.scores["verdict"]
        assert score.value == {"reward": episode.reward, "correct": float(episode.verdict.correct)}
        assert score.explanation == episode.verdict.reason
        assert sample.target == ""
    mean = sum(episode.reward for episode in episodes) / len(episodes)
    metrics = {one.name: one.metrics["mean"].value for one in log.results.scores}
    assert metrics["reward"] == pytest.approx(mean)
    shown(
        trainer="inspect-ai",
        package="inspect-ai",
        turns=kind.removesuffix("-turn"),
        what=f"inspect_ai.eval over {count:,} recorded episodes, equal to the bare ones",
    )


def test_epochs_of_a_sample_are_a_group_of_one_problem(inspect: Any) -> None:
    from reasongym.agents.adapters.inspect_ai import problems, task

    suite = env_suite("Countdown-v0", level=0, num_problems=3)
    made = task(suite)
    assert [sample.input[-1].content for sample in made.dataset] == [one.prompt for one in suite.problems]
    again = problems("Countdown-v0", level=0, num_problems=3)
    assert [one.metadata for one in again.dataset] == [one.metadata for one in made.dataset]
    assert made.metadata["suite_digest"] == suite.digest


def test_a_template_brings_its_system_message_and_one_with_a_prefill_is_refused(inspect: Any) -> None:
    from reasongym.agents.adapters.inspect_ai import task

    suite = env_suite("Gcd-v0", num_problems=1)
    assert [one.role for one in task(suite, template="r1").dataset[0].input] == ["system", "user"]
    with pytest.raises(UsageError, match="templates"):
        task(suite, template="think")
    assert reasongym.problem(suite.problems[0].row).prompt in task(suite).dataset[0].input[0].content

"""inspect-ai evaluates our suites for real, with its mock model playing recorded episodes."""

import gc
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters.rows import from_text, to_text
from reasongym.core import Env
from reasongym.errors import UsageError
from reasongym.evaluation.suites import Suite, env_suite
from reasongym.tools.sessions import SHELF
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import CALL, PYTHON, Message, distinct, player, suite_of
from tests.adapters.recorded import EPISODES, FAMILIES, Kind

# Of inspect-ai's own making: how it calls tenacity, and the streams that its hooks leave to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'initial' parameter:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObjectReceiveStream:ResourceWarning"),
]


@pytest.fixture
def inspect(needs: Needs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # of samples that run
    yield needs("inspect_ai")
    gc.collect()  # what it leaves is collected here, where it is known whose it is


def _model(models: Any, act: Callable[[Sequence[Message]], str]) -> Any:
    def answer(messages: Any, *_: Any) -> Any:
        said = [{"role": message.role, "content": message.text} for message in messages]
        output = models.ModelOutput.from_content("mockllm/model", act(said))
        output.usage = models.ModelUsage()  # or it counts tokens, by a vocabulary that it would download
        return output

    return models.get_model("mockllm/model", custom_outputs=answer)


def _ran(inspect: Any, suite: Suite, act: Callable[[Sequence[Message]], str], **settings: Any) -> Any:
    from reasongym.agents.adapters.inspect_ai import task

    asked = {"log_dir": "logs", "display": "none", "max_samples": 8} | settings
    (log,) = inspect.eval(task(suite), model=_model(inspect.model, act), **asked)
    return log


def _said(sample: Any, role: str) -> list[str]:
    return [message.text for message in sample.messages if message.role == role]


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("count", [24, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_recorded_episodes_are_repeated_exactly(kind: Kind, count: int, inspect: Any, shown: Shown) -> None:
    episodes = distinct(kind, count)
    log = _ran(inspect, suite_of(episodes), player(episodes))
    assert log.status == "success", log.error.traceback
    samples = {sample.metadata["row"]: sample for sample in log.samples}
    for episode in episodes:
        sample = samples[to_text(episode.row)]
        assert _said(sample, "user") == [episode.prompt, *episode.observations[:-1]]
        assert _said(sample, "assistant") == episode.actions
        assert len(sample.messages) == 2 * len(episode.actions)
        score = sample.scores["verdict"]
        assert score.value == {"reward": episode.reward, "correct": float(episode.verdict.correct)}
        assert score.explanation == episode.verdict.reason
        assert sample.target == ""
    mean = sum(episode.reward for episode in episodes) / len(episodes)
    metrics = {one.name: one.metrics["mean"].value for one in log.results.scores}
    assert metrics["reward"] == pytest.approx(mean)
    what = f"inspect_ai.eval over {count:,} recorded episodes, equal to the bare ones"
    if count == EPISODES:
        shown(trainer="inspect-ai", package="inspect-ai", turns=kind.removesuffix("-turn"), what=what)


def test_epochs_are_a_group_of_one_problem_that_go_on_by_themselves(inspect: Any) -> None:
    suite = env_suite("CountdownSteps-v0", level=0, num_problems=3)
    best = {one.prompt: reasongym.get("CountdownSteps-v0").oracle(one.data) for one in suite.problems}
    dice = random.Random(0)

    def act(messages: Sequence[Message]) -> str:
        return dice.choice([*best[messages[0]["content"]], "I do not know."])

    log = _ran(inspect, suite, act, epochs=6, max_samples=1)
    assert log.status == "success"
    groups: dict[str, list[Any]] = {problem.prompt: [] for problem in suite.problems}
    for sample in log.samples:
        groups[_said(sample, "user")[0]].append(sample)
        found = reasongym.replay(from_text(sample.metadata["row"]), _said(sample, "assistant"))
        assert sample.scores["verdict"].value["reward"] == found.reward
    assert [len(group) for group in groups.values()] == [6, 6, 6]
    for group in groups.values():
        assert len({sample.metadata["row"] for sample in group}) == 1
        assert len({str(_said(sample, "assistant")) for sample in group}) > 1


def test_an_episode_that_a_limit_ends_is_judged_unfinished(inspect: Any) -> None:
    suite = env_suite("Sokoban-v0", level=0, num_problems=1)
    log = _ran(inspect, suite, lambda _: "I do not know.", message_limit=4)
    (sample,) = log.samples
    assert sample.limit.type == "message"
    assert sample.scores["verdict"].explanation == "unfinished"


def test_an_episode_that_a_limit_ends_frees_what_its_tool_holds(inspect: Any) -> None:
    log = _ran(inspect, env_suite("Gcd-v0", num_problems=1, **PYTHON), lambda _: CALL, message_limit=3)
    (sample,) = log.samples
    assert "42" in _said(sample, "user")[-1]
    assert sample.limit.type == "message"
    assert len(SHELF) == 0


def test_an_episode_that_cannot_be_judged_has_no_score(inspect: Any, unjudged: Env) -> None:
    suite = env_suite(unjudged.env_id, num_problems=2)
    log = _ran(inspect, suite, lambda _: "1", fail_on_error=False)
    assert [sample.scores for sample in log.samples] == [{}, {}]
    assert all("the judge is out" in sample.error.message for sample in log.samples)


def test_a_task_made_by_name_is_the_one_of_its_suite(inspect: Any) -> None:
    from reasongym.agents.adapters.inspect_ai import problems, task

    suite = env_suite("Countdown-v0", level=0, num_problems=3)
    made, again = task(suite), problems("Countdown-v0", level=0, num_problems=3)
    assert [sample.input[-1].content for sample in made.dataset] == [one.prompt for one in suite.problems]
    assert [one.metadata for one in again.dataset] == [one.metadata for one in made.dataset]
    assert made.metadata["suite_digest"] == suite.digest


def test_a_template_brings_its_system_message_and_one_with_a_prefill_is_refused(inspect: Any) -> None:
    from reasongym.agents.adapters.inspect_ai import task

    suite = env_suite("Gcd-v0", num_problems=1)
    assert [one.role for one in task(suite, template="r1").dataset[0].input] == ["system", "user"]
    with pytest.raises(UsageError, match="templates"):
        task(suite, template="think")
    assert reasongym.problem(suite.problems[0].row).prompt in task(suite).dataset[0].input[0].content

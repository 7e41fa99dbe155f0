"""lighteval reads the folders of our suites: for real where it is installed."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters import lighteval as adapter
from reasongym.agents.adapters import rows, suites
from reasongym.core import Env
from reasongym.errors import Unscored, UsageError
from reasongym.evaluation.suites import Suite, env_suite
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import Message, distinct, player, suite_of
from tests.adapters.recorded import EPISODES

Act = Callable[[Sequence[Message]], list[str]]
Run = Callable[[Suite, Act], list[Any]]
OF_ITS_OWN = pytest.mark.filterwarnings("default")  # lighteval's requirements warn as they are imported


def test_a_folder_holds_prompts_and_rows_and_no_answer(tmp_path: Path) -> None:
    suite = env_suite("Gcd-v0", num_problems=4)
    adapter.write_folder(suite, tmp_path)
    lines = (tmp_path / suites.slug(suite) / "test.jsonl").read_text().splitlines()
    read = [json.loads(line) for line in lines]
    assert [one["prompt"] for one in read] == [problem.prompt for problem in suite.problems]
    assert [rows.from_text(one["row"]) for one in read] == [problem.row for problem in suite.problems]
    assert {frozenset(one) for one in read} == {frozenset(("row", "prompt"))}
    compile((tmp_path / "tasks.py").read_text(), "tasks.py", "exec")


def test_a_problem_of_several_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="several turns"):
        adapter.write_folder(env_suite("Sokoban-v0", num_problems=1), tmp_path)
    assert not list(tmp_path.iterdir())


def test_equal_suites_make_equal_folders(tmp_path: Path) -> None:
    suite = env_suite("Countdown-v0", level=0, num_problems=5)
    for name in ("one", "other"):
        adapter.write_folder(suite, tmp_path / name)
    one, other = (sorted((tmp_path / name).rglob("*.json*")) for name in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


@pytest.fixture
def pipeline(needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What runs a folder's task as `lighteval` does, and returns what it logs of each problem."""
    running, tracking = needs("lighteval.pipeline"), needs("lighteval.logging.evaluation_tracker")
    models, outputs = needs("lighteval.models.dummy.dummy_model"), needs("lighteval.models.model_output")

    def offline(url: str) -> Any:
        return SimpleNamespace(status_code=404)

    # The file of another benchmark, which lighteval downloads as it lists its tasks.
    monkeypatch.setattr("requests.get", offline)

    def run(suite: Suite, act: Act) -> list[Any]:
        class Player(models.DummyModel):
            def greedy_until(self, docs: Any) -> list[Any]:
                said = [[{"role": "user", "content": doc.query}] for doc in docs]
                return [outputs.ModelResponse(text=act(messages)) for messages in said]

        adapter.write_folder(suite, tmp_path / "task")
        asked = running.PipelineParameters(
            launcher_type=running.ParallelismManager.NONE,
            custom_tasks_directory=str(tmp_path / "task" / "tasks.py"),
        )
        tracker = tracking.EvaluationTracker(output_dir=str(tmp_path))
        model = Player(models.DummyModelConfig(cache_dir=str(tmp_path / "cache")))
        ran = running.Pipeline(f"{suites.slug(suite)}|0", asked, tracker, model=model)
        ran.evaluate()
        (details,) = tracker.details_logger.details.values()
        return details

    return run


@OF_ITS_OWN
def test_recorded_episodes_are_repeated_exactly(pipeline: Run, shown: Shown) -> None:
    episodes = distinct("single-turn", EPISODES)
    act = player(episodes)
    by_row = {rows.to_text(episode.row): episode for episode in episodes}
    details = pipeline(suite_of(episodes), lambda messages: [act(messages)])
    assert len(details) == len(episodes)
    for one in details:
        episode = by_row[one.doc.specific["row"]]
        assert one.doc.query == episode.prompt
        assert one.metric == {"reward": episode.reward, "correct": float(episode.verdict.correct)}
    shown(
        trainer="lighteval",
        package="lighteval",
        turns="single",
        what=f"its pipeline over {EPISODES:,} recorded episodes, equal to the bare ones",
    )


@OF_ITS_OWN
def test_of_a_group_the_first_member_counts(pipeline: Run) -> None:
    suite = env_suite("Gcd-v0", num_problems=3)
    best = {one.prompt: reasongym.get("Gcd-v0").oracle(one.data)[0] for one in suite.problems}
    details = pipeline(suite, lambda messages: [best[messages[0]["content"]], "", "I do not know."])
    assert [one.metric["reward"] for one in details] == [1.0, 1.0, 1.0]
    details = pipeline(suite, lambda messages: ["", best[messages[0]["content"]]])
    assert [one.metric["reward"] for one in details] == [0.0, 0.0, 0.0]


@OF_ITS_OWN
def test_an_answer_that_cannot_be_judged_stops_the_run(pipeline: Run, unjudged: Env) -> None:
    with pytest.raises(Unscored, match="the judge is out"):
        pipeline(env_suite(unjudged.env_id, num_problems=2), lambda _: ["1"])

"""lm-evaluation-harness runs the task files of our suites, with a model that plays recorded episodes."""

from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters import lm_eval as adapter
from reasongym.agents.adapters import rows, suites
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.suites import Slice, Suite, env_suite
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import distinct, player
from tests.adapters.recorded import EPISODES, Recorded, recorded

pytestmark = [
    # Of the program's own: files that it leaves to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _suite(episodes: list[Recorded]) -> Suite:
    return Suite(tuple(Slice(e.row.env_id, e.row.level, e.row.split, 1, e.row.seed) for e in episodes))


@pytest.mark.parametrize("count", [48, pytest.param(EPISODES, marks=pytest.mark.slow)])
def test_recorded_episodes_are_repeated_exactly(
    count: int, needs: Needs, tmp_path: Path, shown: Shown
) -> None:
    harness: Any = needs("lm_eval")
    from lm_eval.api.model import LM  # pyright: ignore
    from lm_eval.tasks import TaskManager  # pyright: ignore

    episodes = distinct(recorded("single-turn", count))
    act: Any = player(episodes)

    class Player(LM):  # pyright: ignore
        def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
            assert all(one.args[1]["until"] == [] for one in requests)
            return [act([{"role": "user", "content": one.args[0]}]) for one in requests]

        def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> Any:
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    suite = _suite(episodes)
    (tmp_path / "task.yaml").write_text(adapter.task_file(suite), encoding="utf-8")
    manager: Any = TaskManager(include_path=str(tmp_path), include_defaults=False)
    name = suites.slug(suite)
    told = harness.simple_evaluate(
        model=Player(), tasks=[name], task_manager=manager, log_samples=True, bootstrap_iters=0
    )
    by_row = {rows.to_text(episode.row): episode for episode in episodes}
    assert len(told["samples"][name]) == len(episodes)
    for sample in told["samples"][name]:
        episode = by_row[sample["doc"]["row"]]
        assert sample["arguments"][0][0] == episode.prompt
        assert (sample["reward"], sample["correct"]) == (episode.reward, float(episode.verdict.correct))
    shown(
        trainer="lm-evaluation-harness",
        package="lm-eval",
        turns="single",
        what=f"simple_evaluate over {count:,} recorded episodes, equal to the bare ones",
    )


def test_a_task_file_of_other_problems_is_refused() -> None:
    suite = env_suite("Gcd-v0", num_problems=3)
    given = suites.to_json(suite)
    assert suites.from_json(**given).problems == suite.problems
    with pytest.raises(DataError, match="write it again"):
        suites.from_json(given["slices"], "0" * 12)
    with pytest.raises(UsageError, match="not a suite"):
        suites.from_json([{"level": 1}], given["digest"])


def test_what_one_completion_cannot_play_is_refused() -> None:
    with pytest.raises(UsageError, match="several turns"):
        adapter.task_file(env_suite("Sokoban-v0", num_problems=1))
    with pytest.raises(UsageError, match="system message"):
        adapter.task_file(env_suite("Gcd-v0", num_problems=1), template="r1")


def test_the_file_holds_no_problem_and_no_answer() -> None:
    suite = env_suite("Gcd-v0", num_problems=2)
    text = adapter.task_file(suite)
    assert suite.problems[0].prompt not in text
    doc = {"row": rows.to_text(suite.problems[0].row)}
    best = reasongym.get("Gcd-v0").oracle(suite.problems[0].data)
    assert adapter.process_results(doc, best) == {"reward": 1.0, "correct": 1.0}
    assert adapter.process_results(doc, [""]) == {"reward": 0.0, "correct": 0.0}

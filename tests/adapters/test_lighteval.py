"""lighteval reads the folders of our suites: for real where it is installed."""

import json
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters import lighteval as adapter
from reasongym.agents.adapters import rows, suites
from reasongym.errors import UsageError
from reasongym.evaluation.suites import Slice, Suite, env_suite
from tests.adapters.conftest import Needs, Shown
from tests.adapters.recorded import recorded


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


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_lighteval_loads_the_task_and_judges_as_the_bare_environment(
    needs: Needs, tmp_path: Path, shown: Shown
) -> None:
    needs("lighteval")
    from lighteval.models.model_output import ModelResponse  # pyright: ignore
    from lighteval.tasks.registry import Registry  # pyright: ignore

    episodes = list(recorded("single-turn", 48))
    suite = Suite(tuple(Slice(e.row.env_id, e.row.level, e.row.split, 1, e.row.seed) for e in episodes))
    adapter.write_folder(suite, tmp_path)
    registry: Any = Registry(f"{suites.slug(suite)}|0", custom_tasks=str(tmp_path / "tasks.py"))
    (task,) = registry.load_tasks().values()
    docs = {doc.specific["row"]: doc for doc in task.get_docs()}
    for episode in episodes:
        doc = docs[rows.to_text(episode.row)]
        assert doc.query == reasongym.problem(episode.row).prompt
        (metric,) = task.metrics
        judged = metric.compute_sample(doc=doc, model_response=ModelResponse(text=episode.actions))
        assert judged == {"reward": episode.reward, "correct": float(episode.verdict.correct)}
    shown(
        trainer="lighteval",
        package="lighteval",
        turns="single",
        what="its registry loads a task, its metric judges 48 recorded episodes as we do",
    )

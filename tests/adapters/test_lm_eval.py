"""lm-evaluation-harness runs the task files of our suites, with a model that plays recorded episodes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym.agents.adapters import lm_eval as adapter
from reasongym.agents.adapters import rows, suites
from reasongym.core import Env
from reasongym.errors import DataError, Unscored, UsageError
from reasongym.evaluation.suites import env_suite
from tests.adapters.conftest import Needs, Shown
from tests.adapters.players import Message, distinct, player, suite_of
from tests.adapters.recorded import EPISODES


def _ran(needs: Needs, text: str, act: Callable[[list[Message]], str], folder: Path) -> list[dict[str, Any]]:
    """Run a task file as `lm-eval run` does and return the samples that it would log."""

    class Player(needs("lm_eval.api.model").LM):
        def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
            assert all(one.args[1]["until"] == [] for one in requests)
            return [act([{"role": "user", "content": one.args[0]}]) for one in requests]

        def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> Any:
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    (folder / "task.yaml").write_text(text, encoding="utf-8")
    manager = needs("lm_eval.tasks").TaskManager(include_path=str(folder), include_defaults=False)
    (name,) = (line.removeprefix("task: ") for line in text.splitlines() if line.startswith("task: "))
    told = needs("lm_eval").simple_evaluate(
        model=Player(), tasks=[name], task_manager=manager, log_samples=True, bootstrap_iters=0
    )
    return told["samples"][name]


def test_recorded_episodes_are_repeated_exactly(needs: Needs, tmp_path: Path, shown: Shown) -> None:
    episodes = distinct("single-turn", EPISODES)
    samples = _ran(needs, adapter.task_file(suite_of(episodes)), player(episodes), tmp_path)
    by_row = {rows.to_text(episode.row): episode for episode in episodes}
    assert len(samples) == len(episodes)
    for sample in samples:
        episode = by_row[sample["doc"]["row"]]
        assert sample["arguments"][0][0] == episode.prompt
        assert (sample["reward"], sample["correct"]) == (episode.reward, float(episode.verdict.correct))
    shown(
        trainer="lm-evaluation-harness",
        package="lm-eval",
        turns="single",
        what=f"simple_evaluate over {EPISODES:,} recorded episodes, equal to the bare ones",
    )


def test_repeats_of_a_problem_are_a_group_that_shares_it(needs: Needs, tmp_path: Path) -> None:
    suite = env_suite("Gcd-v0", num_problems=3)
    asked: list[str] = []

    def act(messages: list[Message]) -> str:
        asked.append(messages[0]["content"])
        return f"completion {len(asked)}"

    samples = _ran(needs, adapter.task_file(suite) + "repeats: 4\n", act, tmp_path)
    assert sorted(asked) == sorted(4 * [problem.prompt for problem in suite.problems])
    for sample, problem in zip(samples, suite.problems, strict=True):
        assert rows.from_text(sample["doc"]["row"]) == problem.row
        members = {f"completion {place + 1}" for place, said in enumerate(asked) if said == problem.prompt}
        assert set(sample["resps"][0]) == members


def test_an_answer_that_cannot_be_judged_stops_the_run(needs: Needs, tmp_path: Path, unjudged: Env) -> None:
    text = adapter.task_file(env_suite(unjudged.env_id, num_problems=2))
    with pytest.raises(Unscored, match="the judge is out"):
        _ran(needs, text, lambda _: "1", tmp_path)


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

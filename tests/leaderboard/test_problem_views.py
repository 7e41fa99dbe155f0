"""The page of problems: what every run made of each, one character a sample."""

from collections.abc import Callable
from pathlib import Path

from reasongym.leaderboard import collect
from reasongym.leaderboard.problem_views import problems_data

MakeRun = Callable[..., Path]


def test_the_outcome_of_every_sample_can_be_read_back(make_run: MakeRun) -> None:
    rows = collect([make_run("weak", skill=0.2), make_run("strong", skill=0.9)])
    data = problems_data(rows)
    for row, shown in zip(rows, data["runs"], strict=True):
        read = [data["outcomes"][ord(code) - ord("0")] for code in shown["outcomes"]]
        assert read == [(one.verdict.correct, one.verdict.reason) for one in row.episodes if one.verdict]
        assert len(shown["outcomes"]) == shown["samples"] * len(data["problems"])


def test_answers_of_models_are_counted_and_those_of_baselines_are_not(make_run: MakeRun) -> None:
    rows = collect(
        [make_run("model", skill=0.0, otherwise="7"), make_run("oracle", skill=1.0, policy="oracle")]
    )
    data = problems_data(rows)
    assert all(problem["answers"] == [(("7", False), 2)] for problem in data["problems"])


def test_a_problem_is_shown_as_it_was_asked(make_run: MakeRun) -> None:
    rows = collect([make_run("model")])
    problems = rows[0].run.suite.problems
    for shown, problem in zip(problems_data(rows)["problems"], problems, strict=True):
        assert shown["opening"] == [["user", problem.prompt]]
        assert shown["row"] == problem.row.as_dict()

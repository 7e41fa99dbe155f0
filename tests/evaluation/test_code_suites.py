"""Suites of programming: played, judged in the sandbox, judged again, and read from other programs' files."""

import json
from pathlib import Path

import pytest

from reasongym.agents.policies import scripted
from reasongym.envs._benchmarks import FOLDER_VARIABLE, Benchmark
from reasongym.envs.code.problems import benchmarks
from reasongym.envs.code.problems.benchmarks import BENCHMARKS
from reasongym.errors import DataError, UnknownName
from reasongym.evaluation import Player, Protocol, Suite, evaluate, named_suite, planned, rescore
from reasongym.evaluation.benchmarks import PARTS
from reasongym.evaluation.imports import import_generations
from reasongym.evaluation.rescoring import Report
from reasongym.evaluation.suites import problem_names
from tests.benchmark_files import FOLDER, needs_files
from tests.envs.code_files import FORMATS, LIVE_PROGRAMS, written

FILES = {
    "humaneval": "HumanEval",
    "humaneval-plus": "HumanEval+",
    "mbpp": "MBPP",
    "mbpp-plus": "MBPP+",
    "codecontests": "CodeContests",
    "livecodebench-v6": "LiveCodeBench",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the rows of each format stand for the benchmarks; MBPP's among others that its suite leaves out."""
    benchmarks._open.cache_clear()  # pyright: ignore[reportPrivateUsage]
    for name, told in FILES.items():
        rows = FORMATS[told]
        if name == "mbpp":
            inside = [row | {"task_id": 11 + 499 * at} for at, row in enumerate(rows)]
            rows = [rows[0] | {"task_id": 10}, *inside, rows[0] | {"task_id": 511}]
        written(tmp_path / f"{name}.jsonl", rows)
        num = len(FORMATS[told])
        monkeypatch.setitem(BENCHMARKS, name, Benchmark(num, "", told))
        monkeypatch.setitem(PARTS, name, PARTS[name]._replace(num_problems=num))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def solve_rate(suite: Suite, policy: scripted.ScriptedPolicy, name: str, run_folder: Path) -> float:
    run = planned(suite, Protocol(), Player(name))
    found = rate_of(evaluate(policy, run, run_folder))
    again = rescore(run_folder)
    assert again.findings == []
    assert rate_of(again) == found
    return found


def rate_of(report: Report) -> float:
    assert report.result is not None
    return report.result.scores.solve_rate


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", sorted(FILES.keys() - {"livecodebench-v6"}))
def test_known_programs_score_all_and_programs_that_give_back_their_input_none(
    tmp_path: Path, name: str
) -> None:
    suite = named_suite(name)
    assert suite.name == name
    assert suite.benchmarks == [name]
    assert solve_rate(suite, scripted.oracle(), "oracle", tmp_path / "oracle") == 1.0
    assert solve_rate(suite, scripted.random(), "random", tmp_path / "random") == 0.0


@pytest.mark.parametrize(("broken", "rate"), [(0, 1.0), (1, 0.5), (2, 0.0)])
def test_programs_from_elsewhere_are_judged_by_their_problem(folder: Path, broken: int, rate: float) -> None:
    suite = named_suite("livecodebench-v6")
    assert problem_names(suite) == ["abc001_a", "2000"]
    programs = [one.replace("max", "min").replace("+ str", "+ len") for one in LIVE_PROGRAMS[:broken]]
    programs += LIVE_PROGRAMS[broken:]
    rows = [
        {"id": name, "completion": f"Here:\n```python\n{code}\n```"}
        for name, code in zip(problem_names(suite), programs, strict=True)
    ]
    path = Path(written(folder / "theirs.jsonl", rows))
    assert rate_of(import_generations(path, suite, folder / "theirs").report) == rate


def test_tests_of_mbpp_are_shown_as_its_authors_do_and_other_problems_left_out(folder: Path) -> None:
    suite = named_suite("mbpp")
    assert [problem.prompt.count("assert ") for problem in suite.problems] == [3, 3]
    assert problem_names(suite) == ["11", "510"]
    assert (folder / "mbpp.jsonl").read_text().count("\n") == 4


def test_rows_do_not_say_where_the_file_lies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = named_suite("humaneval")
    assert str(folder) not in json.dumps([problem.row.as_dict() for problem in first.problems])
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (folder / "humaneval.jsonl").rename(elsewhere / "humaneval.ndjson")
    monkeypatch.setenv(FOLDER_VARIABLE, str(elsewhere))
    assert named_suite("humaneval").digest == first.digest


@pytest.mark.parametrize(("num", "complaint"), [(1, "it is cut off"), (3, "is other data than humaneval")])
def test_a_file_that_is_not_the_benchmark_is_refused(folder: Path, num: int, complaint: str) -> None:
    written(folder / "humaneval.jsonl", [*FORMATS["HumanEval"], FORMATS["HumanEval"][0]][:num])
    with pytest.raises(DataError, match=complaint):
        named_suite("humaneval")


def test_a_known_digest_is_required(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = named_suite("humaneval").problems[0].row.options["digest"]
    monkeypatch.setitem(BENCHMARKS, "humaneval", Benchmark(2, digest, "known"))
    benchmarks._open.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert named_suite("humaneval").benchmarks == ["humaneval"]
    rows = FORMATS["HumanEval"]
    written(folder / "humaneval.jsonl", [rows[0] | {"test": "def check(candidate): pass"}, rows[1]])
    benchmarks._open.cache_clear()  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(DataError, match="is other data than humaneval"):
        named_suite("humaneval")


def test_a_name_that_is_nearly_one_is_told() -> None:
    with pytest.raises(UnknownName, match="did you mean 'humaneval"):
        named_suite("human-eval")


@needs_files
@pytest.mark.slow
@pytest.mark.skipif(
    not any((FOLDER / f"{name}.jsonl").exists() for name in ("humaneval", "HumanEval")),
    reason="the folder of benchmarks holds no HumanEval.jsonl",
)
def test_every_program_of_humaneval_is_right_by_our_reading_of_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(FOLDER))
    benchmarks._open.cache_clear()  # pyright: ignore[reportPrivateUsage]
    assert solve_rate(named_suite("humaneval"), scripted.oracle(), "oracle", tmp_path / "run") == 1.0

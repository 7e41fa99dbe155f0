"""The verb contamination as a user types it."""

import json
from pathlib import Path
from typing import Any

import pytest

from reasongym import registry
from reasongym.core import Row
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
from reasongym.episodes import to_json
from reasongym.evaluation.rescoring import inspect
from tests.cli.conftest import Reasongym


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let three sums stand for aime24, and train on one of them."""
    rows = [{"problem": f"What is {n} + {n}?", "answer": str(2 * n)} for n in range(30)]
    (tmp_path / "aime24.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "train.jsonl").write_text('{"problem": "Two?"}\n{"problem": "what is $4+4$"}\n')
    monkeypatch.setitem(BENCHMARKS, "aime24", Benchmark(30, "", "sums"))
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    return tmp_path


def test_a_leak_is_counted_and_shown(reasongym: Reasongym, folder: Path) -> None:
    code, out, _ = reasongym("contamination", folder / "train.jsonl", "--suite", "aime24", "--data", folder)
    assert code == 0
    assert "1 of the 30 problems of aime24 stand in" in out
    assert "exact: problem 4, item 1: what is 4 4" in out


@pytest.mark.parametrize(
    ("name", "suite", "flags", "said"),
    [
        ("missing.jsonl", "aime24", (), "cannot read"),
        ("train.jsonl", "aime24", ("--column", "text"), "has no column 'text'; it has: problem"),
        ("train.jsonl", "aime23", (), "unknown suite 'aime23'"),
    ],
)
def test_a_bad_request_is_one_sentence(
    reasongym: Reasongym, folder: Path, name: str, suite: str, flags: tuple[str, ...], said: str
) -> None:
    code, _, err = reasongym("contamination", folder / name, "--suite", suite, "--data", folder, *flags)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


def played(reasongym: Reasongym, folder: Path, *args: str | Path, policy: str = "oracle") -> Path:
    code, _, err = reasongym("eval", *args, "--policy", policy, "--output", folder)
    assert code == 0, err
    return folder


def test_twins_of_a_run_are_played_by_its_protocol_and_compared(reasongym: Reasongym, tmp_path: Path) -> None:
    flags = ("--level", "0", "--num-problems", "60", "--samples", "2", "--options", "style=boxed")
    run = played(reasongym, tmp_path / "run", "Countdown-v0", *flags, "--temperature", "0.5")
    twins = played(reasongym, tmp_path / "twins", "--twin-of", run)
    one, other = (json.loads((folder / "run.json").read_bytes()) for folder in (run, twins))
    assert one["protocol"] == other["protocol"]
    assert {part["options"]["style"] for part in other["suite"]["slices"]} == {"boxed"}
    code, out, _ = reasongym("contamination", "--twins", run, twins)
    assert code == 0
    assert "published problems 100.0% of 60" in out
    assert "their twins        100.0% of 60" in out
    assert "Nothing shows that problems were memorised; a drop of more than 6.0% is ruled out" in out


def by_heart(folder: Path) -> None:
    """Let a run of random play have every answer, as a model has that saw them."""
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in (folder / "episodes.jsonl").read_bytes().splitlines()
    ]
    for line in lines:
        problem = registry.problem(Row.from_dict(line["row"]))
        text = registry.get(problem.row.env_id).oracle(problem.data)[0]
        line["completions"][0]["text"] = line["messages"][-1]["content"] = text
    (folder / "episodes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "scores.json").unlink()
    (folder / "episodes.jsonl").write_bytes(b"".join(map(to_json, inspect(folder).episodes)))


def test_answers_known_by_heart_are_told_in_words(reasongym: Reasongym, tmp_path: Path) -> None:
    flags = ("--level", "0", "--num-problems", "40")
    run = played(reasongym, tmp_path / "run", "Countdown-v0", *flags, policy="random")
    twins = played(reasongym, tmp_path / "twins", "--twin-of", run, policy="random")
    by_heart(run)
    code, out, _ = reasongym("contamination", "--twins", run, twins)
    assert code == 0
    assert "The published problems look memorised" in out


def test_runs_that_are_no_twins_are_refused(reasongym: Reasongym, tmp_path: Path) -> None:
    run = played(reasongym, tmp_path / "run", "Countdown-v0", "--level", "0", "--num-problems", "5")
    code, _, err = reasongym("contamination", "--twins", run, run)
    assert (code, "5 of the twins are problems of" in err) == (2, True)
    code, _, err = reasongym("contamination")
    assert (code, "takes a training file and --suite NAME, or --twins" in err) == (2, True)
    for more, said in (
        (["Countdown-v0"], "Countdown-v0 cannot be asked too"),
        (["--level", "1"], "--level is for environments; the run"),
        (["--num-problems", "3"], "there is a twin for every problem"),
    ):
        code, _, err = reasongym("eval", "--twin-of", run, *more, "--output", tmp_path / "none")
        assert (code, said in err) == (2, True), err
    fixed = played(reasongym, tmp_path / "fixed", "MathProblems-v0", "--num-problems", "3")
    code, _, err = reasongym("eval", "--twin-of", fixed, "--output", tmp_path / "none")
    assert (code, "they have no twins" in err) == (2, True)

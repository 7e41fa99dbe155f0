"""The verb contamination as a user types it."""

import json
from pathlib import Path

import pytest

from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
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

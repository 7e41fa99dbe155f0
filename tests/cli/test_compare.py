"""The verb compare as a user types it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Reasongym


@pytest.fixture
def played(reasongym: Reasongym, tmp_path: Path) -> Path:
    """Play three policies on one suite and one on another."""
    for policy in ("oracle", "random", "constant"):
        flags = ("--policy", policy, "--num-problems", "30", "--level", "0", "--output", tmp_path / policy)
        assert reasongym("eval", "Countdown-v0", *flags)[0] == 0
    flags = ("--num-problems", "20", "--level", "0", "--output", tmp_path / "elsewhere")
    assert reasongym("eval", "Countdown-v0", *flags)[0] == 0
    return tmp_path


def test_the_first_run_is_compared_with_each_other_one(reasongym: Reasongym, played: Path) -> None:
    code, out, _ = reasongym("compare", played / "oracle", played / "random", played / "constant")
    assert code == 0
    assert "oracle on Countdown-v0 level 0" in out
    assert "Holm's, for 2 comparisons" in out
    assert "first: oracle, which no other run is tied with" in out
    assert "protocols differ" not in out


def test_runs_that_cannot_be_told_apart_are_tied(reasongym: Reasongym, played: Path) -> None:
    code, out, _ = reasongym("compare", played / "constant", played / "random")
    assert code == 0
    assert "tied with" in out


def test_what_cannot_be_compared_is_one_sentence(reasongym: Reasongym, played: Path) -> None:
    for args, said in (
        ([played / "oracle"], "at least 2 run folders, got 1"),
        ([played / "oracle", played / "elsewhere"], "only runs on the same problems can be paired"),
        ([played / "oracle", played / "missing"], "missing is not a run folder"),
    ):
        code, _, err = reasongym("compare", *args)
        assert code == 2
        assert said in err
        assert len(err.splitlines()) == 1


def test_a_forged_run_is_not_compared(reasongym: Reasongym, played: Path) -> None:
    path = played / "random" / "scores.json"
    typed = json.loads(path.read_bytes())
    typed["scores"]["solve_rate"] = 1.0
    path.write_text(json.dumps(typed))
    code, _, err = reasongym("compare", played / "oracle", played / "random")
    assert code == 2
    assert "typed_score" in err


def test_reflection_of_a_run_is_reported(reasongym: Reasongym, played: Path) -> None:
    code, out, _ = reasongym("reflection", played / "random")
    assert code == 0
    assert "0 of 30" in out
    assert "no such problems" in out
    code, _, err = reasongym("reflection", played / "missing")
    assert code == 2
    assert "is not a run folder" in err

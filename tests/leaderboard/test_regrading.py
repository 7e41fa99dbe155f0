"""A change of the grader brings runs up to date and lists what flipped; forgeries are not washed by it."""

from pathlib import Path

import pytest

from reasongym.errors import DataError
from reasongym.leaderboard import check, read_flips, regrade
from tests.leaderboard.runs import Lines, change_episodes, countdown, set_value

OLD = "0123456789ab"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A run whose grader took one right answer for a wrong one."""
    folder = countdown(tmp_path / "runs" / "older", samples=1)

    def misjudge(lines: Lines) -> None:
        line = next(line for line in lines if line["verdict"]["correct"])
        line["verdict"] |= {"reward": 0.0, "correct": False, "reason": "wrong_value"}

    change_episodes(folder, misjudge)
    set_value(folder, "run.json", "grader", value=OLD)
    (folder / "scores.json").unlink()
    return folder


def test_flipped_verdicts_are_listed_once_and_the_run_is_verified_then(older: Path, tmp_path: Path) -> None:
    (flip,) = regrade([tmp_path / "runs"], tmp_path / "flips.jsonl")
    assert "was judged wrong (wrong_value, 0), is correct (ok, 1)" in str(flip.flip)
    assert check(older).findings == []
    assert regrade([tmp_path / "runs"], tmp_path / "flips.jsonl") == []
    assert read_flips(tmp_path / "flips.jsonl") == [flip]
    assert (flip.folder, flip.old_grader) == ("older", OLD)


def test_a_bad_line_of_the_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "flips.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"flips\.jsonl:1 is not a flipped verdict"):
        read_flips(tmp_path / "flips.jsonl")


def test_what_else_is_wrong_with_a_run_is_not_regraded_away(older: Path, tmp_path: Path) -> None:
    change_episodes(older, lambda lines: lines.pop())
    before = (older / "episodes.jsonl").read_bytes()
    with pytest.raises(DataError, match="is refused: missing: problem 199"):
        regrade([older], tmp_path / "flips.jsonl")
    assert (older / "episodes.jsonl").read_bytes() == before
    assert not (tmp_path / "flips.jsonl").exists()

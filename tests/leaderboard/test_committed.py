"""Every committed row is recomputed from its completions; a pull request that adds one is judged here."""

from pathlib import Path

import msgspec
import pytest

from reasongym.evaluation.rescoring import Result, inspect
from reasongym.leaderboard import build, collect, verify

RUNS = Path(__file__).parents[2] / "leaderboards" / "runs"
FOLDERS = sorted(RUNS.iterdir())


def test_nothing_speaks_against_the_committed_runs() -> None:
    assert [f"{one.folder}: {finding}" for one in verify([RUNS]) for finding in one.findings] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_committed_scores_follow_from_the_completions(folder: Path) -> None:
    typed = msgspec.json.decode((folder / "scores.json").read_bytes(), type=Result)
    derived = inspect(folder).result
    assert derived is not None
    assert typed.completions_digest == derived.completions_digest
    assert typed.scores == derived.scores, "a grader changed: run `reasongym rescore` on the folder"


def test_the_committed_board_renders(tmp_path: Path) -> None:
    page = build(collect([RUNS]), tmp_path).read_text()
    assert "oracle" in page
    assert "random" in page

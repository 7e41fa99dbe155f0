"""Every committed row is recomputed from its completions; a pull request that adds one is judged here."""

import shutil
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from reasongym import registry
from reasongym.evaluation.rescoring import Result
from reasongym.evaluation.runs import read_run
from reasongym.leaderboard import build, check, collect, read_reported
from reasongym.leaderboard.copies import find_copies, read_played

BOARD = Path(__file__).parents[2] / "leaderboards"
FOLDERS = sorted((BOARD / "runs").iterdir())
FEWEST_FAMILIES = 10
FEWEST_REPORTED = 421
MOST_BYTES = 7_500_000
"""Of all that is committed: a clone is everybody's."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_speaks_against_a_committed_run_and_its_scores_follow(folder: Path) -> None:
    checked = check(folder)
    assert checked.findings == []
    assert checked.report is not None
    assert checked.report.result is not None
    typed = msgspec.json.decode((folder / "scores.json").read_bytes(), type=Result)
    assert typed.scores == checked.report.result.scores, "a grader changed: run `reasongym board regrade`"


def test_no_committed_run_is_another_one_again() -> None:
    assert list(find_copies([read_played(folder) for folder in FOLDERS])) == []


def test_the_scale_of_ten_families_is_marked() -> None:
    marks: dict[str, set[str]] = defaultdict(set)
    for folder in FOLDERS:
        run = read_run(folder)
        marks[run.suite.name].add(run.player.policy)
    families = {
        registry.get(f"reasongym/{suite.split()[0]}").family
        for suite, policies in marks.items()
        if policies >= {"oracle", "random", "constant"}
    }
    assert len(families) >= FEWEST_FAMILIES


def test_the_board_stays_small() -> None:
    assert sum(path.stat().st_size for path in BOARD.rglob("*") if path.is_file()) < MOST_BYTES


def test_reported_figures_are_shares_with_a_source_and_none_is_there_twice() -> None:
    told = read_reported(BOARD / "reported.jsonl")
    assert len(told) >= FEWEST_REPORTED
    assert all(row.source and row.rate is not None for row in told)
    assert len({(row.model, row.benchmark, row.source, row.protocol, row.k) for row in told}) == len(told)


def test_the_committed_board_renders(tmp_path: Path) -> None:
    shown = tmp_path / "runs"
    for name in ("countdown-v0-level-0-oracle", "gcd-v0-level-0-style-terse-all-split-demo-trained"):
        shutil.copytree(BOARD / "runs" / name, shown / name)
    page = build(collect([shown]), tmp_path, read_reported(BOARD / "reported.jsonl")).read_text()
    for told in ("Countdown-v0 level 0", "demo, trained", "suite-aime24.html", "suite-math500.html"):
        assert told in page

"""Rows come from judged folders only; ties come from paired differences; what is reported is not ranked."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reasongym.errors import DataError
from reasongym.leaderboard import ReportedRow, collect, read_reported
from reasongym.leaderboard.rows import tables

MakeRun = Callable[..., Path]


def test_rows_are_found_below_a_folder_and_arranged_by_suite_and_rate(
    make_run: MakeRun, tmp_path: Path
) -> None:
    for name, skill, level in (("weak", 0.2, 0), ("strong", 0.9, 0), ("elsewhere", 0.5, 1)):
        make_run(name, skill=skill, level=level)
    arranged = tables(collect([tmp_path / "runs"]))
    assert [(table.suite, [row.run.player.name for row in table.rows]) for table in arranged] == [
        ("Countdown-v0 level 0", ["strong", "weak"]),
        ("Countdown-v0 level 1", ["elsewhere"]),
    ]


def test_a_run_that_is_given_twice_is_one_row(make_run: MakeRun, tmp_path: Path) -> None:
    folder = make_run("one")
    assert len(collect([folder, tmp_path / "runs"])) == 1


def test_rows_that_cannot_be_told_from_the_first_are_tied_with_it(make_run: MakeRun, tmp_path: Path) -> None:
    for name, skill in (("first", 0.8), ("close", 0.78), ("far", 0.2)):
        make_run(name, skill=skill)
    (table,) = tables(collect([tmp_path / "runs"]))
    tied = {row.run.player.name for row in table.rows if row.result.key in table.tied}
    assert tied == {"first", "close"}


def test_baselines_stand_in_the_table_and_out_of_the_ranking(make_run: MakeRun, tmp_path: Path) -> None:
    make_run("the oracle", skill=1.0, policy="oracle")
    make_run("model", skill=0.5)
    make_run("other", skill=0.1)
    (table,) = tables(collect([tmp_path / "runs"]))
    assert [row.is_baseline for row in table.rows] == [True, False, False]
    assert table.tied == {table.rows[1].result.key}


def test_rows_of_two_tiers_are_never_ranked_together(make_run: MakeRun) -> None:
    rows = collect([make_run(name, skill=skill) for name, skill in (("a", 0.3), ("b", 0.9), ("c", 0.88))])
    first = next(row for row in rows if row.run.player.name == "a")
    arranged = tables([replace(row, tier="replayed") if row is first else row for row in rows])
    assert [(table.tier, {row.run.player.name for row in table.rows}) for table in arranged] == [
        ("replayed", {"a"}),
        ("rescored", {"b", "c"}),
    ]
    assert arranged[0].tied == frozenset()
    assert arranged[1].tied == {row.result.key for row in arranged[1].rows}


def test_a_model_alone_is_first_of_nothing(make_run: MakeRun, tmp_path: Path) -> None:
    make_run("the oracle", skill=1.0, policy="oracle")
    make_run("model", skill=0.5)
    (table,) = tables(collect([tmp_path / "runs"]))
    assert table.tied == frozenset()


def test_a_forged_folder_is_refused_with_what_was_found(make_run: MakeRun) -> None:
    folder = make_run("forged")
    lines = (folder / "episodes.jsonl").read_text().splitlines(keepends=True)
    (folder / "episodes.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(DataError, match="is refused: missing: problem 39, sample 1"):
        collect([folder])


def test_a_folder_without_runs_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(DataError, match="holds no run folder"):
            collect([path])


def test_reported_rows_are_read_and_a_bad_line_is_named(tmp_path: Path) -> None:
    row = ReportedRow("m", "aime24", 43.1, "percent", "a readme", "T 0.6", 16)
    line = json.dumps({name: getattr(row, name) for name in ReportedRow.__slots__})
    path = tmp_path / "reported.jsonl"
    path.write_text(line + "\n")
    assert read_reported(path) == [row]
    path.write_text(line + "\n{}\n")
    with pytest.raises(DataError, match=r"reported\.jsonl:2 is not a reported row"):
        read_reported(path)

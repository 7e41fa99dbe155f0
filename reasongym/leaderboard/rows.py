"""Rows of the board: each is computed from a run folder whose every verdict was recomputed here.

What others report without completions is kept apart, as `ReportedRow`, and is never ranked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeAlias

from reasongym.episodes import Episode
from reasongym.errors import DataError
from reasongym.evaluation.comparison import Tally, tied_with_first
from reasongym.evaluation.flips import Flip
from reasongym.evaluation.metrics import correct_counts
from reasongym.evaluation.rescoring import Result, inspect
from reasongym.evaluation.runs import RUN_FILE, Run
from reasongym.leaderboard.baselines import BASELINES
from reasongym.leaderboard.curves import Curve, read_curve
from reasongym.leaderboard.lines import read_lines
from reasongym.leaderboard.replays import REPLAY_FILE, find_wrong_replay
from reasongym.leaderboard.round_records import is_in_round, round_of
from reasongym.leaderboard.standings import find_wrong_run

Tier: TypeAlias = Literal["rescored", "replayed", "live"]
"""Every verdict recomputed; some episodes generated again by the model; played on problems nobody knew."""

TIERS = ("live", "replayed", "rescored")
"""How far rows were checked, the furthest first; rows of two tiers are never ranked together."""


@dataclass(frozen=True)
class BoardRow:
    """A run folder that nothing speaks against."""

    run: Run
    result: Result
    episodes: list[Episode]
    """With recomputed verdicts, in the order (problem, sample)."""
    curve: Curve | None
    """Of the training run that made the model."""
    flips: list[Flip]
    """Verdicts that the grader of the run's own time gave otherwise."""
    tier: Tier = "rescored"
    """How far the row was checked."""

    @property
    def is_baseline(self) -> bool:
        """Whether the row marks the scale instead of competing."""
        return self.run.player.policy in BASELINES

    @cached_property
    def tally(self) -> Tally:
        """How often each problem was solved."""
        return Tally(*correct_counts(self.episodes))


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """A figure that somebody published without its completions."""

    model: str
    benchmark: str
    value: float
    unit: str
    source: str
    protocol: str = "not stated"
    k: int | None = None
    """Samples of each problem; None where nobody says."""

    @property
    def rate(self) -> float | None:
        """The value as a share of 1; None where its unit is another."""
        shares = {"percent": self.value / 100, "fraction": self.value}
        rate = shares.get(self.unit)
        return rate if rate is not None and 0 <= rate <= 1 else None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one tier on one suite, best first."""

    suite: str
    suite_digest: str
    tier: str
    rows: list[BoardRow]
    tied: frozenset[str]
    """Keys of the competing rows that cannot be told from the first one."""


def collect(paths: Iterable[Path]) -> list[BoardRow]:
    """Judge every run folder at or below the paths again; raises DataError naming one that is refused."""
    rows = {
        row.result.key: row for path in paths for folder in run_folders(path) for row in [read_row(folder)]
    }
    return list(rows.values())


def read_row(folder: Path) -> BoardRow:
    """Compute the row of a run folder; raises DataError with every finding against it."""
    report = inspect(folder)
    findings = report.findings or find_wrong_replay(folder, report.run, report.episodes)
    if not findings and is_in_round(folder):
        findings = find_wrong_run(*round_of(folder))
    if findings or report.result is None:
        told = "; ".join(map(str, findings[:5]))
        more = f"; and {len(findings) - 5} more" if len(findings) > 5 else ""
        raise DataError(f"{folder} is refused: {told}{more}")
    curve = read_curve(folder, report.run.training)
    return BoardRow(report.run, report.result, report.episodes, curve, report.flips, _tier(folder))


def _tier(folder: Path) -> Tier:
    if is_in_round(folder):
        return "live"
    return "replayed" if (folder / REPLAY_FILE).exists() else "rescored"


def run_folders(path: Path) -> Iterator[Path]:
    """Find the run folders at or below a path; raises DataError where there are none."""
    if (path / RUN_FILE).exists():
        yield path
        return
    below = sorted(found.parent for found in path.glob(f"**/{RUN_FILE}")) if path.is_dir() else []
    if not below:
        raise DataError(f"{path} holds no run folder; `reasongym eval` makes one")
    yield from below


def tables(rows: Iterable[BoardRow]) -> list[Table]:
    """Arrange rows by suite and tier, those of one table by solve rate."""
    ordered = sorted(rows, key=lambda row: (*_table_of(row), -_rate(row), row.result.key))
    return [_table(list(members)) for _, members in groupby(ordered, key=_table_of)]


def read_reported(path: Path) -> list[ReportedRow]:
    """Read reported rows from a JSONL file; raises DataError naming the line that is none."""
    return read_lines(path, ReportedRow, "a reported row")


def _table_of(row: BoardRow) -> tuple[str, str, int]:
    return row.result.suite, row.result.suite_digest, TIERS.index(row.tier)


def _table(rows: list[BoardRow]) -> Table:
    first = rows[0]
    tied = _tied_with_first([row for row in rows if not row.is_baseline])
    return Table(first.result.suite, first.result.suite_digest, first.tier, rows, tied)


def _tied_with_first(competing: Sequence[BoardRow]) -> frozenset[str]:
    """Name the first row and those whose paired 95% interval to it includes no difference.

    A model alone competes with nobody, so that none is named.
    """
    if len(competing) < 2:
        return frozenset()
    tied = tied_with_first([row.tally.rates for row in competing])
    return frozenset(row.result.key for row, is_tied in zip(competing, tied, strict=True) if is_tied)


def _rate(row: BoardRow) -> float:
    return row.result.scores.solve_rate

"""The verb `compare`: runs on the same problems, the first against each other one."""

from collections.abc import Sequence
from pathlib import Path

import tyro
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import printable
from reasongym.errors import UsageError
from reasongym.evaluation.comparison import Paired, holm, tied_with_first
from reasongym.evaluation.comparison import compare as compare_tallies
from reasongym.leaderboard.rows import BoardRow, read_row

CONSOLE = Console()


def compare(runs: tyro.conf.Positional[tuple[Path, ...]], *, data: Path | None = None) -> None:
    """Compare run folders on one suite: differences, intervals and p-values paired by problem.

    Args:
        runs: Two run folders or more; the first is compared with each other one.
        data: Folder of the benchmarks' files, for runs on a benchmark.
    """
    use_folder(data)
    if len(runs) < 2:
        raise UsageError(f"compare needs at least 2 run folders, got {len(runs)}")
    rows = [read_row(folder) for folder in runs]
    for folder, row in zip(runs[1:], rows[1:], strict=True):
        _require_same_problems(runs[0], rows[0], folder, row)
    _print(rows, [compare_tallies(rows[0].tally, row.tally) for row in rows[1:]])


def _require_same_problems(first: Path, one: BoardRow, second: Path, other: BoardRow) -> None:
    if one.result.suite_digest != other.result.suite_digest:
        told = f"{first} is on {one.result.suite} ({one.result.suite_digest})"
        raise UsageError(
            f"{told}, {second} on {other.result.suite} ({other.result.suite_digest}): "
            "only runs on the same problems can be paired"
        )


def _print(rows: Sequence[BoardRow], found: Sequence[Paired]) -> None:
    first = printable(rows[0].run.player.name)
    table = Table(box=box.SIMPLE_HEAD, title=Text(f"{first} on {rows[0].result.suite}"), title_justify="left")
    for name in ("against", "difference", "95% for such problems", "p", "wins", "ties", "losses"):
        table.add_column(name)
    for row, paired, p in zip(rows[1:], found, holm([one.p for one in found]), strict=True):
        table.add_row(Text(printable(row.run.player.name)), *_cells(paired, p))
    CONSOLE.print(table)
    if len(found) > 1:
        CONSOLE.print(f"p-values are Holm's, for {len(found)} comparisons", highlight=False)
    for told in (*_protocols(rows), _tied(rows)):
        CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)


def _cells(paired: Paired, p: float) -> list[str]:
    low, high = paired.interval
    counts = (paired.wins, paired.ties, paired.losses)
    return [f"{paired.difference:+.1%}", f"{low:+.1%} to {high:+.1%}", f"{p:.2g}", *map(str, counts)]


def _protocols(rows: Sequence[BoardRow]) -> list[str]:
    """Say where the runs differ in more than their policy."""
    titles = {row.result.protocol_digest: row.run.protocol.title for row in rows}
    return [f"the protocols differ: {printable('; '.join(titles.values()))}"] if len(titles) > 1 else []


def _tied(rows: Sequence[BoardRow]) -> str:
    ordered = sorted(rows, key=lambda row: -row.result.scores.solve_rate)
    flags = tied_with_first([row.tally.rates for row in ordered])
    names = [printable(row.run.player.name) for row, is_tied in zip(ordered, flags, strict=True) if is_tied]
    if len(names) == 1:
        return f"first: {names[0]}, which no other run is tied with"
    return f"first: {names[0]}, tied with {', '.join(names[1:])}"

"""The verb `tokens`: accuracy against tokens, over runs with other thinking budgets and within one run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import tyro
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import printable
from reasongym.errors import UsageError
from reasongym.evaluation.tokens import Point, Within, ended_within, tokens_curve
from reasongym.leaderboard.rows import BoardRow, read_row
from reasongym.thinking import Budget

CONSOLE = Console()


def tokens(
    runs: tyro.conf.Positional[tuple[Path, ...]],
    *,
    data: Path | None = None,
    output: Path | None = None,
) -> None:
    """Set the accuracy of runs beside the tokens that they took, and show what each had solved by when.

    Args:
        runs: Run folders on one suite, such as of one model with several budgets (`eval --thinking-tokens`).
        data: Folder of the benchmarks' files, for runs on a benchmark.
        output: A picture to draw, as .png, .svg or .pdf.
    """
    use_folder(data)
    if not runs:
        raise UsageError("tokens needs at least 1 run folder, got none")
    rows = [read_row(folder) for folder in runs]
    _require_comparable(runs, rows)
    points = tokens_curve((row.run, row.episodes) for row in rows)
    within = {_name(row): ended_within(row.episodes) for row in rows}
    _print_points(rows[0].result.suite, points)
    for told in _protocols(rows):
        CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)
    if len(rows) == 1:
        _print_within(within[_name(rows[0])])
    if output is not None:
        from reasongym.agents.plots import plot_tokens

        CONSOLE.print(f"drawn in {plot_tokens(output, points, within)}", markup=False, highlight=False)


def _require_comparable(folders: Sequence[Path], rows: Sequence[BoardRow]) -> None:
    for folder, row in zip(folders, rows, strict=True):
        if row.result.suite_digest != rows[0].result.suite_digest:
            raise UsageError(
                f"{folders[0]} is on {rows[0].result.suite}, {folder} on {row.result.suite}: "
                "a curve is of runs on the same problems"
            )
        if not row.result.scores.mean_tokens:
            raise UsageError(f"{folder} holds no tokens: {row.run.player.name} samples none, or kept none")


def _name(row: BoardRow) -> str:
    return printable(f"{row.run.player.name}, {row.run.protocol.title}")


def _print_points(suite: str, points: Sequence[Point]) -> None:
    table = _table(f"accuracy against tokens on {suite}")
    for column in ("model", "budget", "tokens", "thinking", "accuracy", "95% for such problems"):
        table.add_column(column, justify="left" if column in ("model", "budget") else "right")
    for one in points:
        thinking = "" if one.thinking is None else f"{one.thinking:,.1f}"
        low, high = one.interval
        cells = (f"{one.tokens:,.1f}", thinking, f"{one.accuracy:.1%}", f"{low:.1%} to {high:.1%}")
        table.add_row(Text(printable(one.model)), _budget(one.budget), *cells)
    CONSOLE.print(table)


def _budget(budget: Budget | None) -> str:
    if budget is None:
        return "none"
    return f"{budget.tokens:,}" + (f", waits {budget.waits}" if budget.waits else "")


def _protocols(rows: Sequence[BoardRow]) -> list[str]:
    """Say where the runs differ in more than their budgets."""
    protocols = {replace(row.run.protocol, thinking=None) for row in rows}
    titles = sorted(one.title for one in protocols)
    return [f"the protocols differ: {printable('; '.join(titles))}"] if len(titles) > 1 else []


def _print_within(curve: Sequence[Within]) -> None:
    table = _table("what had ended")
    for column in ("within tokens", "ended", "ended and right"):
        table.add_column(column, justify="right")
    for one in curve:
        table.add_row(f"{one.tokens:,}", f"{one.ended:.1%}", f"{one.accuracy:.1%}")
    CONSOLE.print(table)


def _table(title: str) -> Table:
    return Table(box=box.SIMPLE_HEAD, title=Text(title), title_justify="left")

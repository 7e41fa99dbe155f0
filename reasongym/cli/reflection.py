"""The verb `reflection`: whether a model that thinks again in words does better for it."""

from pathlib import Path

import tyro
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import printable
from reasongym.evaluation.reflection import Reflection
from reasongym.evaluation.reflection import reflection as report
from reasongym.leaderboard.rows import read_row

CONSOLE = Console()


def reflection(run: tyro.conf.Positional[Path], *, data: Path | None = None) -> None:
    """Count words of self-reflection in a run and compare the outcomes with and without them.

    Args:
        run: A run folder.
        data: Folder of the benchmarks' files, for a run on a benchmark.
    """
    use_folder(data)
    row = read_row(run)
    title = f"{printable(row.run.player.name)} on {row.result.suite}"
    table = Table(box=box.SIMPLE_HEAD, title=Text(title), title_justify="left")
    table.add_column("measure", style="dim")
    table.add_column("value")
    for name, value in _lines(report(row.episodes)):
        table.add_row(name, value)
    CONSOLE.print(table)


def _lines(found: Reflection) -> list[tuple[str, str]]:
    low, high = found.effect_interval or (None, None)
    interval = "" if low is None or high is None else f", 95% {low:+.1%} to {high:+.1%}"
    effect = "no such problems" if found.effect is None else f"{found.effect:+.1%}{interval}"
    return [
        ("episodes that reflect", f"{found.num_reflecting} of {found.num_episodes}"),
        ("  effective, right in the end", str(found.num_effective)),
        ("  superficial, wrong in the end", str(found.num_superficial)),
        ("solve rate with, without", f"{_rate(found.solved_with)}, {_rate(found.solved_without)}"),
        ("characters with, without", ", ".join(map(_number, found.characters))),
        (f"difference within {found.num_mixed} problems that have both", effect),
        ("keywords", ", ".join(f"{word} {number}" for word, number in found.keywords.items()) or "none"),
    ]


def _rate(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.0f}"

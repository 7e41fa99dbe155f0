"""The verb `demo`: the whole line once, from an untrained model to a page with its score."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from reasongym.agents.demo import run_demo, settings
from reasongym.cli.progress import progress

CONSOLE = Console()


@dataclass(frozen=True)
class DemoFlags:
    """The demo's flags."""

    seed: int = 0
    tiny: bool = False
    """Rehearse every stage in seconds; learns next to nothing."""
    output: Path | None = None
    """Folder of the demo; the same command again continues an interrupted one there."""


def demo(flags: Annotated[DemoFlags, tyro.conf.arg(name="")]) -> None:
    """Learn Countdown from nothing, measure it against random legal play, and publish the result."""
    folder = flags.output or Path("runs", f"demo-{'tiny-' if flags.tiny else ''}{flags.seed}")
    chosen = settings(seed=flags.seed, tiny=flags.tiny)
    result = run_demo(chosen, folder, lambda title, total: progress(CONSOLE, title, total))
    table = Table("player", "solved", "legal answers", title="fresh Countdown problems, temperature 1")
    for name, report in result.reports.items():
        assert report.result is not None
        scores = report.result.scores
        table.add_row(name, f"{scores.solve_rate:.1%}", f"{legal_rate(scores.reasons):.1%}")
    CONSOLE.print(table)
    CONSOLE.print(f"curves: {folder / 'training' / 'learning.png'}", soft_wrap=True)
    CONSOLE.print(f"board:  {result.page.resolve().as_uri()}", soft_wrap=True)


def legal_rate(reasons: dict[str, int]) -> float:
    """Return the share of answers that keep the rules, right or wrong."""
    return (reasons.get("ok", 0) + reasons.get("wrong_value", 0)) / max(1, sum(reasons.values()))

"""The verb `demo`: the whole line once, from an untrained model to a page with its score."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from reasongym.agents.demo import run_demo, settings
from reasongym.cli.progress import progress

CONSOLE = Console()
STANDARD = "countdown-demo"


@dataclass(frozen=True)
class DemoFlags:
    """The demo's flags."""

    recipe: str = STANDARD
    """What to learn: a recipe by name, or your own TOML file; countdown-from-scratch wants a CUDA device."""
    seed: int = 0
    tiny: bool = False
    """Rehearse every stage in seconds; learns next to nothing."""
    output: Path | None = None
    """Folder of the demo; the same command again continues an interrupted one there."""


def demo(flags: Annotated[DemoFlags, tyro.conf.arg(name="")]) -> None:
    """Learn a small problem from nothing, measure it against random legal play, and publish the result."""
    name = "demo" if flags.recipe == STANDARD else Path(flags.recipe).stem
    folder = flags.output or Path("runs", f"{name}-{'tiny-' if flags.tiny else ''}{flags.seed}")
    chosen = settings(flags.recipe, seed=flags.seed, tiny=flags.tiny)
    result = run_demo(chosen, folder, lambda title, total: progress(CONSOLE, title, total))
    title = f"fresh problems of {chosen.recipe.problems.title}, temperature 1"
    table = Table("player", "solved", "verdicts", title=title)
    for name, report in result.reports.items():
        assert report.result is not None
        scores = report.result.scores
        table.add_row(name, f"{scores.solve_rate:.1%}", most_frequent(scores.reasons))
    CONSOLE.print(table)
    CONSOLE.print(f"curves: {folder / 'training' / 'learning.png'}", soft_wrap=True)
    CONSOLE.print(f"board:  {result.page.resolve().as_uri()}", soft_wrap=True)


def most_frequent(reasons: dict[str, int], num: int = 3) -> str:
    """Name the most frequent reasons of verdicts with their shares."""
    total = max(1, sum(reasons.values()))
    return ", ".join(f"{reason} {count / total:.0%}" for reason, count in Counter(reasons).most_common(num))

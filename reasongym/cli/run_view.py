"""Showing a training run: alerts, and figures with their course and a bar at a terminal, lines elsewhere."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from reasongym.agents.demo import show_step
from reasongym.agents.detectors import Alert
from reasongym.agents.live_page import SHARES, TITLES
from reasongym.agents.metrics import Metrics
from reasongym.cli.progress import Show, progress, progress_bar

COURSE = 48
"""Steps that are drawn beside a figure."""
_BLOCKS = "▁▂▃▄▅▆▇█"


class ShowRun(Protocol):
    """Takes the metrics of a step and what the detectors found at it."""

    def __call__(self, metrics: Metrics, alerts: list[Alert]) -> None: ...


@contextmanager
def run_view(console: Console, title: str, total: int) -> Generator[ShowRun]:
    """Show a run of so many steps; `console` decides how."""
    if not console.is_terminal:
        with progress(console, title, total) as show:
            yield _told_in_lines(console, show)
        return
    bar = progress_bar(console)
    task = bar.add_task(title, total=total, figures="")
    stream: list[Metrics] = []
    with Live(bar, console=console) as live:

        def show_live(metrics: Metrics, alerts: list[Alert]) -> None:
            stream.append(metrics)
            for alert in alerts:
                live.console.print(_worded(alert))
            bar.update(task, completed=int(metrics["step"]))
            live.update(Group(_table(stream[-COURSE:]), bar))

        yield show_live


def _told_in_lines(console: Console, show: Show) -> ShowRun:
    def show_lines(metrics: Metrics, alerts: list[Alert]) -> None:
        for alert in alerts:
            console.print(_worded(alert), soft_wrap=True, highlight=False)
        show_step(show, metrics)

    return show_lines


def _worded(alert: Alert) -> Text:
    return Text.assemble(
        (f"step {alert.step}: {alert.detector}: ", "bold red"), f"{alert.says}. {alert.advice}."
    )


def _table(stream: list[Metrics]) -> Table:
    """Set the figures of the latest steps out, a line each: its name, the last value, its course."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    for name, title in TITLES.items():
        values = [metrics[name] for metrics in stream if name in metrics]
        if values:
            last = f"{values[-1]:.1%}" if name in SHARES else f"{values[-1]:.4g}"
            table.add_row(title, last, course(values))
    return table


def course(values: list[float]) -> str:
    """Draw values as blocks, the lowest of them as the lowest; what is not finite as a space."""
    finite = [value for value in values if abs(value) < float("inf")]
    if not finite:
        return " " * len(values)
    low, span = min(finite), max(finite) - min(finite)
    heights = (int((value - low) / span * (len(_BLOCKS) - 1) + 0.5) if span else 0 for value in finite)
    drawn = iter(_BLOCKS[height] for height in heights)
    return "".join(next(drawn) if abs(value) < float("inf") else " " for value in values)

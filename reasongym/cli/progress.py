"""Showing long work: a live bar at a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 10.0


class Show(Protocol):
    """Takes how much is done, the total where it is known only then, and figures to print beside it."""

    def __call__(self, done: int, total: int | None = None, **figures: str) -> None: ...


@contextmanager
def progress(console: Console, title: str, total: int | None = None) -> Generator[Show]:
    """Show the progress of one stage; `console` decides how."""
    if not console.is_terminal:
        yield _lines(console, title, total)
        return
    bar = progress_bar(console)
    with bar:
        shown = bar.add_task(title, total=total, figures="")

        def show(done: int, total: int | None = total, **figures: str) -> None:
            bar.update(shown, completed=done, total=total, figures=_told(figures))

        yield show


def progress_bar(console: Console) -> Progress:
    """Make a bar whose tasks have a field `figures`, text that stands beside it."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=console,
    )


def _lines(console: Console, title: str, total: int | None) -> Show:
    started = printed = time.monotonic()

    def show(done: int, total: int | None = total, **figures: str) -> None:
        nonlocal printed
        now = time.monotonic()
        if now - printed < SECONDS_BETWEEN_LINES and done != total:
            return
        printed = now
        left = "" if not total or not done else f", {(now - started) * (total - done) / done:.0f} s left"
        console.print(
            f"{title} {done}/{total or '?'} {_told(figures)}{left}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )

    return show


def _told(figures: dict[str, str]) -> str:
    return "  ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())

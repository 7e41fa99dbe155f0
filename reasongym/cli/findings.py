"""Printing what speaks against folders."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from reasongym.cli.scores import printable
from reasongym.errors import DataError
from reasongym.evaluation.findings import Finding

CONSOLE = Console()
MAX_SHOWN = 5
"""Findings of one kind against one folder: a run without its episodes has one for each of them."""


def print_findings(folder: Path, findings: Sequence[Finding]) -> None:
    """Print every kind of reason, and of each the first."""
    by_kind: dict[str, list[Finding]] = {}
    for one in findings:
        by_kind.setdefault(one.kind, []).append(one)
    for kind, alike in by_kind.items():
        for one in alike[:MAX_SHOWN]:
            print_text(f"{folder}: {one}")
        if len(alike) > MAX_SHOWN:
            print_text(f"{folder}: {kind}: {len(alike) - MAX_SHOWN} more like these")


def refuse(run: Path, findings: Sequence[Finding]) -> None:
    """Print what speaks against a run that was handed in and raise DataError, where anything does."""
    if findings:
        print_findings(run, findings)
        raise DataError(f"{run} is refused for {counted(findings, 'reason')}; nothing was copied")


def print_text(text: str) -> None:
    """Print text that may come from a run folder."""
    CONSOLE.print(printable(text), soft_wrap=True, markup=False, highlight=False)


def counted(things: Sequence[object], name: str) -> str:
    """Count things in words."""
    return f"{len(things)} {name}{'s' * (len(things) != 1)}"

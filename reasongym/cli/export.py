"""The verb `export`: a run for other programs, or problems as another program loads them."""

import importlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from reasongym.cli.benchmarks import use_folder
from reasongym.evaluation.exports import FILES, Format, export_run

CONSOLE = Console()
TARGETS = {
    "hub": "hub:hub",
    "lighteval": "task_files:lighteval",
    "lm-eval": "task_files:lm_eval",
    "verifiers": "task_files:verifiers",
}
"""What problems are written for: the function `module:name` of this package behind each.

A run folder of such a name is `./NAME`.
"""


def export(args: Sequence[str]) -> None:
    """Read the command line of `reasongym export`."""
    if not args or args[0] not in TARGETS:
        told = f"Write a run for other programs. For problems, begin with one of {', '.join(TARGETS)}."
        tyro.cli(export_run_as, prog="reasongym export", args=args, description=told)
        return
    module, _, name = TARGETS[args[0]].partition(":")
    function = getattr(importlib.import_module(f"reasongym.cli.{module}"), name)
    tyro.cli(function, prog=f"reasongym export {args[0]}", args=args[1:])


def export_run_as(
    run: tyro.conf.Positional[Path],
    *,
    kind: Annotated[Format, tyro.conf.arg(name="format")],
    output: Path | None = None,
    data: Path | None = None,
) -> None:
    """Write a run's completions for another program; `reasongym rescore FILE --suite NAME` reads them back.

    Args:
        run: The run folder that `reasongym eval` or `reasongym rescore` made; it is judged again first.
        kind: The program: inspect (a log as .json), lighteval (.parquet) or lm-eval (.jsonl).
        output: The file to write; where not given, a name that the program knows, beside the run folder.
        data: Folder of the benchmarks' files, where the run is on benchmarks.
    """
    use_folder(data)
    path = output or run.resolve().parent / FILES[kind].format(run.resolve().name)
    report = export_run(run, kind, path, datetime.now(UTC))
    told = f"{len(report.episodes)} completions in {path}"
    CONSOLE.print(told, soft_wrap=True, markup=False, highlight=False)

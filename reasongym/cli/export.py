"""The verb `export`: a run folder as a file of inspect-ai, lighteval or lm-eval, or problems for the Hub."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.hub import hub
from reasongym.evaluation.exports import FILES, Format, export_run

CONSOLE = Console()


WRITES: dict[str, Callable[..., None]] = {"hub": hub}
"""What `reasongym export WORD` writes beside runs; a run folder of such a name is `./WORD`."""


def export(args: Sequence[str]) -> None:
    """Write a run for another program, or what the first word names."""
    word = args[0] if args and args[0] in WRITES else ""
    function, rest = (WRITES[word], args[1:]) if word else (export_a_run, args)
    tyro.cli(function, prog=f"reasongym export {word}".strip(), args=rest)


def export_a_run(
    run: tyro.conf.Positional[Path],
    *,
    kind: Annotated[Format, tyro.conf.arg(name="format")],
    output: Path | None = None,
    data: Path | None = None,
) -> None:
    """Write a run's completions for another program; `reasongym rescore FILE --suite NAME` reads them back.

    `reasongym export hub ENV --output FOLDER` writes problems as a data set for the Hugging Face Hub.

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

"""The verb `contamination`: which problems of a benchmark stand in a training file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import tyro
from rich.console import Console

from reasongym.cli.benchmarks import use_folder
from reasongym.envs.math_problems.files import field, read_file
from reasongym.errors import DataError
from reasongym.evaluation import Suite, named_suite
from reasongym.evaluation.contamination import NUM_WORDS, Overlap, overlaps

CONSOLE = Console()
_SHOWN_CHARS = 100


def contamination(
    file: tyro.conf.Positional[Path],
    *,
    suite: str,
    data: Path | None = None,
    column: str = "problem",
    show: int = 10,
) -> None:
    """Find the problems of a benchmark that a training file holds, whole or by a run of 13 words.

    Args:
        file: The training data, as JSON lines or parquet.
        suite: The benchmark, or several as aime24+aime25.
        data: Folder of the benchmarks' files.
        column: The column of the texts, `a.b` being b inside a.
        show: How many overlaps to print, exact ones first.
    """
    use_folder(data)
    measured = named_suite(suite)
    problems = [problem.data["problem"] for problem in measured.problems]
    found = overlaps(problems, _texts(file, column))
    _print(measured, file, found, show)


def _texts(file: Path, column: str) -> Iterator[str]:
    rows = read_file(file)
    for number, row in enumerate(rows):
        text = field(row, column, rows.where)
        if not isinstance(text, str):
            raise DataError(f"{rows.where}: {column!r} of item {number} is no text; --column names another")
        yield text


def _print(suite: Suite, file: Path, found: Sequence[Overlap], show: int) -> None:
    exact = sum(one.is_exact for one in found)
    total = f"of the {len(suite.problems)} problems of {suite.name}"
    for told in (
        f"{exact} {total} stand in {file} word for word",
        f"{len(found) - exact} more share {NUM_WORDS} words in a row with a text there",
    ):
        CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)
    for one in sorted(found, key=lambda one: (not one.is_exact, one.problem))[:show]:
        kind = "exact" if one.is_exact else "run"
        told = f"{kind}: problem {one.problem}, item {one.text}: {one.shared[:_SHOWN_CHARS]}"
        CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)

"""The verb `contamination`: problems in a training file, and problems that look learned by heart."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import tyro
from rich.console import Console

from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import printable
from reasongym.envs._rows import field, read_file
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import Suite, named_suite
from reasongym.evaluation.contamination import NUM_WORDS, Overlap, overlaps
from reasongym.evaluation.twins import Drop, memorisation, require_twins
from reasongym.leaderboard.rows import read_row

CONSOLE = Console()
_SHOWN_CHARS = 100


def contamination(
    file: tyro.conf.Positional[Path | None] = None,
    *,
    suite: str = "",
    twins: tuple[Path, Path] | None = None,
    data: Path | None = None,
    column: str = "problem",
    show: int = 10,
) -> None:
    """Find the problems of a benchmark that a training file holds, whole or by a run of 13 words.

    With --twins: say whether a policy solves published problems better than others of the same make.

    Args:
        file: The training data, as JSON lines or parquet.
        suite: The benchmark, or several as aime24+aime25.
        twins: A run folder and that of its twins, which `reasongym eval --twin-of RUN` plays.
        data: Folder of the benchmarks' files.
        column: The column of the texts, `a.b` being b inside a.
        show: How many overlaps to print, exact ones first.
    """
    use_folder(data)
    if twins is not None:
        _compare_twins(*twins)
        return
    if file is None or not suite:
        raise UsageError("contamination takes a training file and --suite NAME, or --twins RUN TWIN_RUN")
    measured = named_suite(suite)
    problems = [problem.data["problem"] for problem in measured.problems]
    found = overlaps(problems, _texts(file, column))
    _print(measured, file, found, show)


def _compare_twins(published: Path, twins: Path) -> None:
    one, other = read_row(published), read_row(twins)
    require_twins(one.run, other.run)
    found = memorisation(one.tally, other.tally)
    low, high = found.interval
    for told in (
        f"{printable(one.run.player.name)} on {one.result.suite}",
        f"published problems {found.published:.1%} of {len(one.tally.counts)}",
        f"their twins        {found.twins:.1%} of {len(other.tally.counts)}",
        f"drop {found.drop:+.1%}, 95% for such problems {low:+.1%} to {high:+.1%}, one-sided p {found.p:.2g}",
        _judgement(found),
    ):
        CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)


def _judgement(found: Drop) -> str:
    if found.is_memorised:
        return "The published problems look memorised: others of the same make are solved less often."
    most = max(0.0, found.interval.high)
    return f"Nothing shows that problems were memorised; a drop of more than {most:.1%} is ruled out."


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

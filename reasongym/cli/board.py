"""The verb `board`: `submit` a run, `verify` and `regrade` what was submitted, `build` the static site."""

import sys
from collections.abc import Sequence
from pathlib import Path

import tyro
from rich.console import Console

from reasongym.cli.baselines import RUNS, baselines
from reasongym.cli.benchmarks import use_folder
from reasongym.cli.scores import printable
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.evaluation.findings import Finding

CONSOLE = Console()
FLIPS = Path("leaderboards/flips.jsonl")
REPORTED = Path("leaderboards/reported.jsonl")
MAX_SHOWN = 5
"""Findings of one kind against one folder: a run without its episodes has one for each of them."""


def board(args: list[str]) -> None:
    """Read the command line of `reasongym board`."""
    verbs = {
        "submit": submit,
        "verify": verify,
        "regrade": regrade,
        "baselines": baselines,
        "build": build,
    }
    if not args:
        raise UsageError(f"board takes one of {', '.join(verbs)}; --help says more")
    if args[0] not in (*verbs, "-h", "--help"):
        raise UnknownName("verb of board", args[0], verbs)
    tyro.extras.subcommand_cli_from_dict(
        verbs,
        prog="reasongym board",
        description="Submit runs to the leaderboard, verify what was submitted, build its page.",
        args=args,
    )


def submit(
    run: tyro.conf.Positional[Path],
    *,
    board: Path = RUNS,
    data: Path | None = None,
) -> None:
    """Check a run folder completely and copy its files to the board, or say what speaks against it.

    Args:
        run: The run folder that `reasongym eval` or `reasongym rescore` made.
        board: Folder of the board's runs.
        data: Folder of the benchmarks' files, where the run is on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard

    place, findings = leaderboard.submit(run, board)
    if findings:
        _print_findings(run, findings)
        raise DataError(f"{run} is refused for {_counted(findings, 'reason')}; nothing was copied")
    CONSOLE.print(f"{run} is on the board as {place}", soft_wrap=True, markup=False, highlight=False)


def verify(
    folders: tyro.conf.Positional[tuple[Path, ...]] = (RUNS,),
    *,
    data: Path | None = None,
) -> None:
    """Recompute everything of submitted runs; exit 1 with every reason where one is refused.

    Args:
        folders: Run folders, or folders of run folders; they are compared with one another, too.
        data: Folder of the benchmarks' files, where runs are on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard

    checked = leaderboard.verify(folders)
    for one in checked:
        _print_findings(one.folder, one.findings)
    refused = sum(bool(one.findings) for one in checked)
    if refused:
        CONSOLE.print(f"refused: {refused} of {_counted(checked, 'run')}", highlight=False)
        sys.exit(1)
    CONSOLE.print(f"nothing speaks against {_counted(checked, 'run')}", highlight=False)


def regrade(
    folders: tyro.conf.Positional[tuple[Path, ...]] = (RUNS,),
    *,
    log: Path = FLIPS,
    data: Path | None = None,
) -> None:
    """Bring the verdicts of runs up to date after a change of the grader, and list those that flipped.

    Args:
        folders: Run folders, or folders of run folders.
        log: JSONL file that the flipped verdicts are added to.
        data: Folder of the benchmarks' files, where runs are on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard

    flips = leaderboard.regrade(folders, log)
    for flip in flips:
        _print(f"{flip.folder}: {flip.flip}")
    CONSOLE.print(f"{_counted(flips, 'verdict')} flipped", highlight=False)


def build(
    runs: tyro.conf.Positional[tuple[Path, ...]] = (RUNS,),
    *,
    output: Path = Path("site"),
    reported: tuple[Path, ...] | None = None,
    flips: Path | None = None,
    data: Path | None = None,
) -> None:
    """Render the leaderboard of run folders as a static site.

    Args:
        runs: Run folders, or folders of run folders.
        output: Folder of the site.
        reported: JSONL files of figures that others published, shown apart and unranked; the board's own
            where not given, and only where the board itself is rendered.
        flips: The log of `reasongym board regrade`, for the page of changes of the grader; the board's own
            where not given.
        data: Folder of the benchmarks' files, where runs are on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard

    of_board = RUNS in runs
    told = _usual(REPORTED, of_board) if reported is None else reported
    logs = _usual(FLIPS, of_board) if flips is None else (flips,)
    figures = [row for path in told for row in leaderboard.read_reported(path)]
    logged = [flip for path in logs for flip in leaderboard.read_flips(path)]
    page = leaderboard.build(leaderboard.collect(runs), output, figures, logged)
    CONSOLE.print(f"open {page.resolve().as_uri()}", soft_wrap=True, markup=False)


def _usual(path: Path, of_board: bool) -> tuple[Path, ...]:
    """Take the board's own file where the board is rendered and has one."""
    return (path,) if of_board and path.exists() else ()


def _print_findings(folder: Path, findings: list[Finding]) -> None:
    """Print every kind of reason, and of each the first."""
    by_kind: dict[str, list[Finding]] = {}
    for one in findings:
        by_kind.setdefault(one.kind, []).append(one)
    for kind, alike in by_kind.items():
        for one in alike[:MAX_SHOWN]:
            _print(f"{folder}: {one}")
        if len(alike) > MAX_SHOWN:
            _print(f"{folder}: {kind}: {len(alike) - MAX_SHOWN} more like these")


def _print(text: str) -> None:
    CONSOLE.print(printable(text), soft_wrap=True, markup=False, highlight=False)


def _counted(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'s' * (len(things) != 1)}"

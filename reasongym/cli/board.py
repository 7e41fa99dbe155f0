"""The verb `board`: runs are submitted, verified, replayed and regraded, shown as a site and exported."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import tyro

from reasongym.cli.baselines import RUNS, baselines
from reasongym.cli.benchmarks import use_folder
from reasongym.cli.files import replacing
from reasongym.cli.findings import CONSOLE, counted, print_findings, print_text, refuse
from reasongym.cli.replay import replay
from reasongym.cli.rounds import rounds
from reasongym.cli.verbs import run_verb

FLIPS = Path("leaderboards/flips.jsonl")
REPORTED = Path("leaderboards/reported.jsonl")


def board(args: list[str]) -> None:
    """Read the command line of `reasongym board`."""
    verbs: dict[str, Callable[..., None]] = {
        "submit": submit,
        "verify": verify,
        "replay": replay,
        "regrade": regrade,
        "baselines": baselines,
        "build": build,
        "export": export,
        "round": round_,
    }
    if args[:1] == ["round"]:
        rounds(args[1:])
        return
    told = "Submit runs to the leaderboard, verify and replay them, build the site, hold rounds."
    run_verb("board", verbs, args, description=told)


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
    refuse(run, findings)
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
        print_findings(one.folder, one.findings)
    refused = sum(bool(one.findings) for one in checked)
    if refused:
        CONSOLE.print(f"refused: {refused} of {counted(checked, 'run')}", highlight=False)
        sys.exit(1)
    CONSOLE.print(f"nothing speaks against {counted(checked, 'run')}", highlight=False)


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
        print_text(f"{flip.folder}: {flip.flip}")
    CONSOLE.print(f"{counted(flips, 'verdict')} flipped", highlight=False)


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


def round_() -> None:
    """Hold a live round: open, commit, reveal, rows, submit, verify; `board round --help` says more."""


def export(
    runs: tyro.conf.Positional[tuple[Path, ...]] = (RUNS,),
    *,
    kind: Annotated[Literal["json", "csv", "every-eval-ever"], tyro.conf.arg(name="format")],
    output: Path,
    reported: tuple[Path, ...] = (),
    data: Path | None = None,
) -> None:
    """Write the rows of run folders as data for other programs.

    Args:
        runs: Run folders, or folders of run folders.
        kind: json and csv are files of all rows; every-eval-ever is a folder of two files a row, samples too.
        output: The file, or the folder.
        reported: JSONL files of figures that others published; csv alone has them.
        data: Folder of the benchmarks' files, where runs are on benchmarks.
    """
    use_folder(data)
    from reasongym import leaderboard
    from reasongym.leaderboard.every_eval_ever import export_records
    from reasongym.leaderboard.exports import as_csv, as_json

    rows = leaderboard.collect(runs)
    if kind == "every-eval-ever":
        export_records(rows, output, retrieved=int(datetime.now(UTC).timestamp()))
    else:
        told = [row for path in reported for row in leaderboard.read_reported(path)]
        with replacing(output) as file:
            file.write(as_json(rows) if kind == "json" else as_csv(rows, told))
    print_text(f"{counted(rows, 'row')} in {output}")

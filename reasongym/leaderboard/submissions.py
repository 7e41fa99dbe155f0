"""Submitting a run: its files copied to the board under a name of its own, if nothing speaks against it."""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from reasongym.errors import DataError
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.runs import RUN_FILE, Run, read_run, write_whole
from reasongym.leaderboard.copies import Played, find_copies, played_beside
from reasongym.leaderboard.curves import METRICS_FILE, metrics_file
from reasongym.leaderboard.folders import NEEDED
from reasongym.leaderboard.verification import Checked, check

MAX_FOLDER_NAME = 100


def submit(folder: Path, board: Path) -> tuple[Path, list[Finding]]:
    """Copy a run to the board and return its place there; with findings against it, nothing is written.

    What leads to the submitter's own folders is left behind. Raises DataError where nothing can be read
    or written.
    """
    run = read_run(folder)
    with staged(folder, board, run) as copy:
        checked = check(copy)
        findings = [*checked.findings, *_copied(checked, board)]
        if findings or checked.report is None or checked.report.result is None:
            return copy, findings
        place = _free_place(board / folder_name(run), checked.report.result.key)
        try:
            copy.rename(place)
        except OSError as error:
            raise DataError(f"cannot write {place}: {error.strerror}") from error
        return place, []


def folder_name(run: Run) -> str:
    """Name a run's folder by suite and model, in characters that are safe in any path."""
    words = re.findall(r"[a-z0-9.]+", f"{run.suite.name} {run.player.name}".lower().replace("..", " "))
    return "-".join(words)[:MAX_FOLDER_NAME].strip("-.") or "run"


def _free_place(place: Path, key: str) -> Path:
    """Set results of one model on one suite apart by their keys, where protocols or samples differ."""
    return place.with_name(f"{place.name}-{key}") if place.exists() else place


@contextmanager
def staged(folder: Path, board: Path, run: Run) -> Generator[Path]:
    """Copy the files of a run beside the board's, so that putting them there is one step."""
    try:
        board.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".submitted-", dir=board, ignore_cleanup_errors=True) as inside:
            copy = Path(inside, "run")
            copy.mkdir()
            _copy(folder, copy, run)
            yield copy
    except OSError as error:
        raise DataError(f"cannot copy {folder} to {board}: {error.strerror}") from error


def _copy(folder: Path, staged: Path, run: Run) -> None:
    for name in NEEDED:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, staged / name)
    metrics = metrics_file(folder, run.training)
    if metrics is not None:
        shutil.copyfile(metrics, staged / METRICS_FILE)
    if run.training is not None:
        content = msgspec.json.format(msgspec.json.encode(replace(run, training=None)), indent=2) + b"\n"
        write_whole(staged / RUN_FILE, content)


def _copied(checked: Checked, board: Path) -> list[Finding]:
    report = checked.report
    if report is None or report.result is None:
        return []
    mine = Played(checked.folder, report.run, report.episodes)
    others = played_beside(board, report.run)
    return [found for folder, found in find_copies([*others, mine]) if folder == checked.folder]

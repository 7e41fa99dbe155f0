"""Bringing stored runs up to date after a change of the grader, with a log of the verdicts that flipped."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from reasongym.episodes import to_json
from reasongym.errors import DataError
from reasongym.evaluation.flips import Flip
from reasongym.evaluation.grader import grader_digest
from reasongym.evaluation.rescoring import Report, completions_digest, inspect, rescore
from reasongym.evaluation.runs import EPISODES_FILE, RUN_FILE, write_whole
from reasongym.leaderboard.lines import read_lines
from reasongym.leaderboard.rows import run_folders


@dataclass(frozen=True, slots=True)
class LoggedFlip:
    """A verdict that a newer grader gives otherwise, and where it is."""

    folder: str
    """Name of the run's folder."""
    completions: str
    """Digest of the run's completions, which no grader changes."""
    old_grader: str
    new_grader: str
    flip: Flip


def regrade(paths: Iterable[Path], log: Path) -> list[LoggedFlip]:
    """Let every run at or below the paths hold today's verdicts; add what flipped to a JSONL file.

    All runs are judged before any is written. Raises DataError where something else speaks against one.
    """
    judged = [(folder, _judged(folder)) for path in paths for folder in run_folders(path)]
    flips = [flip for folder, report in judged for flip in _flips(folder, report)]
    try:
        if flips:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as file:
                file.write(b"".join(msgspec.json.encode(flip) + b"\n" for flip in flips))
        for folder, report in judged:
            _write(folder, report)
    except OSError as error:
        raise DataError(f"cannot write {error.filename}: {error.strerror}") from error
    return flips


def read_flips(log: Path) -> list[LoggedFlip]:
    """Read what earlier changes of the grader flipped; raises DataError naming a line that is none."""
    return read_lines(log, LoggedFlip, "a flipped verdict")


def _judged(folder: Path) -> Report:
    report = inspect(folder)
    if report.findings:
        raise DataError(f"{folder} is refused: {report.findings[0]}; nothing was regraded")
    return report


def _flips(folder: Path, report: Report) -> list[LoggedFlip]:
    new = grader_digest(report.run.suite.env_ids)
    played = completions_digest(report.episodes)
    return [LoggedFlip(folder.name, played, report.run.grader, new, flip) for flip in report.flips]


def _write(folder: Path, report: Report) -> None:
    """Write verdicts before the grader that gave them: a kill between leaves a run to be regraded."""
    grader = grader_digest(report.run.suite.env_ids)
    if grader != report.run.grader:
        write_whole(folder / EPISODES_FILE, b"".join(map(to_json, report.episodes)))
        run = replace(report.run, grader=grader)
        write_whole(folder / RUN_FILE, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    rescore(folder)

"""Verifying submitted runs: everything recomputed, every reason against a folder told.

It is stricter than `rescore`, which judges anybody's run: what stands on the board is compared with others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reasongym.errors import DataError, ReasongymError
from reasongym.evaluation.findings import Finding, place
from reasongym.evaluation.rescoring import Report, Result, differing, inspect
from reasongym.evaluation.runs import RUN_FILE, SCORES_FILE, Run, read_run
from reasongym.leaderboard.baselines import find_other_play
from reasongym.leaderboard.claims import find_unsafe_names, find_wrong_claims
from reasongym.leaderboard.copies import Played, find_copies
from reasongym.leaderboard.curves import read_curve
from reasongym.leaderboard.folders import find_wrong_files, find_wrong_json
from reasongym.leaderboard.plausibility import find_implausible
from reasongym.leaderboard.replays import find_wrong_replay


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder and all that speaks against it."""

    folder: Path
    findings: list[Finding]
    report: Report | None = None
    """None where the files could not even be read."""


def verify(paths: Iterable[Path]) -> list[Checked]:
    """Check every run folder at or below the paths, by itself and against the others."""
    checked = [check(folder) for path in paths for folder in _folders(path)]
    whole = [
        Played(one.folder, one.report.run, one.report.episodes)
        for one in checked
        if one.report is not None and one.report.result is not None
    ]
    by_folder = {one.folder: one for one in checked}
    for folder, finding in find_copies(whole):
        by_folder[folder].findings.append(finding)
    return list(by_folder.values())


def check(folder: Path) -> Checked:
    """Check one folder by itself; whatever cannot be read is a finding, never an exception."""
    if folder.is_symlink() or not folder.is_dir():
        return Checked(folder, [Finding("extra_file", "a file or a link stands where a run's folder does")])
    try:
        findings = list(find_wrong_files(folder))
        if not findings:
            findings = list(find_wrong_json(folder))
        if any(one.kind in ("missing", "too_large", "unreadable") for one in findings):
            return Checked(folder, findings)
        run = read_run(folder)
        findings += find_unsafe_names(run)
        if findings:
            return Checked(folder, findings)
        return _recomputed(folder, run)
    except (ReasongymError, OSError, RecursionError) as error:
        return Checked(folder, [Finding("unreadable", str(error))])


def _recomputed(folder: Path, run: Run) -> Checked:
    findings = list(_read_claims(run))
    try:
        read_curve(folder, None)
        report = inspect(folder)
    except ReasongymError as error:
        return Checked(folder, [*findings, Finding("unreadable", str(error))])
    findings += report.findings
    if report.result is not None:
        findings += _find_flips(report)
        findings += _find_unscored(report)
        findings += _find_older_scores(folder, report.result)
        findings += find_other_play(run, report.episodes)
        findings += find_implausible(run, report.episodes)
        findings += find_wrong_replay(folder, run, report.episodes)
    return Checked(folder, findings, report)


def _read_claims(run: Run) -> Iterator[Finding]:
    try:
        yield from find_wrong_claims(run)
    except ReasongymError as error:  # the suite names what does not exist
        yield Finding("own_suite", str(error))


def _find_flips(report: Report) -> Iterator[Finding]:
    """Another grader may not be named to explain verdicts away."""
    for flip in report.flips:
        told = (
            f"{flip}; the run names the grader {report.run.grader}: `reasongym board regrade` if it is older"
        )
        yield Finding("flipped", told)


def _find_unscored(report: Report) -> Iterator[Finding]:
    for one in report.episodes:
        if one.error is not None:
            yield Finding("unscored", f"{place(one)} could not be judged when it was played; play it again")


def _find_older_scores(folder: Path, result: Result) -> Iterator[Finding]:
    """Compare figures that another grader is said to have given; those of this one are compared already."""
    stored = msgspec.json.decode((folder / SCORES_FILE).read_bytes())
    if not isinstance(stored, dict) or stored.get("grader") == result.grader:
        return
    names = [name for name in differing(stored, result) if name not in ("key", "grader")]
    if names:
        yield Finding("typed_score", f"{SCORES_FILE} differs from the episodes in {', '.join(names)}")


def _folders(path: Path) -> Sequence[Path]:
    """Return the run folders at or below a path; what lies between them is a folder too, and is refused."""
    if not path.is_dir():
        raise DataError(f"there is no folder {path} to verify")
    if (path / RUN_FILE).exists():
        return [path]
    below = sorted(one for one in path.iterdir() if not one.name.startswith("."))
    if not below:
        raise DataError(f"{path} holds no run folder; `reasongym eval` makes one")
    return below

"""Who stands how in a live round: everything recomputed, every reason against a participant told."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reasongym.errors import DataError, ReasongymError, UsageError
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.runs import Run, read_run
from reasongym.leaderboard.copies import Played, find_copies
from reasongym.leaderboard.history import History
from reasongym.leaderboard.replays import run_digest
from reasongym.leaderboard.round_records import (
    REVEAL_FILE,
    ROUND_FILE,
    Commitment,
    Reveal,
    Round,
    Submission,
    add_record,
    commitment_file,
    committed,
    read_commitment,
    read_reveal,
    read_round,
    read_submission,
    run_folder,
    submission_file,
)
from reasongym.leaderboard.rounds import find_wrong_terms, seal
from reasongym.leaderboard.submissions import staged
from reasongym.leaderboard.verification import Checked, check


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant and all that speaks against the result."""

    who: str
    findings: list[Finding]
    checked: Checked | None = None
    """None where there is no run to look at."""


@dataclass(frozen=True, slots=True)
class _Played:
    """A round after its reveal, as it must be before any run of it counts."""

    folder: Path
    round: Round
    reveal: Reveal
    history: History | None

    def when(self, path: Path, claimed: datetime) -> datetime | None:
        """Say when a record was there: by the history, else as it claims; None where the history lacks it."""
        if self.history is None:
            return claimed
        filed = self.history(path)
        return filed.added if filed else None


def verify_round(folder: Path, history: History | None = None) -> list[Standing]:
    """Check all participants of a round, those too who committed themselves and handed nothing in.

    Without a history the times that records claim are believed. Raises DataError where the round itself is
    broken: then no run of it counts.
    """
    played = _read_played(folder, history)
    runs = [path.name for path in sorted((folder / "runs").glob("*")) if not path.name.startswith(".")]
    standings = {who: _standing(played, who) for who in sorted({*committed(folder), *runs})}
    for path, finding in find_copies([*_comparable(standings)]):
        standings[path.name].findings.append(finding)
    return list(standings.values())


def find_wrong_run(folder: Path, who: str, history: History | None = None) -> list[Finding]:
    """Check one participant of a round; raises DataError where the round itself is broken."""
    return _standing(_read_played(folder, history), who).findings


def submit_to_round(folder: Path, run: Path, who: str, time: datetime) -> list[Finding]:
    """Copy a run into a round if nothing speaks against it; with findings, nothing is written."""
    played = _read_played(folder, None)
    place, record = run_folder(folder, who), submission_file(folder, who)
    if record.exists():
        raise DataError(f"{record} is there already, and what a round holds is never changed")
    with staged(run, folder / "runs", read_run(run)) as copy:
        checked = check(copy)
        said = _said(played, who, checked, time)
        findings = [*_find_wrong(played, who, checked, said)]
        if not findings:
            _put(copy, place)
            add_record(submission_file(folder, who), said)
    return findings


def _put(copy: Path, place: Path) -> None:
    """Put a run in its place; one without its record is what an interrupted submission left."""
    try:
        if place.exists():
            shutil.rmtree(place)
        copy.rename(place)
    except OSError as error:
        raise DataError(f"cannot write {place}: {error.strerror}") from error


def _said(played: _Played, who: str, checked: Checked, time: datetime) -> Submission:
    commitment = played.reveal.commitments.get(who, "")
    return Submission(played.round.id, who, commitment, _digest(checked), time)


def _read_played(folder: Path, history: History | None) -> _Played:
    played = _Played(folder, read_round(folder), read_reveal(folder), history)
    told = next(_find_broken(played), "")
    if told:
        raise DataError(f"round {played.round.terms.name} counts for nobody: {told}")
    return played


def _find_broken(played: _Played) -> Iterator[str]:
    """Say what breaks a whole round."""
    terms, revealed = played.round.terms, played.reveal
    yield from find_wrong_terms(terms)
    if revealed.round != played.round.id:
        yield f"{REVEAL_FILE} is of round {revealed.round!r}, the terms here are of {played.round.id}"
    if seal(revealed.secret, played.round.id) != played.round.seal:
        yield "the secret is not the one that it was sealed with"
    for name in (ROUND_FILE, REVEAL_FILE):
        yield from (one.detail for one in _find_changed(played, played.folder / name))
    opened = played.when(played.folder / ROUND_FILE, terms.opens)
    if opened is not None and opened > terms.closes:
        yield f"its terms were written at {opened:%Y-%m-%d %H:%M}, after it had closed"
    time = played.when(played.folder / REVEAL_FILE, revealed.time)
    if time is not None and time <= terms.closes:
        yield f"the secret was revealed at {time:%Y-%m-%d %H:%M}, before it closed"


def _standing(played: _Played, who: str) -> Standing:
    try:
        folder = run_folder(played.folder, who)
    except UsageError as error:
        return Standing(who, [Finding("unsafe_name", str(error))])
    if not folder.exists():
        return Standing(who, [Finding("missing", "committed, and handed nothing in")])
    checked = check(folder)
    try:
        said = read_submission(played.folder, who)
        findings = [*_find_wrong(played, who, checked, said)]
    except ReasongymError as error:
        findings = [Finding("unreadable", str(error))]
    findings += _find_changed(played, submission_file(played.folder, who))
    return Standing(who, findings, checked)


def _find_wrong(played: _Played, who: str, checked: Checked, said: Submission) -> Iterator[Finding]:
    yield from _find_wrong_commitment(played, who)
    yield from _find_wrong_submission(played, who, checked, said)
    # The suite of a round is nobody's choice and is compared whole below.
    yield from (one for one in checked.findings if one.kind != "own_suite")
    if checked.report is not None:
        yield from _find_other_problems(played, checked.report.run)


def _find_wrong_commitment(played: _Played, who: str) -> Iterator[Finding]:
    """Check that there was a commitment in time and that it is the one that was frozen."""
    frozen = played.reveal.commitments.get(who)
    if frozen is None:
        yield Finding("uncommitted", f"{who} is not among the commitments that were there at the reveal")
        return
    try:
        said = read_commitment(played.folder, who)
    except DataError as error:
        yield Finding("uncommitted", str(error))
        return
    if said.digest != frozen or (said.who, said.round) != (who, played.round.id):
        yield Finding("changed_commitment", f"it has digest {said.digest}, at the reveal it had {frozen}")
    path, terms = commitment_file(played.folder, who), played.round.terms
    yield from _find_changed(played, path)
    time = played.when(path, said.time)
    if time is not None and not terms.opens <= time <= terms.closes:
        yield Finding(
            "late_commitment", f"it was made at {_told(time)}, the round closed at {_told(terms.closes)}"
        )


def _find_wrong_submission(
    played: _Played, who: str, checked: Checked, said: Submission
) -> Iterator[Finding]:
    """Check that the run is the one that was handed in, in time, by what was committed to."""
    due = (played.round.id, who, played.reveal.commitments.get(who, ""))
    if (said.round, said.who, said.commitment) != due or said.run != _digest(checked):
        yield Finding("other_run", "the record of what was handed in is not of this run")
    path, terms = submission_file(played.folder, who), played.round.terms
    time = played.when(path, said.time) if path.exists() else said.time
    if time is not None and time > terms.due:
        yield Finding("late_run", f"it was handed in at {_told(time)}, due at {_told(terms.due)}")
    revealed = played.when(played.folder / REVEAL_FILE, played.reveal.time)
    if time is not None and revealed is not None and time < revealed:
        yield Finding("early_run", f"it was handed in at {_told(time)}, before the problems were known")
    if checked.report is not None and commitment_file(played.folder, who).exists():
        yield from _find_others(checked.report.run, read_commitment(played.folder, who))


def _find_others(run: Run, said: Commitment) -> Iterator[Finding]:
    """Compare who played, and how, with what was committed to."""
    for kind, mine, theirs in (
        ("other_model", (run.player.policy, run.player.digest), (said.policy, said.player_digest)),
        ("other_model", run.player.name, said.model),
        ("other_protocol", run.protocol.digest, said.protocol_digest),
        ("other_seed", run.seed, said.seed),
    ):
        if mine != theirs:
            yield Finding(kind, f"the run has {mine}, committed was {theirs}")


def _find_other_problems(played: _Played, run: Run) -> Iterator[Finding]:
    due = played.round.suite(played.reveal.first_seed)
    if run.suite != due:
        yield Finding("other_problems", f"it is on {run.suite.name[:200]!r}, the round is on {due.name!r}")


def _find_changed(played: _Played, path: Path) -> Iterator[Finding]:
    """Look into the history for records that it lacks or that did not stay as they were."""
    if played.history is None or not path.exists():
        return
    filed = played.history(path)
    if filed is None:
        yield Finding("undated", f"{path.name} is not in the history of the board's repository")
    elif filed.is_changed:
        yield Finding("changed_record", f"{path.name} was changed after it was taken in")


def _comparable(standings: dict[str, Standing]) -> Iterator[Played]:
    for one in standings.values():
        report = one.checked.report if one.checked else None
        if one.checked is not None and report is not None and report.result is not None:
            yield Played(one.checked.folder, report.run, report.episodes)


def _digest(checked: Checked) -> str:
    return run_digest(checked.report.run, checked.report.episodes) if checked.report else ""


def _told(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S %Z}"

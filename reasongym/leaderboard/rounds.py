"""Live rounds: a model is named before anybody can know the problems that it is measured on.

A round is a folder of records that are only ever added:

round.json            terms, and the seal: a hash of a secret and of the round's id, which names the terms
commitments/WHO.json  before the close: digests of a model and a protocol
reveal.json           after the close: the secret, and the commitments that were there
runs/WHO/             before the end: the run folder, on rows that follow from secret and commitments
submissions/WHO.json  the digest of that run

Each record says when it was written. That is a claim; what counts is when the repository that hosts the board
took it in, which `verify_round` reads from its history where it is told how.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar

import msgspec

from reasongym import registry
from reasongym.core import Json
from reasongym.errors import DataError, ReasongymError, UsageError
from reasongym.evaluation.runs import read_run, write_whole
from reasongym.evaluation.suites import DEFAULT_PROBLEMS, Suite, env_suite

ROUND_FILE = "round.json"
REVEAL_FILE = "reveal.json"
SECRET = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
Time: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class Terms:
    """What everybody is measured on, and when."""

    name: str
    env_id: str
    level: int
    num_problems: int
    options: dict[str, Json]
    opens: Time
    """From here on commitments are taken."""
    closes: Time
    """After here the secret is published, and no commitment is taken."""
    due: Time
    """Until here completions are taken."""


@dataclass(frozen=True, slots=True)
class Round:
    """What `round.json` holds."""

    terms: Terms
    seal: str

    @property
    def id(self) -> str:
        """The round's name with a digest of its terms, so that a seal is of these terms only."""
        return f"{self.terms.name}-{_digest(self.terms)}"

    def suite(self, first_seed: int) -> Suite:
        """Return the suite of the round from a seed on."""
        terms = self.terms
        return env_suite(
            terms.env_id,
            level=terms.level,
            num_problems=terms.num_problems,
            first_seed=first_seed,
            **terms.options,
        )


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a participant says before the problems are known: who will play, and how."""

    round: str
    who: str
    model: str
    policy: str
    player_digest: str
    protocol_digest: str
    seed: int
    """Of the sampling noise, lest one draws until one likes it."""
    time: Time

    @property
    def digest(self) -> str:
        """Names the commitment."""
        return _digest(self)


@dataclass(frozen=True, slots=True)
class Reveal:
    """What `reveal.json` holds."""

    round: str
    secret: str
    commitments: dict[str, str]
    """Who had committed themselves, and the digests of what they said."""
    time: Time

    @property
    def first_seed(self) -> int:
        """The seed of the first row, 48 bits: the secret alone does not tell it to the one who knows it."""
        content = msgspec.json.encode([self.round, sorted(self.commitments.items())])
        return int.from_bytes(blake2b(content, key=self.secret.encode(), digest_size=6).digest(), "big")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a participant hands in, beside the run folder."""

    round: str
    who: str
    commitment: str
    run: str
    """Digest of the run's completions and of what decides them."""
    time: Time


_MAX_BYTES = 1 << 20
Record: TypeAlias = Terms | Round | Commitment | Reveal | Submission
T = TypeVar("T", Round, Commitment, Reveal, Submission)


def open_round(rounds: Path, terms: Terms, secret: str) -> Path:
    """Write the sealed terms of a round and return its folder; raises UsageError, DataError."""
    for told in find_wrong_terms(terms):
        raise UsageError(told)
    if not SECRET.fullmatch(secret):
        raise UsageError(f"a secret is 64 hex digits, got {len(secret)} characters")
    sealed = Round(terms, seal(secret, Round(terms, "").id))
    return _add(rounds / terms.name / ROUND_FILE, sealed).parent


def seal(secret: str, round_id: str) -> str:
    """Return the hash that is published first: BLAKE2b of the secret followed by the round's id."""
    return blake2b(f"{secret}{round_id}".encode(), digest_size=32).hexdigest()


def find_wrong_terms(terms: Terms) -> Iterator[str]:
    """Say which terms no round may have."""
    if not NAME.fullmatch(terms.name):
        yield f"a round's name has lower-case letters, digits, dots and dashes, got {terms.name!r}"
    if not terms.opens < terms.closes < terms.due:
        told = ", ".join(f"{one:%Y-%m-%d %H:%M}" for one in (terms.opens, terms.closes, terms.due))
        yield f"a round opens, closes, and then its completions are due; got {told}"
    if not 1 <= terms.num_problems <= 100 * DEFAULT_PROBLEMS:
        yield f"a round has 1 to {100 * DEFAULT_PROBLEMS:,} problems, got {terms.num_problems}"
    yield from _find_known_problems(terms)


def _find_known_problems(terms: Terms) -> Iterator[str]:
    """Refuse levels whose problems are a list or few: these can be known beforehand."""
    try:
        env = registry.get(terms.env_id)
        row = env.row(0, level=terms.level, **terms.options)
        filled = {name: option.default for name, option in env.options().items()} | row.options
        if "eval" not in env.splits_of(row.level, filled):
            yield f"{terms.env_id} level {terms.level} has no eval split: its problems are few or a list"
        elif env.size(row.level, "eval", filled) is not None:
            yield f"{terms.env_id} is a list of problems, which are known beforehand"
        elif (env.env_id, row.options) != (terms.env_id, terms.options):
            yield f"options are {terms.options}, written in full and without defaults they are {row.options}"
    except ReasongymError as error:
        yield str(error)


def read_round(folder: Path) -> Round:
    """Read the terms of a round; raises DataError."""
    return _read(folder / ROUND_FILE, Round)


def read_commitment(folder: Path, who: str) -> Commitment:
    """Read what a participant committed to; raises DataError."""
    return _read(commitment_file(folder, who), Commitment)


def read_reveal(folder: Path) -> Reveal:
    """Read the secret of a round; raises DataError."""
    return _read(folder / REVEAL_FILE, Reveal)


def read_submission(folder: Path, who: str) -> Submission:
    """Read what a participant handed in; raises DataError."""
    return _read(submission_file(folder, who), Submission)


def commitment_file(folder: Path, who: str) -> Path:
    """Return where the commitment of a participant is."""
    return folder / "commitments" / f"{_name(who)}.json"


def submission_file(folder: Path, who: str) -> Path:
    """Return where the record of a participant's run is."""
    return folder / "submissions" / f"{_name(who)}.json"


def run_folder(folder: Path, who: str) -> Path:
    """Return where the run of a participant is."""
    return folder / "runs" / _name(who)


def is_in_round(run: Path) -> bool:
    """Say whether a run folder stands where the runs of a round do."""
    folder, _ = round_of(run)
    return run.resolve().parent.name == "runs" and (folder / ROUND_FILE).is_file()


def round_of(run: Path) -> tuple[Path, str]:
    """Return the round's folder and the participant of a run folder that is in a round."""
    return run.resolve().parent.parent, run.resolve().name


def commit(folder: Path, rehearsal: Path, who: str, time: datetime) -> Path:
    """Commit to the model, protocol and seed of a rehearsal: any run folder that they played.

    Raises UsageError where the round takes no commitments at that time or the run names no model.
    """
    taken, run = read_round(folder), read_run(rehearsal)
    _require_open(taken, time)
    if not run.player.digest:
        raise UsageError(f"{rehearsal} names no digest of a model; play the rehearsal by `--policy MODEL`")
    said = Commitment(
        taken.id,
        who,
        run.player.name,
        run.player.policy,
        run.player.digest,
        run.protocol.digest,
        run.seed,
        time,
    )
    return _add(commitment_file(folder, who), said)


def reveal(folder: Path, secret: str, time: datetime) -> Path:
    """Publish the secret of a round and freeze its commitments; raises UsageError before the close."""
    taken = read_round(folder)
    if seal(secret, taken.id) != taken.seal:
        raise UsageError(f"this is not the secret that round {taken.id} was sealed with")
    if time <= taken.terms.closes:
        raise UsageError(f"round {taken.id} takes commitments until {taken.terms.closes:%Y-%m-%d %H:%M %Z}")
    frozen = {one.who: one.digest for one in _commitments(folder) if one.round == taken.id}
    return _add(folder / REVEAL_FILE, Reveal(taken.id, secret, frozen, time))


def committed(folder: Path) -> list[str]:
    """List who has a commitment in a round, by the names of the files."""
    return sorted(path.stem for path in (folder / "commitments").glob("*.json"))


def _commitments(folder: Path) -> Iterator[Commitment]:
    """Yield those that can be read: nobody's broken file keeps the others from their round."""
    for who in committed(folder):
        try:
            said = read_commitment(folder, who)
        except (DataError, UsageError):
            continue
        if said.who == who:
            yield said


def add_submission(folder: Path, said: Submission) -> Path:
    """Write the record of a run that was handed in."""
    return _add(submission_file(folder, said.who), said)


def _require_open(taken: Round, time: datetime) -> None:
    if not taken.terms.opens <= time <= taken.terms.closes:
        told = f"from {taken.terms.opens:%Y-%m-%d %H:%M %Z} to {taken.terms.closes:%Y-%m-%d %H:%M %Z}"
        raise UsageError(f"round {taken.id} takes commitments {told}")


def _add(path: Path, record: Record) -> Path:
    """Write a record that is not there yet; raises DataError where it is, or where nothing can be written."""
    if path.exists():
        raise DataError(f"{path} is there already, and a round's records are never changed")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error
    return path


def _read(path: Path, kind: type[T]) -> T:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(f"{path} has {path.stat().st_size} bytes, over {_MAX_BYTES}")
        content = path.read_bytes()
        record = msgspec.json.decode(content, type=kind)
        if set(json.loads(content)) != {one.name for one in fields(kind)}:
            raise DataError(f"{path} has other fields than a round's record has")
        return record
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no record of a round: {error}") from error


def _name(who: str) -> str:
    if not NAME.fullmatch(who):
        raise UsageError(f"a participant's name has lower-case letters, digits, dots and dashes, got {who!r}")
    return who


def _digest(record: Record) -> str:
    return blake2b(msgspec.json.encode(record, order="sorted"), digest_size=8).hexdigest()

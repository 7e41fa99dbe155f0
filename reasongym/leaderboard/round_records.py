"""The records of a live round: what each holds, where it is, and that none is ever changed.

round.json            terms, and the seal: a hash of a secret and of the round's id, which names the terms
commitments/WHO.json  before the close: digests of a model and a protocol
reveal.json           after the close: the secret, and the commitments that were there
runs/WHO/             before the end: the run folder, on rows that follow from secret and commitments
submissions/WHO.json  the digest of that run
"""

import json
import re
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.runs import write_whole
from reasongym.evaluation.suites import Suite, env_suite

ROUND_FILE = "round.json"
REVEAL_FILE = "reveal.json"
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


def committed(folder: Path) -> list[str]:
    """List who has a commitment in a round, by the names of the files."""
    return sorted(path.stem for path in (folder / "commitments").glob("*.json"))


def add_record(path: Path, record: Record) -> Path:
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

"""Live rounds: a model is named before anybody can know the problems that it is measured on.

A round is a folder of records that are only ever added (`round_records`): it is opened, models are committed
to, the secret is revealed, which makes the problems, and runs on these are handed in (`standings`).

Each record says when it was written. That is a claim; what counts is when the repository that hosts the board
took it in, which `verify_round` reads from its history where it is told how.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from reasongym import registry
from reasongym.errors import DataError, ReasongymError, UsageError
from reasongym.evaluation.runs import read_run
from reasongym.evaluation.suites import DEFAULT_PROBLEMS
from reasongym.leaderboard.round_records import (
    NAME,
    REVEAL_FILE,
    ROUND_FILE,
    Commitment,
    Reveal,
    Round,
    Terms,
    add_record,
    commitment_file,
    committed,
    read_commitment,
    read_round,
)

SECRET = re.compile(r"[0-9a-f]{64}")


def open_round(rounds: Path, terms: Terms, secret: str) -> Path:
    """Write the sealed terms of a round and return its folder; raises UsageError, DataError."""
    for told in find_wrong_terms(terms):
        raise UsageError(told)
    if not SECRET.fullmatch(secret):
        raise UsageError(f"a secret is 64 hex digits, got {len(secret)} characters")
    sealed = Round(terms, seal(secret, Round(terms, "").id))
    return add_record(rounds / terms.name / ROUND_FILE, sealed).parent


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
    return add_record(commitment_file(folder, who), said)


def reveal(folder: Path, secret: str, time: datetime) -> Path:
    """Publish the secret of a round and freeze its commitments; raises UsageError before the close."""
    taken = read_round(folder)
    if seal(secret, taken.id) != taken.seal:
        raise UsageError(f"this is not the secret that round {taken.id} was sealed with")
    if time <= taken.terms.closes:
        raise UsageError(f"round {taken.id} takes commitments until {taken.terms.closes:%Y-%m-%d %H:%M %Z}")
    frozen = {one.who: one.digest for one in _commitments(folder) if one.round == taken.id}
    return add_record(folder / REVEAL_FILE, Reveal(taken.id, secret, frozen, time))


def _commitments(folder: Path) -> Iterator[Commitment]:
    """Yield those that can be read: nobody's broken file keeps the others from their round."""
    for who in committed(folder):
        try:
            said = read_commitment(folder, who)
        except (DataError, UsageError):
            continue
        if said.who == who:
            yield said


def _require_open(taken: Round, time: datetime) -> None:
    if not taken.terms.opens <= time <= taken.terms.closes:
        told = f"from {taken.terms.opens:%Y-%m-%d %H:%M %Z} to {taken.terms.closes:%Y-%m-%d %H:%M %Z}"
        raise UsageError(f"round {taken.id} takes commitments {told}")

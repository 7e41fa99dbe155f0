"""Records of replays: some episodes of a run, drawn after it was submitted, generated again by its model.

`replay.json` holds what was generated, not what came of comparing it: that is recomputed whenever the folder
is read. It shows that whoever wrote it says to have run the model; who doubts it runs the model with the same
nonce. The digest in it binds its parts together and is no signature.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import msgspec

from reasongym.episodes import Completion, Episode
from reasongym.errors import DataError
from reasongym.evaluation.findings import Finding, place
from reasongym.evaluation.runs import Player, Run
from reasongym.leaderboard.baselines import BASELINES

REPLAY_FILE = "replay.json"
FEWEST_EPISODES = 16
"""Of a run that has as many: of one with a tenth of its episodes forged it finds one 4 times in 5."""
SHARE = 0.01
TOLERANCES = {"float64": 1e-9, "float32": 1e-4}
"""How far a log-probability may move between machines and batches, by dtype; 16-bit types promise nothing."""
MOST_TIES = 1 / 16
"""Of the episodes, in float32: rounding decides about one token in 100,000 otherwise."""
KEYED = ("torch",)
"""Policies whose sampling noise is a function of the run, so that sampled episodes come again."""
MAX_BY = 100
LEAST_NONCE = 16


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model said in one turn."""

    token_ids: list[int]
    logprobs: list[float]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One episode, generated again."""

    group: int
    member: int
    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class Replay:
    """What `replay.json` holds."""

    run: str
    """Digest of all that was generated in the run and of what decides it."""
    player: Player
    """Who played again: the run's model, on the engine at hand."""
    by: str
    """Who replayed it, in words."""
    nonce: str
    """Drawn by who replays, after the run was handed in: with the run's digest it chooses the episodes."""
    share: float
    episodes: list[Replayed]
    versions: dict[str, str] = field(default_factory=dict[str, str])
    digest: str = ""
    """Of everything above."""

    def sealed(self) -> "Replay":
        """Return the record with its digest."""
        content = msgspec.json.encode(replace(self, digest=""), order="sorted")
        return replace(self, digest=blake2b(content, digest_size=16).hexdigest())


def run_digest(run: Run, episodes: Sequence[Episode]) -> str:
    """Name everything that was sampled in a run and all that decides it, verdicts aside."""
    player = [run.player.policy, run.player.digest, run.player.engine]
    hashed = blake2b(digest_size=16)
    hashed.update(msgspec.json.encode([run.suite_digest, run.protocol.digest, player, run.seed]))
    for one in episodes:
        hashed.update(msgspec.json.encode([one.group, one.member, one.completions]))
    return hashed.hexdigest()


def chosen(run: Run, digest: str, nonce: str, share: float) -> list[tuple[int, int]]:
    """Return the (problem, sample) that a digest and a nonce choose, in order."""
    spots = [(g, m) for g in range(len(run.suite.problems)) for m in range(run.protocol.samples)]
    num = min(len(spots), max(FEWEST_EPISODES, math.ceil(share * len(spots))))
    key = f"{digest} {nonce}".encode()
    ranked = sorted(spots, key=lambda spot: blake2b(b"%s %d %d" % (key, *spot)).digest())
    return sorted(ranked[:num])


def find_unreplayable(run: Run, episodes: Sequence[Episode]) -> Iterator[str]:
    """Say why a run cannot come again."""
    player = run.player
    completions = [one for episode in episodes for one in episode.completions]
    if player.policy in BASELINES:
        yield f"the baseline {player.policy} is a program, which `board verify` plays again in full"
    elif not player.digest:
        yield "the run names no digest of its model"
    elif player.engine.get("dtype") not in TOLERANCES:
        told = player.engine.get("dtype", "an unknown dtype")
        yield f"it was played in {told}; only {' and '.join(TOLERANCES)} come again"
    elif run.protocol.temperature > 0 and player.policy not in KEYED:
        yield f"{player.policy} draws noise of its own: only greedy runs of it come again"
    elif any(len(one.logprobs) != len(one.token_ids) or not one.token_ids for one in completions):
        yield "a completion has no token ids or no log-probabilities to compare"


def read_replay(folder: Path) -> Replay | None:
    """Read the record of a run folder, None where there is none; raises DataError."""
    path = folder / REPLAY_FILE
    if not path.exists():
        return None
    try:
        content = path.read_bytes()
        record = msgspec.json.decode(content, type=Replay)
        if json.loads(content) != msgspec.to_builtins(record):
            raise DataError(f"{path} has fields that no record of a replay has")
        return record
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # msgspec's and json's own errors are ValueErrors
        raise DataError(f"{path} is no record of a replay: {error}") from error


def find_wrong_replay(folder: Path, run: Run, episodes: Sequence[Episode]) -> list[Finding]:
    """Recompute all of a folder's record that needs no model; nothing where there is no record."""
    try:
        record = read_replay(folder)
    except DataError as error:
        return [Finding("other_replay", str(error))]
    return list(find_wrong(record, run, episodes)) if record is not None else []


def find_wrong(record: Replay, run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Compare a record with the run that it is of."""
    digest = run_digest(run, episodes)
    told = [*find_unreplayable(run, episodes), *find_misfits(record, run, digest)]
    if told:
        yield from (Finding("other_replay", one) for one in told)
        return
    due = chosen(run, digest, record.nonce, record.share)
    if [(one.group, one.member) for one in record.episodes] != due:
        yield Finding(
            "chosen_replay", f"its episodes are not the {len(due)} that its nonce chooses of this run"
        )
        return
    yield from _find_differences(record, run, episodes)


def find_misfits(record: Replay, run: Run, digest: str) -> Iterator[str]:
    """Say in which way the terms of a record are not those that its run needs."""
    mine, theirs = record.player, run.player
    if record.sealed().digest != record.digest:
        yield f"{REPLAY_FILE} was changed after it was written: its digest is another"
    if record.run != digest:
        yield f"{REPLAY_FILE} is of a run with digest {record.run[:MAX_BY]!r}, this one has {digest}"
    if (mine.policy, mine.digest) != (theirs.policy, theirs.digest):
        told = f"{mine.policy} {mine.digest[:MAX_BY]!r}, not {theirs.policy} {theirs.digest}"
        yield f"another model was played: {told}"
    if mine.engine.get("dtype") != theirs.engine.get("dtype"):
        yield f"it was played in {mine.engine.get('dtype')!r}, the run in {theirs.engine.get('dtype')!r}"
    if not (record.by.isprintable() and 0 < len(record.by.strip()) <= MAX_BY):
        yield f"`by` names nobody: {record.by[:MAX_BY]!r}"
    if len(record.nonce) < LEAST_NONCE:
        yield f"the nonce {record.nonce!r} is shorter than {LEAST_NONCE} characters, and may have been tried"
    if not SHARE <= record.share <= 1:
        yield f"share is {record.share}, it must be {SHARE} to 1"


def _find_differences(record: Replay, run: Run, episodes: Sequence[Episode]) -> Iterator[Finding]:
    stored = {(one.group, one.member): one for one in episodes}
    pairs = [(stored[one.group, one.member], one) for one in record.episodes]
    ties: list[Episode] = []
    for episode, again in pairs:
        told = _difference(run, episode, again)
        if told == _TIE:
            ties.append(episode)
        elif told:
            yield Finding("failed_replay", f"{place(episode)} {told}")
    if len(ties) > math.ceil(MOST_TIES * len(pairs)):
        told = f"{len(ties)} of {len(pairs)} episodes, the first {place(ties[0])}"
        yield Finding(
            "failed_replay", f"{told}, part at a token that rounding may choose: so many it does not"
        )


_TIE = "tie"


def _difference(run: Run, stored: Episode, again: Replayed) -> str:
    """Say in which way an episode did not come again; after a tie the two may go on as they like."""
    for turn, (one, other) in enumerate(zip(stored.completions, again.turns, strict=False)):
        told = _turn_difference(run, one, other)
        if told:
            return told if told == _TIE else f"turn {turn}: {told}"
    if len(stored.completions) != len(again.turns):
        return f"has {len(stored.completions)} turns, came again with {len(again.turns)}"
    return ""


def _turn_difference(run: Run, stored: Completion, again: Turn) -> str:
    most = TOLERANCES[run.player.engine["dtype"]]
    if len(again.token_ids) != len(again.logprobs):
        return f"has {len(again.logprobs)} log-probabilities for {len(again.token_ids)} tokens"
    tokens = zip(stored.token_ids, again.token_ids, strict=False)
    logprobs = zip(stored.logprobs, again.logprobs, strict=False)
    for at, ((token, other), (mine, theirs)) in enumerate(zip(tokens, logprobs, strict=True)):
        if token != other:
            return _TIE if _is_tie(run, mine, theirs) else f"token {at} is {token}, came again as {other}"
        if not abs(mine - theirs) <= most:
            return f"token {at} has log-probability {mine:.6g}, came again with {theirs:.6g}"
    if len(stored.token_ids) != len(again.token_ids):
        return f"has {len(stored.token_ids)} tokens, came again with {len(again.token_ids)}"
    return ""


def _is_tie(run: Run, mine: float, theirs: float) -> bool:
    """Say whether rounding may have chosen between two tokens: in float32, greedy between equals.

    Where a token is drawn, the noise may fall on the border of two tokens of any two probabilities.
    """
    dtype = run.player.engine["dtype"]
    if dtype == "float64":
        return False
    return run.protocol.temperature > 0 or abs(mine - theirs) <= 2 * TOLERANCES[dtype]

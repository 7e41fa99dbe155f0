"""Re-scoring: every verdict recomputed from the stored texts, every figure from the verdicts.

What a run folder claims is compared with what follows from it; each disagreement is a `Finding`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import cast

import msgspec

from reasongym import registry
from reasongym.core import Json, Verdict
from reasongym.episodes import Episode, read_episodes
from reasongym.errors import DataError, UsageError
from reasongym.evaluation.findings import (
    Finding,
    find_edits,
    find_misplaced,
    find_other_problems,
    find_over_budget,
    played_again,
)
from reasongym.evaluation.flips import Flip, find_flips
from reasongym.evaluation.grader import grader_digest
from reasongym.evaluation.metrics import Scores, score
from reasongym.evaluation.runs import EPISODES_FILE, SCORES_FILE, Run, read_run, write_whole

MAX_MISSING = 20_000
"""A run that lacks more episodes is refused before its problems are made: the number is anybody's claim."""


@dataclass(frozen=True, slots=True)
class Result:
    """What `scores.json` holds: derived from the rest of the folder, never typed."""

    key: str
    """Names the result: protocol, problems, grader, player and completions."""
    suite: str
    suite_digest: str
    protocol_digest: str
    grader: str
    """Of the code that judged here, which may be newer than the code that judged during the run."""
    player_digest: str
    completions_digest: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class Report:
    """A run folder, judged again."""

    run: Run
    episodes: list[Episode]
    """In the order (problem, sample), with the recomputed verdicts."""
    findings: list[Finding]
    flips: list[Flip]
    """Verdicts that another version of the grader gave otherwise."""
    result: Result | None
    """None where episodes are missing, doubled or foreign."""


def rescore(folder: Path) -> Report:
    """Judge a run folder again and write `scores.json` where nothing was found against it."""
    report = inspect(folder)
    if report.result is not None and not report.findings:
        try:
            write_whole(folder / SCORES_FILE, _as_file(report.result))
        except OSError as error:
            raise DataError(f"cannot write {folder / SCORES_FILE}: {error.strerror}") from error
    return report


def inspect(folder: Path) -> Report:
    """Judge a run folder again and write nothing."""
    run = read_run(folder)
    stored = sorted(read_episodes(folder / EPISODES_FILE), key=lambda one: (one.group, one.member))
    _require_problems(folder, run, len(stored))
    grader = grader_digest(run.suite.env_ids)
    findings = [*find_other_problems(run), *find_misplaced(run, stored)]
    if findings:
        return Report(run, [], findings, [], None)
    judged, edits = _judged(run, stored)
    findings += edits
    changes = list(find_flips(stored, judged))
    is_regraded = grader != run.grader
    if not is_regraded:
        findings += [Finding("flipped", str(change)) for change in changes]
    result = _result(run, grader, judged)
    findings += _typed_scores(folder / SCORES_FILE, result)
    return Report(run, judged, findings, changes if is_regraded else [], result)


def completions_digest(episodes: Sequence[Episode]) -> str:
    """Name what was sampled: place, texts and token ids of every episode, not the verdicts."""
    hashed = blake2b(digest_size=6)
    for one in episodes:
        played = [[c.text, c.finish, c.token_ids] for c in one.completions]
        hashed.update(msgspec.json.encode([one.group, one.member, one.actions, played]))
    return hashed.hexdigest()


def _judged(run: Run, stored: Sequence[Episode]) -> tuple[list[Episode], list[Finding]]:
    """Judge every episode, once where its completions lead to what is stored."""
    judged: list[Episode] = []
    findings: list[Finding] = []
    for one in stored:
        played = played_again(run, one)
        edits = list(find_edits(run, one, played))
        findings += [*edits, *find_over_budget(run, one)]
        judged.append(replace(one, verdict=_judge(one, None if edits else played.verdict)))
    return judged, findings


def _judge(episode: Episode, played: Verdict | None) -> Verdict:
    """Judge the texts, where playing them again has not done so.

    Which of two ways an unfinished episode was cut off, they do not show.
    """
    verdict = played or registry.replay(episode.row, episode.actions)
    stored = episode.verdict.reason if episode.verdict else ""
    if (verdict.reason, stored) == ("unfinished", "context_full"):
        return replace(verdict, reason=stored)
    return verdict


def _require_problems(folder: Path, run: Run, num_stored: int) -> None:
    if run.num_episodes - num_stored > MAX_MISSING:
        raise DataError(
            f"{folder} names {run.num_episodes} episodes and holds {num_stored}; run it to the end"
        )
    try:
        _ = run.suite.problems
    except UsageError as error:
        raise DataError(f"{folder} names problems that do not exist: {error}") from error


def _result(run: Run, grader: str, judged: list[Episode]) -> Result:
    player = run.player.digest or run.player.policy
    completions = completions_digest(judged)
    parts = [run.protocol.digest, run.suite_digest, grader, player, completions]
    key = blake2b(msgspec.json.encode(parts), digest_size=6).hexdigest()
    return Result(
        key, run.suite.name, run.suite_digest, run.protocol.digest, grader, player, completions, score(judged)
    )


def _as_file(result: Result) -> bytes:
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def _typed_scores(path: Path, result: Result) -> Iterator[Finding]:
    """Compare `scores.json`, where there is one of this grader, with what follows from the episodes."""
    if not path.exists():
        return
    try:
        content = path.read_bytes()
        typed = msgspec.json.decode(content, type=Result)
        stored: Json = msgspec.json.decode(content)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        yield Finding("typed_score", f"{SCORES_FILE} is not derived from the episodes ({error})")
        return
    names = differing(stored, result)
    if typed.grader == result.grader and names:
        yield Finding("typed_score", f"{SCORES_FILE} differs from the episodes in {', '.join(names)}")


def differing(stored: Json, result: Result) -> list[str]:
    """Name the entries of a `scores.json` that do not follow from the episodes."""
    derived: Json = msgspec.json.decode(msgspec.json.encode(result))
    return [name for name, value in stored.items() if not _agrees(value, derived.get(name))]


def _agrees(stored: Json, derived: Json) -> bool:
    """Compare what a file holds with what follows; figures that an older version did not write may lack."""
    if isinstance(stored, dict) and isinstance(derived, dict):
        there = cast(dict[str, Json], stored)
        return all(name in derived and _agrees(value, derived[name]) for name, value in there.items())
    return stored == derived

"""Replaying a run: some episodes generated again by the same model, and a record written beside them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from reasongym.episodes import Episode, Policy
from reasongym.errors import DataError
from reasongym.evaluation.evaluator import setting_of
from reasongym.evaluation.findings import Finding, place
from reasongym.evaluation.rescoring import inspect
from reasongym.evaluation.runs import Player, Run, planned, write_whole
from reasongym.leaderboard.replays import (
    REPLAY_FILE,
    SHARE,
    Replay,
    Replayed,
    Turn,
    chosen,
    find_misfits,
    find_unreplayable,
    find_wrong,
    run_digest,
)
from reasongym.rollouts import Seat, play, rollout
from reasongym.templates import Tokenizer


def replay(
    folder: Path,
    policy: Policy,
    player: Player,
    *,
    tokenizer: Tokenizer | None,
    context_length: int | None,
    by: str,
    nonce: str,
    share: float = SHARE,
) -> tuple[Replay, list[Finding]]:
    """Generate some episodes of a run again and write `replay.json` where nothing speaks against the run.

    `player` is what plays here, `by` who it is for, and `nonce` must be unknown to the submitter: it chooses
    the episodes. Raises DataError where the folder is refused or such a run cannot come again.
    """
    run, episodes = _replayable(folder)
    digest = run_digest(run, episodes)
    record = Replay(digest, player, by, nonce, share, [], planned(run.suite, run.protocol, player).versions)
    for told in find_misfits(record.sealed(), run, digest):
        raise DataError(f"{folder} cannot be replayed so: {told}")
    spots = chosen(run, digest, nonce, share)
    setting = setting_of(run, tokenizer, context_length)
    problems = run.suite.problems
    plays = (play(problems[group], setting, Seat(group, member, run.salt)) for group, member in spots)
    again = rollout(policy, plays)
    replayed = [_replayed(spot, one) for spot, one in zip(spots, again, strict=True)]
    record = replace(record, episodes=replayed).sealed()
    findings = [*_find_other_prompts(episodes, spots, again), *find_wrong(record, run, episodes)]
    if not findings:
        _write(folder / REPLAY_FILE, record)
    return record, findings


def _replayable(folder: Path) -> tuple[Run, list[Episode]]:
    report = inspect(folder)
    if report.findings:
        raise DataError(f"{folder} is refused: {report.findings[0]}; nothing was replayed")
    for told in find_unreplayable(report.run, report.episodes):
        raise DataError(f"{folder} cannot be replayed: {told}")
    return report.run, report.episodes


def _replayed(spot: tuple[int, int], again: Episode) -> Replayed:
    return Replayed(*spot, [Turn(one.token_ids, one.logprobs) for one in again.completions])


def _find_other_prompts(
    episodes: Sequence[Episode], spots: Sequence[tuple[int, int]], again: Sequence[Episode]
) -> list[Finding]:
    """Compare what the model read first; later prompts follow from it and from what it said."""
    stored = {(one.group, one.member): one for one in episodes}
    return [
        Finding("failed_replay", f"{place(one)} was asked in other token ids")
        for one, other in ((stored[spot], other) for spot, other in zip(spots, again, strict=True))
        if [c.prompt_ids for c in one.completions[:1]] != [c.prompt_ids for c in other.completions[:1]]
    ]


def _write(path: Path, record: Replay) -> None:
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}") from error

"""Traces: a run's right episodes as conversations to learn from (rejection sampling, best-of-n distillation).

The verifier of the environment decides, as it does everywhere; nothing of an episode is changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, TypeAlias

import msgspec

from reasongym.core import Json
from reasongym.episodes import Episode
from reasongym.errors import UsageError

Keep: TypeAlias = Literal["right", "all"]
Preference: TypeAlias = Literal["first", "shortest"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which episodes become traces."""

    keep: Keep = "right"
    """What the verifier calls correct, or all that was judged and not cut off."""
    most: int = 0
    """Of one problem; 0 for no limit."""
    prefer: Preference = "first"
    """Which, where there are more than that."""

    def __post_init__(self) -> None:
        if self.most < 0:
            raise UsageError(f"most must be 0 (no limit) or more, got {self.most}")


@dataclass(slots=True)
class Counts:
    """What became of a run's episodes."""

    problems: int = 0
    solved_problems: int = 0
    """With at least one right episode."""
    episodes: int = 0
    right: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter[str])
    """By why: the verdict's reason, `truncated`, `unscored`, `duplicate` or `over_most`."""

    def as_dict(self) -> dict[str, Json]:
        """Return the counts as plain JSON."""
        return {
            "problems": self.problems,
            "solved_problems": self.solved_problems,
            "episodes": self.episodes,
            "right": self.right,
            "kept": self.kept,
            "dropped": dict(+self.dropped),
        }


def traces(episodes: Iterable[Episode], choice: Choice, counts: Counts) -> Iterator[Episode]:
    """Yield the episodes that are kept, problem by problem; `episodes` come in the order of their groups."""
    for _, group in groupby(episodes, key=lambda episode: episode.group):
        members = list(group)
        fit = list(_fitting(members, choice, counts))
        if choice.prefer == "shortest":
            fit.sort(key=_length)
        kept = fit[: choice.most] if choice.most else fit
        counts.dropped["over_most"] += len(fit) - len(kept)
        counts.kept += len(kept)
        counts.problems += 1
        counts.solved_problems += any(map(_is_right, members))
        yield from sorted(kept, key=lambda episode: episode.member)


def _fitting(members: list[Episode], choice: Choice, counts: Counts) -> Iterator[Episode]:
    seen: set[tuple[str, ...]] = set()
    for episode in members:
        counts.episodes += 1
        counts.right += _is_right(episode)
        why = _refusal(episode, choice)
        if not why and tuple(episode.actions) in seen:
            why = "duplicate"
        if why:
            counts.dropped[why] += 1
            continue
        seen.add(tuple(episode.actions))
        yield episode


def _refusal(episode: Episode, choice: Choice) -> str:
    """Say why an episode cannot be learned from; one that was cut off would teach not to end."""
    if episode.verdict is None:
        return "unscored"
    if episode.is_truncated:
        return "truncated"
    return "" if choice.keep == "all" or episode.verdict.correct else episode.verdict.reason


def _is_right(episode: Episode) -> bool:
    return episode.verdict is not None and episode.verdict.correct


def _length(episode: Episode) -> int:
    """Return the sampled tokens, or the characters where the policy told no tokens."""
    tokens = sum(len(completion.token_ids) for completion in episode.completions)
    return tokens or sum(map(len, episode.actions))


def as_line(episode: Episode, player: str) -> bytes:
    """Write an episode as one line of conversations: `messages`, and where they come from."""
    assert episode.verdict is not None
    line: dict[str, Json] = {
        "messages": [msgspec.to_builtins(message) for message in episode.messages],
        "row": episode.row.as_dict(),
        "sample": episode.member,
        "reward": episode.verdict.reward,
        "reason": episode.verdict.reason,
        "policy": player,
    }
    return msgspec.json.encode(line) + b"\n"

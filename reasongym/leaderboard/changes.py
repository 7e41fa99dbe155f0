"""Changes of the grader and the verdicts that each of them flipped, beside the completions they are about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reasongym.evaluation.flips import Judged
from reasongym.leaderboard.regrading import LoggedFlip
from reasongym.leaderboard.rows import BoardRow


@dataclass(frozen=True, slots=True)
class Change:
    """One grader in place of another."""

    old: str
    new: str
    flips: list[tuple[LoggedFlip, BoardRow | None]]
    """With the run, where it is still on the board."""

    @property
    def num_flips(self) -> int:
        """Verdicts that changed."""
        return len(self.flips)

    @property
    def num_gained(self) -> int:
        """Verdicts that became correct."""
        return sum(_is_correct(one.flip.after) > _is_correct(one.flip.before) for one, _ in self.flips)

    @property
    def num_lost(self) -> int:
        """Verdicts that were correct."""
        return sum(_is_correct(one.flip.after) < _is_correct(one.flip.before) for one, _ in self.flips)


def changes(rows: Sequence[BoardRow], logged: Sequence[LoggedFlip]) -> list[Change]:
    """Group what was logged, and what is still to be regraded, by the change; the latest first."""
    by_completions = {row.result.completions_digest: row for row in rows}
    found: dict[tuple[str, str], Change] = {}
    for one in (*logged, *_not_regraded(rows)):
        change = found.setdefault(
            (one.old_grader, one.new_grader), Change(one.old_grader, one.new_grader, [])
        )
        change.flips.append((one, by_completions.get(one.completions)))
    return list(found.values())[::-1]


def _not_regraded(rows: Sequence[BoardRow]) -> Iterator[LoggedFlip]:
    """Tell the flips of runs that still hold the verdicts of an older grader."""
    for row in rows:
        for flip in row.flips:
            result = row.result
            yield LoggedFlip("", result.completions_digest, row.run.grader, result.grader, flip)


def _is_correct(judged: Judged | None) -> bool:
    return judged is not None and judged.correct

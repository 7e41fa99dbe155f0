"""Verdicts that one version of the grader gave and another gives otherwise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reasongym.core import Verdict
from reasongym.episodes import Episode


@dataclass(frozen=True, slots=True)
class Judged:
    """What a verdict comes to."""

    correct: bool
    reason: str
    reward: float

    @classmethod
    def of(cls, verdict: Verdict | None) -> "Judged | None":
        """Reduce a verdict; None where there is none."""
        return None if verdict is None else cls(verdict.correct, verdict.reason, verdict.reward)

    def __str__(self) -> str:
        return f"{'correct' if self.correct else 'wrong'} ({self.reason}, {self.reward:g})"


@dataclass(frozen=True, slots=True)
class Flip:
    """One episode whose verdict changed."""

    problem: int
    sample: int
    before: Judged | None
    """None where it could not be judged then."""
    after: Judged | None

    def __str__(self) -> str:
        was, is_ = ("not at all" if one is None else str(one) for one in (self.before, self.after))
        return f"problem {self.problem}, sample {self.sample} was judged {was}, is {is_}"


def find_flips(stored: Sequence[Episode], judged: Sequence[Episode]) -> Iterator[Flip]:
    """Compare the verdicts of the same episodes, in the same order."""
    for one, other in zip(stored, judged, strict=True):
        before, after = Judged.of(one.verdict), Judged.of(other.verdict)
        if before != after:
            yield Flip(one.group, one.member, before, after)

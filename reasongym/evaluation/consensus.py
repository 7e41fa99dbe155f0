"""cons@k: what the commonest of k answers earns, in expectation over every choice of k samples."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from reasongym.core import Verdict
from reasongym.errors import UsageError


class Ballot(NamedTuple):
    """The answers to one problem, counted by class; samples without an answer have no vote."""

    right: tuple[int, ...]
    """The size of each class of right answers."""
    wrong: tuple[int, ...]
    """The size of each class of wrong answers."""
    silent: int
    """Samples without an answer."""

    @property
    def samples(self) -> int:
        """The samples that there are."""
        return sum(self.right) + sum(self.wrong) + self.silent


_Ways: TypeAlias = dict[tuple[int, int, int], int]
"""Numbers of choices by (samples chosen, classes at the top, right classes among these)."""


def answer_text(answer: str) -> str:
    """Name an answer by the text that the verdict holds, white space aside."""
    return " ".join(answer.split())


@lru_cache(maxsize=65_536)
def answer_form(answer: str) -> str:
    """Name an answer of mathematics by its normal form, so that 1/2 and 0.5 are one; else by its text.

    Only of mathematics: elsewhere the row and column 1,2 are not 2,1, and 3*4 is not the expression 12.
    """
    from reasongym.answers.matching import form  # its patterns are compiled when first needed

    return form(answer) or answer_text(answer)


def ballot(verdicts: Iterable[Verdict], class_of: Callable[[str], str] = answer_text) -> Ballot:
    """Count the answers of one problem by their classes; a right and a wrong answer are never of one."""
    votes: Counter[tuple[bool, str]] = Counter()
    silent = 0
    for verdict in verdicts:
        if verdict.answer is None and not verdict.correct:
            silent += 1
        else:
            votes[verdict.correct, class_of(verdict.answer or "")] += 1
    sizes: tuple[list[int], list[int]] = ([], [])
    for (correct, _), votes_for in sorted(votes.items()):
        sizes[correct].append(votes_for)
    return Ballot(tuple(sizes[True]), tuple(sizes[False]), silent)


def cons_at(votes: Ballot, k: int) -> float:
    """Return the expected share of right answers among the commonest ones of k samples, exactly.

    Every choice of k samples counts alike; a tie is shared (the answer is drawn among the commonest);
    no answer at all earns 0. Choices are counted by the number of votes that win, class after class.
    """
    if not 1 <= k <= votes.samples:
        raise UsageError(
            f"cons@{k} needs at least {max(k, 1)} samples of each problem, there are {votes.samples}"
        )
    most = min(k, max(votes.right, default=0))  # a top that no class of right answers reaches earns nothing
    earned = math.fsum(
        number * right / tied
        for top in range(1, most + 1)
        for (_, tied, right), number in _won_with(votes, k, top).items()
    )
    return earned / math.comb(votes.samples, k)


def _won_with(votes: Ballot, k: int, top: int) -> _Ways:
    """Count the choices of k samples whose commonest answers have `top` votes.

    Classes too small to reach the top need no counting apart: any of their samples may be chosen.
    """
    ways: _Ways = {(0, 0, 0): 1}
    below = votes.silent
    for sizes, is_right in ((votes.right, 1), (votes.wrong, 0)):
        below += sum(size for size in sizes if size < top)
        for size in sizes:
            if size >= top:
                ways = _with_class(ways, size, is_right, k, top)
    chosen: _Ways = Counter()
    for (taken, tied, right), number in ways.items():
        if tied:
            chosen[k, tied, right] += number * math.comb(below, k - taken)
    return chosen


def _with_class(ways: _Ways, size: int, is_right: int, k: int, top: int) -> _Ways:
    """Let a class add up to `top` of its samples to every choice."""
    grown: _Ways = Counter()
    for (taken, tied, right), number in ways.items():
        for more in range(min(size, top, k - taken) + 1):
            is_top = int(more == top)
            spot = taken + more, tied + is_top, right + is_top * is_right
            grown[spot] += number * math.comb(size, more)
    return grown


def mean_cons_at(ballots: Sequence[Ballot], k: int) -> float:
    """Return cons@k averaged over the problems."""
    return math.fsum(cons_at(votes, k) for votes in ballots) / len(ballots)

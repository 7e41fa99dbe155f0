"""What a check finds, how much of it is done, and the draws that all checks share."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from reasongym.core import Env, Problem, Split, Verdict
from reasongym.seeding import Stream, stream

T = TypeVar("T")


class Scale(NamedTuple):
    """How much to draw: `num` problems a check and level, fewer where `limit_s` CPU seconds end sooner."""

    num: int
    limit_s: float
    num_split: int
    """Problems of each split that are looked for in the other."""


QUICK = Scale(40, 0.1, 40)
NORMAL = Scale(1_000, 0.7, 5_000)
FULL = Scale(10_000, 10.0, 500_000)
"""Whatever costs at most a millisecond a problem is done for all 10,000."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    ok: bool | None
    """None where the environment does not offer what the check needs."""
    detail: str = ""
    """What is wrong, with the row that shows it."""
    figures: dict[str, float] = field(default_factory=dict[str, float])


class Result(NamedTuple):
    """A finding with the name of its check and the level it is about (None: all that were asked for)."""

    name: str
    level: int | None
    finding: Finding

    @property
    def ok(self) -> bool | None:
        """Say whether the check passes; None where what it needs is not offered."""
        return self.finding.ok


def draw(env: Env, level: int, num: int, split: Split | None = None, start: int = 0) -> Iterator[Problem]:
    """Make the problems of `num` seeds, from the first split of the level unless one is named.

    A finite source gives at most what it has, from its first item where `start` is beyond its last.
    """
    split = split or env.splits(level)[0]
    size = _size(env, level, split)
    if size is not None:
        start = 0 if start > size else start
        num = min(num, size - start)
    for seed in range(start, start + num):
        yield env.problem(env.row(seed, level=level, split=split))


def another(env: Env, problem: Problem) -> Problem:
    """Make a problem of the same level and split that is most likely another one."""
    row = problem.row
    size = _size(env, row.level, row.split)
    seed = row.seed + 10**6 if size is None else (row.seed + 1) % size
    return env.problem(env.row(seed, level=row.level, split=row.split))


def _size(env: Env, level: int, split: Split) -> int | None:
    return env.size(level, split, {option.name: option.default for option in env.parameters})


def within(items: Iterable[T], limit_s: float) -> Iterator[T]:
    """Yield items until the CPU time of this thread is up, one at least; a busy machine changes nothing."""
    end = time.thread_time() + limit_s
    for item in items:
        yield item
        if time.thread_time() > end:
            return


class Sample:
    """The problems of one level, made once for all checks of it."""

    def __init__(self, env: Env, level: int, scale: Scale) -> None:
        self.env, self.level, self.scale = env, level, scale
        self._made: dict[Split, list[Problem]] = {}

    def problems(self, num: int | None = None, split: Split | None = None) -> list[Problem]:
        """Return the problems of the first `num` seeds (all of the scale's), as far as its time allows."""
        split = split or self.env.splits(self.level)[0]
        num = self.scale.num if num is None else min(num, self.scale.num)
        made = self._made.setdefault(split, [])
        more = draw(self.env, self.level, num - len(made), split, start=len(made))
        made.extend(within(more, self.scale.limit_s) if len(made) < num else ())
        return made[:num]

    def within(self, items: Iterable[T], share: float = 1.0) -> Iterator[T]:
        """Yield items until a share of the scale's time is up, one at least."""
        return within(items, share * self.scale.limit_s)


def own_stream(name: str, problem: Problem) -> Stream:
    """Open a stream of the kit's own for a problem."""
    return stream(b"check %s %s" % (name.encode(), problem.row.key))


def play(env: Env, problem: Problem, texts: Sequence[str]) -> Verdict:
    """Judge texts played on a problem that is already made; the last text is repeated until the end."""
    session = env.begin(problem)
    limit = env.turn_limit(problem.row)
    for turn in range(limit):
        session, _, _, verdict, _ = env.advance(session, texts[min(turn, len(texts) - 1)])
        if verdict is not None:
            return verdict
    raise AssertionError(f"{env.env_id} gave no verdict in {limit} turns")


def play_randomly(env: Env, problem: Problem, name: str = "random") -> tuple[list[str], Verdict]:
    """Play random legal moves to the end; return them and the verdict."""
    rng = own_stream(name, problem)
    session = env.begin(problem)
    texts: list[str] = []
    while True:
        texts.append(env.random_action(session.state, rng))
        session, _, _, verdict, _ = env.advance(session, texts[-1])
        if verdict is not None:
            return texts, verdict

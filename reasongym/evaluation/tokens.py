"""Accuracy against tokens: what a model makes of longer thinking, over runs and within one."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from reasongym.episodes import Episode
from reasongym.evaluation.metrics import correct_counts
from reasongym.evaluation.runs import Run
from reasongym.evaluation.statistics import Interval, population_interval
from reasongym.thinking import Budget, stages

LIMITS = 16
"""How many limits a curve within one run has at most, by default; its two ends may be two more."""


@dataclass(frozen=True, slots=True)
class Point:
    """A run as a point of the curve."""

    model: str
    protocol: str
    """In words."""
    budget: Budget | None
    tokens: float
    """Sampled in an episode, on average."""
    thinking: float | None
    """Of these, sampled before the answer; None where no budget sets the two apart."""
    accuracy: float
    """avg@k."""
    interval: Interval
    """95%, for other problems of the kind."""


@dataclass(frozen=True, slots=True)
class Within:
    """What a run had solved by some number of tokens."""

    tokens: int
    """Sampled in an episode, at most."""
    ended: float
    """The share of episodes that had ended."""
    accuracy: float
    """The share that had ended and were right."""


def tokens_curve(runs: Iterable[tuple[Run, Sequence[Episode]]]) -> list[Point]:
    """Return a point for each run that has tokens, those of one model together, the shortest first.

    Episodes are judged and in the order (problem, sample), as `rescore` and the rows of the board have them.
    """
    points = [_point(run, episodes) for run, episodes in runs if any(map(num_tokens, episodes))]
    return sorted(points, key=lambda point: (point.model, point.tokens, point.protocol))


def ended_within(episodes: Sequence[Episode], most: int = LIMITS) -> list[Within]:
    """Return what had ended, and was right, by each of about so many numbers of tokens.

    An episode counts with all its tokens: a longer limit shows more episodes, never more of one.
    """
    lengths = sorted(map(num_tokens, episodes))
    right = sorted(num_tokens(one) for one in episodes if _is_right(one))
    total = len(episodes)
    return [
        Within(limit, bisect_right(lengths, limit) / total, bisect_right(right, limit) / total)
        for limit in _even_limits(lengths, most)
    ]


def num_tokens(episode: Episode) -> int:
    """Count the sampled tokens of an episode; 0 where its policy has none."""
    return sum(len(completion.token_ids) for completion in episode.completions)


def _point(run: Run, episodes: Sequence[Episode]) -> Point:
    counts, samples = correct_counts(episodes)
    budget = run.protocol.thinking
    return Point(
        run.player.name,
        run.protocol.title,
        budget,
        fmean(map(num_tokens, episodes)),
        None if budget is None else fmean(_num_thinking(budget, one) for one in episodes),
        sum(counts) / len(episodes),
        population_interval(counts, samples),
    )


def _num_thinking(budget: Budget, episode: Episode) -> int:
    placed = stages(budget, episode.completions)
    return sum(len(completion.token_ids) for completion, before in placed if not before.is_over)


def _is_right(episode: Episode) -> bool:
    return bool(episode.verdict and episode.verdict.correct)


def _even_limits(lengths: Sequence[int], most: int) -> list[int]:
    """Return whole numbers from the shortest length to the longest, their logarithms spaced evenly."""
    least, longest = max(1, lengths[0]), max(1, lengths[-1])
    steps = [least * (longest / least) ** (step / (most - 1)) for step in range(most)]
    return sorted({least, longest, *(min(longest, math.ceil(step)) for step in steps)})

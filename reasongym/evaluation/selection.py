"""best@k: what the sample that a signal of the policy's own picks out of k earns, the verdict unseen.

Picking by the verdict itself needs no figure of its own: where problems can be checked, the best of k is
right if and only if one of them is, which is pass@k.
"""

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

from reasongym.episodes import Episode
from reasongym.errors import UsageError


class Rated(NamedTuple):
    """A sample as selection sees it, and what it would earn."""

    signal: float
    """The highest of those chosen from is picked."""
    correct: bool


def best_at(samples: Sequence[Rated], k: int) -> float:
    """Return the expected share of right ones among the best of k samples, exactly.

    Every choice of k counts alike, and a tie is shared. Where b of n samples are better than a class of m
    alike, C(n - b, k) - C(n - b - m, k) choices have their best in it, each of its members equally often.
    """
    n = len(samples)
    if not 1 <= k <= n:
        raise UsageError(f"best@{k} needs at least {max(k, 1)} samples of each problem, there are {n}")
    earned, left = 0.0, n
    ordered = sorted(samples, key=lambda one: -one.signal)
    for _, alike in groupby(ordered, key=lambda one: one.signal):
        members = list(alike)
        choices = math.comb(left, k) - math.comb(left - len(members), k)
        left -= len(members)
        earned += choices / math.comb(n, k) * sum(one.correct for one in members) / len(members)
    return earned


def mean_best_at(problems: Sequence[Sequence[Rated]], k: int) -> float:
    """Return best@k averaged over the problems."""
    return math.fsum(best_at(samples, k) for samples in problems) / len(problems)


def titled(name: str, k: int) -> str:
    """Name a figure of best@k by what its signal picks."""
    return f"best@{k}, the {name}"


def rated(episodes: Sequence[Episode]) -> dict[str, list[list[Rated]]]:
    """Rate the samples of every problem by each signal that all of them have, by the signal's name."""
    found: dict[str, list[list[Rated]]] = {}
    for name, signal in SIGNALS.items():
        signals = [signal(one) for one in episodes]
        if all(value is not None for value in signals):
            found[name] = _grouped(episodes, [value for value in signals if value is not None])
    return found


def _grouped(episodes: Sequence[Episode], signals: Sequence[float]) -> list[list[Rated]]:
    pairs = zip(episodes, signals, strict=True)
    return [
        [Rated(value, bool(one.verdict and one.verdict.correct)) for one, value in members]
        for _, members in groupby(pairs, key=lambda pair: pair[0].group)
    ]


def likelihood(episode: Episode) -> float | None:
    """Return the mean log-probability of the sampled tokens; None where some have none on record."""
    completions = episode.completions
    if not completions or any(len(one.logprobs) != len(one.token_ids) for one in completions):
        return None
    values = [value for one in completions for value in one.logprobs]
    return math.fsum(values) / len(values) if values else None


def brevity(episode: Episode) -> float:
    """Return less for the longer: tokens where there are any, else characters."""
    tokens = sum(len(one.token_ids) for one in episode.completions)
    return -float(tokens or sum(len(one.text) for one in episode.completions))


SIGNALS: dict[str, Callable[[Episode], float | None]] = {"likeliest": likelihood, "shortest": brevity}
"""By the name of what they pick."""

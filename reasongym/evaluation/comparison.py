"""Comparing policies on the same problems: each problem is its own control, so small gains show early."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from reasongym.errors import UsageError
from reasongym.evaluation.statistics import Interval, paired_interval


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a policy solved each problem of a suite, in the suite's order."""

    counts: Sequence[int]
    """Correct samples of each problem."""
    samples: int
    """Of each problem."""

    @property
    def rates(self) -> list[float]:
        """The solve rate of each problem."""
        return [count / self.samples for count in self.counts]


@dataclass(frozen=True, slots=True)
class Paired:
    """One policy against another, problem by problem."""

    difference: float
    """Of the solve rates, the one's less the other's."""
    interval: Interval
    """95% interval of the difference on such problems, clustered by problem."""
    p: float
    """Of the sign-flip test: how often a difference as large would come about were the two alike."""
    wins: int
    """Problems that the one solves more often."""
    ties: int
    losses: int


def compare(one: Tally, other: Tally) -> Paired:
    """Compare two policies; raises UsageError where they were not measured on equally many problems."""
    if len(one.counts) != len(other.counts):
        raise UsageError(
            f"one has {len(one.counts)} problems, the other {len(other.counts)}; they cannot be paired"
        )
    steps = _steps(one, other)
    return Paired(
        difference=fmean(one.rates) - fmean(other.rates),
        interval=paired_interval(one.rates, other.rates),
        p=sign_flip_p(steps),
        wins=sum(step > 0 for step in steps),
        ties=sum(step == 0 for step in steps),
        losses=sum(step < 0 for step in steps),
    )


def sign_flip_p(differences: Sequence[int]) -> float:
    """Return the share of sign patterns of the differences whose sum is as far from 0 as theirs.

    Exact for any number of problems: the sums of all 2**n patterns are counted by their value, which whole
    numbers allow, instead of being drawn (Fisher's randomization test; see Edgington & Onghena, 4th ed.).
    """
    sizes = [abs(step) for step in differences if step]
    total = sum(sizes)
    chances = np.zeros(total + 1)  # [sum of the sizes with a minus]: each takes 2 of itself off the total
    chances[0] = 1.0
    for size in sizes:
        chances[size:] += chances[: total + 1 - size].copy()
        chances /= 2
    sums = total - 2 * np.arange(total + 1)
    return min(1.0, float(chances[np.abs(sums) >= abs(sum(differences))].sum()))


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust p-values for how many they are (Holm, Scand. J. Statistics 6, 1979), in the order given."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return adjusted


def tied_with_first(rates: Sequence[Sequence[float]]) -> list[bool]:
    """Say of each policy, the best first, whether its paired 95% interval to the first includes 0."""
    return [paired_interval(rates[0], other).low <= 0 for other in rates]


def _steps(one: Tally, other: Tally) -> list[int]:
    """Return the differences of the rates in their smallest common unit, so that sums are exact."""
    unit = math.lcm(one.samples, other.samples)
    mine, theirs = unit // one.samples, unit // other.samples
    steps = [mine * a - theirs * b for a, b in zip(one.counts, other.counts, strict=True)]
    common = math.gcd(*steps) or 1
    return [step // common for step in steps]

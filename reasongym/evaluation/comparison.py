"""Comparing policies on the same problems: each problem is its own control, so small gains show early."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, variance

import numpy as np
import numpy.typing as npt

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


MOST_CELLS = 4_000_000_000
"""Additions that an exact test may take, some seconds."""


def shuffle_p(one: Tally, other: Tally) -> float:
    """Return how often the one would be so far above the other if all problems were shuffled between them.

    The one-sided permutation test for problems that cannot be paired: the sums of every choice of as many
    problems as the one has are counted by their value, up to `MOST_CELLS` of work, beyond which they are
    normal. What comes out equal counts half (mid-p, Lancaster, JASA 56, 1961), so that a difference of
    nothing is called significant as often as the level says.
    """
    unit, num = math.lcm(one.samples, other.samples), len(one.counts)
    rates = [round(rate * unit) for rate in (*one.rates, *other.rates)]
    is_easy = 2 * sum(rates) > unit * len(rates)
    steps = [unit - rate for rate in rates] if is_easy else rates  # what is rare is quicker to count
    common = math.gcd(*steps) or 1
    values = [step // common for step in steps]
    below = _below(values, num, sum(values[:num]))
    return below if is_easy else 1 - below


def _below(values: Sequence[int], size: int, at: int) -> float:
    """Return the chance that `size` of the values sum to less, and half of that of as much."""
    if size * len(values) * sum(values) > MOST_CELLS:
        spread = math.sqrt(size * (len(values) - size) / len(values) * variance(values))
        return NormalDist(size * fmean(values), spread).cdf(at)
    chances = _sums(values, size)
    return min(1.0, float(chances[:at].sum() + chances[at] / 2))


def _sums(values: Sequence[int], size: int) -> npt.NDArray[np.float64]:
    """Return the chance of each sum of `size` of the values, drawn without putting back."""
    chances = np.zeros((size + 1, sum(values) + 1))  # [how many are drawn, their sum]
    chances[0, 0] = 1.0
    drawn = np.arange(size + 1)[:, None]
    for place, value in enumerate(sorted(values, reverse=True)):
        if value == 0:  # zeros come last and add nothing
            break
        chosen = chances * np.clip((size - drawn) / (len(values) - place), 0, 1)
        chances -= chosen
        chances[1:, value:] += chosen[:-1, : chances.shape[1] - value]
    return chances.sum(0)


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

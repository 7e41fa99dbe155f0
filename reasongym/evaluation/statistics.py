"""Intervals whose unit is the problem: samples of one problem are not independent of each other.

Treating n x k samples as independent prints error bars several times too small. Two questions have two
answers: the *population* interval says how well the policy would do on other problems of the same kind,
the *sampling* interval what sampling these very problems again would give (Miller, arXiv 2411.00640).
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist, fmean, stdev, variance
from typing import NamedTuple

CONFIDENCE = 0.95
NORMAL_FROM = 100_000
"""Degrees of freedom from which Student's t and the normal quantile differ by less than 3e-5."""


class Interval(NamedTuple):
    """A 95% interval; rates are clipped to [0, 1]."""

    low: float
    high: float


def population_interval(counts: Sequence[int], samples: int) -> Interval:
    """Bound the solve rate on the population the problems were drawn from.

    `counts` holds the correct samples of each problem, out of `samples`. Wilson's interval over as many
    independent trials as would spread as the problems' means do (Korn & Graubard, Survey Methodology 24,
    1998, with Student's t for the quantile): near 0 and 1 a symmetric interval misses too often. Where the
    means are single bits or show no spread, a trial a problem, since they would claim certainty.
    """
    rates = [count / samples for count in counts]
    rate, n = fmean(rates), len(rates)
    if samples == 1 or len(set(rates)) == 1:
        return wilson(rate, n)
    trials = min(rate * (1 - rate) * n / variance(rates), n * samples)
    return wilson(rate, trials, student_t(n - 1))


def sampling_interval(counts: Sequence[int], samples: int) -> Interval | None:
    """Bound the solve rate on exactly these problems, were they sampled for ever.

    Student's t with Satterthwaite's degrees of freedom over the problems' own variances. None for one
    sample a problem, which shows nothing of them.
    """
    if samples == 1:
        return None
    rates = [count / samples for count in counts]
    variances = [rate * (1 - rate) / (samples - 1) for rate in rates]
    total = math.fsum(variances)
    if total == 0:
        return _agreed_interval(counts, samples)
    freedom = total**2 * (samples - 1) / math.fsum(v * v for v in variances)
    return _clipped(fmean(rates), student_t(int(freedom)) * math.sqrt(total) / len(rates))


def _agreed_interval(counts: Sequence[int], samples: int) -> Interval:
    """Bound the rate where the samples of every problem agree.

    Of a problems always solved, with any rates r, all a * k samples are right with a chance of at most
    mean(r) ** (a * k), as the geometric mean is at most the arithmetic one: Clopper and Pearson's bound
    holds for the mean of unequal rates too. The same for problems never solved.
    """
    solved, n = sum(count == samples for count in counts), len(counts)
    below = solved / n * _never_seen(solved * samples)
    above = (n - solved) / n * _never_seen((n - solved) * samples)
    return Interval(round(solved / n - below, 9), round(solved / n + above, 9))


def _never_seen(trials: int) -> float:
    """Bound the rate of an event that did not happen in so many trials."""
    return 1 - ((1 - CONFIDENCE) / 2) ** (1 / trials) if trials else 0.0


def paired_interval(one: Sequence[float], other: Sequence[float]) -> Interval:
    """Bound the mean difference `one - other` of two policies' rates on the same problems, in order.

    Student's t over the differences; where they show no spread, as wide as Wilson's interval at 0.
    """
    differences = [a - b for a, b in zip(one, other, strict=True)]
    mean, n = fmean(differences), len(differences)
    if n < 2:
        return Interval(-1.0, 1.0)
    spread = stdev(differences)
    half = student_t(n - 1) * spread / math.sqrt(n) if spread else wilson(0, n).high
    return Interval(round(max(-1.0, mean - half), 9), round(min(1.0, mean + half), 9))


def difference_interval(one: tuple[float, Interval], other: tuple[float, Interval]) -> Interval:
    """Bound the difference of two rates that were measured apart, each given with its own interval.

    Newcombe's hybrid of two score intervals (Statistics in Medicine 17, 1998, method 10), which holds where
    rates are near 0 or 1.
    """
    (rate, (low, high)), (rate2, (low2, high2)) = one, other
    below = math.hypot(rate - low, high2 - rate2)
    above = math.hypot(high - rate, rate2 - low2)
    return Interval(round(rate - rate2 - below, 9), round(rate - rate2 + above, 9))


def wilson(rate: float, trials: float, z: float = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)) -> Interval:
    """Return Wilson's score interval of a rate over independent trials (JASA 22, 1927)."""
    middle = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    return _clipped(middle, half)


@lru_cache(maxsize=1024)
def student_t(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Return the t within which Student's distribution has `confidence` of its mass, to 1e-12."""
    if freedom >= NORMAL_FROM:
        return NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = 0.0, 1.0
    while _central_mass(high, freedom) < confidence:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _central_mass(middle, freedom) < confidence else (low, middle)
    return high


def _central_mass(t: float, freedom: int) -> float:
    """P(|T| <= t) by the finite series of Abramowitz & Stegun 26.7.3 (odd) and 26.7.4 (even)."""
    odd = freedom % 2
    angle = math.atan(t / math.sqrt(freedom))
    term, total = (math.cos(angle) if odd else 1.0), 0.0
    for j in range(1, freedom // 2 + 1):
        total += term
        term *= (2 * j - 1 + odd) / (2 * j + odd) * math.cos(angle) ** 2
    mass = math.sin(angle) * total
    return 2 / math.pi * (angle + mass) if odd else mass


def _clipped(middle: float, half: float) -> Interval:
    """Bound to [0, 1] and round, since the last bits of sin and atan differ between platforms."""
    return Interval(round(max(0.0, middle - half), 9), round(min(1.0, middle + half), 9))

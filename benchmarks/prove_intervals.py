"""What the evaluator claims of its intervals: how often 95% intervals hold the truth, simulated."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.bars import Bar, Outcome, at_least, at_most
from reasongym.evaluation.statistics import paired_interval, population_interval, sampling_interval

PROBLEMS = 30
SAMPLES = (1, 4, 16, 64)
RATES = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Mean solve rates r of the populations; problems are solved with Beta(0.8 r, 0.8 (1 - r)), mostly 0 or 1."""
ENDS = (0.05, 0.1, 0.9, 0.95)
"""Rates at which 30 problems tell little; reported beside, without a bar."""


def coverage(samples: int, rate: float, draws: int) -> float:
    """Return how often the population interval of 30 problems holds the population's rate."""
    rng = np.random.default_rng([samples, round(1000 * rate)])
    difficulty = rng.beta(0.8 * rate, 0.8 * (1 - rate), (draws, PROBLEMS))
    counts: Sequence[list[int]] = rng.binomial(samples, difficulty).tolist()
    return _share(low <= rate <= high for low, high in (population_interval(c, samples) for c in counts))


def sampling_coverage(samples: int, rate: float, draws: int) -> float:
    """Return how often the sampling interval holds the true mean rate of these very 30 problems."""
    rng = np.random.default_rng([samples, round(1000 * rate), 1])
    difficulty = rng.beta(0.8 * rate, 0.8 * (1 - rate), (draws, PROBLEMS))
    counts: Sequence[list[int]] = rng.binomial(samples, difficulty).tolist()
    truths: list[float] = difficulty.mean(axis=1).tolist()
    intervals = zip(truths, (sampling_interval(c, samples) for c in counts), strict=True)
    return _share(found is not None and found.low <= truth <= found.high for truth, found in intervals)


def paired_coverage(samples: int, gain: float, draws: int) -> float:
    """Return how often the paired interval holds the mean gain of one policy on another."""
    rng = np.random.default_rng([samples, round(1000 * gain), 2])
    first = rng.beta(0.5, 0.5, (draws, PROBLEMS)) * (1 - gain)
    ones, others = rng.binomial(samples, first + gain), rng.binomial(samples, first)
    pairs = zip((ones / samples).tolist(), (others / samples).tolist(), strict=True)
    return _share(low <= gain <= high for low, high in (paired_interval(*pair) for pair in pairs))


def intervals(draws: int = 20_000) -> Outcome:
    """Hold the coverage of every interval against 93 to 97%, pooled over the rates for each k."""
    figures: dict[str, dict[str, float]] = {}
    bars: list[Bar] = []
    for k in SAMPLES:
        found = {f"{rate:g}": coverage(k, rate, draws) for rate in RATES}
        bars += _bars(f"population interval, k = {k}", found)
        figures[f"population, k = {k}"] = found | {f"{r:g}": coverage(k, r, draws) for r in ENDS}
    for k in SAMPLES[1:]:
        found = {f"{rate:g}": sampling_coverage(k, rate, draws) for rate in RATES}
        bars += _bars(f"sampling interval, k = {k}", found)
        figures[f"sampling, k = {k}"] = found
    for k in SAMPLES:
        found = {f"{gain:g}": paired_coverage(k, gain, draws) for gain in (0.05, 0.2)}
        bars += _bars(f"paired interval, k = {k}", found)
        figures[f"paired, k = {k}, by gain"] = found
    return Outcome(bars, {"problems": PROBLEMS, "draws": draws, **figures})


def _bars(name: str, found: dict[str, float]) -> Iterator[Bar]:
    pooled = sum(found.values()) / len(found)
    yield at_least(name, pooled, 0.93)
    yield at_most(name, pooled, 0.97)


def _share(hits: Iterator[bool]) -> float:
    listed = list(hits)
    return sum(listed) / len(listed)

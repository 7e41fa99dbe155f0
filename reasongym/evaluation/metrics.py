"""What a set of judged episodes amounts to; every figure is a pure function of them."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from reasongym.episodes import Episode
from reasongym.errors import UsageError
from reasongym.evaluation.benchmarks import ENV_ID
from reasongym.evaluation.consensus import Ballot, answer_form, answer_text, ballot, mean_cons_at
from reasongym.evaluation.selection import mean_best_at, rated
from reasongym.evaluation.statistics import Interval, population_interval, sampling_interval

CUT_REASONS = ("turn_limit", "context_full", "unfinished")
"""Reasons of a verdict that say the episode was cut off before its own end."""
PERCENTILES = (5, 50, 95)


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one run."""

    num_problems: int
    samples: int
    """Of each problem."""
    solve_rate: float
    """avg@k: correct samples over all samples."""
    population: Interval
    """95% interval for other problems of this kind."""
    sampling: Interval | None
    """95% interval for these very problems; None where each has one sample, which shows none."""
    pass_at: dict[int, float]
    """Unbiased pass@k for each k a power of two, at most half the samples (1 always).

    It is best@k by the verifier too.
    """
    mean_reward: float
    mean_turns: float
    mean_tokens: float | None
    """Sampled in an episode; None for policies without tokens."""
    mean_characters: float
    truncation_rate: float
    no_answer_rate: float
    reasons: dict[str, int]
    """How many episodes ended for each reason, the commonest first."""
    any_at: float = 0.0
    """any@k: problems of which one sample at least is right."""
    cons_at: dict[int, float] = field(default_factory=dict[int, float])
    """cons@k for the k of `pass_at` and for all samples."""
    answer_rate: float = 0.0
    """Episodes with a declared answer, right or wrong: what others call the format score."""
    lengths: dict[int, float] = field(default_factory=dict[int, float])
    """Percentiles of an episode's length, in tokens, or in characters where there are no tokens."""
    best_at: dict[str, dict[int, float]] = field(default_factory=dict[str, dict[int, float]])
    """best@k by each signal that needs no verdict, for the k of `cons_at` above 1."""


class AtK(NamedTuple):
    """The figures for k samples of each problem, expected over every choice of k from those there are."""

    avg: float
    passed: float
    cons: float
    best: dict[str, float]
    """By what a signal of the policy's own picks."""


def score(episodes: Sequence[Episode]) -> Scores:
    """Compute the figures of complete, judged episodes in the order (problem, sample)."""
    verdicts = [episode.verdict for episode in episodes if episode.verdict is not None]
    counts, samples = correct_counts(episodes)
    ballots = list(_ballots(episodes))
    ks = _reported_ks(samples)
    reasons = Counter(verdict.reason for verdict in verdicts)
    return Scores(
        num_problems=len(counts),
        samples=samples,
        solve_rate=sum(counts) / len(episodes),
        population=population_interval(counts, samples),
        sampling=sampling_interval(counts, samples),
        pass_at={k: mean_pass_at(counts, samples, k) for k in ks},
        mean_reward=_mean([verdict.reward for verdict in verdicts]),
        mean_turns=_mean([len(episode.actions) for episode in episodes]),
        mean_tokens=_mean_tokens(episodes),
        mean_characters=_mean([sum(len(c.text) for c in episode.completions) for episode in episodes]),
        truncation_rate=_mean([is_cut(episode) for episode in episodes]),
        no_answer_rate=reasons["no_answer"] / len(episodes),
        reasons=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        any_at=_mean([count > 0 for count in counts]),
        cons_at={k: mean_cons_at(ballots, k) for k in sorted({*ks, samples})},
        answer_rate=_mean([verdict.correct or verdict.answer is not None for verdict in verdicts]),
        lengths=_percentiles(_lengths(episodes)),
        best_at=_best_at(episodes, [k for k in sorted({*ks, samples}) if k > 1]),
    )


def figures_at(episodes: Sequence[Episode], k: int) -> AtK:
    """Return avg@k, pass@k, cons@k and best@k; raises UsageError where a problem has fewer than k samples."""
    counts, samples = correct_counts(episodes)
    if not 1 <= k <= samples:
        raise UsageError(f"avg@{k} needs at least {max(k, 1)} samples of each problem, there are {samples}")
    return AtK(
        avg=sum(counts) / len(episodes),
        passed=mean_pass_at(counts, samples, k),
        cons=mean_cons_at(list(_ballots(episodes)), k),
        best={name: mean_best_at(found, k) for name, found in rated(episodes).items()},
    )


def correct_counts(episodes: Sequence[Episode]) -> tuple[list[int], int]:
    """Return the number of correct samples of each problem, and the samples that each has."""
    groups = [list(members) for _, members in groupby(episodes, key=lambda episode: episode.group)]
    counts = [sum(bool(one.verdict and one.verdict.correct) for one in members) for members in groups]
    return counts, len(groups[0])


def mean_pass_at(counts: Sequence[int], samples: int, k: int) -> float:
    """Return pass@k averaged over the problems."""
    return _mean([pass_at(samples, count, k) for count in counts])


def pass_at(n: int, num_correct: int, k: int) -> float:
    """Return the unbiased estimate of solving a problem in k tries, from n samples that are there.

    1 - C(n - c, k) / C(n, k), the share of k-subsets with a correct one (Chen et al., arXiv 2107.03374).
    """
    if not 1 <= k <= n:
        raise UsageError(f"pass@{k} needs at least {max(k, 1)} samples of each problem, there are {n}")
    return 1 - math.comb(n - num_correct, k) / math.comb(n, k)


def is_cut(episode: Episode) -> bool:
    """Say whether turns or tokens ran out; the flag stored in the episode is not trusted."""
    reason = episode.verdict.reason if episode.verdict else ""
    return reason in CUT_REASONS or (bool(episode.completions) and episode.completions[-1].finish == "length")


def _reported_ks(samples: int) -> list[int]:
    """At k beyond half the samples the estimate is still unbiased but its spread is near its range."""
    return [2**power for power in range(samples.bit_length()) if power == 0 or 2 ** (power + 1) <= samples]


def _best_at(episodes: Sequence[Episode], ks: Sequence[int]) -> dict[str, dict[int, float]]:
    if not ks:
        return {}
    return {name: {k: mean_best_at(found, k) for k in ks} for name, found in rated(episodes).items()}


def _ballots(episodes: Sequence[Episode]) -> Iterator[Ballot]:
    for _, grouped in groupby(episodes, key=lambda episode: episode.group):
        members = list(grouped)
        class_of = answer_form if members[0].row.env_id == ENV_ID else answer_text
        yield ballot([one.verdict for one in members if one.verdict is not None], class_of)


def _mean_tokens(episodes: Sequence[Episode]) -> float | None:
    lengths = _num_tokens(episodes)
    return _mean(lengths) if any(lengths) else None


def _lengths(episodes: Sequence[Episode]) -> list[int]:
    lengths = _num_tokens(episodes)
    return lengths if any(lengths) else [sum(len(c.text) for c in one.completions) for one in episodes]


def _num_tokens(episodes: Sequence[Episode]) -> list[int]:
    return [sum(len(c.token_ids) for c in episode.completions) for episode in episodes]


def _percentiles(values: Sequence[int]) -> dict[int, float]:
    """Return the least value that so many in a hundred do not exceed."""
    ordered = sorted(values)
    return {share: ordered[-(-share * len(ordered) // 100) - 1] for share in PERCENTILES}


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)

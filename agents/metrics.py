"""Figures of what was played in a step, from its groups alone, and the file they are read back from.

What the update adds (loss, clip fractions, gradient norm, ...) the trainer writes into the same line; the
table of all names is in docs/diagnosis.md.
"""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import msgspec

from reasongym.agents.run_folder import METRICS_FILE, whole_lines
from reasongym.episodes import Episode
from reasongym.errors import DataError

Metrics: TypeAlias = dict[str, float]

NGRAM = 4
"""Tokens of the n-grams whose repetition is counted."""
MOST_PAIRS = 64
"""Pairs of episodes compared for each similarity, spread evenly."""
UNREADABLE = frozenset({"no_answer", "syntax", "over_limit", "wrong_shape", "hedged", "retracted"})
"""Reasons of verdicts that found no one answer to judge: the format went wrong, not the solution."""


def read_metrics(folder: Path) -> list[Metrics]:
    """Read a run's metrics, NaN where a figure was not finite; raises DataError naming the corrupt line."""
    path = folder / METRICS_FILE
    metrics: list[Metrics] = []
    for number, line in enumerate(whole_lines(path), 1):
        try:
            read = msgspec.json.decode(line, type=dict[str, float | None])
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number} is not a record of metrics ({error})") from error
        metrics.append({name: math.nan if value is None else value for name, value in read.items()})
    return metrics


def play_metrics(groups: Sequence[Sequence[Episode]]) -> Metrics:
    """Describe the groups of a step, of whose episodes one at least was judged.

    Rewards, solve rates and what is read from verdicts are of the judged episodes: an unscored one is not a
    wrong one. Tokens are sampled ones; `sampled_entropy` is the mean of their -log p, in nats. A group may be
    empty: where collection ends early, its episodes were not waited for.
    """
    groups = [group for group in groups if group]
    episodes = [episode for group in groups for episode in group]
    return {
        "episodes": len(episodes),
        **_verdicts(episodes),
        **_lengths(episodes),
        **_reasons(episodes),
        **_outcomes(groups),
        **_by_source(episodes),
        **_variety(groups),
    }


def is_solved(episode: Episode) -> bool:
    """Say whether an episode was judged correct."""
    return episode.verdict is not None and episode.verdict.correct


def _verdicts(episodes: Sequence[Episode]) -> Metrics:
    judged = [episode for episode in episodes if episode.verdict is not None]
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for verdict in (episode.verdict for episode in judged):
        for name, value in verdict.parts.items() if verdict else ():
            parts[name].append(value)
    return {
        "reward": statistics.fmean(episode.reward for episode in judged),
        "solve_rate": statistics.fmean(map(is_solved, judged)),
        "unreadable": statistics.fmean(_reason(episode) in UNREADABLE for episode in judged),
        **{f"part/{name}": statistics.fmean(values) for name, values in sorted(parts.items())},
    }


def _lengths(episodes: Sequence[Episode]) -> Metrics:
    tokens = [len(completion.token_ids) for episode in episodes for completion in episode.completions]
    surprise = [-score for e in episodes for completion in e.completions for score in completion.logprobs]
    return {
        "completion_tokens": statistics.fmean(tokens) if tokens else 0.0,
        "completion_tokens_p95": _nearest_rank(tokens, 0.95),
        "turns": statistics.fmean(len(episode.completions) for episode in episodes),
        "truncated": statistics.fmean(episode.is_truncated for episode in episodes),
        "sampled_entropy": statistics.fmean(surprise) if surprise else 0.0,
    }


def _nearest_rank(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of all does not exceed; 0 where there are none."""
    return float(sorted(values)[math.ceil(share * len(values)) - 1]) if values else 0.0


def _reasons(episodes: Sequence[Episode]) -> Metrics:
    reasons = Counter(map(_reason, episodes))
    return {f"reason/{reason}": count / len(episodes) for reason, count in sorted(reasons.items())}


def _reason(episode: Episode) -> str:
    return episode.verdict.reason if episode.verdict else "unscored"


def _outcomes(groups: Sequence[Sequence[Episode]]) -> Metrics:
    """Count the groups whose judged members all solved their problem, or none of them."""
    solved = [[is_solved(episode) for episode in group if episode.verdict] for group in groups]
    judged = [members for members in solved if members]
    return {
        "solved_groups": statistics.fmean(map(all, judged)),
        "failed_groups": statistics.fmean(not any(members) for members in judged),
    }


def _by_source(episodes: Sequence[Episode]) -> Metrics:
    """Return solve rates by environment, and by environment and level."""
    rates: defaultdict[str, list[bool]] = defaultdict(list)
    for episode in episodes:
        if episode.verdict is not None:
            env = f"solve_rate/{episode.row.env_id}"
            rates[env].append(is_solved(episode))
            rates[f"{env}/level-{episode.row.level}"].append(is_solved(episode))
    return {name: statistics.fmean(solved) for name, solved in sorted(rates.items())}


# -- variety ----------------------------------------------------------------------------------------------


def _variety(groups: Sequence[Sequence[Episode]]) -> Metrics:
    sampled = [[_sampled(episode) for episode in group] for group in groups]
    repeated = [repetition(ids) for group in sampled for ids in group if len(ids) >= NGRAM]
    within = [pair for group in sampled for pair in pairwise(group)]
    across = [pair for one, other in _neighbours(groups, sampled) for pair in zip(one, other, strict=False)]
    return {
        "repeated_ngrams": statistics.fmean(repeated) if repeated else 0.0,
        "distinct_completions": statistics.fmean(len(set(group)) / len(group) for group in sampled),
        "similarity_within": _mean_similarity(within),
        "similarity_across": _mean_similarity(across),
    }


def _sampled(episode: Episode) -> tuple[int, ...]:
    """Return the ids sampled in an episode, its turns end to end."""
    return tuple(token for completion in episode.completions for token in completion.token_ids)


def _neighbours(
    groups: Sequence[Sequence[Episode]], sampled: list[list[tuple[int, ...]]]
) -> Iterator[tuple[list[tuple[int, ...]], list[tuple[int, ...]]]]:
    """Give what was sampled on neighbouring groups of different problems."""
    for place in range(len(groups) - 1):
        if groups[place][0].row != groups[place + 1][0].row:
            yield sampled[place], sampled[place + 1]


def repetition(ids: Sequence[int]) -> float:
    """Return the share of the n-grams that stood earlier in the same ids; needs at least `NGRAM` of them."""
    ngrams = list(zip(*(ids[start:] for start in range(NGRAM)), strict=False))
    return 1 - len(set(ngrams)) / len(ngrams)


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """Compare two lists of ids by the pairs of neighbours they share: 0 none, 1 all.

    It is Dice's coefficient of the two multisets of pairs, the beginning counted as a token; two empty lists
    are alike.
    """
    if not one and not other:
        return 1.0
    pairs, others = (Counter(zip([-1, *ids], ids, strict=False)) for ids in (one, other))
    return 2 * (pairs & others).total() / (len(one) + len(other))


def _mean_similarity(pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> float:
    """Return the mean similarity of at most `MOST_PAIRS`; 0 where there is no pair."""
    num = min(len(pairs), MOST_PAIRS)
    chosen = (pairs[place * len(pairs) // num] for place in range(num))
    return statistics.fmean(similarity(one, other) for one, other in chosen) if num else 0.0

"""Aggregations: what one sampled token weighs, its share of the loss's denominator.

Denominators count the whole batch of an update, never a micro-batch, a row or padding. An episode counts
once, however many rows it forks into; one without sampled tokens, or left out, does not count.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias


class Sizes(NamedTuple):
    """The episodes that count."""

    tokens: Sequence[int]
    """Sampled tokens of each, at least 1."""
    groups: Sequence[int]
    """The group of each."""
    normaliser: int


Aggregation: TypeAlias = Callable[[Sizes], list[float]]
"""Returns the weight of one token of each episode."""


def token_mean(sizes: Sizes) -> list[float]:
    """Weigh each of N tokens 1/N; DAPO, arXiv 2503.14476, eq. 12."""
    num_tokens = sum(sizes.tokens)
    return [1 / num_tokens] * len(sizes.tokens)


def sequence_mean(sizes: Sizes) -> list[float]:
    """Weigh a token of one of E episodes with n tokens 1/(n E); GRPO, arXiv 2402.03300, eq. 3."""
    return [1 / (size * len(sizes.tokens)) for size in sizes.tokens]


def prompt_mean(sizes: Sizes) -> list[float]:
    """Weigh a token of one of P groups with n tokens in all 1/(n P): each problem counts alike."""
    totals: Counter[int] = Counter()
    for group, size in zip(sizes.groups, sizes.tokens, strict=True):
        totals[group] += size
    return [1 / (totals[group] * len(totals)) for group in sizes.groups]


def constant(sizes: Sizes) -> list[float]:
    """Weigh each token of E episodes 1/(E C), whatever their lengths; Dr. GRPO, arXiv 2503.20783, 3.2.

    C is the setting `normaliser`, the same at every step.
    """
    return [1 / (len(sizes.tokens) * sizes.normaliser)] * len(sizes.tokens)


def pair_sum(sizes: Sizes) -> list[float]:
    """Weigh each token of E episodes 2/E: sums by episode, means over pairs; DPO, arXiv 2305.18290, eq. 7."""
    return [2 / len(sizes.tokens)] * len(sizes.tokens)


AGGREGATIONS: dict[str, Aggregation] = {
    "token-mean": token_mean,
    "sequence-mean": sequence_mean,
    "prompt-mean": prompt_mean,
    "constant": constant,
    "pair-sum": pair_sum,
}

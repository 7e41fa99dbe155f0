"""Iterative DPO from verifier pairs, put as a policy gradient whose advantages are known at each update.

The loss of a pair depends on its episodes' tokens through two sums of log-probs alone, so its gradient is
that of `-sum(a_t log p_t)` with one advantage an episode; the sums come from a pass without gradients. A pair
may thus be cut into any micro-batches.
"""

import math
from collections.abc import Sequence

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.played import Advantage, Played


def pair_of(group: Sequence[Played]) -> tuple[int, ...]:
    """Return (chosen, rejected): the first of greatest and the first of least reward that have tokens.

    Nobody where all earned the same; Online-DPO-R1 pairs the best with the worst of its samples.
    """
    places = [place for place, one in enumerate(group) if one.num_tokens]
    if not places:
        return ()
    chosen = max(places, key=lambda place: (group[place].reward, -place))
    rejected = min(places, key=lambda place: (group[place].reward, place))
    return (chosen, rejected) if group[chosen].reward > group[rejected].reward else ()


def dpo(groups: Sequence[Sequence[Played]], settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Return minus the derivative of each pair's loss by each of its two sums of log-probs.

    `-(1 - s) log sigmoid(h) - s log sigmoid(-h)` with `h = beta (chosen - rejected)` over sums of log-ratios
    to the reference and `s` the label smoothing; Rafailov et al., arXiv 2305.18290, eq. 7; smoothing as in
    Mitchell, "A note on DPO with noisy preferences" (2023). Members without a pair are left out.
    """
    advantages: list[list[Advantage]] = []
    for group in groups:
        own: list[Advantage] = [None] * len(group)
        pair = pair_of(group)
        if pair:
            chosen, rejected = pair
            margin = settings.beta * (group[chosen].log_ratio - group[rejected].log_ratio)
            own[chosen] = settings.beta * (_sigmoid(-margin) - settings.label_smoothing)
            own[rejected] = -settings.beta * (_sigmoid(-margin) - settings.label_smoothing)
        advantages.append(own)
    return advantages


def pair_loss(margin: float, label_smoothing: float) -> float:
    """Return the loss of a pair with `h = margin`."""
    return -(1 - label_smoothing) * _log_sigmoid(margin) - label_smoothing * _log_sigmoid(-margin)


def _sigmoid(value: float) -> float:
    return math.exp(_log_sigmoid(value))


def _log_sigmoid(value: float) -> float:
    return min(value, 0.0) - math.log1p(math.exp(-abs(value)))

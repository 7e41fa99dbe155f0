"""Implicit process rewards: a second model, taught outcomes alone, says what each token contributed."""

from collections.abc import Sequence

import torch
from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.played import Advantage, Played
from reasongym.agents.returns import returns_to_go, whitened


def prime(groups: Sequence[Sequence[Played]], settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Whiten returns of process rewards and outcome, each less its leave-one-out baseline.

    `A_t = step_weight * sum_(s >= t) gamma^(s-t) (p_s - mean of the others' mean p) + r - mean of the
    others' r` with process rewards p of each token; PRIME, arXiv 2502.01456, section 3.2, and the whitening
    of its code. (That code scales p_s by K/(K-1) and takes the mean of all K.)
    """
    return whitened([_of_group(group, settings) for group in groups])


def _of_group(group: Sequence[Played], settings: AlgorithmSettings) -> list[Tensor]:
    means = [float(_process(one).mean()) if one.num_tokens else 0.0 for one in group]
    outcomes = [one.total for one in group]
    returns: list[Tensor] = []
    for place, one in enumerate(group):
        process = _process(one) - _mean_of_others(means, place)
        outcome = outcomes[place] - _mean_of_others(outcomes, place)
        returns.append(settings.step_weight * returns_to_go(process, settings.gamma) + outcome)
    return returns


def _mean_of_others(values: Sequence[float], place: int) -> float:
    others = [*values[:place], *values[place + 1 :]]
    return sum(others) / len(others) if others else 0.0


def _process(one: Played) -> Tensor:
    assert one.process is not None  # the learner asks its reward model wherever an estimator needs one
    return one.process


def outcome_slope(log_ratio: float, *, solved: bool, beta: float) -> float:
    """Return the derivative of the reward model's loss on one episode by its sum of log-probs.

    The loss is the cross-entropy of `sigmoid(beta log_ratio)` against the outcome; PRIME, arXiv 2502.01456.
    """
    chance = float(torch.tensor(beta * log_ratio, dtype=torch.float64).sigmoid())
    return beta * (chance - float(solved))

"""Step-level credit by anchors: turns of one group that began at the same observation are compared."""

from collections import defaultdict
from collections.abc import Sequence

from torch import Tensor

from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.baselines import group_advantages, grpo
from reasongym.agents.played import Advantage, Played
from reasongym.agents.returns import turn_returns_to_go


def gigpo(groups: Sequence[Sequence[Played]], settings: AlgorithmSettings) -> list[list[Advantage]]:
    """Add to each episode's advantage that of each turn among all turns that began alike.

    `A = A_episode + step_weight * A_step`, both standardised as in `baselines.grpo`; a step's return is
    discounted by `turn_gamma` a turn; a turn whose observation nobody else met, at any turn, adds 0. GiGPO,
    arXiv 2505.10978.
    """
    return [list(_of_group(group, settings)) for group in groups]


def _of_group(group: Sequence[Played], settings: AlgorithmSettings) -> list[Tensor]:
    episodes = group_advantages([one.total for one in group], grpo)
    steps = step_advantages(group, settings.turn_gamma)
    return [
        one.spread([episode + settings.step_weight * step for step in own])
        for one, episode, own in zip(group, episodes, steps, strict=True)
    ]


def step_advantages(group: Sequence[Played], turn_gamma: float) -> list[list[float]]:
    """Return the advantage of each turn of each member among the turns with the same anchor."""
    returns = [turn_returns_to_go(one, turn_gamma) for one in group]
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for member, one in enumerate(group):
        for turn, anchor in enumerate(one.anchors):
            places[anchor].append((member, turn))
    steps = [[0.0] * len(one.turn_lengths) for one in group]
    for alike in places.values():
        advantages = group_advantages([returns[member][turn] for member, turn in alike], grpo)
        for (member, turn), advantage in zip(alike, advantages, strict=True):
            steps[member][turn] = advantage
    return steps

"""Shapings by an episode's length beside those of its group."""

from collections.abc import Sequence
from statistics import fmean

from reasongym.agents.shaping.contract import Member, PerToken, Positive, Tokens, shaping


@shaping("kimi")
def kimi(group: Sequence[Member], *, weight: float = 1.0) -> list[float]:
    """Add `l = 0.5 - (length - min) / (max - min)` to right answers and `min(0, l)` to wrong ones.

    Nothing where all lengths are equal; Kimi k1.5, arXiv 2501.12599, section 2.3.3.
    """
    shortest = min(member.length for member in group)
    spread = max(member.length for member in group) - shortest
    if not spread:
        return [member.reward for member in group]

    def bonus(member: Member) -> float:
        gain = 0.5 - (member.length - shortest) / spread
        return gain if member.correct else min(0.0, gain)

    return [member.reward + weight * bonus(member) for member in group]


@shaping("shorterbetter")
def shorterbetter(group: Sequence[Member], *, alpha: float = 2.0, beta: PerToken = 0.001) -> list[float]:
    """Replace the reward by `alpha [correct] - beta |length - L|`.

    L, the sample optimal length, is that of the shortest right answer, or the mean where none is right;
    ShorterBetter, arXiv 2504.21370, eq. 2 and 3.
    """
    solved = [member.length for member in group if member.correct]
    optimum = min(solved) if solved else fmean(member.length for member in group)
    return [alpha * member.correct - beta * abs(member.length - optimum) for member in group]


@shaping("alp")
def alp(group: Sequence[Member], *, beta: float, longest: Tokens) -> list[float]:
    """Subtract `beta max(p, 1/K) length / longest`, p of K members being right: easy problems pay more.

    ALP, arXiv 2506.05256, eq. 1, whose constant N is `longest` here.
    """
    price = beta * max(_solved(group), 1 / len(group)) / longest
    return [member.reward - price * member.length for member in group]


@shaping("aalc")
def aalc(
    group: Sequence[Member],
    *,
    longest: Tokens,
    target: Positive = 1.0,
    weight: float = 0.5,
    sharpness: Positive = 1.0,
) -> list[float]:
    """Add `weight (1 - min((p / target) ** sharpness, length / longest, 1))`: brevity pays where p is high.

    After AALC, arXiv 2506.20160, whose p is the accuracy on a validation set; it is the group's here, so that
    the reward stays a function of the group.
    """
    ceiling = (_solved(group) / target) ** sharpness
    return [member.reward + weight * (1 - min(ceiling, member.length / longest, 1.0)) for member in group]


def _solved(group: Sequence[Member]) -> float:
    return fmean(member.correct for member in group)

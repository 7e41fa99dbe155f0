"""Shapings by an episode's own length in sampled tokens."""

import math
from collections.abc import Sequence
from typing import Any

from reasongym.agents.shaping.contract import Member, PerToken, Tokens, shaping
from reasongym.core import Row
from reasongym.seeding import stream


@shaping("cosine")
def cosine(
    group: Sequence[Member],
    *,
    longest: Tokens,
    right: tuple[float, float] = (2.0, 1.0),
    wrong: tuple[float, float] = (-10.0, 0.0),
    exceeding: float = -10.0,
) -> list[float]:
    """Replace the reward by half a cosine over the length, from a first value at 0 to a second at `longest`.

    Yeo et al., arXiv 2502.03373, section 4.2: short right answers earn more than long ones, short wrong ones
    less; from `longest` on all earn `exceeding` (in their code from 16 tokens before it). Open R1's values
    are right (1, 0.5), wrong (-1, -0.5) and no limit.
    """

    def worth(member: Member) -> float:
        if member.length >= longest:
            return exceeding
        short, long = right if member.correct else wrong
        return long + 0.5 * (short - long) * (1 + math.cos(math.pi * member.length / longest))

    return [worth(member) for member in group]


def asked_length(row: Row, shortest: int, longest: int) -> int:
    """Draw the length asked for with a problem: uniform, and the same for all members of its groups."""
    return stream(b"asked length %s" % row.key).between(shortest, longest)


def _ask_drawn(row: Row, settings: dict[str, Any]) -> str:
    length = asked_length(row, settings["shortest"], settings["longest"])
    return str(settings["wording"]).replace("{tokens}", str(length))


@shaping("lcpo-exact", ask=_ask_drawn)
def lcpo_exact(
    group: Sequence[Member],
    *,
    shortest: Tokens = 100,
    longest: Tokens = 4000,
    alpha: PerToken = 0.0003,
    wording: str = "Think for {tokens} tokens.",
) -> list[float]:
    """Subtract `alpha` per token off the length asked for; L1-Exact, arXiv 2503.04697, eq. 1."""
    return [
        member.reward - alpha * abs(asked_length(member.episode.row, shortest, longest) - member.length)
        for member in group
    ]


@shaping("lcpo-max", ask=_ask_drawn)
def lcpo_max(
    group: Sequence[Member],
    *,
    shortest: Tokens = 100,
    longest: Tokens = 4000,
    alpha: PerToken = 0.0003,
    delta: float = 0.5,
    wording: str = "Think for a maximum of {tokens} tokens.",
) -> list[float]:
    """Multiply the reward by `clip(alpha (asked - length) + delta, 0, 1)`; L1-Max, as above, eq. 2."""

    def share(member: Member) -> float:
        spare = asked_length(member.episode.row, shortest, longest) - member.length
        return min(max(alpha * spare + delta, 0.0), 1.0)

    return [member.reward * share(member) for member in group]


def _ask_limit(row: Row, settings: dict[str, Any]) -> str:
    return str(settings["wording"]).replace("{tokens}", str(settings["limit"]))


@shaping("thinkprune", ask=_ask_limit)
def thinkprune(
    group: Sequence[Member], *, limit: Tokens, wording: str = "Answer within {tokens} tokens."
) -> list[float]:
    """Leave nothing to what is longer than `limit` or was cut off; ThinkPrune, arXiv 2504.01296, eq. 1."""
    return [
        0.0 if member.length > limit or member.episode.is_truncated else member.reward for member in group
    ]


@shaping("overlong")
def overlong(
    group: Sequence[Member], *, longest: Tokens = 20_480, buffer: Tokens = 4_096, penalty: float = 1.0
) -> list[float]:
    """Subtract up to `penalty`, rising over the last `buffer` tokens; DAPO, arXiv 2503.14476, eq. 13."""

    def excess(member: Member) -> float:
        return min(max((member.length - (longest - buffer)) / buffer, 0.0), 1.0)

    return [member.reward - penalty * excess(member) for member in group]

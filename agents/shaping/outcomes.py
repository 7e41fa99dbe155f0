"""Native scales: what a verdict, a turn or a part of the verdict is worth in somebody's recipe."""

from collections.abc import Sequence

from reasongym.agents.shaping.contract import Member, shaping


@shaping("outcome")
def outcome(
    group: Sequence[Member],
    *,
    right: float = 1.0,
    wrong: float = 0.0,
    unread: float | None = None,
    truncated: float | None = None,
) -> list[float]:
    """Replace the reward by the outcome's worth; `unread` is a wrong verdict that found no answer.

    What ran out of turns or tokens earns `truncated`, whatever else it is. Values of recipes: TinyZero
    1, 0.1, unread 0; DAPO and JustRL 1, -1; SimpleRL-v0 1, -0.5, unread -1; Logic-RL 2, -1.5, unread -2;
    Open-Reasoner-Zero 1, 0, truncated 0.
    """

    def worth(member: Member) -> float:
        if truncated is not None and member.episode.is_truncated:
            return truncated
        if member.correct:
            return right
        return wrong if unread is None or member.verdict.answer is not None else unread

    return [worth(member) for member in group]


@shaping("turns")
def turns(group: Sequence[Member], *, each: float = -0.1) -> list[float]:
    """Add `each` for every turn; RAGEN (arXiv 2504.20073) takes 0.1 per step of Sokoban and FrozenLake."""
    return [member.reward + each * len(member.texts) for member in group]


@shaping("part")
def part(group: Sequence[Member], *, part: str, weight: float = 1.0) -> list[float]:
    """Add a part of the verdict, such as `progress`, where the environment reports it."""
    return [member.reward + weight * member.verdict.parts.get(part, 0.0) for member in group]

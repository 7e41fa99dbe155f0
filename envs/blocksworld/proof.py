"""The fewest moves between two positions of blocks, counted without a planner."""

from collections.abc import Sequence
from typing import TypeAlias

from reasongym.envs.blocksworld.towers import TABLE, settled, supports

Move: TypeAlias = tuple[str, int]
"""A block and which of its moves it is: 1 away from its place, 2 to the goal by way of the table."""


def fewest_moves(start: Sequence[Sequence[str]], goal: Sequence[Sequence[str]]) -> int:
    """Count the fewest moves without looking for a plan.

    Blocks that are not settled move once, those of a set S twice, by way of the table. That can be done
    exactly when the order in which the moves must come has no circle (Slaney and Thiébaux 2001). Of the
    blocks on a circle one must be in S: the search tries each.
    """
    wanted, stands = supports(goal), supports(start)
    unsettled = sorted(set(wanted) - settled(start, wanted))

    tried: dict[frozenset[str], int] = {}

    def suffices(twice: frozenset[str], more: int) -> bool:
        if tried.get(twice, -1) >= more:
            return False
        tried[twice] = more
        circle = _circle(_earlier(twice, unsettled, stands, wanted))
        return not circle or (more > 0 and any(suffices(twice | {one}, more - 1) for one in circle - twice))

    return len(unsettled) + next(num for num in range(len(wanted) + 1) if suffices(frozenset(), num))


def _earlier(
    twice: frozenset[str], unsettled: Sequence[str], stands: dict[str, str], wanted: dict[str, str]
) -> dict[Move, set[Move]]:
    """Return which moves must come before each.

    A block leaves before what it stands on does, and before anything comes onto that; it comes to its place
    after what it is to stand on.
    """
    last = {block: (block, 2 if block in twice else 1) for block in unsettled}
    earlier: dict[Move, set[Move]] = {
        (block, turn): set() for block in unsettled for turn in (1, last[block][1])
    }
    for block in unsettled:
        below = stands[block]
        if block in twice:
            earlier[last[block]].add((block, 1))
        if wanted[block] in last:
            earlier[last[block]].add(last[wanted[block]])
        if below in last:
            earlier[below, 1].add((block, 1))
        for other in unsettled:
            if wanted[other] == below != TABLE and (other != block or block in twice):
                earlier[last[other]].add((block, 1))
    return earlier


def _circle(earlier: dict[Move, set[Move]]) -> frozenset[str]:
    """Return the blocks of some circle, none where the moves can be put in order."""
    left = dict(earlier)
    while free := [move for move, before in left.items() if not before & left.keys()]:
        for move in free:
            del left[move]
    if not left:
        return frozenset()
    return min((_circle_behind(move, left) for move in left), key=len)


def _circle_behind(move: Move, left: dict[Move, set[Move]]) -> frozenset[str]:
    """Walk from a move to one that must come before it, and so on, until one comes again."""
    way = [move]
    while way[-1] not in way[:-1]:
        way.append(min(left[way[-1]] & left.keys()))
    return frozenset(block for block, _ in way[way.index(way[-1]) :])

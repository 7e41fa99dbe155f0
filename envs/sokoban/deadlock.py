"""Positions that can never be won, as far as that is proved; one that can be won is never among them."""

from functools import lru_cache

from reasongym.envs.sokoban.board import Board, bits


def is_dead(board: Board) -> bool:
    """Say whether a position is certainly lost; False promises nothing.

    A box is lost where no pushes would take it to a goal even if it were alone. Boxes are frozen where each
    keeps the others from moving along both axes; those that stand on goals are walls for the rest. At last
    the boxes must fit the goals they can reach, each its own.
    """
    width, floor, goals, boxes, _ = board
    while True:
        live = _live(width, floor, goals)
        if boxes & ~live:
            return True
        frozen = _frozen(width, floor, floor & ~live, boxes)
        if frozen & ~goals:
            return True
        if not frozen:
            return not _fit(width, floor, goals, boxes)
        floor, goals, boxes = floor & ~frozen, goals & ~frozen, boxes & ~frozen


@lru_cache(maxsize=4096)
def _live(width: int, floor: int, goals: int) -> int:
    """Return the cells from which a lone box can be pushed to one of the goals."""
    live = goals
    while True:
        grown = live
        for step in (1, width):
            grown |= live << step & floor & floor >> step
            grown |= live >> step & floor & floor << step
        if grown == live:
            return live
        live = grown


def _frozen(width: int, floor: int, lost: int, boxes: int) -> int:
    """Return the largest set of boxes none of which can be the first of them to move.

    Along an axis a box cannot move beside a wall or a box of the set, and should not where both sides are
    lost.
    """
    frozen = boxes
    while True:
        block = ~floor | frozen
        kept = frozen
        for step in (1, width):
            kept &= block << step | block >> step | lost << step & lost >> step
        if kept == frozen:
            return frozen
        frozen = kept


def _fit(width: int, floor: int, goals: int, boxes: int) -> bool:
    """Say whether every box can be given a goal of its own among those it could reach alone."""
    reaches = [_live(width, floor, 1 << goal) for goal in bits(goals)]
    taken: dict[int, int] = {}

    def place(box: int, tried: set[int]) -> bool:
        for goal, live in enumerate(reaches):
            if live >> box & 1 and goal not in tried:
                tried.add(goal)
                if goal not in taken or place(taken[goal], tried):
                    taken[goal] = box
                    return True
        return False

    return all(place(box, set()) for box in bits(boxes))

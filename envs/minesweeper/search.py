"""A second player: a cell is safe if no board that fits the numbers has a mine there, decided by search."""

from collections.abc import Sequence
from typing import TypeAlias

from reasongym.envs.minesweeper.boards import cells_of, neighbours

Fact: TypeAlias = tuple[int, int]
"""A set of cells and how many mines are in it."""


def needs_no_guess(size: int, mines: int, is_open: int) -> bool:
    """Say whether every safe cell can be deduced from the open ones, given the number of mines."""
    around = neighbours(size)
    full = (1 << size * size) - 1
    while is_open | mines != full:
        closed = full & ~is_open
        facts = [
            (around[cell] & closed, (around[cell] & mines).bit_count())
            for cell in cells_of(is_open)
            if around[cell] & closed
        ]
        facts.append((closed, mines.bit_count()))
        safe = [cell for cell in cells_of(closed) if not fits([*facts, (1 << cell, 1)])]
        if not safe:
            return False
        for cell in safe:
            if mines >> cell & 1:
                return False
            is_open |= 1 << cell
    return True


def fits(facts: Sequence[Fact]) -> bool:
    """Say whether any placement of mines fits all facts: what a fact forces is done, then both ways tried."""
    while True:
        safe = mined = 0
        for cells, number in facts:
            if number < 0 or number > cells.bit_count():
                return False
            if number == 0:
                safe |= cells
            elif number == cells.bit_count():
                mined |= cells
        if safe & mined:
            return False
        if not safe and not mined:
            break
        facts = _reduced(facts, safe, mined)
    if not facts:
        return True
    cells = min(facts)[0]
    bit = cells & -cells
    return any(fits(_reduced(facts, *ways)) for ways in ((bit, 0), (0, bit)))


def _reduced(facts: Sequence[Fact], safe: int, mined: int) -> list[Fact]:
    settled = safe | mined
    left = {(cells & ~settled, number - (cells & mined).bit_count()) for cells, number in facts}
    left.discard((0, 0))
    return sorted(left)

"""Boards whose every safe cell can be deduced from the cells that are open at the start.

Sets of cells are integers: bit `row * size + column` is the cell.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from reasongym.seeding import Stream

_MOST_HINTS = 3
_MOST_DRAWS = 30


@cache
def neighbours(size: int) -> tuple[int, ...]:
    """Return by cell the set of the cells around it."""
    return tuple(
        sum(
            1 << other
            for other in range(size * size)
            if other != cell
            and abs(other // size - cell // size) <= 1
            and abs(other % size - cell % size) <= 1
        )
        for cell in range(size * size)
    )


def cells_of(cells: int) -> Iterator[int]:
    """Yield the cells of a set."""
    while cells:
        bit = cells & -cells
        yield bit.bit_length() - 1
        cells ^= bit


def opened(size: int, mines: int, is_open: int, cell: int) -> int:
    """Return the open cells after a safe cell is opened: where no mine is near, those around open too."""
    around = neighbours(size)
    waiting = 1 << cell
    while waiting:
        bit = waiting & -waiting
        is_open |= bit
        near = around[bit.bit_length() - 1]
        if not near & mines:
            waiting |= near
        waiting &= ~is_open
    return is_open


class Deduction(NamedTuple):
    """What can be deduced by rules about one or two numbers at a time."""

    rounds: list[list[int]]
    """By round: cells found safe, of which opening one did not open another."""
    is_open: int
    work: int
    """Pairs of numbers compared."""


def deduce(size: int, mines: int, is_open: int) -> Deduction:
    """Open all that the numbers tell, and what that tells, as far as it goes.

    A number tells of the closed cells around it: none is a mine, all are, or, where the closed cells of one
    number hold those of another, how many mines are among the rest.
    """
    around = neighbours(size)
    full = (1 << size * size) - 1
    known = 0  # mines found
    rounds: list[list[int]] = []
    work = 0
    while True:
        facts: dict[int, int] = {}
        for cell in cells_of(is_open):
            closed = around[cell] & ~is_open & ~known
            if closed:
                facts[closed] = (around[cell] & mines).bit_count() - (around[cell] & known).bit_count()
        rest = full & ~is_open & ~known
        if rest and rest.bit_count() < size:
            facts[rest] = mines.bit_count() - known.bit_count()
        safe, found = _simple(facts)
        if not safe and not found:
            work += len(facts) ** 2
            safe, found = _subsets(facts)
        work += len(facts)
        if not safe and not found:
            return Deduction(rounds, is_open, work)
        known |= found
        if safe:
            first: list[int] = []
            for cell in cells_of(safe):
                if not is_open >> cell & 1:
                    first.append(cell)
                    is_open = opened(size, mines, is_open, cell)
            rounds.append(first)


def _simple(facts: dict[int, int]) -> tuple[int, int]:
    safe = found = 0
    for closed, number in facts.items():
        if number == 0:
            safe |= closed
        elif number == closed.bit_count():
            found |= closed
    return safe, found


def _subsets(facts: dict[int, int]) -> tuple[int, int]:
    safe = found = 0
    for closed, number in facts.items():
        for other, more in facts.items():
            if closed & other and closed != other:
                rest = other & ~closed
                # at most `number` mines of the other's are shared, so at least this many are in the rest
                if more - number == rest.bit_count():
                    found |= rest
                    safe |= closed & ~other
                elif not closed & ~other and more == number:
                    safe |= rest
    return safe, found


def board(rng: Stream, size: int, num_mines: int, num_hints: int) -> tuple[list[int], list[int]]:
    """Return mines and first opened cells from which every safe cell can be deduced.

    Where deduction gets stuck, one more cell is opened at the start; a board that takes more than `num_hints`
    of these is drawn again, and after some draws the last one is taken as it is.
    """
    around = neighbours(size)
    full = (1 << size * size) - 1
    draws = 0
    while True:
        draws += 1
        start = rng.below(size * size)
        clear = around[start] | 1 << start
        mined = rng.shuffled(list(cells_of(full & ~clear)))[:num_mines]
        mines = sum(1 << cell for cell in mined)
        starts = [start]
        is_open = at_start = opened(size, mines, 0, start)
        while True:
            is_open = deduce(size, mines, is_open).is_open
            left = full & ~is_open & ~mines
            if not left or (len(starts) > num_hints and draws < _MOST_DRAWS):
                break
            near = [cell for cell in cells_of(left) if around[cell] & is_open] or list(cells_of(left))
            starts.append(rng.pick(near))
            is_open = opened(size, mines, is_open, starts[-1])
            at_start = opened(size, mines, at_start, starts[-1])
        if not left and at_start | mines != full:
            return sorted(mined), starts

"""Rooms: an open floor into which pieces of wall fall, and goals that boxes can be drawn away from."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from reasongym.envs.sokoban.board import bits, reach
from reasongym.seeding import Stream

_PIECES = (
    ((0, 0),),
    ((0, 0), (0, 1)),
    ((0, 0), (1, 0)),
    ((0, 0), (0, 1), (0, 2)),
    ((0, 0), (1, 0), (2, 0)),
    ((0, 0), (0, 1), (1, 0)),
    ((0, 0), (0, 1), (1, 1)),
    ((0, 1), (1, 0), (1, 1)),
    ((0, 0), (1, 0), (1, 1)),
)
"""Walls as (row, column) from their upper left corner."""
_MAX_PIECES = 200


class Size(NamedTuple):
    """What rooms are made of."""

    side: int
    """Rows and columns, the walls around included."""
    num_boxes: int
    least_walls: float
    most_walls: float
    """The share of the inside that becomes wall lies between these."""
    most_cells: int = 127
    """The floor may have so many cells; a larger one costs more search than it is worth."""


class Room(NamedTuple):
    """A floor, all of it connected, and its goals: sets of cells as in `Board`."""

    floor: int
    goals: int


class _Square(NamedTuple):
    """Sets of cells that all rooms of one side share."""

    inside: int
    cells: list[int]
    pieces: list[int]
    lines: list[int]
    """Every row and every column."""


@cache
def _square(side: int) -> _Square:
    def cells(places: list[tuple[int, int]]) -> int:
        return sum(1 << row * side + column for row, column in places)

    inner = range(1, side - 1)
    rows = [cells([(row, column) for column in inner]) for row in inner]
    columns = [cells([(row, column) for row in inner]) for column in inner]
    pieces = [cells(list(piece)) for piece in _PIECES]
    return _Square(sum(rows), bits(sum(rows)), pieces, rows + columns)


def draw(rng: Stream, size: Size) -> Room | None:
    """Make a room, None where the walls left no good one: each row and column is in use."""
    random, side = rng.random, size.side
    square = _square(side)
    share = size.least_walls + random() * (size.most_walls - size.least_walls)
    floor = _largest(side, _walled(random, square, int(len(square.cells) * (1 - share) + 0.5)))
    goals = _goals(random, side, floor, size.num_boxes)
    floor = trimmed(side, floor, goals)
    if not goals or floor.bit_count() > size.most_cells or any(not floor & line for line in square.lines):
        return None
    return Room(floor, goals)


def _walled(random: Callable[[], float], square: _Square, num_cells: int) -> int:
    """Drop pieces of wall until at most so many cells are left."""
    floor, cells, pieces = square.inside, square.cells, square.pieces
    for _ in range(_MAX_PIECES):
        if floor.bit_count() <= num_cells:
            break
        floor &= ~(pieces[int(random() * len(pieces))] << cells[int(random() * len(cells))])
    return floor


def _largest(side: int, floor: int) -> int:
    """Return the largest connected part."""
    largest = 0
    while floor.bit_count() > largest.bit_count():
        part = reach(side, floor, floor & -floor)
        floor ^= part
        if part.bit_count() > largest.bit_count():
            largest = part
    return largest


def _goals(random: Callable[[], float], side: int, floor: int, num_boxes: int) -> int:
    """Draw goals among the cells a box can be pulled from, together or apart; 0 where they are too few."""
    pullable = 0
    for step in (1, side):
        pullable |= floor & (floor >> step & floor >> 2 * step | floor << step & floor << 2 * step)
    places = bits(pullable)
    if len(places) < 2 * num_boxes:
        return 0
    goals = 1 << places[int(random() * len(places))]
    together = random() < 0.3
    while goals.bit_count() < num_boxes:
        near = goals << 1 | goals >> 1 | goals << side | goals >> side
        choice = bits(pullable & near & ~goals) if together else places
        goals |= 1 << (choice or places)[int(random() * len(choice or places))]
    return goals


def trimmed(side: int, floor: int, goals: int) -> int:
    """Wall up dead ends without a goal: neither a box nor a walk has any use for them."""
    while True:
        up, down, left, right = floor << side, floor >> side, floor << 1, floor >> 1
        open_cells = floor & (up & down | left & right | (up | down) & (left | right) | goals)
        if open_cells == floor:
            return floor
        floor = open_cells

"""Placements of queens: how they attack, how they are found, and which rule one breaks."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from reasongym.core import Data
from reasongym.seeding import Stream

Square: TypeAlias = tuple[int, int]


def attacks(first: Sequence[int], second: Sequence[int]) -> bool:
    """Say whether queens on two squares attack each other."""
    rows, columns = abs(first[0] - second[0]), abs(first[1] - second[1])
    return (rows == 0 or columns == 0 or rows == columns) and rows + columns > 0


def placements(
    size: int, allowed: Sequence[int], rng: Stream | None, counter: list[int] | None = None
) -> Iterator[list[int]]:
    """Yield placements as columns row by row, in random order where a stream is given.

    `allowed` has a bit for each column of each row that may hold a queen.
    """
    columns = [0] * size
    full = (1 << size) - 1

    def place(row: int, used: int, left: int, right: int) -> Iterator[list[int]]:
        if counter:
            counter[0] += 1
        if row == size:
            yield columns.copy()
            return
        free = allowed[row] & ~(used | left | right)
        options: list[int] = []
        while free:
            options.append(free & -free)
            free &= free - 1
        for bit in rng.shuffled(options) if rng else options:
            columns[row] = bit.bit_length() - 1
            yield from place(row + 1, used | bit, (left | bit) << 1 & full, (right | bit) >> 1)

    return place(0, 0, 0, 0)


def fills(size: int, column: int, queens: list[tuple[int, ...]], closed: set[tuple[int, ...]]) -> bool:
    """Say whether queens can be added, column by column, until every column from this one on has one."""
    if column == size:
        return len(queens) == size
    if any(queen[1] == column for queen in queens):
        return fills(size, column + 1, queens, closed)
    for row in range(size):
        square = (row, column)
        is_open = square not in closed and not any(attacks(square, queen) for queen in queens)
        if is_open and fills(size, column + 1, [*queens, square], closed):
            return True
    return False


def judge(data: Data, queens: Sequence[Square]) -> str:
    """Return `ok`, or which rule a placement breaks."""
    size = data["size"]
    if len(queens) != size:
        return "wrong_count"
    if not all(0 <= row < size and 0 <= column < size for row, column in queens):
        return "off_board"
    if any((row, column) not in queens for row, column in data["given"]):
        return "moved_queen"
    if any((row, column) in queens for row, column in data["blocked"]):
        return "blocked_square"
    if any(len({line(*queen) for queen in queens}) < size for line in _LINES):
        return "attacked"
    return "ok"


def _row(row: int, column: int) -> int:
    return row


def _column(row: int, column: int) -> int:
    return column


def _falling(row: int, column: int) -> int:
    return row - column


def _rising(row: int, column: int) -> int:
    return row + column


_LINES = (_row, _column, _falling, _rising)

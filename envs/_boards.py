"""Rectangular boards of characters that several families play on: neighbours, guises, pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from reasongym.core import Picture
from reasongym.seeding import Stream

STEPS: Mapping[str, tuple[int, int]] = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
"""What a direction adds to row and column."""
SPELLED: Mapping[str, str] = {"u": "up", "d": "down", "l": "left", "r": "right"}

Cell = tuple[int, int]
"""Row and column, from 0."""


def guises(board: Sequence[str]) -> Iterator[list[str]]:
    """Yield a board as it is, then in its seven other rotations and reflections."""
    for turned in (list(board), ["".join(column) for column in zip(*board, strict=True)]):
        for flipped in (turned, turned[::-1]):
            yield flipped
            yield [row[::-1] for row in flipped]


def find(board: Sequence[str], sign: str) -> Cell:
    """Return where a sign stands first; it must stand somewhere."""
    for row, line in enumerate(board):
        column = line.find(sign)
        if column >= 0:
            return row, column
    raise ValueError(f"no {sign!r} in {board}")


def inside(board: Sequence[str], cell: Cell) -> bool:
    """Say whether a cell lies on the board."""
    return 0 <= cell[0] < len(board) and 0 <= cell[1] < len(board[0])


def put(board: Sequence[str], cell: Cell, sign: str) -> list[str]:
    """Return the board with a sign written over one cell."""
    row, column = cell
    line = board[row]
    return [*board[:row], line[:column] + sign + line[column + 1 :], *board[row + 1 :]]


def spaced(board: Sequence[str]) -> str:
    """Write a board with a space between cells, one row a line."""
    return "\n".join(" ".join(row) for row in board)


def picture(board: Sequence[str], colours: Mapping[str, tuple[int, int, int]], size: int = 24) -> Picture:
    """Draw each cell as a square of its colour with a darker edge: RGB [height, width, 3]."""
    cells = np.array([[colours[sign] for sign in row] for row in board], dtype=np.uint8)
    image = cells.repeat(size, axis=0).repeat(size, axis=1)
    image[::size] = image[::size] // 8 * 7
    image[:, ::size] = image[:, ::size] // 8 * 7
    return image


def least_image(marks: Sequence[tuple[str, int, int]], last: int) -> str:
    """Name marked cells (a one-letter sign, row and column from 0 to `last`) up to the eight guises."""
    turned: list[tuple[str, int, int]] = list(marks)
    images: list[list[str]] = []
    for _ in range(2):
        for _ in range(4):
            turned = [(sign, column, last - row) for sign, row, column in turned]
            images.append(sorted(f"{sign}{row},{column}" for sign, row, column in turned))
        turned = [(sign, column, row) for sign, row, column in turned]
    return " ".join(min(images))


def draw_turning(rng: Stream, last: int) -> Callable[[Sequence[int]], list[int]]:
    """Draw one of the eight guises, as what it makes of a cell's row and column from 0 to `last`."""
    turns, mirrors = rng.below(4), rng.below(2)

    def image(cell: Sequence[int]) -> list[int]:
        row, column = cell
        for _ in range(turns):
            row, column = column, last - row
        return [column, row] if mirrors else [row, column]

    return image

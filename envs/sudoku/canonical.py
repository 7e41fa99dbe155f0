"""One name for all boards that renaming digits, moving rows, columns, bands and stacks, and transposing make.

Rows, columns and digits are coloured by what they meet until the colours tell no more apart (colour
refinement); where they leave some alike, each of these is singled out in turn and the least form is taken.
The colours depend on no labels, so the form is exact: equal boards have it in common, others have not.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from reasongym.envs.sudoku.solver import BOX_ROWS

Clue: TypeAlias = tuple[int, int, int]
"""Row, column and digit."""
Form: TypeAlias = tuple[tuple[int, ...], ...]


class Colours(NamedTuple):
    """The colour of each row, column and digit."""

    rows: list[int]
    columns: list[int]
    digits: list[int]


def canonical_form(size: int, clues: Sequence[Clue]) -> str:
    """Name a board, given its clues, by the least of its forms."""
    band, stack = BOX_ROWS[size], size // BOX_ROWS[size]
    form = _least(Board(size, band, stack, clues))
    if band == stack:
        transposed = [(column, row, digit) for row, column, digit in clues]
        form = min(form, _least(Board(size, stack, band, transposed)))
    return "/".join("".join(map(str, row)) for row in form)


class Board(NamedTuple):
    """A board by its clues; bands have `band` rows, stacks have `stack` columns."""

    size: int
    band: int
    stack: int
    clues: Sequence[Clue]


def _least(board: Board, colours: Colours | None = None) -> Form:
    alike = [0] * board.size
    colours = _refined(board, colours or Colours(alike, alike, alike))
    for kind, colour_of in enumerate(colours):
        tied = [item for item in range(board.size) if colour_of.count(colour_of[item]) > 1]
        if tied:
            first = min(colour_of[item] for item in tied)
            single = [item for item in tied if colour_of[item] == first]
            return min(_least(board, _singled(colours, kind, item)) for item in single)
    return _form(board, colours)


def _singled(colours: Colours, kind: int, item: int) -> Colours:
    """Give one item a colour of its own, before that of those it was alike."""
    changed = [2 * colour + 1 for colour in colours[kind]]
    changed[item] -= 1
    return Colours(*(changed if at == kind else colour_of for at, colour_of in enumerate(colours)))


def _refined(board: Board, colours: Colours) -> Colours:
    size, band, stack, clues = board
    rows, columns, digits = colours
    num_colours = 0
    while True:
        of_rows: list[list[int]] = [[] for _ in range(size)]
        of_columns: list[list[int]] = [[] for _ in range(size)]
        of_digits: list[list[int]] = [[] for _ in range(size)]
        for row, column, digit in clues:
            of_rows[row].append(32 * columns[column] + digits[digit])
            of_columns[column].append(32 * rows[row] + digits[digit])
            of_digits[digit].append(32 * rows[row] + columns[column])
        rows = _grouped(rows, of_rows, band)
        columns = _grouped(columns, of_columns, stack)
        digits = _ranked([(digits[at], *sorted(met)) for at, met in enumerate(of_digits)])
        seen = max(rows) + max(columns) + max(digits)
        if seen == num_colours or seen == 3 * (size - 1):
            return Colours(rows, columns, digits)
        num_colours = seen


def _grouped(colour_of: list[int], met: list[list[int]], width: int) -> list[int]:
    """Colour lines by their colour, by what they meet and by the lines of their band or stack."""
    lines = _ranked([(colour_of[at], *sorted(one)) for at, one in enumerate(met)])
    groups = [sorted(lines[start : start + width]) for start in range(0, len(lines), width)]
    return _ranked([(line, *groups[at // width]) for at, line in enumerate(lines)])


def _ranked(signatures: Sequence[tuple[int, ...]]) -> list[int]:
    rank = {signature: at for at, signature in enumerate(sorted(set(signatures)))}
    return [rank[signature] for signature in signatures]


def _form(board: Board, colours: Colours) -> Form:
    """Write the board in the order of the colours, and which rows and columns stand together."""
    size = board.size
    rows, columns, digits = colours
    cells = [[0] * size for _ in range(size)]
    for row, column, digit in board.clues:
        cells[rows[row]][columns[column]] = digits[digit] + 1
    bands, stacks = [0] * size, [0] * size
    for at in range(size):
        bands[rows[at]] = min(rows[at // board.band * board.band :][: board.band])
        stacks[columns[at]] = min(columns[at // board.stack * board.stack :][: board.stack])
    return (*map(tuple, cells), tuple(bands), tuple(stacks))

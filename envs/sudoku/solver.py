"""A solver that keeps all candidates of a board in one integer.

Bit `digit * size**2 + cell` is set while the digit may stand in the cell. All cells with one candidate, and
all digits with one place in a row, column or box, are found for the whole board at once by adding up shifted
copies of that integer bit by bit: `once` holds what was seen, `twice` what was seen again.
"""

from collections.abc import Sequence
from functools import cache

from reasongym.seeding import Stream

BOX_ROWS = {4: 2, 6: 2, 9: 3}
"""How many rows a box has, by size; it has size / rows columns."""


class Tables:
    """What the solver must know of a board of a size."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.num_cells = size * size
        self.rows = range(size)
        box_rows, box_columns = BOX_ROWS[size], size // BOX_ROWS[size]
        cells = range(self.num_cells)
        self.box_of = [cell // size // box_rows * box_rows + cell % size // box_columns for cell in cells]
        self.full = (1 << size**3) - 1
        starts = {
            "row": [cell for cell in cells if cell % size == 0],
            "column": [cell for cell in cells if cell < size],
            "box": [
                cell for cell in cells if cell // size % box_rows == 0 and cell % size % box_columns == 0
            ],
        }
        in_box = [row * size + column for row in range(box_rows) for column in range(box_columns)]
        digits = [digit * self.num_cells for digit in range(size)]
        self.units = [
            ([digit for digit in digits], sum(1 << cell for cell in cells)),
            (list(range(size)), self._all(starts["row"])),
            ([row * size for row in range(size)], self._all(starts["column"])),
            (in_box, self._all(starts["box"])),
        ]
        """Per kind of unit: by how much each of its members is shifted, and where its first members are."""
        self.keep = [self.full & ~self._conflicts(at) for at in range(size**3)]
        """By candidate: what is left of all candidates when it is placed, itself included."""

    def _all(self, cells: Sequence[int]) -> int:
        return sum(1 << digit * self.num_cells + cell for digit in range(self.size) for cell in cells)

    def _conflicts(self, at: int) -> int:
        digit, cell = divmod(at, self.num_cells)
        size = self.size
        conflicts = sum(1 << other * self.num_cells + cell for other in range(size) if other != digit)
        for other in range(self.num_cells):
            shares = (
                other // size == cell // size
                or other % size == cell % size
                or self.box_of[other] == self.box_of[cell]
            )
            if shares and other != cell:
                conflicts |= 1 << digit * self.num_cells + other
        return conflicts


@cache
def tables(size: int) -> Tables:
    """Return the tables of a size."""
    return Tables(size)


def propagate(table: Tables, candidates: int, placed: int) -> tuple[int, int, int]:
    """Place all that is alone in its cell or unit until nothing is; return candidates, placed and pairs.

    The candidates are 0 where the board has no solution. `pairs` are the candidates that share a cell or
    unit with one other.
    """
    keep = table.keep
    while True:
        alone = pairs = 0
        for shifts, first in table.units:
            once = twice = thrice = 0
            for shift in shifts:
                seen = candidates >> shift & first
                thrice |= twice & seen
                twice |= once & seen
                once |= seen
            if once != first:
                return 0, placed, 0
            single, double = once & ~twice, twice & ~thrice
            for shift in shifts:
                alone |= single << shift
                if double:
                    pairs |= double << shift
        alone &= candidates & ~placed
        if not alone:
            return candidates, placed, pairs & candidates
        while alone:
            bit = alone & -alone
            alone ^= bit
            if not candidates & bit:
                return 0, placed, 0
            candidates &= keep[bit.bit_length() - 1]
            placed |= bit


class Search:
    """Depth-first search for solutions, two at most; `num_nodes` counts the boards that were propagated."""

    def __init__(self, size: int, rng: Stream | None = None) -> None:
        self.table = tables(size)
        self.rng = rng
        """Where given, the candidates to try first are drawn."""
        self.num_nodes = 0
        self.num_placed = 0
        """Digits placed so far, wrong ones and those of every branch included."""
        self.solutions: list[int] = []

    def run(
        self, clues: Sequence[tuple[int, int]], most: int = 2, banned: tuple[int, int] | None = None
    ) -> list[list[int]]:
        """Return the first solutions of a board, given (cell, digit from 0); none has what is banned."""
        table = self.table
        candidates, placed = table.full, 0
        if banned:
            candidates ^= 1 << banned[1] * table.num_cells + banned[0]
        for cell, digit in clues:
            at = digit * table.num_cells + cell
            if not candidates >> at & 1:
                return []
            candidates &= table.keep[at]
            placed |= 1 << at
        self._search(candidates, placed, most)
        return [self.read(solution) for solution in self.solutions]

    def _search(self, candidates: int, placed: int, most: int) -> None:
        self.num_nodes += 1
        table = self.table
        before = placed.bit_count()
        candidates, placed, pairs = propagate(table, candidates, placed)
        self.num_placed += placed.bit_count() - before
        if candidates == placed and candidates:
            self.solutions.append(candidates)
        while candidates and candidates != placed and len(self.solutions) < most:
            bit = self._choice(pairs & ~placed or candidates & ~placed)
            self._search(candidates & table.keep[bit.bit_length() - 1], placed | bit, most)
            if len(self.solutions) < most:
                self.num_nodes += 1
                candidates, placed, pairs = propagate(table, candidates & ~bit, placed)
                if candidates and candidates == placed:
                    self.solutions.append(candidates)

    def _choice(self, options: int) -> int:
        if self.rng is None:
            return options & -options
        at = self.rng.below(options.bit_length())
        above = options >> at << at
        return (above or options) & -(above or options)

    def read(self, solution: int) -> list[int]:
        """Return the digits (from 0) of a solved board."""
        num_cells = self.table.num_cells
        digits = [0] * num_cells
        while solution:
            bit = solution & -solution
            solution ^= bit
            digit, cell = divmod(bit.bit_length() - 1, num_cells)
            digits[cell] = digit
        return digits

"""Boards with one solution: random solved boards, of which clues are shown until nothing else fits."""

from collections.abc import Sequence
from typing import NamedTuple

from reasongym.envs.sudoku.solver import BOX_ROWS, Search
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the boards of a level are made of."""

    size: int
    low: int
    high: int
    """The number of clues lies between `low` and `high`; more are shown where one solution takes more."""
    is_minimal: bool
    """Without any of its clues the board would have more solutions."""
    space: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        if self.is_minimal:
            clues = "no clue more than one solution needs"
        else:
            clues = f"{self.low} to {self.high} clues"
        return f"{self.size}x{self.size} cells, {clues}"


LEVELS = (
    Level(4, 6, 8, is_minimal=False, space=2_000, chance=0.085),
    Level(6, 20, 23, is_minimal=False, space=50_000, chance=0.045),
    Level(6, 16, 18, is_minimal=False, space=50_000, chance=0.001),
    Level(9, 42, 45, is_minimal=False, space=50_000, chance=0.001),
    Level(9, 36, 39, is_minimal=False, space=50_000, chance=0.001),
    Level(9, 30, 33, is_minimal=False, space=50_000, chance=0.001),
    Level(9, 22, 22, is_minimal=True, space=50_000, chance=0.001),
)


def board(rng: Stream, level: Level) -> tuple[list[int], list[int]]:
    """Return clues (0 where a cell is empty) and the solution, digits from 1."""
    while True:
        solution = Search(level.size, rng).run([], 1)[0]
        shown = _unique(rng, level, solution)
        if level.is_minimal:
            shown = _reduced(level.size, solution, shown, 0)
        elif len(shown) > level.high:
            shown = _reduced(level.size, solution, shown, level.high)
        if level.is_minimal or len(shown) <= level.high:
            break
    clues = [0] * len(solution)
    for cell in shown:
        clues[cell] = solution[cell] + 1
    return clues, [digit + 1 for digit in solution]


def _unique(rng: Stream, level: Level, solution: Sequence[int]) -> list[int]:
    """Show random cells, and then one in which another solution differs, until there is no other."""
    order = rng.shuffled(range(len(solution)))
    num_clues = rng.between(level.low, level.high)
    shown = order[:num_clues]
    while True:
        found = Search(level.size).run([(cell, solution[cell]) for cell in shown])
        others = [one for one in found if one != solution]
        if not others:
            return shown
        shown.append(rng.pick([cell for cell in order if others[0][cell] != solution[cell]]))


def _reduced(size: int, solution: Sequence[int], shown: list[int], most: int) -> list[int]:
    """Hide clues that one solution does not need, the first shown first, until `most` are left."""
    for cell in list(shown):
        if len(shown) <= most:
            break
        left = [other for other in shown if other != cell]
        found = Search(size).run([(other, solution[other]) for other in left], banned=(cell, solution[cell]))
        if not found:
            shown = left
    return shown


def guise(rng: Stream, size: int) -> tuple[list[int], list[int]]:
    """Draw a symmetry: by new cell the old one, and by old digit the new one (0 stays)."""
    band, stack = BOX_ROWS[size], size // BOX_ROWS[size]
    rows = _lines(rng, size, band)
    columns = _lines(rng, size, stack)
    transposes = band == stack and rng.below(2) == 1
    cells = [column * size + row if transposes else row * size + column for row in rows for column in columns]
    return cells, [0, *rng.shuffled(range(1, size + 1))]


def _lines(rng: Stream, size: int, width: int) -> list[int]:
    groups = rng.shuffled(range(size // width))
    return [group * width + line for group in groups for line in rng.shuffled(range(width))]

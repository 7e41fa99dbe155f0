"""A board as sets of cells, each set one integer, and what follows from the rules of the game.

Cell `row * width + column` is bit 1 << cell. The outermost rows and columns are walls, so a step by 1 or by
`width` never leaves the board or wraps round.
"""

from collections.abc import Sequence
from typing import NamedTuple

DIRECTIONS = ("up", "right", "down", "left")
LETTERS = "urdl"


class Board(NamedTuple):
    """Where everything is."""

    width: int
    floor: int
    """Every cell that is no wall."""
    goals: int
    boxes: int
    player: int
    """A cell, not a set."""

    @property
    def is_solved(self) -> bool:
        """Say whether every box stands on a goal."""
        return self.boxes == self.goals

    def moved(self, direction: int) -> "Board | None":
        """Return the board after one move of the player, None where it is not possible."""
        step = (-self.width, 1, self.width, -1)[direction]
        player = self.player + step
        if not self.floor >> player & 1:
            return None
        boxes = self.boxes
        if boxes >> player & 1:
            behind = player + step
            if not (self.floor & ~boxes) >> behind & 1:
                return None
            boxes ^= 1 << player | 1 << behind
        return self._replace(boxes=boxes, player=player)

    def rows(self) -> list[str]:
        """Draw the board in XSB characters, the floor as `-`."""
        last = max(self.floor.bit_length() - 1, 0) // self.width + 2
        signs = [self._sign(cell) for cell in range(last * self.width)]
        return ["".join(signs[at : at + self.width]) for at in range(0, len(signs), self.width)]

    def _sign(self, cell: int) -> str:
        if not self.floor >> cell & 1:
            return "#"
        goal = self.goals >> cell & 1
        if cell == self.player:
            return "@+"[goal]
        return "$*"[goal] if self.boxes >> cell & 1 else "-."[goal]


def board_of(rows: Sequence[str]) -> Board:
    """Read what `Board.rows` wrote."""
    text = "".join(rows)
    player = max(text.find("@"), text.find("+"))
    return Board(len(rows[0]), cells_of(text, "-.$*@+"), cells_of(text, ".*+"), cells_of(text, "$*"), player)


def cells_of(text: str, signs: str) -> int:
    """Return the set of the places of a text that hold one of the signs."""
    found = 0
    for at, sign in enumerate(text):
        if sign in signs:
            found |= 1 << at
    return found


def bits(cells: int) -> list[int]:
    """List the cells of a set in ascending order."""
    found: list[int] = []
    while cells:
        lowest = cells & -cells
        found.append(lowest.bit_length() - 1)
        cells ^= lowest
    return found


def reach(width: int, free: int, start: int) -> int:
    """Return the cells of `free` that a walk from the set `start`, part of it, reaches."""
    reached = start
    while True:
        grown = (reached | reached << 1 | reached >> 1 | reached << width | reached >> width) & free
        if grown == reached:
            return reached
        reached = grown


def route(width: int, free: int, start: int, end: int) -> str:
    """Return a shortest walk through `free` from one cell to another, in letters; there must be one."""
    waves = [1 << end]
    seen = waves[0]
    while not seen >> start & 1:
        last = waves[-1]
        wave = (last << 1 | last >> 1 | last << width | last >> width) & free & ~seen
        waves.append(wave)
        seen |= wave
    letters: list[str] = []
    at = start
    for wave in reversed(waves[:-1]):
        for letter, step in zip(LETTERS, (-width, 1, width, -1), strict=True):
            if wave >> (at + step) & 1:
                letters.append(letter)
                at += step
                break
    return "".join(letters)


def guises(rows: Sequence[str]) -> list[list[str]]:
    """Turn and mirror a drawing in all eight ways; the first is the drawing."""
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    found: list[list[str]] = []
    for drawing in (list(rows), columns):
        mirrored = [row[::-1] for row in drawing]
        found += [drawing, drawing[::-1], mirrored, mirrored[::-1]]
    return found

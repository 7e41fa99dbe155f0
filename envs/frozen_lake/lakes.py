"""Frozen lakes: what they are, how they are drawn, the way through one, and the best player's chances."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reasongym.envs import _boards as boards
from reasongym.envs._boards import STEPS, Cell
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the lakes of a level are like."""

    size: int
    holes: int
    near: int
    far: int
    """Bounds of the shortest way from start to goal."""
    slips: int
    """In how many of ten moves the walker slips sideways."""
    turns: int
    at_once: int
    """Moves a turn."""


LEVELS = (
    Level(4, 4, 2, 3, 0, 6, 4),
    Level(4, 5, 4, 6, 0, 8, 5),
    Level(6, 11, 6, 10, 0, 12, 5),
    Level(8, 22, 10, 16, 0, 16, 6),
    Level(6, 5, 6, 8, 2, 40, 4),
    Level(8, 9, 8, 14, 3, 60, 4),
    Level(10, 15, 12, 20, 4, 100, 4),
)
ENOUGH = 0.95
MANY_MOVES = 1_000
_SIDEWAYS = {
    "left": {"up": "left", "left": "down", "down": "right", "right": "up"},
    "right": {"up": "right", "right": "down", "down": "left", "left": "up"},
}


class Lake(NamedTuple):
    """A lake with a walker on it."""

    board: tuple[str, ...]
    """`.` ice, `O` hole, `G` goal; the walker's cell is ice."""
    at: Cell
    slips: str
    """For each move of the episode `.`, or the side the walker slips to: `l`, `r`."""
    at_once: int
    moves: int = 0
    """Moves made so far."""


def draw_board(rng: Stream, meant: Level) -> list[str]:
    """Draw lakes until one fits, with a hole less after every thirty, so that the drawing ends."""
    cells = [(row, column) for row in range(meant.size) for column in range(meant.size)]
    holes, tries = meant.holes, 0
    while True:
        drawn = rng.shuffled(cells)
        ice = frozenset(drawn[holes:])
        start = drawn[-1]
        away = _distances(ice, start)
        goals = [cell for cell in drawn[holes:-1] if meant.near <= away.get(cell, 0) <= meant.far]
        if goals:
            board = _drawn(meant.size, ice, start, goals[0])
            if not meant.slips or moves_needed(board, meant.slips / 10, meant.turns) <= meant.turns:
                return board
        tries += 1
        holes = max(0, meant.holes - tries // 30)


def _drawn(size: int, ice: frozenset[Cell], start: Cell, goal: Cell) -> list[str]:
    board = ["".join("." if (row, column) in ice else "O" for column in range(size)) for row in range(size)]
    return boards.put(boards.put(board, start, "P"), goal, "G")


def draw_slip(rng: Stream, tenths: int) -> str:
    """Draw whether a move slips, and to which side."""
    drawn = rng.below(20)
    return "l" if drawn < tenths else "r" if drawn < 2 * tenths else "."


def _distances(ice: frozenset[Cell], start: Cell) -> dict[Cell, int]:
    away = {start: 0}
    for row, column in (order := [start]):
        for down, right in STEPS.values():
            cell = (row + down, column + right)
            if cell in ice and cell not in away:
                away[cell] = away[row, column] + 1
                order.append(cell)
    return away


def moved(lake: Lake, move: str) -> Lake:
    """Make one move, with the slip that its number has."""
    slip = lake.slips[lake.moves % len(lake.slips)] if lake.slips else "."
    if slip != ".":
        move = _SIDEWAYS["left" if slip == "l" else "right"][move]
    cell = (lake.at[0] + STEPS[move][0], lake.at[1] + STEPS[move][1])
    at = cell if boards.inside(lake.board, cell) else lake.at
    return lake._replace(at=at, moves=lake.moves + 1)


def way_to_goal(lake: Lake) -> list[str]:
    """Return the moves of a shortest way to the goal through the slips to come, nothing where none is."""
    before: dict[tuple[Cell, int], tuple[Lake, str]] = {}
    for here in (order := [lake]):
        if lake.slips and here.moves == len(lake.slips):
            return []
        for move in STEPS:
            after = moved(here, move)
            key = (after.at, after.moves if lake.slips else 0)
            sign = lake.board[after.at[0]][after.at[1]]
            if sign == "O" or key in before:
                continue
            before[key] = (here, move)
            if sign == "G":
                return _back(before, after, lake)
            order.append(after)
    return []


def _back(before: dict[tuple[Cell, int], tuple[Lake, str]], here: Lake, start: Lake) -> list[str]:
    way: list[str] = []
    while here != start:
        here, move = before[here.at, here.moves if start.slips else 0]
        way.append(move)
    return way[::-1]


def moves_needed(board: Sequence[str], slip: float, most: int) -> int:
    """Count the moves in which the best player, who looks after each, wins with chance `ENOUGH`.

    This is value iteration: sweep k gives every cell its chance to win in k moves. Returns `most` + 1
    where so many do not do.
    """
    signs = np.array([list(row) for row in board])
    start = boards.find(board, "P")
    ice = (signs == ".") | (signs == "P")
    value = (signs == "G").astype(float)
    for num in range(1, most + 1):
        wide = np.pad(value, 1, mode="edge")  # off the edge is where one stands
        up, down, left, right = wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]
        across, along = (left + right) * slip / 2, (up + down) * slip / 2
        best_along = np.maximum(up, down) * (1 - slip) + across
        best_across = np.maximum(left, right) * (1 - slip) + along
        value = np.where(ice, np.maximum(best_along, best_across), value)
        if value[start] >= ENOUGH:
            return num
    return most + 1


def best_chance(board: Sequence[str], slip: float, moves: int) -> float:
    """Return the chance to win of the best player with this many moves, backwards from the last one."""
    size = len(board)
    cells = [(row, column) for row in range(size) for column in range(size)]
    chance = {cell: float(board[cell[0]][cell[1]] == "G") for cell in cells}
    ways = (((1, 0), (0, 1)), ((-1, 0), (0, 1)), ((0, 1), (1, 0)), ((0, -1), (1, 0)))
    for _ in range(moves):
        before = dict(chance)
        for row, column in cells:
            if board[row][column] not in ".P":
                continue
            here = before[row, column]
            for (down, right), (aside, across) in ways:
                meant = before.get((row + down, column + right), here)
                sides = before.get((row + aside, column + across), here) + before.get(
                    (row - aside, column - across), here
                )
                chance[row, column] = max(chance[row, column], meant * (1 - slip) + sides * slip / 2)
        if not slip and chance == before:
            break
    return chance[boards.find(board, "P")]

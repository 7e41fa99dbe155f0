"""Mazes: how they are drawn, their shortest ways, and an explorer who sees only what is near.

A maze is a board of `#` walls and `.` floor with the start `P` and the goal `G`. Rooms lie at even rows and
columns, and depth-first search with a random choice (the recursive backtracker) opens passages between them
until there is one way from each to each; some more passages may then make loops. All around is wall.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reasongym.envs import _boards as boards
from reasongym.envs._boards import STEPS, Cell
from reasongym.seeding import Stream

_FAR = 0.6
"""The goal is at least this part of the longest distance away from the start."""


def draw_maze(rng: Stream, size: int, loops: tuple[int, int]) -> list[str]:
    """Draw a maze of an odd size with some more passages than it needs."""
    floor = _tree(rng, size)
    walls = [(r, c) for r in range(size) for c in range(1 - r % 2, size, 2) if (r, c) not in floor]
    floor.update(rng.shuffled(walls)[: rng.between(*loops)])
    start = rng.pick(sorted(floor))
    away = distances(floor, start)
    least = max(2, int(max(away.values()) * _FAR))
    goal = rng.pick(sorted(cell for cell, distance in away.items() if distance >= least))
    board = ["".join("." if (row, column) in floor else "#" for column in range(size)) for row in range(size)]
    return boards.put(boards.put(board, start, "P"), goal, "G")


def _tree(rng: Stream, size: int) -> set[Cell]:
    room = (2 * rng.below(size // 2 + 1), 2 * rng.below(size // 2 + 1))
    floor, way = {room}, [room]
    while way:
        row, column = way[-1]
        near = [(row + 2 * down, column + 2 * right) for down, right in STEPS.values()]
        closed = [(r, c) for r, c in near if 0 <= r < size and 0 <= c < size and (r, c) not in floor]
        if not closed:
            way.pop()
            continue
        room = rng.pick(closed)
        floor |= {room, ((row + room[0]) // 2, (column + room[1]) // 2)}
        way.append(room)
    return floor


def floor_of(board: Sequence[str]) -> set[Cell]:
    """Return the cells one can stand on."""
    return {(r, c) for r, row in enumerate(board) for c, sign in enumerate(row) if sign != "#"}


def distances(floor: set[Cell], start: Cell) -> dict[Cell, int]:
    """Return how many moves away each cell is that can be reached, in ascending order."""
    away = {start: 0}
    for row, column in (order := [start]):
        for cell in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if cell in floor and cell not in away:
                away[cell] = away[row, column] + 1
                order.append(cell)
    return away


def shortest_way(floor: set[Cell], start: Cell, goal: Cell) -> list[str]:
    """Return the moves of a shortest way to a goal that can be reached."""
    away = distances(floor, goal)
    moves: list[str] = []
    while start != goal:
        for move, (down, right) in STEPS.items():
            cell = (start[0] + down, start[1] + right)
            if away.get(cell, -1) == away[start] - 1:
                moves.append(move)
                start = cell
                break
    return moves


def visible(board: Sequence[str], at: Cell, view: int) -> list[str]:
    """Return the board as seen from a cell: all of it, or the square up to `view` cells away."""
    shown = boards.put(board, at, "P")
    if not view:
        return shown
    edge = "#" * view
    blank = edge + "#" * len(board[0]) + edge
    wide = [*[blank] * view, *(edge + row + edge for row in shown), *[blank] * view]
    return [row[at[1] : at[1] + 2 * view + 1] for row in wide[at[0] : at[0] + 2 * view + 1]]


class Walk(NamedTuple):
    """How an explorer reached the goal."""

    turns: list[list[str]]
    """The moves of each turn."""
    looked: int
    """How many cells the searches looked at."""


def explore(board: Sequence[str], view: int, at_once: int) -> Walk:
    """Walk as one who goes to the nearest floor with unseen cells beside it, until the goal is in sight.

    Each turn is a breadth-first search over the floor seen so far and at most `at_once` moves; who sees the
    whole board searches once.
    """
    at, goal = boards.find(board, "P"), boards.find(board, "G")
    size, floor = len(board), floor_of(board)
    if not view:
        way = shortest_way(floor, at, goal)
        return Walk(
            [way[first : first + at_once] for first in range(0, len(way), at_once)], len(distances(floor, at))
        )
    seen: set[Cell] = set()
    turns: list[list[str]] = []
    looked = 0
    while at != goal:
        rows = range(max(0, at[0] - view), min(size, at[0] + view + 1))
        columns = range(max(0, at[1] - view), min(size, at[1] + view + 1))
        seen |= {(row, column) for row in rows for column in columns}
        known = floor & seen
        away = distances(known, at)
        looked += len(away)
        aim = goal if goal in away else next(cell for cell in away if _has_unseen(cell, seen, size))
        turns.append(shortest_way(known, at, aim)[:at_once])
        for move in turns[-1]:
            at = (at[0] + STEPS[move][0], at[1] + STEPS[move][1])
    return Walk(turns, looked)


def _has_unseen(cell: Cell, seen: set[Cell], size: int) -> bool:
    near = ((cell[0] + down, cell[1] + right) for down, right in STEPS.values())
    return any(0 <= row < size and 0 <= column < size and (row, column) not in seen for row, column in near)


def flood(board: Sequence[str]) -> int:
    """Return after how many steps water from the start reaches the goal, -1 where it never does."""
    signs = np.array([list(row) for row in board])
    open_cells, wet = signs != "#", signs == "P"
    for step in range(signs.size):
        if (wet & (signs == "G")).any():
            return step
        wide = np.pad(wet, 1)
        wet = open_cells & (wet | wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2])
    return -1

"""Levels of Sokoban whose fewest pushes are known: drawn rooms, searched from their solutions.

The game is Hiroyuki Imabayashi's (Thinking Rabbit, 1982). Playing backwards from solved positions is how
gym-sokoban and DeepMind's rooms are made too (Racanière et al., 2017, arXiv:1707.06203); there the walk is
random and the length is not known, here the search is complete.
"""

from typing import NamedTuple

from reasongym.core import Data
from reasongym.envs.sokoban import rooms, search
from reasongym.envs.sokoban.board import LETTERS, Board, bits, reach, route
from reasongym.errors import GenerationError
from reasongym.seeding import Stream

MOVES_A_TURN = 10
_MAX_ROOMS = 100_000
"""Hundreds of times what the levels need on average; it bounds the time."""


class Level(NamedTuple):
    """What a level asks for."""

    size: rooms.Size
    low: int
    high: int
    """The fewest pushes that solve it lie between these."""
    capacity: int
    """Positions a search may look at."""
    num_moves: int
    """Moves an episode may have; the solution that is known takes at most three quarters of them."""
    num_turns: int

    @property
    def about(self) -> str:
        """Say it in one line."""
        side, num_boxes = self.size.side, self.size.num_boxes
        boxes = "1 box" if num_boxes == 1 else f"{num_boxes} boxes"
        ease = " (a warm-up, trivial by design)" if self.high == 2 else ""
        return f"{side}x{side} with its walls, {boxes}, {self.low} to {self.high} pushes at best{ease}"


LEVELS = (
    Level(rooms.Size(6, 1, 0.0, 0.3), 1, 2, 2_000, 12, 12),
    Level(rooms.Size(7, 1, 0.1, 0.4), 3, 8, 2_000, 36, 36),
    Level(rooms.Size(6, 2, 0.05, 0.4), 4, 10, 2_000, 44, 44),
    Level(rooms.Size(7, 2, 0.1, 0.4), 8, 16, 10_000, 120, 50),
    Level(rooms.Size(8, 3, 0.15, 0.4), 12, 22, 60_000, 160, 50),
    Level(rooms.Size(10, 3, 0.2, 0.45, 44), 16, 30, 60_000, 250, 60),
    Level(rooms.Size(10, 4, 0.3, 0.5, 36), 18, 36, 60_000, 300, 60),
    Level(rooms.Size(10, 5, 0.35, 0.6, 36), 24, 48, 60_000, 400, 80),
)


def generate(rng: Stream, level: Level) -> Data:
    """Draw rooms until one has a position that takes as many pushes as the level asks for."""
    for _ in range(_MAX_ROOMS):
        room = rooms.draw(rng, level.size)
        if room is None:
            continue
        graph = search.graph(level.size.side, room.floor, room.goals)
        found = search.search(graph, rng.between(level.low, level.high), level.capacity)
        at = _start(rng, found, level.low)
        data = _data(rng, level, room, graph, found, at) if at >= 0 else None
        if data is not None and 4 * len(data["solution"]) <= 3 * level.num_moves:
            return data
    raise GenerationError(f"{_MAX_ROOMS:,} rooms held no level of {level.about}")


def _start(rng: Stream, found: search.Found, low: int) -> int:
    """Draw a position without a box on a goal from the deepest layer that has one, -1 where none is deep."""
    for depth in range(found.num_layers - 1, low - 1, -1):
        begin, end = found.layers[depth], found.layers[depth + 1]
        starts = [at for at, ready in enumerate(list(found.ready[begin:end]), int(begin)) if ready > 0]
        if starts:
            return rng.pick(starts)
    return -1


def _data(
    rng: Stream, level: Level, room: rooms.Room, graph: search.Graph, found: search.Found, at: int
) -> Data:
    side = level.size.side
    boxes, player = search.position(graph, found, at)
    walked = reach(side, room.floor & ~boxes, 1 << player)
    board = Board(side, room.floor, room.goals, boxes, rng.pick(bits(walked)))
    solution = walks(board, search.pushes(graph, found, at))
    return data_of(board, solution, level)


def data_of(board: Board, solution: str, level: Level) -> Data:
    """Write a problem as JSON."""
    return {
        "board": board.rows(),
        "solution": solution,
        "pushes": sum(letter.isupper() for letter in solution),
        "limit": level.num_moves,
        "turns": level.num_turns,
    }


def walks(board: Board, pushes: list[tuple[int, int]]) -> str:
    """Join pushes (the box's cell, the direction) by shortest walks; the letters of pushes in upper case."""
    width, floor, _, boxes, player = board
    steps = (-width, 1, width, -1)
    letters: list[str] = []
    for box, direction in pushes:
        step = steps[direction]
        letters += route(width, floor & ~boxes, player, box - step)
        letters.append(LETTERS[direction].upper())
        boxes ^= 1 << box | 1 << box + step
        player = box
    return "".join(letters)

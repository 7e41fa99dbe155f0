"""`MazePath-v0`: the whole way through a maze in one answer, any way or a shortest one."""

from collections.abc import Mapping
from typing import NamedTuple

from reasongym.answers.moves import DIRECTIONS, played
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs import _boards as boards
from reasongym.envs._boards import STEPS
from reasongym.envs.maze import mazes
from reasongym.envs.maze.walk import Maze
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the mazes of a level are like."""

    size: int
    loops: tuple[int, int]
    shortest: bool


LEVELS = (
    Level(5, (0, 2), shortest=False),
    Level(7, (0, 2), shortest=False),
    Level(9, (0, 3), shortest=False),
    Level(11, (6, 12), shortest=True),
    Level(15, (10, 20), shortest=True),
    Level(21, (20, 40), shortest=True),
    Level(31, (40, 80), shortest=True),
)
_SPACE = (5_000, 39_000, 39_000, 37_000, 21_000, 11_000, 5_000)
_CHANCE = (0.075, 0.045, 0.03, 0.0, 0.0, 0.0, 0.0)
_ASK = {
    "plain": "End with a line that holds only the moves.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


@register("MazePath-v0")
class MazePath(Env):
    """Write the moves from start to goal; any way that hits no wall and ends on the goal is right.

    `data` holds `board` (rows of `#` wall, `.` floor, `P` start, `G` goal) and `shortest`: whether the way
    must be as short as can be.
    """

    family = "maze"
    levels = tuple(
        f"{level.size}x{level.size}, {'a shortest way' if level.shortest else 'any way'}" for level in LEVELS
    )
    default_level = 3
    styles = Maze.styles

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        return {"board": mazes.draw_maze(rng, meant.size, meant.loops), "shortest": meant.shortest}

    def prompt(self, data: Data, style: str) -> str:
        board: list[str] = data["board"]
        if style == "terse":
            return " / ".join(" ".join(row) for row in board) + " :"
        wanted = "a shortest way" if data["shortest"] else "a way"
        short = " and no way with fewer moves may exist" if data["shortest"] else ""
        return (
            f"Find {wanted} through a maze of {len(board)} by {len(board)} cells: P is the start, G the "
            "goal, # a wall and . floor; all around is wall. A move (up, down, left or right) goes to the "
            "next cell. "
            f"The moves must hit no wall and end on the goal{short}. Write them separated by spaces, such as "
            f"`right right down`. {_ASK[style]}\n\n{boards.spaced(board)}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        board: list[str] = data["board"]
        read = played(text, DIRECTIONS, 2 * len(board) ** 2)
        if isinstance(read, str):
            return Verdict.of(read)
        floor = mazes.floor_of(board)
        start, goal = boards.find(board, "P"), boards.find(board, "G")
        at = start
        for move in read:
            at = (at[0] + STEPS[move][0], at[1] + STEPS[move][1])
            if at not in floor:
                return Verdict.of("hits_wall", " ".join(read))
        reason = "ok" if at == goal else "misses_goal"
        if reason == "ok" and data["shortest"] and len(read) > mazes.distances(floor, start)[goal]:
            reason = "not_shortest"
        return Verdict.of(reason, " ".join(read))

    def oracle(self, data: Data) -> list[str]:
        board: list[str] = data["board"]
        floor = mazes.floor_of(board)
        return [" ".join(mazes.shortest_way(floor, boards.find(board, "P"), boards.find(board, "G")))]

    def canonical(self, data: Data) -> str:
        return min("/".join(guise) for guise in boards.guises(data["board"]))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"board": rng.pick(list(boards.guises(data["board"])))}

    def space(self, level: int) -> int:
        """Return how many were counted in up to 60,000 draws (rounded down)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Walk at random, never onto a cell a second time, until there is no other."""
        floor = mazes.floor_of(state["board"])
        at = boards.find(state["board"], "P")
        walked: list[str] = []
        while True:
            floor.discard(at)
            near = {move: (at[0] + down, at[1] + right) for move, (down, right) in STEPS.items()}
            free = [move for move, cell in near.items() if cell in floor]
            if not free:
                return " ".join(walked)
            walked.append(rng.pick(free))
            at = near[walked[-1]]

    def prove(self, data: Data) -> bool:
        """Confirm by flooding that the oracle's way is a shortest one."""
        return mazes.flood(data["board"]) == len(self.oracle(data)[0].split()) > 0

    def effort(self, data: Data) -> float:
        """Return the cells that breadth-first search looks at until it has the goal."""
        board: list[str] = data["board"]
        away = mazes.distances(mazes.floor_of(board), boards.find(board, "P"))
        return list(away).index(boards.find(board, "G"))

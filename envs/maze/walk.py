"""`Maze-v0`: walk through a maze, several moves a turn, seeing all of it or only what is near."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.moves import DIRECTIONS, played
from reasongym.core import Data, Env, Json, Picture, Turn, Verdict
from reasongym.envs import _boards as boards
from reasongym.envs._boards import STEPS, Cell
from reasongym.envs.maze import mazes
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the mazes of a level are like."""

    size: int
    loops: tuple[int, int]
    view: int
    """How many cells away one sees; 0 means all."""
    turns: int
    at_once: int
    """Moves a turn."""


LEVELS = (
    Level(5, (0, 2), 0, 10, 4),
    Level(7, (0, 2), 0, 12, 6),
    Level(9, (0, 3), 0, 14, 8),
    Level(15, (0, 6), 0, 20, 12),
    Level(9, (0, 3), 2, 26, 8),
    Level(13, (0, 5), 2, 54, 8),
    Level(19, (0, 8), 2, 110, 8),
)
COLOURS = {".": (245, 245, 245), "#": (52, 73, 94), "G": (46, 204, 113), "P": (231, 76, 60)}
_SPACE = (5_000, 39_000, 39_000, 22_000, 39_000, 28_000, 14_000)
_CHANCE = (0.13, 0.05, 0.012, 0.002, 0.075, 0.02, 0.003)
_ASK = {
    "plain": "Reply with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


class Place(NamedTuple):
    """A maze with a walker in it."""

    board: tuple[str, ...]
    """`#` wall, `.` floor, `G` goal; the walker's cell is floor."""
    at: Cell
    goal: Cell
    view: int
    at_once: int


@register("Maze-v0")
class Maze(Env):
    """Reach the goal in the turns there are; one text may hold several moves, and walls stop each alone.

    `data` holds `board` (rows of `#` wall, `.` floor, `P` start, `G` goal), `view` (how many cells away
    one sees, 0 for all), `at_once` (moves a turn) and `turns`. An explorer who remembers what he saw and
    goes to the nearest place not yet seen (`mazes.explore`) needs about half of them.
    """

    family = "maze"
    levels = tuple(
        f"{level.size}x{level.size}, "
        + (f"{2 * level.view + 1}x{2 * level.view + 1} of it seen" if level.view else "all of it seen")
        for level in LEVELS
    )
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the rules and the maze as a grid",
        "tags": "with <think> and <answer> tags",
        "boxed": "the moves in \\boxed{}",
        "terse": "the grid alone, cells as words: `P # G / . . . :`",
    }
    metadata = {"render_modes": ["ansi", "human", "rgb_array"], "render_fps": 4}  # noqa: RUF012

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        board = mazes.draw_maze(rng, meant.size, meant.loops)
        return {"board": board, "view": meant.view, "at_once": meant.at_once, "turns": meant.turns}

    def prompt(self, data: Data, style: str) -> str:
        place = self.start(data)
        if style == "terse":
            return _terse(place)
        size, view = len(data["board"]), data["view"]
        sight = (
            f"You see only the cells up to {view} rows and columns away, and how far off the goal is. "
            if view
            else ""
        )
        where = f"{_bearing(place)}\n" if view else ""
        return (
            f"You are in a maze of {size} by {size} cells: P is you, G the goal, # a wall and . floor; all "
            f"around is wall. {sight}Reach the goal in at most {data['turns']} turns. A move (up, down, left "
            "or right) takes you one cell; where a wall is you stay, and the moves after it still count. "
            f"Each turn, write 1 to {data['at_once']} moves separated by spaces, such as `right down`; you "
            f"are then shown where you are, the rows separated by /. {_ASK[style]}\n\n{where}"
            f"{boards.spaced(mazes.visible(place.board, place.at, view))}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].turns

    def start(self, data: Data) -> Place:
        board: list[str] = data["board"]
        at = boards.find(board, "P")
        goal = boards.find(board, "G")
        return Place(tuple(boards.put(board, at, ".")), at, goal, data["view"], data["at_once"])

    def act(self, state: Place, text: str, rng: Stream) -> Turn:
        read = played(text, DIRECTIONS, state.at_once)
        if isinstance(read, str):
            return Turn(state, f"not a move ({read})\n{_terse(state)}")
        at = state.at
        for move in read:
            cell = (at[0] + STEPS[move][0], at[1] + STEPS[move][1])
            if _is_floor(state.board, cell):
                at = cell
            if at == state.goal:
                return Turn(state._replace(at=at), "", 1.0, Verdict.of("ok", " ".join(read)))
        state = state._replace(at=at)
        return Turn(state, _terse(state))

    def oracle(self, data: Data) -> list[str]:
        """Return the explorer's turns: it sees no more than a player."""
        return [" ".join(moves) for moves in _explored(data).turns]

    def canonical(self, data: Data) -> str:
        return min("/".join(guise) for guise in boards.guises(data["board"]))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"board": rng.pick(list(boards.guises(data["board"])))}

    def space(self, level: int) -> int:
        """Return how many were counted in up to 60,000 draws (rounded down)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player or the best constant text earns, measured and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Place, rng: Stream) -> str:
        near = {move: (state.at[0] + down, state.at[1] + right) for move, (down, right) in STEPS.items()}
        return rng.pick([move for move, cell in near.items() if _is_floor(state.board, cell)])

    def prove(self, data: Data) -> bool:
        """Confirm by flooding that the goal can be reached, and that the explorer's way is no shorter."""
        steps = mazes.flood(data["board"])
        walk = _explored(data)
        moves = sum(map(len, walk.turns))
        return (
            0 < steps <= moves and len(walk.turns) <= data["turns"] and (data["view"] > 0 or steps == moves)
        )

    def effort(self, data: Data) -> float:
        """Return the cells that the searches of an explorer look at; who sees all searches once."""
        return _explored(data).looked

    def picture(self, state: Json) -> Picture:
        return boards.picture(boards.put(state.board, state.at, "P"), COLOURS)


def _explored(data: Data) -> mazes.Walk:
    """Explore a maze, or where that took too many turns (none was ever seen that does) go straight."""
    walk = mazes.explore(data["board"], data["view"], data["at_once"])
    return walk if len(walk.turns) <= data["turns"] else mazes.explore(data["board"], 0, data["at_once"])


def _is_floor(board: Sequence[str], cell: Cell) -> bool:
    return boards.inside(board, cell) and board[cell[0]][cell[1]] != "#"


def _bearing(place: Place) -> str:
    """Write where the goal lies from here: `goal up 3 left 5`."""
    down, right = place.goal[0] - place.at[0], place.goal[1] - place.at[1]
    words = ["goal"]
    words += [f"{'down' if down > 0 else 'up'} {abs(down)}"] if down else []
    words += [f"{'right' if right > 0 else 'left'} {abs(right)}"] if right else []
    return " ".join(words)


def _terse(place: Place) -> str:
    rows = " / ".join(" ".join(row) for row in mazes.visible(place.board, place.at, place.view))
    return f"{_bearing(place)} : {rows} :" if place.view else f"{rows} :"

"""`Sokoban-v0`: push the boxes onto the goals, several moves a turn."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reasongym.answers.moves import DIRECTIONS, played
from reasongym.core import Data, Env, Json, Option, Picture, Problem, Session, Split, Turn, Verdict
from reasongym.envs.sokoban import levels, pictures, prompts, proof, search, xsb
from reasongym.envs.sokoban.board import DIRECTIONS as NAMES
from reasongym.envs.sokoban.board import LETTERS, Board, board_of, guises
from reasongym.envs.sokoban.deadlock import is_dead
from reasongym.registry import register
from reasongym.seeding import Stream

_NUMBER = {name: direction for direction, name in enumerate(NAMES)}
_SPACE = (6_500, 80_000, 18_000, 33_000, 9_900, 3_000, 2_500, 2_500)
_CHANCE = (0.133, 0.03, 0.035, 0.001, 0.001, 0.001, 0.001, 0.001)


class Position(NamedTuple):
    """Where everything is, how many moves are left, and the style in which it is shown."""

    board: Board
    num_left: int
    style: str


@register("Sokoban-v0")
class Sokoban(Env):
    """Push every box onto a goal, up to ten moves a turn.

    `data` holds `board` (rows of XSB characters, `-` for floor), `solution` (letters of moves, in upper case
    where they push), `pushes` (the fewest that solve it), `limit` (moves that may be played) and
    `turns`.

    The episode ends with 1 as soon as every box stands on a goal, with 0 (`deadlock`) where the position can
    certainly not be won any more, and with 0 (`move_limit`) when the moves are used up. A deadlock is
    reported only where it is proved (see `deadlock.is_dead`), so a lost position may go on. A move
    that is not possible ends its turn; the moves before it count. Text that is no moves spends its turn.
    """

    family = "sokoban"
    levels = tuple(level.about for level in levels.LEVELS)
    default_level = 2
    styles = prompts.STYLES
    parameters = (
        Option("xsb", "", "levels of your own, as the text of an XSB file: seed s plays level s of them"),
    )
    metadata: dict[str, Any] = {"render_modes": ["ansi", "human", "rgb_array"], "render_fps": 4}  # noqa: RUF012

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return levels.generate(rng, levels.LEVELS[level])

    def size(self, level: int, split: Split, options: Mapping[str, Json]) -> int | None:
        return len(xsb.read(options["xsb"])) if options["xsb"] else None

    def item(self, index: int, level: int, split: Split, options: Mapping[str, Json]) -> Data:
        return xsb.solved(xsb.read(options["xsb"])[index], levels.LEVELS[level])

    def splits_of(self, level: int, options: Mapping[str, Json]) -> tuple[Split, ...]:
        """Return the splits of a level; those of the option `xsb` are the caller's to divide."""
        return ("all",) if options["xsb"] and xsb.read(options["xsb"]) else self.splits(level)

    def prompt(self, data: Data, style: str) -> str:
        return prompts.turn_prompt(data, style)

    def max_turns(self, level: int) -> int:
        return levels.LEVELS[level].num_turns

    def start(self, data: Data) -> Position:
        return Position(board_of(data["board"]), data["limit"], "plain")

    def begin(self, problem: Problem) -> Session:
        style = problem.row.options.get("style", "plain")
        return Session(problem, self.start(problem.data)._replace(style=style))

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        read = played(text, DIRECTIONS, levels.MOVES_A_TURN)
        if isinstance(read, str):
            return Turn(state, f"{_refusal(state.style, read)}\n{_shown(state)}")
        board, num_played = play(state.board, read[: state.num_left])
        after = state._replace(board=board, num_left=state.num_left - num_played)
        reason = _end(state.board, after)
        if reason:
            verdict = Verdict.of(reason, " ".join(read))
            return Turn(after, _shown(after), verdict.reward, verdict)
        blocked = num_played < len(read)
        note = _blocked(state.style, num_played, read[num_played]) + "\n" if blocked else ""
        return Turn(after, note + _shown(after))

    def oracle(self, data: Data) -> list[str]:
        words = in_words(data["solution"])
        most = levels.MOVES_A_TURN
        return [" ".join(words[at : at + most]) for at in range(0, len(words), most)]

    def canonical(self, data: Data) -> str:
        """Name the level up to the eight symmetries of the square."""
        return "/".join(min(guises(data["board"])))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        which = rng.below(8)
        return data | {
            "board": guises(data["board"])[which],
            "solution": data["solution"].translate(_TURNED[which]),
        }

    def space(self, level: int) -> int:
        """Return how many there were among 2,500 to 150,000 draws of the level, rounded down."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Position, rng: Stream) -> str:
        return rng.pick(possible(state.board))

    def picture(self, state: Position) -> Picture:
        return pictures.draw(state.board)

    def prove(self, data: Data) -> bool:
        return proof.is_proved(data["board"], data["solution"], data["pushes"])

    def effort(self, data: Data) -> float:
        """Return how many boxes a breadth-first search by pulls tries to move until it finds the level."""
        board = board_of(data["board"])
        room = search.graph(board.width, board.floor, board.goals)
        found = search.search(room, data["pushes"], levels.LEVELS[-1].capacity)
        return found.num_positions * found.num_boxes


def play(board: Board, moves: Sequence[str]) -> tuple[Board, int]:
    """Play moves until one is impossible or the level solved; return the board and the number played."""
    for num_played, move in enumerate(moves):
        after = board.moved(_NUMBER[move])
        if after is None:
            return board, num_played
        board = after
        if board.is_solved:
            return board, num_played + 1
    return board, len(moves)


def possible(board: Board) -> list[str]:
    """List the moves that are possible."""
    return [name for direction, name in enumerate(NAMES) if board.moved(direction) is not None]


def in_words(solution: str) -> list[str]:
    """Spell out the letters of a solution."""
    return [NAMES[LETTERS.index(letter)] for letter in solution.lower()]


def _end(before: Board, after: Position) -> str:
    """Return why the episode is over, or nothing."""
    if after.board.is_solved:
        return "ok"
    if after.board.boxes != before.boxes and is_dead(after.board):
        return "deadlock"
    return "" if after.num_left else "move_limit"


def _shown(state: Position) -> str:
    return prompts.observation(state.board, state.num_left, state.style)


def _refusal(style: str, reason: str) -> str:
    if style == "terse":
        return reason
    if reason == "over_limit":
        return f"At most {levels.MOVES_A_TURN} moves a turn ({reason}); nothing was played."
    return f"That is not a list of moves ({reason}); nothing was played."


def _blocked(style: str, num_played: int, move: str) -> str:
    return "blocked" if style == "terse" else f"Move {num_played + 1} ({move}) is not possible."


def _turned(which: int) -> dict[int, int]:
    """Return what the letters of moves become in a guise: a drawing of them shows it."""
    above, middle, below = guises(["-u-", "l-r", "-d-"])[which]
    letters = above[1] + middle[2] + below[1] + middle[0]
    return str.maketrans(letters + letters.upper(), LETTERS + LETTERS.upper())


_TURNED = [_turned(which) for which in range(8)]

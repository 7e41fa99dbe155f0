"""`FrozenLake-v0`: walk over a frozen lake to the goal, around its holes; on the higher levels the ice slips.

The game is FrozenLake of Gymnasium's toy-text environments, which is also RAGEN's, with any start and goal.
"""

from collections.abc import Mapping

from reasongym.answers.moves import DIRECTIONS, played
from reasongym.core import Data, Env, Json, Picture, Turn, Verdict
from reasongym.envs import _boards as boards
from reasongym.envs._boards import STEPS
from reasongym.envs.frozen_lake import lakes
from reasongym.envs.frozen_lake.lakes import LEVELS, Lake
from reasongym.registry import register
from reasongym.seeding import Stream

_SPACE = (12_000, 12_000, 60_000, 60_000, 5_000, 2_400, 3_600)
_CHANCE = (0.14, 0.055, 0.015, 0.003, 0.07, 0.035, 0.015)
_COLOURS = {
    ".": (214, 234, 248),
    "O": (21, 67, 96),
    "G": (46, 204, 113),
    "P": (231, 76, 60),
    "X": (120, 30, 60),
}
_ASK = {
    "plain": "Reply with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


@register("FrozenLake-v0")
class FrozenLake(Env):
    """Reach the goal without stepping into a hole; one text may hold several moves.

    `data` holds `board` (rows of `.` ice, `O` hole, `P` start, `G` goal), `slips` (for each move of an
    episode `.`, or the side `l` or `r` of the meant direction to which the walker slips; empty where the
    ice does not slip), `slippery` (in how many of ten moves that happens), `at_once` (moves a turn) and
    `turns`. The slips are the luck of an episode and no part of the problem's identity. On a slippery
    lake the best player, who knows the chances but not the slips, wins with chance 0.95 or more.
    """

    family = "frozen_lake"
    levels = tuple(
        f"{level.size}x{level.size}, {level.holes} holes, goal {level.near} to {level.far} moves away"
        + (f", {level.slips} of 10 moves slip" if level.slips else "")
        for level in LEVELS
    )
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the rules and the lake as a grid",
        "tags": "with <think> and <answer> tags",
        "boxed": "the moves in \\boxed{}",
        "terse": "the grid alone, cells as words: `P . O / . . G :`",
    }
    metadata = {"render_modes": ["ansi", "human", "rgb_array"], "render_fps": 4}  # noqa: RUF012

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        board = lakes.draw_board(rng, meant)
        total = meant.turns * meant.at_once if meant.slips else 0
        while True:
            slips = "".join(lakes.draw_slip(rng, meant.slips) for _ in range(total))
            data: Data = {
                "board": board,
                "slips": slips,
                "slippery": meant.slips,
                "at_once": meant.at_once,
                "turns": meant.turns,
            }
            if not total or lakes.way_to_goal(self.start(data)):
                return data

    def prompt(self, data: Data, style: str) -> str:
        lake = self.start(data)
        if style == "terse":
            return _terse(lake)
        size = len(data["board"])
        ice = (
            f"The ice is slippery: in about {data['slippery']} of 10 moves you slide to the cell on the left "
            "or right of the direction you meant instead. "
            if data["slippery"]
            else ""
        )
        return (
            f"You stand on a frozen lake of {size} by {size} cells: P is you, G the goal, . is ice and O a "
            f"hole. Reach the goal in at most {data['turns']} turns; a step into a hole ends the game. A "
            "move (up, down, left or right) takes you one cell; at the edge you stay where you are. "
            f"{ice}Each turn, write 1 to {data['at_once']} moves separated by spaces, such as `right down`; "
            "you are then shown the lake, its rows separated by /. "
            f"{_ASK[style]}\n\n{boards.spaced(_shown(lake))}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].turns

    def start(self, data: Data) -> Lake:
        board: list[str] = data["board"]
        at = boards.find(board, "P")
        return Lake(tuple(boards.put(board, at, ".")), at, data["slips"], data["at_once"])

    def act(self, state: Lake, text: str, rng: Stream) -> Turn:
        read = played(text, DIRECTIONS, state.at_once)
        if isinstance(read, str):
            return Turn(state, f"not a move ({read})\n{_terse(state)}")
        for move in read:
            state = lakes.moved(state, move)
            sign = state.board[state.at[0]][state.at[1]]
            if sign != ".":
                reason = "ok" if sign == "G" else "fell"
                verdict = Verdict.of(reason, " ".join(read))
                return Turn(state, _terse(state), verdict.reward, verdict)
        return Turn(state, _terse(state))

    def oracle(self, data: Data) -> list[str]:
        """Return a shortest way; it knows where the ice will slip."""
        lake = self.start(data)
        way = lakes.way_to_goal(lake)
        return [" ".join(way[at : at + lake.at_once]) for at in range(0, len(way), lake.at_once)]

    def canonical(self, data: Data) -> str:
        return min("/".join(guise) for guise in boards.guises(data["board"])) + f" {data['slippery']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        which = rng.below(8)
        mirrored = which in (1, 2, 4, 7)  # one flip, or a transposition with none or two
        slips: str = data["slips"]
        swapped = slips.translate({ord("l"): "r", ord("r"): "l"}) if mirrored else slips
        return data | {"board": list(boards.guises(data["board"]))[which], "slips": swapped}

    def space(self, level: int) -> int:
        """Return how many were counted in 60,000 draws, or in some thousands where the ice slips."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player or the best constant text earns, measured and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Lake, rng: Stream) -> str:
        return rng.pick(tuple(STEPS))

    def prove(self, data: Data) -> bool:
        """Confirm backwards from the last turn that the best player wins in the turns of the level."""
        turns = data["turns"] if data["slippery"] else lakes.MANY_MOVES
        return lakes.best_chance(data["board"], data["slippery"] / 10, turns) >= lakes.ENOUGH - 1e-9

    def effort(self, data: Data) -> float:
        """Return the outcomes that value iteration weighs until the best player is known to win."""
        sweeps = lakes.moves_needed(data["board"], data["slippery"] / 10, lakes.MANY_MOVES)
        return sweeps * len(data["board"]) ** 2 * (3 if data["slippery"] else 1)

    def picture(self, state: Json) -> Picture:
        return boards.picture(_shown(state), _COLOURS)


def _shown(lake: Lake) -> list[str]:
    sign = lake.board[lake.at[0]][lake.at[1]]
    return boards.put(lake.board, lake.at, {".": "P", "O": "X", "G": "P"}[sign])


def _terse(lake: Lake) -> str:
    return " / ".join(" ".join(row) for row in _shown(lake)) + " :"

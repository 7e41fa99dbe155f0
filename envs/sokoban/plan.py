"""`SokobanPlan-v0`: the same levels, solved in one answer that holds all the moves."""

from reasongym.answers.moves import DIRECTIONS, played
from reasongym.core import Data, Json, Picture, Verdict
from reasongym.envs._plans import WholePlan
from reasongym.envs.sokoban import pictures, prompts
from reasongym.envs.sokoban.board import Board, board_of
from reasongym.envs.sokoban.play import Sokoban, in_words, play, possible
from reasongym.registry import register
from reasongym.seeding import Stream

_CHANCE = (0.145, 0.03, 0.035, 0.003, 0.001, 0.001, 0.001, 0.001)


@register("SokobanPlan-v0")
class SokobanPlan(WholePlan, Sokoban):
    """Give all moves at once; `data` is as for `Sokoban-v0`.

    A plan is right if every move is possible until every box stands on a goal, within `limit` moves. What
    comes after that changes nothing, as in the game, which is over then.
    """

    def prompt(self, data: Data, style: str) -> str:
        return prompts.plan_prompt(data, style)

    def verify(self, data: Data, text: str) -> Verdict:
        read = played(text, DIRECTIONS, data["limit"])
        if isinstance(read, str):
            return Verdict.of(read)
        board, num_played = play(board_of(data["board"]), read)
        answer = " ".join(read)
        if board.is_solved:
            return Verdict.of("ok", answer)
        return Verdict.of("illegal_move" if num_played < len(read) else "unsolved", answer)

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(in_words(data["solution"]))]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return _CHANCE[level]

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a random walk of as many legal moves as are allowed, ending where the level is solved."""
        board: Board = board_of(state["board"])
        moves: list[str] = []
        while len(moves) < state["limit"] and not board.is_solved:
            moves.append(rng.pick(possible(board)))
            board, _ = play(board, moves[-1:])
        return " ".join(moves)

    def picture(self, state: Json) -> Picture:
        return pictures.draw(board_of(state["board"]))

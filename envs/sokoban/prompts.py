"""How a level of Sokoban is worded and drawn in text: one table of styles for both environments."""

from reasongym.core import Data
from reasongym.envs.sokoban.board import Board, bits, board_of, cells_of
from reasongym.envs.sokoban.levels import MOVES_A_TURN

STYLES = {
    "plain": "the rules, the level drawn in XSB characters and the answer format",
    "coordinates": "the rules and the level as lists of (row, column)",
    "tags": "as plain, with <think> and <answer> tags",
    "boxed": "as plain, the moves in \\boxed{}",
    "terse": "the inside of the level, a sign a cell, and the moves left, for models that know nothing else",
}

_RULES = (
    "This is Sokoban: push every box onto a goal. A move takes you one cell up, down, left or right. Moving "
    "against a box pushes it one cell on if the cell behind it is free. You cannot push two boxes at once, "
    "push a box into a wall, pull a box, or walk into a wall."
)
_LEGEND = "# is a wall, - floor, . a goal, $ a box, * a box on a goal, @ you and + you on a goal."
_ASK = {
    "tags": "Think in <think> </think> tags, then give the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}
_ONLY = "Reply with the moves alone."
_LAST_LINE = "End with a line that holds only the moves."


def turn_prompt(data: Data, style: str) -> str:
    """Explain the game of several moves a turn and show the level."""
    board = board_of(data["board"])
    if style == "terse":
        return observation(board, data["limit"], style)
    return (
        f"{_RULES} {_legend(style)}\n\n{observation(board, data['limit'], style)}\n\n"
        f"Each turn, write 1 to {MOVES_A_TURN} moves, for example `up left left`. A move that is not "
        "possible ends the turn, and the moves before it count. You are then shown the level again. You "
        f"have {data['limit']} moves and {data['turns']} turns. The game is won as soon as every box is on "
        "a goal, and it is lost when boxes are stuck so that it cannot be won any more. "
        f"{_ASK.get(style, _ONLY)}"
    )


def plan_prompt(data: Data, style: str) -> str:
    """Ask for all moves at once."""
    board = board_of(data["board"])
    if style == "terse":
        return observation(board, data["limit"], style)
    return (
        f"{_RULES} {_legend(style)}\n\n{drawing(board, style)}\n\n"
        f"Give all the moves that solve it, at most {data['limit']}, for example `up left left`. Every move "
        f"must be possible until every box is on a goal. {_ASK.get(style, _LAST_LINE)}"
    )


def observation(board: Board, num_left: int, style: str) -> str:
    """Show a position and how many moves are left."""
    if style == "terse":
        return f"{drawing(board, style)}\n{num_left} :"
    return f"{drawing(board, style)}\nMoves left: {num_left}"


def drawing(board: Board, style: str) -> str:
    """Draw a position."""
    if style == "coordinates":
        return _coordinates(board)
    rows = board.rows()
    if style == "terse":
        return "\n".join(" ".join(row[1:-1]) for row in rows[1:-1])
    return "\n".join(rows)


def _legend(style: str) -> str:
    if style == "coordinates":
        return "Cells are given as (row, column), counted from (1, 1) in the upper left corner."
    return f"In the level, {_LEGEND}"


def _coordinates(board: Board) -> str:
    num_rows = len(board.rows())
    inside = ["#" + "-" * (board.width - 2) + "#"] * (num_rows - 2)
    walls = cells_of("".join(("#" * board.width, *inside)), "-") & ~board.floor
    size = f"{num_rows} rows and {board.width} columns"
    return "\n".join(
        (
            f"Size: {size}; the outermost cells are walls",
            f"Walls inside: {_cells(board.width, walls)}",
            f"Goals: {_cells(board.width, board.goals)}",
            f"Boxes: {_cells(board.width, board.boxes)}",
            f"You: {_cells(board.width, 1 << board.player)}",
        )
    )


def _cells(width: int, cells: int) -> str:
    return " ".join(f"({cell // width + 1}, {cell % width + 1})" for cell in bits(cells)) or "none"

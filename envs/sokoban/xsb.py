"""Levels in the XSB text format, in which nearly all Sokoban levels are published.

`#` wall, `@` or `p` player, `+` or `P` player on a goal, `$` or `b` box, `*` or `B` box on a goal, `.` or `o`
goal, and a space, `-` or `_` floor. A level is a block of lines of these signs; rows may also be joined by
`|`, and a number before a sign repeats it (`5#|#@$.#|5#`). The last line of other text before a level is its
title, unless a `Title:` line follows it; the rest is comment.
(The format: sokobano.de/wiki, "Level format" and "Sok format".)
"""

import re
from functools import lru_cache
from typing import NamedTuple

from reasongym.core import Data
from reasongym.envs.sokoban import kernel, levels, search
from reasongym.envs.sokoban.board import Board, cells_of, reach
from reasongym.errors import DataError, UsageError

MAX_CHARS = 250_000
MAX_SIDE = 64
"""Rows and columns of a level before it is trimmed."""
_CAPACITIES = (50_000, 500_000)
_MAX_PUSHES = 2_000
_SIGNS = "#@+$*.- _pPbBo"
_STANDARD = str.maketrans("pPbBo _", "@+$*.--")
_ROW = frozenset(_SIGNS + "0123456789|")
_FIELD = re.compile(r"[a-z ]{1,20}:", re.IGNORECASE)
"""Such as `Author:`."""
_RUN = re.compile(r"([0-9]{0,9})([^0-9])")


class Level(NamedTuple):
    """A level as it was written."""

    title: str
    rows: tuple[str, ...]


@lru_cache(maxsize=16)
def read(text: str) -> tuple[Level, ...]:
    """Read all levels of a text; raises DataError where it is no XSB or holds no level."""
    if len(text) > MAX_CHARS:
        raise DataError(f"an XSB text may have {MAX_CHARS:,} characters, got {len(text):,}")
    found: list[Level] = []
    rows: list[str] = []
    title, is_named, last_is_named = "", False, True  # named: by a `Title:` line
    for number, line in enumerate([*text.splitlines(), ""], 1):
        line = line.rstrip()
        if "#" in line and _ROW.issuperset(line):
            rows += _unpacked(line, number)
            continue
        if line.startswith("#"):
            strange = next(sign for sign in line if sign not in _ROW)
            raise DataError(
                f"line {number} of the XSB text: {strange!r} is no sign of a level in {line[:80]!r}"
            )
        if rows:
            found.append(Level(title, tuple(rows)))
            rows, title, is_named, last_is_named = [], "", False, is_named
        said = line.strip().lstrip(";: ")
        if said.lower().startswith("title:"):
            said = said[len("title:") :].strip()
            if last_is_named:
                title, is_named = said, True
            else:
                found[-1], last_is_named = found[-1]._replace(title=said), True
        elif said and not is_named and not _FIELD.match(said):
            title = said
    if not found:
        raise DataError("the XSB text holds no level: no line has a wall `#` and only signs of levels")
    return tuple(found)


def _unpacked(line: str, number: int) -> list[str]:
    """Write out a line of rows joined by `|` and of runs."""
    rows: list[str] = []
    for row in line.split("|"):
        runs = [(int(count or 1), sign) for count, sign in _RUN.findall(row)]
        if sum(count for count, _ in runs) > MAX_SIDE or row[-1:].isdigit():
            raise DataError(
                f"line {number} of the XSB text: a row ends in a number or is over {MAX_SIDE} long"
            )
        rows.append("".join(count * sign for count, sign in runs).translate(_STANDARD))
    return rows


def board_of_level(level: Level) -> Board:
    """Check a level and trim it to what the player could reach; raises DataError saying what is wrong."""
    rows = level.rows
    if len(rows) > MAX_SIDE:
        raise _fault(level, f"has {len(rows)} rows, over {MAX_SIDE}")
    width = max(map(len, rows)) + 2
    text = " " * width + "".join(f" {row.ljust(width - 2)} " for row in rows) + " " * width
    players = [at for at, sign in enumerate(text) if sign in "@+"]
    if len(players) != 1:
        raise _fault(level, f"needs one player, has {len(players)}")
    boxes, goals = cells_of(text, "$*"), cells_of(text, ".*+")
    floor = reach(width, (1 << len(text)) - 1 & ~cells_of(text, "#"), 1 << players[0])
    outside = cells_of(text, " ")
    if floor & outside:
        raise _fault(level, "is not enclosed by walls")
    if (boxes ^ goals) & ~floor:
        raise _fault(level, "has boxes or goals that the player can never get to")
    boxes, goals = boxes & floor, goals & floor
    if not boxes or boxes.bit_count() != goals.bit_count():
        raise _fault(level, f"has {boxes.bit_count()} boxes and {goals.bit_count()} goals")
    return _trimmed(Board(width, floor, goals, boxes, players[0]))


def _trimmed(board: Board) -> Board:
    """Move a board into the upper left corner and cut it off at its walls."""
    width = board.width
    used = [cell for cell in range(board.floor.bit_length()) if board.floor >> cell & 1]
    top = min(used) // width
    left = min(cell % width for cell in used)
    new_width = max(cell % width for cell in used) - left + 3

    def moved(cell: int) -> int:
        return (cell // width - top + 1) * new_width + cell % width - left + 1

    def all_moved(cells: int) -> int:
        return sum(1 << moved(cell) for cell in used if cells >> cell & 1)

    floor, goals, boxes = (all_moved(cells) for cells in board[1:4])
    return Board(new_width, floor, goals, boxes, moved(board.player))


@lru_cache(maxsize=64)
def _solution(level: Level) -> tuple[Board, str]:
    """Return the board of a level and a solution with the fewest pushes; raises UsageError without one."""
    board = board_of_level(level)
    num_cells, num_boxes = board.floor.bit_count(), board.boxes.bit_count()
    if num_cells > kernel.MAX_CELLS or num_boxes > kernel.MAX_BOXES:
        limits = f"at most {kernel.MAX_CELLS} floor cells and {kernel.MAX_BOXES} boxes can be searched"
        raise UsageError(f"{_name(level)} is too large: {limits}, it has {num_cells} and {num_boxes}")
    if board.is_solved:
        raise UsageError(f"{_name(level)} is solved already")
    room = search.graph(board.width, board.floor, board.goals)
    for capacity in _CAPACITIES:
        found = search.search(room, _MAX_PUSHES, capacity)
        at = search.place(room, found, board)
        if at >= 0:
            return board, levels.walks(board, search.pushes(room, found, at))
        if not found.is_cut:
            raise UsageError(f"{_name(level)} cannot be solved")
    raise UsageError(f"{_name(level)} is too hard: no solution among {_CAPACITIES[-1]:,} positions")


def solved(level: Level, asked: levels.Level) -> Data:
    """Make a level into a problem with as many moves and turns as a level of the environment has."""
    board, solution = _solution(level)
    if len(solution) > asked.num_moves:
        raise UsageError(
            f"{_name(level)} takes {len(solution)} moves, and this level of the environment gives "
            f"{asked.num_moves}; choose a higher one"
        )
    return levels.data_of(board, solution, asked)


def _name(level: Level) -> str:
    return f"the XSB level {level.title!r}" if level.title else f"the XSB level {'|'.join(level.rows)[:80]!r}"


def _fault(level: Level, what: str) -> DataError:
    return DataError(f"{_name(level)} {what}")

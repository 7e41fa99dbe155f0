"""`Minesweeper-v0`: the game that Microsoft Windows made known (Curt Johnson and Robert Donner, 1990)."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.extraction import extract
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.envs._boards import draw_turning, least_image
from reasongym.envs.minesweeper.boards import board, cells_of, deduce, neighbours, opened
from reasongym.envs.minesweeper.search import needs_no_guess
from reasongym.registry import register
from reasongym.seeding import Stream

_SHOWN_CHARS = 200
_MOST_CHARS = 4_000
_WORDS = re.compile(r"[0-9]{1,3}|[^\W\d_]+|n['’]t")
_OPENING = frozenset(("reveal", "reveals", "open", "click", "uncover", "safe"))
_MARKING = frozenset(("mine", "mines", "flag", "flags", "mark"))
_BETWEEN = _OPENING | _MARKING | {"row", "r", "column", "col", "c", "and", "cell", "cells", "then", "at"}
_DENIALS = frozenset(
    ("or", "not", "n't", "n’t", "either", "maybe", "false", "wrong", "never", "if", "unless")
)


class Level(NamedTuple):
    """What the boards of a level are made of."""

    size: int
    num_mines: int
    num_hints: int
    """How many more cells may be open at the start so that no guess is needed."""
    space: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        return f"{self.size}x{self.size} cells, {self.num_mines} mines"


LEVELS = (
    Level(5, 4, 1, 3_000, 0.05),
    Level(6, 5, 1, 30_000, 0.02),
    Level(6, 8, 1, 50_000, 0.01),
    Level(8, 10, 1, 50_000, 0.001),
    Level(8, 14, 2, 50_000, 0.001),
    Level(10, 20, 2, 50_000, 0.001),
    Level(12, 30, 3, 50_000, 0.001),
)


class Position(NamedTuple):
    """A board: sets of cells as integers (bit row * size + column), and the open ones."""

    size: int
    mines: int
    is_open: int


@register("Minesweeper-v0")
class Minesweeper(Env):
    """Open every cell that holds no mine, or name all mines in one turn.

    `data` holds `size`, `mines` and `starts` (cells as [row, column] from 0; the latter are open at the
    start). From what is open each safe cell can be deduced without a guess. Opening a mine or naming mines
    wrongly ends the episode with 0; text that is no action spends its turn and is answered by what was wrong.
    """

    family = "minesweeper"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the rules, the board and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the action in \\boxed{}",
        "terse": "the number of mines and the board",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        size, num_mines, num_hints, *_ = LEVELS[level]
        mines, starts = board(rng, size, num_mines, num_hints)
        return {
            "size": size,
            "mines": [list(divmod(cell, size)) for cell in mines],
            "starts": [list(divmod(cell, size)) for cell in starts],
        }

    def prompt(self, data: Data, style: str) -> str:
        shown = _shown(self.start(data))
        if style == "terse":
            return shown
        return (
            f"Play Minesweeper: open every cell that holds no mine. {len(data['mines'])} cells hold a mine. "
            "On the board a number says how many of the up to eight cells around it hold a mine, and a dot "
            "is a closed cell. Opening a cell that has no mine around it also opens the cells around it, and "
            f"so on. Opening a mine loses. No guess is needed.\n\n{shown}\n\n"
            "Each turn, open one or more cells by their row and column, counted from 1 at the top left: "
            "`reveal 1 2 3 4` opens row 1, column 2 and row 3, column 4, and you are shown the board again. "
            "You may also name the cells of all mines in one turn, as in `mines 1 2 3 4`, which wins if they "
            f"are right and loses if not. {_ASK[style]}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].size ** 2 - LEVELS[level].num_mines

    def start(self, data: Data) -> Position:
        size = data["size"]
        mines = sum(1 << row * size + column for row, column in data["mines"])
        is_open = 0
        for row, column in data["starts"]:
            is_open = opened(size, mines, is_open, row * size + column)
        return Position(size, mines, is_open)

    def act(self, state: Position, text: str, rng: Stream) -> Turn:
        said, reason = extract(text, "block")
        if said is None:
            return _refusal(state, reason)
        cells, names_mines, fault = _action(said, state.size)
        if fault == "syntax":
            cells, names_mines, fault = _action(said.rpartition("\n")[2], state.size)
        if fault:
            return _refusal(state, fault)
        if names_mines:
            right = sum(1 << cell for cell in set(cells)) == state.mines
            verdict = Verdict.of("ok" if right else "wrong_mines", said[:_SHOWN_CHARS])
            return Turn(state, _shown(state), verdict.reward, verdict)
        return _opened(state, cells, said[:_SHOWN_CHARS])

    def oracle(self, data: Data) -> list[str]:
        size = data["size"]
        position = self.start(data)
        rounds = deduce(size, position.mines, position.is_open).rounds
        return [_reveal(size, cells) for cells in rounds]

    def canonical(self, data: Data) -> str:
        """Name the least of the board's eight images, with the cells that are open at the start."""
        last = data["size"] - 1
        position = self.start(data)
        marks: list[tuple[str, int, int]] = [
            (sign, cell // (last + 1), cell % (last + 1))
            for sign, cells in (("m", position.mines), ("o", position.is_open))
            for cell in cells_of(cells)
        ]
        return f"{last + 1} {least_image(marks, last)}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Turn and reflect the board."""
        image = draw_turning(rng, data["size"] - 1)
        mines, starts = ([image(cell) for cell in data[name]] for name in ("mines", "starts"))
        return {"size": data["size"], "mines": sorted(mines), "starts": starts}

    def space(self, level: int) -> int:
        """Return how many were counted in 60,000 draws (rounded down, and at most 50,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what opening random closed cells earns, measured on 10,000 problems and rounded up."""
        return LEVELS[level].chance

    def random_action(self, state: Position, rng: Stream) -> str:
        closed = list(cells_of(~state.is_open & (1 << state.size**2) - 1))
        return _reveal(state.size, [rng.pick(closed)])

    def prove(self, data: Data) -> bool:
        """Search, for every closed cell, for a board that fits the numbers and has a mine there."""
        position = self.start(data)
        return needs_no_guess(position.size, position.mines, position.is_open)

    def effort(self, data: Data) -> float:
        """Return how many numbers, and pairs of them, the deducing player of `boards` looks at."""
        position = self.start(data)
        return deduce(position.size, position.mines, position.is_open).work


_ASK = {
    "plain": "Reply with the action alone.",
    "tags": "Think in <think> </think> tags and return the action in <answer> </answer> tags.",
    "boxed": "Put the action in \\boxed{}.",
}


def _action(said: str, size: int) -> tuple[list[int], bool, str]:
    """Read cells and whether they are named as mines; else the last says what is wrong."""
    if len(said) > _MOST_CHARS:
        return [], False, "over_limit"
    words = [word.lower() for word in _WORDS.findall(said)]
    if any(word in _DENIALS for word in words):
        return [], False, "hedged"
    at = [place for place, word in enumerate(words) if word.isdecimal()]
    if not at:
        return [], False, "no_cell"
    if any(not word.isdecimal() and word not in _BETWEEN for word in words[at[0] :]):
        return [], False, "syntax"
    kinds = {word in _MARKING for word in words if word in _OPENING or word in _MARKING}
    if len(kinds) > 1:
        return [], False, "two_actions"
    numbers = [int(words[place]) for place in at]
    if len(numbers) % 2 or not all(1 <= number <= size for number in numbers):
        return [], False, "off_board" if len(numbers) % 2 == 0 else "odd_count"
    cells = [(row - 1) * size + column - 1 for row, column in zip(numbers[::2], numbers[1::2], strict=True)]
    return cells, True in kinds, ""


def _opened(state: Position, cells: Sequence[int], answer: str) -> Turn:
    size, mines, is_open = state
    for cell in cells:
        if mines >> cell & 1:
            return Turn(state, _shown(state), 0.0, Verdict.of("mine", answer))
        if not is_open >> cell & 1:
            is_open = opened(size, mines, is_open, cell)
    after = Position(size, mines, is_open)
    if is_open == state.is_open:
        return _refusal(state, "open_already")
    if is_open | mines == (1 << size * size) - 1:
        return Turn(after, _shown(after), 1.0, Verdict.of("ok", answer))
    return Turn(after, _shown(after))


def _refusal(state: Position, reason: str) -> Turn:
    return Turn(state, f"no action ({reason})\n{_shown(state)}")


def _reveal(size: int, cells: Sequence[int]) -> str:
    return " ".join(["reveal", *(f"{cell // size + 1} {cell % size + 1}" for cell in cells)])


def _shown(state: Position) -> str:
    size, mines, is_open = state
    around = neighbours(size)
    signs = [
        str((around[cell] & mines).bit_count()) if is_open >> cell & 1 else "." for cell in range(size * size)
    ]
    rows = (" ".join(signs[start : start + size]) for start in range(0, size * size, size))
    return "\n".join((f"{mines.bit_count()} mines", *rows))

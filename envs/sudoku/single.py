"""`Sudoku-v0`: fill a board so that each row, column and box holds each digit once."""

from collections.abc import Mapping, Sequence

from reasongym.answers.grids import grid
from reasongym.core import Data, Env, Json, Verdict
from reasongym.envs.sudoku import problems
from reasongym.envs.sudoku.canonical import canonical_form
from reasongym.envs.sudoku.exact_cover import num_solutions
from reasongym.envs.sudoku.solver import BOX_ROWS, Search, tables
from reasongym.registry import register
from reasongym.seeding import Stream


@register("Sudoku-v0")
class Sudoku(Env):
    """Fill the empty cells; the board has one solution.

    `data` holds `size`, `clues` (row by row, 0 where a cell is empty) and `solution`. Boxes have 2 rows of 2
    cells, 2 rows of 3 or 3 rows of 3.
    """

    family = "sudoku"
    levels = tuple(level.about for level in problems.LEVELS)
    default_level = 4
    styles = {  # noqa: RUF012
        "plain": "the rules, the board and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the board in \\boxed{}",
        "terse": "the board alone",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = problems.LEVELS[level]
        clues, solution = problems.board(rng, meant)
        return {"size": meant.size, "clues": clues, "solution": solution}

    def prompt(self, data: Data, style: str) -> str:
        size = data["size"]
        shown = _written(data["clues"], size)
        if style == "terse":
            return f"{shown}\n:"
        height = BOX_ROWS[size]
        return (
            "Solve this Sudoku. Fill the empty cells, shown as dots, so that each row, each column and each "
            f"box of {height} rows and {size // height} columns holds each digit from 1 to {size} once.\n\n"
            f"{shown}\n\n"
            f"Write the complete board as {size} lines of {size} digits separated by spaces. {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        size = data["size"]
        rows = grid(text, size, size, "123456789"[:size])
        if isinstance(rows, str):
            return Verdict.of(rows)
        cells = [int(digit) for row in rows for digit in row]
        return Verdict.of(_judge(data["clues"], size, cells), _written(cells, size))

    def oracle(self, data: Data) -> list[str]:
        return [_written(data["solution"], data["size"])]

    def canonical(self, data: Data) -> str:
        size = data["size"]
        clues = [(*divmod(cell, size), digit - 1) for cell, digit in enumerate(data["clues"]) if digit]
        return canonical_form(size, clues)

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Rename digits; move rows in bands, columns in stacks, bands and stacks; transpose square boxes."""
        cells, digits = problems.guise(rng, data["size"])
        return {
            "size": data["size"],
            "clues": [digits[data["clues"][cell]] for cell in cells],
            "solution": [digits[data["solution"][cell]] for cell in cells],
        }

    def space(self, level: int) -> int:
        """Return how many were counted in 60,000 draws (rounded down, and at most 50,000)."""
        return problems.LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 10,000 problems and rounded up."""
        return problems.LEVELS[level].chance

    def random_action(self, state: Json, rng: Stream) -> str:
        """Fill each empty cell with a digit that no clue in its row, column or box forbids."""
        size, clues = state["size"], state["clues"]
        filled = [clue or rng.pick(_allowed(clues, size, at)) for at, clue in enumerate(clues)]
        return _written(filled, size)

    def prove(self, data: Data) -> bool:
        """Count solutions by exact cover."""
        is_sound = _judge(data["clues"], data["size"], data["solution"]) == "ok"
        return is_sound and num_solutions(data["size"], data["clues"]) == 1

    def effort(self, data: Data) -> float:
        """Return how many digits the solver places until no second solution is left, wrong ones included."""
        search = Search(data["size"])
        search.run([(cell, digit - 1) for cell, digit in enumerate(data["clues"]) if digit])
        return search.num_placed


_ASK = {
    "plain": "End with these lines.",
    "tags": "Think in <think> </think> tags and return the board in <answer> </answer> tags.",
    "boxed": "Put them in \\boxed{}.",
}


def _written(cells: Sequence[int], size: int) -> str:
    rows = (cells[start : start + size] for start in range(0, size * size, size))
    return "\n".join(" ".join(str(digit) if digit else "." for digit in row) for row in rows)


def _judge(clues: Sequence[int], size: int, cells: Sequence[int]) -> str:
    """Return `ok`, or which rule a filled board breaks."""
    if any(clue not in (0, cell) for clue, cell in zip(clues, cells, strict=True)):
        return "changed_clue"
    box_of = tables(size).box_of
    seen = {
        unit
        for at, digit in enumerate(cells)
        for unit in ((0, at // size, digit), (1, at % size, digit), (2, box_of[at], digit))
    }
    return "ok" if len(seen) == 3 * size * size else "repeated_digit"


def _allowed(clues: Sequence[int], size: int, at: int) -> list[int]:
    box_of = tables(size).box_of
    met = {
        clues[other]
        for other in range(size * size)
        if other // size == at // size or other % size == at % size or box_of[other] == box_of[at]
    }
    return [digit for digit in range(1, size + 1) if digit not in met]

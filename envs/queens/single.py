"""`NQueens-v0`: complete a placement of queens that do not attack each other.

The puzzle is Max Bezzel's (1848); that some queens stand already makes it hard (Gent, Jefferson and
Nightingale, *Complexity of n-Queens Completion*, JAIR 2017). Blocked squares make many problems of one board.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.core import Data, Env, Json, Option, Verdict
from reasongym.envs._boards import draw_turning, least_image
from reasongym.envs.queens.placements import attacks, fills, judge, placements
from reasongym.envs.queens.reading import read_grid, read_numbers
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """What the problems of a level are made of."""

    size: int
    num_given: int
    num_blocked: int
    space: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        queens = {0: "no queen", 1: "1 queen"}.get(self.num_given, f"{self.num_given} queens")
        return f"{self.size}x{self.size} board, {queens} given, {self.num_blocked} squares blocked"


LEVELS = (
    Level(5, 0, 11, 50_000, 0.12),
    Level(7, 1, 10, 50_000, 0.04),
    Level(8, 1, 14, 50_000, 0.05),
    Level(9, 1, 15, 50_000, 0.02),
    Level(10, 1, 20, 50_000, 0.01),
    Level(12, 2, 30, 50_000, 0.002),
    Level(14, 2, 45, 50_000, 0.001),
)
FORMS = ("grid", "columns", "squares")


@register("NQueens-v0")
class NQueens(Env):
    """Place the missing queens so that none attacks another; every valid placement is right.

    `data` holds `size`, `given` and `blocked` (squares as [row, column] from 0), `form` (how the answer is to
    be written: a grid, the columns row by row, or the squares) and `solution`, the columns of one placement.
    An answer in another form than asked for is read too where it cannot be mistaken.
    """

    family = "n-queens"
    levels = tuple(level.about for level in LEVELS)
    default_level = 3
    styles = {  # noqa: RUF012
        "plain": "the rules, the board and the answer format",
        "tags": "asks for <think> and <answer> tags",
        "boxed": "the answer in \\boxed{}",
        "terse": "the board and the form of the answer",
    }
    parameters = (Option("form", "any", "how the answer is to be written", ("any", *FORMS)),)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        size = meant.size
        solution = next(placements(size, [(1 << size) - 1] * size, rng))
        given = [(row, solution[row]) for row in sorted(rng.shuffled(range(size))[: meant.num_given])]
        free = [
            square
            for square in ((row, column) for row in range(size) for column in range(size))
            if solution[square[0]] != square[1] and not any(attacks(queen, square) for queen in given)
        ]
        blocked = sorted(rng.shuffled(free)[: meant.num_blocked])
        return {
            "size": size,
            "given": [list(square) for square in given],
            "blocked": [list(square) for square in blocked],
            "form": rng.pick(FORMS) if options["form"] == "any" else options["form"],
            "solution": solution,
        }

    def prompt(self, data: Data, style: str) -> str:
        size = data["size"]
        cells = [["."] * size for _ in range(size)]
        for sign, squares in (("Q", data["given"]), ("#", data["blocked"])):
            for row, column in squares:
                cells[row][column] = sign
        board = "\n".join(" ".join(row) for row in cells)
        if style == "terse":
            return f"{board}\n{data['form']} :"
        return (
            f"Complete this {size}x{size} chessboard to {size} queens of which no two stand in the same row, "
            "column or diagonal. Q is a queen, which stays where it is, . is an empty square, and # is a "
            f"blocked square: no queen may stand on it, but queens attack across it.\n\n{board}\n\n"
            f"{_FORMAT[data['form']]} {_ASK[style]}"
        )

    def verify(self, data: Data, text: str) -> Verdict:
        size = data["size"]
        readers = (read_grid, read_numbers) if data["form"] == "grid" else (read_numbers, read_grid)
        queens = readers[0](text, size)
        if isinstance(queens, str):
            other = readers[1](text, size)
            queens = queens if other == "no_answer" else other
        if isinstance(queens, str):
            return Verdict.of(queens)
        shown = " ".join(f"{row + 1},{column + 1}" for row, column in sorted(queens))
        return Verdict.of(judge(data, queens), shown)

    def oracle(self, data: Data) -> list[str]:
        return [_written(data["solution"], data["form"])]

    def canonical(self, data: Data) -> str:
        """Name the least of the board's eight images."""
        last = data["size"] - 1
        signs: list[tuple[str, int, int]] = [
            (sign[0], row, column) for sign in ("given", "blocked") for row, column in data[sign]
        ]
        return f"{last + 1} {least_image(signs, last)}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Turn and reflect the board, and ask for another form."""
        image = draw_turning(rng, data["size"] - 1)
        solution = sorted(image(square) for square in enumerate(data["solution"]))
        moved = {name: sorted(map(image, data[name])) for name in ("given", "blocked")}
        return data | moved | {"form": rng.pick(FORMS), "solution": [column for _, column in solution]}

    def space(self, level: int) -> int:
        """Return how many were counted in 100,000 draws (rounded down, and at most 50,000)."""
        return LEVELS[level].space

    def chance(self, level: int) -> float:
        """Return what the random player or a constant placement earns, measured and rounded up."""
        return LEVELS[level].chance

    def random_action(self, state: Json, rng: Stream) -> str:
        """Put a queen into a random free column of each row, on no blocked square where that can be."""
        columns = {row: column for row, column in state["given"]}
        for row in range(state["size"]):
            if row not in columns:
                left = [column for column in range(state["size"]) if column not in columns.values()]
                columns[row] = rng.pick([one for one in left if [row, one] not in state["blocked"]] or left)
        return _written([columns[row] for row in range(state["size"])], state["form"])

    def prove(self, data: Data) -> bool:
        """Find a placement by backtracking over columns, square against square."""
        size, given = data["size"], [tuple(square) for square in data["given"]]
        closed = {tuple(square) for square in data["blocked"]}
        if any(attacks(first, second) for first in given for second in given if first != second):
            return False
        return fills(size, 0, given, closed)

    def effort(self, data: Data) -> float:
        """Return how many queens backtracking row by row from the left places until all stand."""
        size = data["size"]
        allowed = [
            sum(
                1 << column
                for column in range(size)
                if [row, column] not in data["blocked"]
                and not any(attacks(queen, (row, column)) for queen in data["given"])
            )
            for row in range(size)
        ]
        counter = [0]
        next(placements(size, allowed, None, counter))
        return counter[0]


_FORMAT = {
    "grid": "Write the completed board in the same way, row by row.",
    "columns": "For each row from top to bottom, write the column of its queen as a number, counted from 1 "
    "at the left, all on one line and separated by spaces.",
    "squares": "Write the square of each queen as row and column, both counted from 1 at the top left, such "
    "as (1, 2), all on one line and separated by commas.",
}
_ASK = {
    "plain": "End with that answer.",
    "tags": "Think in <think> </think> tags and return the answer in <answer> </answer> tags.",
    "boxed": "Put the answer in \\boxed{}.",
}


def _written(columns: Sequence[int], form: str) -> str:
    size = len(columns)
    if form == "grid":
        return "\n".join(" ".join("Q" if at == column else "." for at in range(size)) for column in columns)
    if form == "columns":
        return " ".join(str(column + 1) for column in columns)
    return " , ".join(f"{row + 1} {column + 1}" for row, column in enumerate(columns))

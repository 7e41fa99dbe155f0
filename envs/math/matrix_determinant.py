"""`MatrixDeterminant-v0`: determinants of square matrices of whole numbers."""

from collections.abc import Mapping
from functools import cache
from itertools import permutations
from typing import TypeAlias

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact
from reasongym.registry import register
from reasongym.seeding import Stream

Matrix: TypeAlias = list[list[int]]

_LEVELS = ((2, 1, 6), (2, -9, 9), (3, -3, 5), (3, -9, 9), (4, -9, 9), (5, -9, 9), (6, -20, 20))
"""Size, and the least and the greatest entry; with a 0 in it a small determinant is often its last entry."""
_MOST_ZERO = 3
"""A singular matrix is drawn again, so often at most, so that "0" pays no better than other guesses."""


@register("MatrixDeterminant-v0")
class MatrixDeterminant(Exact):
    """Find the determinant; `data` holds `rows` and `answer`."""

    family = "matrix_determinant"
    levels = tuple(
        f"{size} by {size}, entries from {low} to {high}{' (a warm-up)' if low > 0 else ''}"
        for size, low, high in _LEVELS
    )
    default_level = 3
    asks = "determinant"
    spaces = (700, 60_000, 10**7, 10**10, 10**19, 10**31, 10**57)
    chances = (0.05, 0.018, 0.018, 0.004, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        size, low, high = _LEVELS[level]
        random, span = rng.random, high - low + 1
        rows: Matrix = []
        answer = 0
        for _ in range(_MOST_ZERO):
            rows = [[low + int(random() * span) for _ in range(size)] for _ in range(size)]
            answer = determinant(rows)
            if answer:
                break
        return {"rows": rows, "answer": answer}

    def question(self, data: Data) -> str:
        rows = ", ".join(f"[{', '.join(map(str, row))}]" for row in data["rows"])
        return f"What is the determinant of the matrix [{rows}], given row by row?"

    def terse(self, data: Data) -> str:
        return "det " + " | ".join(" ".join(map(str, row)) for row in data["rows"]) + " ="

    def canonical(self, data: Data) -> str:
        rows = data["rows"]
        return str(min(rows, [list(column) for column in zip(*rows, strict=True)]))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the transpose, which has the same determinant."""
        return {
            "rows": [list(column) for column in zip(*data["rows"], strict=True)],
            "answer": data["answer"],
        }

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess the determinant of a matrix of the same entries in another order."""
        rows = state["rows"]
        entries = rng.shuffled([entry for row in rows for entry in row])
        size = len(rows)
        if size == 2:
            return str(rng.between(-1, 1) * entries[0] * entries[1] + rng.pick(entries))
        return str(determinant([entries[at : at + size] for at in range(0, size * size, size)]))

    def prove(self, data: Data) -> bool:
        """Sum the signed products over all permutations (Leibniz)."""
        rows: Matrix = data["rows"]
        total = 0
        for order, sign in _permutations(len(rows)):
            product = sign
            for row, column in zip(rows, order, strict=True):
                product *= row[column]
            total += product
        return total == data["answer"]

    def effort(self, data: Data) -> float:
        """Count the digits of the products in fraction-free elimination."""
        size = len(data["rows"])
        return size**3 * max(len(str(entry)) for row in data["rows"] for entry in row)


def determinant(rows: Matrix) -> int:
    """Eliminate without fractions (Bareiss 1968)."""
    if len(rows) == 2:
        return rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    work = [row.copy() for row in rows]
    size, sign, before = len(work), 1, 1
    for step in range(size - 1):
        if work[step][step] == 0:
            swap = next((at for at in range(step + 1, size) if work[at][step]), None)
            if swap is None:
                return 0
            work[step], work[swap] = work[swap], work[step]
            sign = -sign
        top = work[step]
        pivot = top[step]
        for row in work[step + 1 :]:
            lead = row[step]
            for column in range(step + 1, size):
                row[column] = (row[column] * pivot - lead * top[column]) // before
        before = pivot
    return sign * work[-1][-1]


@cache
def _permutations(size: int) -> list[tuple[tuple[int, ...], int]]:
    found: list[tuple[tuple[int, ...], int]] = []
    for order in permutations(range(size)):
        inversions = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size))
        found.append((order, -1 if inversions % 2 else 1))
    return found

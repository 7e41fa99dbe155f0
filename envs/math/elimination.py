"""Systems of linear equations with whole coefficients, solved without fractions until the end."""

from fractions import Fraction


def _pivot(matrix: list[list[int]], step: int) -> None:
    """Bring a row up whose entry is not 0, if there is one."""
    at = next((at for at in range(step, len(matrix)) if matrix[at][step]), step)
    matrix[step], matrix[at] = matrix[at], matrix[step]


def _eliminate(row: list[int], pivot: list[int], step: int, previous: int) -> None:
    head, top = row[step], pivot[step]
    for column in range(step, len(row)):
        row[column] = (row[column] * top - pivot[column] * head) // previous


def eliminated(rows: list[list[int]]) -> list[list[int]]:
    """Bring rows to triangular form without fractions (Bareiss 1968); the last corner is the determinant."""
    matrix = [list(row) for row in rows]
    previous = 1
    for step in range(len(matrix) - 1):
        _pivot(matrix, step)
        if not matrix[step][step]:
            matrix[-1][-1] = 0
            return matrix
        for row in matrix[step + 1 :]:
            _eliminate(row, matrix[step], step, previous)
        previous = matrix[step][step]
    return matrix


def solution(rows: list[list[int]]) -> list[Fraction]:
    """Solve by elimination and back substitution."""
    matrix = eliminated(rows)
    num = len(matrix)
    values = [Fraction(0)] * num
    for at in range(num - 1, -1, -1):
        row = matrix[at]
        known = sum((row[column] * values[column] for column in range(at + 1, num)), Fraction(0))
        values[at] = (row[num] - known) / row[at]
    return values


def determinant(matrix: list[list[int]]) -> int:
    """Expand a determinant by its first row (Laplace)."""
    if len(matrix) == 1:
        return matrix[0][0]
    return sum(
        (-1) ** column * entry * determinant([[*row[:column], *row[column + 1 :]] for row in matrix[1:]])
        for column, entry in enumerate(matrix[0])
    )


def num_digits(rows: list[list[int]]) -> int:
    """Count the digits that fraction-free elimination writes."""
    matrix = [list(row) for row in rows]
    digits = sum(len(str(abs(one))) for row in matrix for one in row)
    previous = 1
    for step in range(len(matrix)):
        _pivot(matrix, step)
        for row in matrix[step + 1 :]:
            _eliminate(row, matrix[step], step, previous)
            digits += sum(len(str(abs(one))) for one in row)
        previous = matrix[step][step] or 1
    return digits

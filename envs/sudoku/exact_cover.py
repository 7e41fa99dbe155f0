"""A second solver of Sudoku: exact cover by sets (Knuth's Algorithm X, arXiv:cs/0011047)."""

from collections.abc import Hashable, Sequence

from reasongym.envs.sudoku.solver import BOX_ROWS


def num_solutions(size: int, cells: Sequence[int], most: int = 2) -> int:
    """Count the solutions, `most` at most, of a board whose empty cells are 0."""
    height = BOX_ROWS[size]
    width = size // height
    covers: dict[int, list[Hashable]] = {}
    for cell in range(size * size):
        row, column = divmod(cell, size)
        box = row // height * height + column // width
        for digit in [cells[cell]] if cells[cell] else range(1, size + 1):
            covers[cell * 10 + digit] = [
                ("cell", cell),
                ("row", row, digit),
                ("column", column, digit),
                ("box", box, digit),
            ]
    choices: dict[Hashable, set[int]] = {}
    for choice, needs in covers.items():
        for need in needs:
            choices.setdefault(need, set()).add(choice)
    return _count(covers, choices, most) if len(choices) == 4 * size * size else 0


def _count(covers: dict[int, list[Hashable]], choices: dict[Hashable, set[int]], most: int) -> int:
    if not choices:
        return 1
    need = min(choices, key=lambda one: len(choices[one]))
    found = 0
    for choice in sorted(choices[need]):
        left = choices.copy()
        excluded: set[int] = set()
        for covered in covers[choice]:
            excluded |= left.pop(covered)
        changed: dict[Hashable, set[int]] = {}
        for other in excluded:
            for touched in covers[other]:
                if touched in left:
                    changed.setdefault(touched, set()).add(other)
        for touched, gone in changed.items():
            left[touched] = left[touched] - gone
        found += _count(covers, left, most - found)
        if found >= most:
            break
    return found

"""The operations on grids once more, by numpy or by recursion."""

from functools import cache
from typing import Any

import numpy as np


def transposed(grid: list[list[int]]) -> list[list[int]]:
    return np.array(grid).T.tolist()


def turned_grid(grid: list[list[int]], direction: str) -> list[list[int]]:
    return np.rot90(np.array(grid), -1 if direction == "clockwise" else 1).tolist()


def fallen(grid: list[list[int]]) -> list[list[int]]:
    result = [list(row) for row in grid]
    for _ in grid:
        for row in range(len(grid) - 1):
            for column in range(len(grid[0])):
                if result[row + 1][column] == 0:
                    result[row + 1][column], result[row][column] = result[row][column], 0
    return result


def neighbour_sums(grid: list[list[int]]) -> list[list[int]]:
    padded: Any = np.pad(np.array(grid), 1)
    return (padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]).tolist()


def life(grid: list[list[int]], k: int) -> list[list[int]]:
    alive = {(r, c) for r, row in enumerate(grid) for c, n in enumerate(row) if n & 1}
    inside = {(r, c) for r, row in enumerate(grid) for c in range(len(row))}
    for _ in range(k):
        near = {
            (r, c): sum((r + i, c + j) in alive for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)
            for r, c in inside
        }
        alive = {place for place in inside if near[place] == 3 or (near[place] == 2 and place in alive)}
    return [[int((r, c) in alive) for c in range(len(row))] for r, row in enumerate(grid)]


def row_values(grid: list[list[int]], what: str) -> list[int]:
    array = np.array(grid)
    named: Any = {"row sum": array.sum, "row maximum": array.max, "row minimum": array.min}[what]
    return named(1).tolist()


def spiral(grid: list[list[int]]) -> list[int]:
    top, left, bottom, right = 0, 0, len(grid) - 1, len(grid[0]) - 1
    read: list[int] = []
    while top <= bottom and left <= right:
        read += [grid[top][column] for column in range(left, right + 1)]
        read += [grid[row][right] for row in range(top + 1, bottom + 1)]
        if top < bottom and left < right:
            read += [grid[bottom][column] for column in range(right - 1, left - 1, -1)]
            read += [grid[row][left] for row in range(bottom - 1, top, -1)]
        top, left, bottom, right = top + 1, left + 1, bottom - 1, right - 1
    return read


def diagonal_sums(grid: list[list[int]]) -> list[int]:
    array = np.array(grid)
    return [int(np.trace(array, offset)) for offset in range(1 - len(grid), len(grid[0]))]


def cheapest_way(grid: list[list[int]]) -> int:
    @cache
    def cheapest(row: int, column: int) -> int:
        before = [(row - 1, column)] * (row > 0) + [(row, column - 1)] * (column > 0)
        return grid[row][column] + min((cheapest(*one) for one in before), default=0)

    return cheapest(len(grid) - 1, len(grid[0]) - 1)


def num_regions(grid: list[list[int]], limit: int) -> int:
    width = len(grid[0])
    names = [at if grid[at // width][at % width] > limit else -1 for at in range(len(grid) * width)]
    for _ in names:  # the least name spreads through its region
        for at, name in enumerate(names):
            near = [at - width, at + width, at - 1 if at % width else -1, at + 1 if (at + 1) % width else -1]
            around = [names[one] for one in near if 0 <= one < len(names) and names[one] >= 0]
            if name >= 0:
                names[at] = min([name, *around])
    return len(set(names) - {-1})


def largest_square(grid: list[list[int]], limit: int) -> int:
    high: Any = np.array(grid) > limit
    side = 0
    while side < min(high.shape):
        windows: Any = np.lib.stride_tricks.sliding_window_view(high, (side + 1, side + 1))
        if not windows.all((2, 3)).any():
            break
        side += 1
    return side


def longest_climb(grid: list[list[int]]) -> int:
    inside = {(r, c): n for r, row in enumerate(grid) for c, n in enumerate(row)}

    @cache
    def longest(row: int, column: int) -> int:
        near = ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1))
        higher = (place for place in near if inside.get(place, -(10**12)) > inside[row, column])
        return 1 + max((longest(*place) for place in higher), default=0)

    return max(longest(*place) for place in inside)

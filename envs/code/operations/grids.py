"""Operations on grids: lists of rows of numbers, all of one length, with at least one row and one column."""

from reasongym.envs.code.operations.defining import Chosen, Whole, operation


@operation("grid", "grid", "Transpose the grid: its rows become the columns.")
def transposed(grid: list[list[int]]) -> list[list[int]]:
    return [list(column) for column in zip(*grid, strict=True)]


@operation(
    "grid",
    "grid",
    "Turn the grid by 90 degrees {direction}.",
    direction=Chosen(("clockwise", "counterclockwise")),
)
def turned_grid(grid: list[list[int]], direction: str) -> list[list[int]]:
    if direction == "clockwise":
        return [list(column) for column in zip(*grid[::-1], strict=True)]
    return [list(column) for column in zip(*grid, strict=True)][::-1]


@operation(
    "grid",
    "grid",
    (
        "Let the numbers fall: in each column the zeros move to the top, and the other numbers keep "
        "their order below them."
    ),
)
def fallen(grid: list[list[int]]) -> list[list[int]]:
    columns: list[list[int]] = []
    for column in zip(*grid, strict=True):
        solid = [n for n in column if n != 0]
        columns.append([0] * (len(column) - len(solid)) + solid)
    return [list(row) for row in zip(*columns, strict=True)]


@operation(
    "grid",
    "grid",
    (
        "Replace each number by the sum of its direct neighbours above, below, left and right, as far "
        "as there are any (the number itself does not count)."
    ),
)
def neighbour_sums(grid: list[list[int]]) -> list[list[int]]:
    height, width = len(grid), len(grid[0])
    sums = [[0] * width for _ in range(height)]
    for row in range(height):
        for column in range(width):
            for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                if 0 <= row + down < height and 0 <= column + right < width:
                    sums[row][column] += grid[row + down][column + right]
    return sums


@operation(
    "grid",
    "grid",
    (
        "Take the grid as cells, alive where the number is odd, and play {k} generations of Conway's "
        "Game of Life, cells outside being dead: a living cell with 2 or 3 living ones among its 8 "
        "neighbours stays alive, a dead cell with exactly 3 comes alive, all others are dead. The "
        "result has 1 for living and 0 for dead cells."
    ),
    is_hard=True,
    k=Whole(1, 3),
)
def life(grid: list[list[int]], k: int) -> list[list[int]]:
    cells = [[n % 2 for n in row] for row in grid]
    height, width = len(cells), len(cells[0])
    for _ in range(k):
        after = [[0] * width for _ in range(height)]
        for row in range(height):
            for column in range(width):
                near = -cells[row][column]
                for i in range(max(0, row - 1), min(height, row + 2)):
                    near += sum(cells[i][max(0, column - 1) : column + 2])
                after[row][column] = int(near == 3 or (near == 2 and cells[row][column] == 1))
        cells = after
    return cells


@operation(
    "grid",
    "numbers",
    "Replace the grid by the list of its {what}s, from the first row to the last.",
    what=Chosen(("row sum", "row maximum", "row minimum")),
)
def row_values(grid: list[list[int]], what: str) -> list[int]:
    tell = {"row sum": sum, "row maximum": max, "row minimum": min}[what]
    return [tell(row) for row in grid]


@operation(
    "grid",
    "numbers",
    (
        "Read the grid in a spiral: the first row to the right, the last column downwards, the last "
        "row to the left, the first column upwards, and so on inwards, each number once."
    ),
)
def spiral(grid: list[list[int]]) -> list[int]:
    rows = [list(row) for row in grid]
    read: list[int] = []
    while rows:
        read += rows.pop(0)
        rows = [list(column) for column in zip(*rows, strict=True)][::-1]
    return read


@operation(
    "grid",
    "numbers",
    (
        "Replace the grid by the sums of its diagonals that run from the upper left to the lower "
        "right, from the one that is the lower left corner alone to the one that is the upper right "
        "corner alone."
    ),
)
def diagonal_sums(grid: list[list[int]]) -> list[int]:
    height, width = len(grid), len(grid[0])
    sums = [0] * (height + width - 1)
    for row in range(height):
        for column in range(width):
            sums[column - row + height - 1] += grid[row][column]
    return sums


@operation(
    "grid",
    "number",
    (
        "Take the least sum of numbers on a way from the upper left to the lower right corner that "
        "only goes right or down, both corners included."
    ),
    is_hard=True,
)
def cheapest_way(grid: list[list[int]]) -> int:
    first, *others = grid
    costs = [sum(first[: column + 1]) for column in range(len(first))]
    for row in others:
        for column, n in enumerate(row):
            costs[column] = n + min(costs[max(0, column - 1) : column + 1])
    return costs[-1]


@operation(
    "grid",
    "number",
    (
        "Count the regions of numbers greater than {limit}: such numbers belong to one region if one "
        "can be reached from the other over such numbers by steps up, down, left and right."
    ),
    is_hard=True,
    limit=Whole(0, 6),
)
def num_regions(grid: list[list[int]], limit: int) -> int:
    left = {(row, column) for row, line in enumerate(grid) for column, n in enumerate(line) if n > limit}
    regions = 0
    while left:
        regions += 1
        waiting = [left.pop()]
        while waiting:
            row, column = waiting.pop()
            for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if near in left:
                    left.remove(near)
                    waiting.append(near)
    return regions


@operation(
    "grid",
    "number",
    (
        "Take the side length of the largest square of neighbouring cells that holds only numbers "
        "greater than {limit} (0 if there is none)."
    ),
    is_hard=True,
    limit=Whole(-2, 3),
)
def largest_square(grid: list[list[int]], limit: int) -> int:
    sides = [[0] * (len(grid[0]) + 1) for _ in range(len(grid) + 1)]
    for row, line in enumerate(grid):
        for column, n in enumerate(line):
            if n > limit:
                around = (sides[row][column], sides[row][column + 1], sides[row + 1][column])
                sides[row + 1][column + 1] = 1 + min(around)
    return max(max(row) for row in sides)


@operation(
    "grid",
    "number",
    (
        "Take the greatest number of cells on a path of steps up, down, left and right on which each "
        "number is greater than the one before; the path may begin anywhere, and its first cell counts."
    ),
    is_hard=True,
)
def longest_climb(grid: list[list[int]]) -> int:
    places = [(row, column) for row in range(len(grid)) for column in range(len(grid[0]))]
    lengths: dict[tuple[int, int], int] = {}
    for row, column in sorted(places, key=lambda place: grid[place[0]][place[1]]):
        longest = 0
        for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if near in lengths and grid[near[0]][near[1]] < grid[row][column]:
                longest = max(longest, lengths[near])
        lengths[row, column] = longest + 1
    return max(lengths.values())

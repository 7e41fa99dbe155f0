"""The search behind every level, as integer functions that run as they are or compiled by numba.

A room is a graph: its floor cells are numbered, and `near[4 * cell + d]` is the neighbour of a cell in
direction d (0 up, 1 right, 2 down, 3 left; d ^ 2 is the opposite), -1 where a wall is. A position is one
integer: 7 bits a box in ascending order, and above them 7 bits for a cell of the player. The sequences come
from the caller, lists for Python and arrays of int64 for numba, and hold the same numbers afterwards.
"""

from collections.abc import MutableSequence
from typing import TypeAlias

Ints: TypeAlias = MutableSequence[int]

MAX_CELLS = 127
MAX_BOXES = 7
SPARE = 4 * MAX_CELLS
"""Entries of `keys` beyond its capacity: what one position can lead to."""
SCRATCH = 3 * MAX_CELLS
"""How long `scratch` is: boxes and goals, what a walk has seen, and its stack."""
_BOX = 1
_GOAL = 2
_WALKED = 1 << 62
"""Marks a name whose player stands on the lowest of all cells that a walk reaches."""


def pull(
    near: Ints,
    goals: Ints,
    max_pulls: int,
    keys: Ints,
    parents: Ints,
    ready: Ints,
    table: Ints,
    scratch: Ints,
    layers: Ints,
) -> int:
    """Search breadth-first by pulls from all positions whose boxes stand on the goals (ascending).

    Return how many layers are complete: those of 0 to `max_pulls` pulls, or fewer where no position is left
    or `keys` is full. The positions whose fewest pushes to a solution are d begin at `layers[d]`; the
    player of each stands where the last pull left it. `parents` says which position a pull began in, -1 for
    none. `ready` is 1 where no box stands on a goal, 0 where one does, -1 where only a walk tells the
    position from an earlier one. `table` starts as zeros, a power of two of them.
    """
    num_boxes = len(goals)
    size = _solved(near, goals, keys, parents, scratch)
    stamp = size
    layers[1] = size
    for depth in range(max_pulls + 1):
        for at in range(layers[depth], layers[depth + 1]):
            stamp += 1
            ready[at] = _look(near, num_boxes, keys[at], table, scratch, stamp)
            if ready[at] >= 0 and depth < max_pulls:
                size = _grow(near, num_boxes, at, size, keys, parents, table, scratch, stamp)
            for which in range(num_boxes):
                scratch[keys[at] >> 7 * which & 127] &= _GOAL
            if size > len(keys) - SPARE:
                return depth
        if size == layers[depth + 1]:
            return depth + 1
        layers[depth + 2] = size
    return max_pulls + 1


def _solved(near: Ints, goals: Ints, keys: Ints, parents: Ints, scratch: Ints) -> int:
    """Write the positions with all boxes on goals, one a room the player may be in; return how many."""
    num_cells = len(near) // 4
    boxes = 0
    for which in range(len(goals)):
        boxes |= goals[which] << 7 * which
        scratch[goals[which]] = _BOX
    size = 0
    for cell in range(num_cells):
        if scratch[cell] == 0 and scratch[MAX_CELLS + cell] == 0:
            size += 1
            _walk(near, cell, scratch, size)
            keys[size - 1] = boxes | cell << 7 * len(goals)
            parents[size - 1] = -1
    for which in range(len(goals)):
        scratch[goals[which]] = _GOAL
    return size


def _look(near: Ints, num_boxes: int, key: int, table: Ints, scratch: Ints, stamp: int) -> int:
    """Put the boxes of a position into `scratch`, mark where a walk leads, and return its `ready`."""
    ready = 1
    for which in range(num_boxes):
        cell = key >> 7 * which & 127
        if scratch[cell] == _GOAL:
            ready = 0
        scratch[cell] |= _BOX
    shift = 7 * num_boxes
    lowest = _walk(near, key >> shift, scratch, stamp)
    boxes = key & (1 << shift) - 1
    return ready if _is_new(table, boxes | lowest << shift | _WALKED) else -1


def _grow(
    near: Ints,
    num_boxes: int,
    at: int,
    size: int,
    keys: Ints,
    parents: Ints,
    table: Ints,
    scratch: Ints,
    stamp: int,
) -> int:
    """Append what the pulls out of position `at` lead to; return how many positions there are."""
    for which in range(num_boxes):
        box = keys[at] >> 7 * which & 127
        for direction in range(4):
            cell = near[4 * box + direction]
            if cell < 0 or scratch[MAX_CELLS + cell] != stamp:
                continue
            player = near[4 * cell + direction]
            if player < 0 or scratch[player] & _BOX:
                continue
            key = _moved(keys[at], num_boxes, which, cell) | player << 7 * num_boxes
            if _is_new(table, key):
                keys[size] = key
                parents[size] = at
                size += 1
    return size


def _walk(near: Ints, start: int, scratch: Ints, stamp: int) -> int:
    """Mark by `stamp` all cells that a walk from `start` reaches; return the lowest."""
    lowest = start
    scratch[MAX_CELLS + start] = stamp
    scratch[2 * MAX_CELLS] = start
    size = 1
    while size:
        size -= 1
        cell = scratch[2 * MAX_CELLS + size]
        lowest = min(lowest, cell)
        for edge in range(4 * cell, 4 * cell + 4):
            other = near[edge]
            if other >= 0 and scratch[MAX_CELLS + other] != stamp and not scratch[other] & _BOX:
                scratch[MAX_CELLS + other] = stamp
                scratch[2 * MAX_CELLS + size] = other
                size += 1
    return lowest


def _is_new(table: Ints, key: int) -> bool:
    """Enter a key that is not 0 into a hash table, open addressing; say whether it was not there."""
    mask = len(table) - 1
    # The product may wrap round in 64 bits; its low bits, all that is used, are the same in Python.
    slot = (key ^ key >> 17 ^ key >> 31) * 40503 & mask
    while table[slot] != 0:
        if table[slot] == key:
            return False
        slot = (slot + 1) & mask
    table[slot] = key
    return True


def _moved(key: int, num_boxes: int, which: int, cell: int) -> int:
    """Return the boxes of a key, ascending, with the one at place `which` moved to `cell`."""
    moved = 0
    shift = 0
    is_placed = False
    for other in range(num_boxes):
        if other == which:
            continue
        box = key >> 7 * other & 127
        if not is_placed and cell < box:
            moved |= cell << shift
            shift += 7
            is_placed = True
        moved |= box << shift
        shift += 7
    return moved if is_placed else moved | cell << shift

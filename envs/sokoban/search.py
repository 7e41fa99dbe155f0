"""Exact search by pulls over a board: fewest pushes, and the positions that need so many."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from functools import cache
from inspect import getmembers, isfunction
from itertools import pairwise
from math import comb
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from reasongym.envs.sokoban import kernel
from reasongym.envs.sokoban.board import Board, bits, reach

_COMPILE_AFTER = 20_000
"""Positions that Python searches before numba is imported and compiles: what takes it some 0.3 s."""
_searched = 0


class Graph(NamedTuple):
    """The floor of a board as the kernel reads it."""

    cells: list[int]
    """The board's cells by their number here."""
    number: dict[int, int]
    near: list[int]
    goals: list[int]


class Found(NamedTuple):
    """The positions a search found, layer by layer; see `kernel.pull`."""

    num_boxes: int
    num_layers: int
    layers: Sequence[int]
    keys: Sequence[int]
    parents: Sequence[int]
    ready: Sequence[int]

    @property
    def num_positions(self) -> int:
        """Count the positions in the complete layers, those included that a walk leads to."""
        return int(self.layers[self.num_layers])

    @property
    def is_cut(self) -> bool:
        """Say whether positions were left out because there were too many."""
        return self.layers[self.num_layers + 1] > 0


def graph(width: int, floor: int, goals: int) -> Graph:
    """Number the floor cells and list their neighbours."""
    cells = bits(floor)
    number = {cell: at for at, cell in enumerate(cells)}
    get = number.get
    near = [get(cell + step, -1) for cell in cells for step in (-width, 1, width, -1)]
    return Graph(cells, number, near, [number[cell] for cell in bits(goals)])


def search(room: Graph, max_pulls: int, capacity: int) -> Found:
    """Search by up to `max_pulls` pulls, through some `capacity` positions."""
    global _searched
    if _searched + _bounded(room, capacity) > _COMPILE_AFTER and compiled() is not None:
        _searched = _COMPILE_AFTER + 1  # numba is there: small searches use it too
        return run_compiled(room, max_pulls, capacity)
    found = run_python(room, max_pulls, capacity)
    _searched += found.num_positions
    return found


def _bounded(room: Graph, capacity: int) -> int:
    num_cells = len(room.cells)
    return min(capacity, comb(num_cells, len(room.goals)) * num_cells)


def run_python(room: Graph, max_pulls: int, capacity: int) -> Found:
    """Search by the kernel as Python."""
    return _run(kernel.pull, _list, list, room, max_pulls, capacity)


def run_compiled(room: Graph, max_pulls: int, capacity: int) -> Found:
    """Search by the kernel compiled; needs numba."""
    return _run(compiled(), _array, _as_array, room, max_pulls, capacity)


def _run(pull: Any, zeros: Any, copy: Any, room: Graph, max_pulls: int, capacity: int) -> Found:
    capacity = _bounded(room, capacity) + kernel.SPARE
    keys, parents, ready, layers = zeros(capacity), zeros(capacity), zeros(capacity), zeros(max_pulls + 3)
    table = zeros(1 << (3 * capacity).bit_length())
    state = keys, parents, ready, table, zeros(kernel.SCRATCH), layers
    num_layers = pull(copy(room.near), copy(room.goals), max_pulls, *state)
    return Found(len(room.goals), num_layers, layers, keys, parents, ready)


def _list(length: int) -> list[int]:
    return [0] * length


def _array(length: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.zeros(length, np.int64)


def _as_array(values: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, np.int64)


@cache
def compiled() -> Callable[..., int] | None:
    """Return the kernel compiled by numba, None without it."""
    if importlib.util.find_spec("numba") is None:
        return None
    from numba import njit

    module = _copy_of_kernel()
    for name, function in getmembers(module, isfunction):
        try:
            setattr(module, name, njit(cache=True, nogil=True)(function))
        except RuntimeError:  # numba finds no folder it may write its cache to
            setattr(module, name, njit(nogil=True)(function))
    return module.pull


def _copy_of_kernel() -> ModuleType:
    """Load the kernel once more: its functions call one another, so compiling replaces all of them."""
    spec = importlib.util.spec_from_file_location(f"{kernel.__name__}_compiled", kernel.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba's cache looks it up by name
    spec.loader.exec_module(module)
    return module


def position(room: Graph, found: Found, at: int) -> tuple[int, int]:
    """Return the boxes of a position as a set of the board's cells, and the player's cell."""
    key = int(found.keys[at])
    boxes = sum(1 << room.cells[key >> 7 * which & 127] for which in range(found.num_boxes))
    return boxes, room.cells[key >> 7 * found.num_boxes]


def pushes(room: Graph, found: Found, at: int) -> list[tuple[int, int]]:
    """Return the pushes that lead from a position to a solution: the box's cell and the direction."""
    path = [at]
    while found.parents[path[-1]] >= 0:
        path.append(int(found.parents[path[-1]]))
    made: list[tuple[int, int]] = []
    for before, after in pairwise(position(room, found, one) for one in path):
        box = (before[0] & ~after[0]).bit_length() - 1
        target = (after[0] & ~before[0]).bit_length() - 1
        made.append((box, _DIRECTION[target > box, abs(target - box) == 1]))
    return made


_DIRECTION = {(False, False): 0, (True, True): 1, (True, False): 2, (False, True): 3}
"""The direction of a step by whether it leads to a higher cell, and whether to the next."""


def place(room: Graph, found: Found, board: Board) -> int:
    """Return which of the found positions a board is, -1 where it is none of them."""
    boxes = sum(room.number[cell] << 7 * which for which, cell in enumerate(bits(board.boxes)))
    walked = reach(board.width, board.floor & ~board.boxes, 1 << board.player)
    shift = 7 * found.num_boxes
    keys = np.asarray(found.keys[: found.num_positions], np.int64)
    for at in np.flatnonzero(keys & (1 << shift) - 1 == boxes).tolist():
        if walked >> room.cells[int(keys[at]) >> shift] & 1:
            return at
    return -1

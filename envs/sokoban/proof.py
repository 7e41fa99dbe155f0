"""A second solver: A* by pushes over sets of (row, column), sharing nothing with the search by pulls."""

import heapq
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple, TypeAlias

Cell: TypeAlias = tuple[int, int]
_STEPS = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}
_MOST_WITH_MANY_BOXES = 3_000


class Place(NamedTuple):
    """A level as sets of cells."""

    floor: frozenset[Cell]
    goals: frozenset[Cell]
    boxes: frozenset[Cell]
    player: Cell


class Bound(NamedTuple):
    """Fewest pushes: exactly so many, or at least."""

    pushes: int
    is_exact: bool


def is_proved(rows: Sequence[str], solution: str, pushes: int) -> bool:
    """Confirm that a level begins unsolved, that its solution solves it, and that no fewer pushes do.

    Up to three boxes the search always ends. With more it is cut off after 3,000 positions; then it has
    shown a lower bound, which `pushes` must not undercut.
    """
    place = place_of(rows)
    if place.boxes == place.goals or num_pushes(place, solution) != pushes:
        return False
    bound = fewest_pushes(place, 10**9 if len(place.boxes) <= 3 else _MOST_WITH_MANY_BOXES)
    return bound.pushes == pushes or (bound.pushes < pushes and not bound.is_exact)


def place_of(rows: Sequence[str]) -> Place:
    """Read rows of XSB characters."""

    def cells(signs: str) -> frozenset[Cell]:
        return frozenset((y, x) for y, row in enumerate(rows) for x, sign in enumerate(row) if sign in signs)

    (player,) = cells("@+")
    return Place(cells("-.$*@+"), cells(".*+"), cells("$*"), player)


def num_pushes(place: Place, solution: str) -> int:
    """Count the pushes of a solution, whose upper case marks them; -1 where it breaks a rule or fails."""
    boxes = place.boxes
    y, x = place.player
    for letter in solution:
        down, right = _STEPS[letter.lower()]
        y, x = y + down, x + right
        if ((y, x) in boxes) != letter.isupper():
            return -1
        if letter.isupper():
            boxes = boxes - {(y, x)} | {(y + down, x + right)}
        if (y, x) not in place.floor or not boxes <= place.floor or len(boxes) < len(place.boxes):
            return -1
    return sum(letter.isupper() for letter in solution) if boxes == place.goals else -1


def fewest_pushes(place: Place, most: int) -> Bound:
    """Find the fewest pushes that solve a level, or a lower bound after `most` positions.

    Where no pushes solve it, that is a bound beyond all positions.
    """
    alone = _pushes_alone(place)
    if any(box not in alone for box in place.boxes):
        return Bound(10**9, True)
    order = count()
    queue = [(sum(alone[box] for box in place.boxes), next(order), 0, place.boxes, place.player)]
    seen: set[tuple[frozenset[Cell], Cell]] = set()
    while queue:
        bound, _, pushes, boxes, player = heapq.heappop(queue)
        if boxes == place.goals:
            return Bound(pushes, True)
        walked = _walked(place.floor - boxes, player)
        name = (boxes, min(walked))
        if name in seen:
            continue
        seen.add(name)
        if len(seen) > most:
            return Bound(bound, False)
        for y, x in boxes:
            for down, right in _STEPS.values():
                after = (y + down, x + right)
                if (y - down, x - right) in walked and after in alone and after not in boxes:
                    cost = bound - alone[y, x] + alone[after] + 1
                    heapq.heappush(queue, (cost, next(order), pushes + 1, boxes - {(y, x)} | {after}, (y, x)))
    return Bound(10**9, True)


def _pushes_alone(place: Place) -> dict[Cell, int]:
    """Return how many pushes take a lone box from a cell to the nearest goal, for each cell that has some."""
    found = dict.fromkeys(place.goals, 0)
    line = list(place.goals)
    for y, x in line:
        for down, right in _STEPS.values():
            before, player = (y - down, x - right), (y - 2 * down, x - 2 * right)
            if before in place.floor and player in place.floor and before not in found:
                found[before] = found[y, x] + 1
                line.append(before)
    return found


def _walked(free: frozenset[Cell], start: Cell) -> set[Cell]:
    walked = {start}
    line = [start]
    for y, x in line:
        for cell in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if cell in free and cell not in walked:
                walked.add(cell)
                line.append(cell)
    return walked

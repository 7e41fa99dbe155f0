"""A second Sokoban, over single moves of a player in a set of cells, and what all its tests share."""

from collections import deque
from collections.abc import Iterator
from itertools import combinations

import reasongym
from reasongym.core import Data

GAME = reasongym.get("Sokoban-v0")
PLAN = reasongym.get("SokobanPlan-v0")
STEPS = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}

EASY = ["######", "#@---#", "#-$-.#", "#----#", "######"]
"""Solved by `down right right` and in no other way with two pushes."""
EASY_DATA: Data = {"board": EASY, "solution": "dRR", "pushes": 2, "limit": 12, "turns": 5}

Place = tuple[frozenset[tuple[int, int]], tuple[int, int]]
"""A position: the boxes, and the exact cell of the player."""


def problems(level: int, num: int) -> Iterator[Data]:
    for seed in range(num):
        yield GAME.problem(GAME.row(seed, level=level)).data


class Grid:
    def __init__(self, rows: list[str]) -> None:
        signs = {(y, x): sign for y, row in enumerate(rows) for x, sign in enumerate(row)}
        self.floor = {cell for cell, sign in signs.items() if sign != "#"}
        self.goals = frozenset(cell for cell, sign in signs.items() if sign in ".*+")
        self.boxes = frozenset(cell for cell, sign in signs.items() if sign in "$*")
        self.player = next((cell for cell, sign in signs.items() if sign in "@+"), (0, 0))

    def after(self, place: Place, step: tuple[int, int]) -> tuple[Place, bool] | None:
        boxes, (y, x) = place
        cell, behind = (y + step[0], x + step[1]), (y + 2 * step[0], x + 2 * step[1])
        if cell not in self.floor:
            return None
        if cell not in boxes:
            return (boxes, cell), False
        if behind not in self.floor or behind in boxes:
            return None
        return (boxes - {cell} | {behind}, cell), True

    def fewest_pushes(self) -> int | None:
        """Search breadth-first by single moves, of which a push costs 1 and a walk nothing."""
        line = deque([(0, (self.boxes, self.player))])
        done: set[Place] = set()
        while line:
            pushes, place = line.popleft()
            if place[0] == self.goals:
                return pushes
            if place in done:
                continue
            done.add(place)
            for step in STEPS.values():
                moved = self.after(place, step)
                if moved and moved[1]:
                    line.append((pushes + 1, moved[0]))
                elif moved:
                    line.appendleft((pushes, moved[0]))
        return None

    def places(self) -> list[Place]:
        return [
            (frozenset(boxes), player)
            for boxes in combinations(sorted(self.floor), len(self.goals))
            for player in sorted(self.floor - set(boxes))
        ]

    def winnable(self) -> set[Place]:
        """Follow all moves of all positions backwards from those that are solved."""
        into: dict[Place, list[Place]] = {}
        for place in self.places():
            for step in STEPS.values():
                moved = self.after(place, step)
                if moved:
                    into.setdefault(moved[0], []).append(place)
        found = {place for place in self.places() if place[0] == self.goals}
        line = list(found)
        for place in line:
            for before in into.get(place, ()):
                if before not in found:
                    found.add(before)
                    line.append(before)
        return found

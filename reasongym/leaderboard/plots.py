"""Accuracy against tokens, as the numbers of an inline SVG: a mark for each run, and a run's own curve."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reasongym.evaluation.tokens import ended_within
from reasongym.leaderboard.links import run_page
from reasongym.leaderboard.rows import BoardRow

WIDTH, HEIGHT = 640.0, 260.0
"""Of the drawing, in its own units; the axes' numbers stand outside."""
MOST_CURVES = 12
"""Above it the curves of single runs would be a tangle."""
MOST_MARKS = 500
"""Of the best runs: more cover one another."""
MOST_NAMED = 60
"""Above it names are only told on hovering, and intervals are left to the table."""
MOST_POINTS = 60
"""Of one curve, its ends aside."""
LABEL = (6.6, 15.0)
"""Width of a character and height of a line, for keeping names apart."""


class Spot(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


class Label(NamedTuple):
    """Where a name stands."""

    x: float
    y: float
    anchor: str
    """As SVG's `text-anchor`."""
    is_shown: bool
    """Whether there is room for it; else it is told on hovering."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A run in the drawing."""

    row: BoardRow
    name: str
    page: str
    spot: Spot
    low: float
    """Where the 95% interval begins and ends, as heights."""
    high: float
    curve: str
    """The share solved within so many tokens, as an SVG `points` attribute; may be empty."""
    label: Label | None
    """Its name; None where there are too many."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Runs by the tokens they spend on an episode, on a logarithmic scale."""

    marks: list[Mark]
    ticks: list[tuple[float, str]]
    """Along the tokens: where, and how many."""
    num_left_out: int
    """Runs below the best ones."""


def tokens_plot(named: Sequence[tuple[BoardRow, str]]) -> Plot | None:
    """Draw runs, each under a name, whose tokens were counted; None where there is none."""
    every = [one for one in named if one[0].result.scores.mean_tokens]
    counted = sorted(every, key=lambda one: -one[0].result.scores.solve_rate)[:MOST_MARKS]
    if not counted:
        return None
    curves = {row.result.key: _curve(row) for row, _ in counted if len(counted) <= MOST_CURVES}
    means = [row.result.scores.mean_tokens or 1.0 for row, _ in counted]
    axis = _Axis(
        min([*means, *(n for curve in curves.values() for n, _ in curve)]),
        max([*means, *(n for curve in curves.values() for n, _ in curve)]),
    )
    return Plot(_marks(counted, curves, axis), axis.ticks(), len(every) - len(counted))


def _curve(row: BoardRow) -> list[tuple[int, float]]:
    """Return the share of episodes that are right and had ended within n tokens, from the first one on.

    Were thinking cut off at n tokens, so many would be solved at least.
    """
    within = ended_within(row.episodes, most=MOST_POINTS)
    return [(one.tokens, one.accuracy) for one in within if one.accuracy]


class _Axis:
    """A logarithmic scale over whole steps of 1, 2 and 5."""

    def __init__(self, low: float, high: float) -> None:
        self._steps = list(_steps_around(low, high))
        self._low, high = math.log(self._steps[0]), math.log(self._steps[-1])
        self._scale = WIDTH / (high - self._low)

    def place(self, tokens: float) -> float:
        return (math.log(tokens) - self._low) * self._scale

    def ticks(self) -> list[tuple[float, str]]:
        every = math.ceil(len(self._steps) / 9)
        return [(self.place(step), f"{step:,}") for step in self._steps[::every]]


def _steps_around(low: float, high: float) -> Iterable[int]:
    """Give 1, 2, 5, 10, 20, ... from the last one below to the first one above, two at least."""
    steps = [factor * 10**power for power in range(10) for factor in (1, 2, 5)]
    first = max((place for place, step in enumerate(steps) if step <= low), default=0)
    last = next((place for place, step in enumerate(steps) if step >= high), len(steps) - 1)
    return steps[first : max(last, first + 1) + 1]


def _marks(
    named: Sequence[tuple[BoardRow, str]], curves: dict[str, list[tuple[int, float]]], axis: _Axis
) -> list[Mark]:
    spots = [_spot(row, axis) for row, _ in named]
    is_crowded = len(named) > MOST_NAMED
    taken = [] if is_crowded else [_Box(spot.x - 5, spot.x + 5, spot.y) for spot in spots]
    marks: list[Mark] = []
    for (row, name), spot in zip(named, spots, strict=True):
        label = None if is_crowded else _label(spot, name, taken)
        curve = curves.get(row.result.key, [])
        points = " ".join(f"{axis.place(n):.1f},{_height(rate):.1f}" for n, rate in curve)
        low, high = map(_height, row.result.scores.population)
        marks.append(Mark(row, name, run_page(row), spot, low, high, points, label))
    return marks


class _Box(NamedTuple):
    left: float
    right: float
    y: float

    def overlaps(self, other: "_Box") -> bool:
        is_beside = self.left < other.right and other.left < self.right
        return is_beside and abs(self.y - other.y) < LABEL[1]


def _spot(row: BoardRow, axis: _Axis) -> Spot:
    scores = row.result.scores
    return Spot(axis.place(max(1.0, scores.mean_tokens or 1.0)), _height(scores.solve_rate))


def _label(spot: Spot, name: str, taken: list[_Box]) -> Label:
    """Place a name beside its mark where it meets nothing; the last place is for showing it on demand."""
    width = LABEL[0] * len(name)
    places = [(below, left) for left in (False, True) for below in (False, True)]
    for below, left in places:
        y = spot.y + (14 if below else -6)
        box = _Box(spot.x - 8 - width, spot.x - 8, y) if left else _Box(spot.x + 8, spot.x + 8 + width, y)
        is_inside = box.left >= 0 and box.right <= WIDTH
        if is_inside and not any(box.overlaps(other) for other in taken):
            taken.append(box)
            return Label(box.right if left else box.left, y, "end" if left else "start", True)
    on_left = spot.x > WIDTH / 2
    return Label(spot.x + (-8 if on_left else 8), spot.y - 6, "end" if on_left else "start", False)


def _height(rate: float) -> float:
    return HEIGHT * (1 - rate)

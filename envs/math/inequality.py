"""`Inequality-v0`: the set of real numbers that fulfil an inequality."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from reasongym.answers.formulas import parse
from reasongym.answers.trees import Formula
from reasongym.core import Data, Json
from reasongym.envs.math import inequalities as makers
from reasongym.envs.math import numeric
from reasongym.envs.math.intervals import cells
from reasongym.envs.math.polynomials import nonzero, spaced
from reasongym.envs.math.posed import VARIABLES, Posed
from reasongym.registry import register
from reasongym.seeding import Stream

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


_LEVELS: tuple[tuple[str, Callable[[makers.Random], makers.Posing], int], ...] = (
    ("ax + b against a number (a warm-up)", makers.one_sided, 2),
    ("ax + b against cx + d", makers.two_sided, 3),
    ("|ax + b| against a number", makers.absolute, 5),
    ("a quadratic with rational zeros", makers.quadratic, 8),
    ("a quadratic with irrational zeros", makers.surd, 10),
    ("a quotient of lines against a number", makers.quotient_of_lines, 11),
    ("a quotient of a quadratic and a line", makers.quotient(2, 1), 13),
    ("a quotient of quadratics", makers.quotient(2, 2), 17),
    ("a quotient of a cubic and a quadratic", makers.quotient(3, 2), 21),
)


@register("Inequality-v0")
class Inequality(Posed):
    """Solve an inequality over the real numbers; intervals, conditions and words are all right.

    `data` holds the sides as `left`, `relation` and `right` in x, whether they are `swapped`, the `variable`,
    the critical `points` in ascending order, the `cells` of the solution (`intervals.py`), and `num_steps`.
    """

    family = "inequality"
    levels = tuple(about for about, _, _ in _LEVELS)
    default_level = 3
    ending = "line"
    asks = "the solution set"
    spaces = (47_000, 60_000, 69_000, 60_000, 31_000, 99_000, 84_000, 90_000, 90_000)
    chances = (0.005, 0.003, 0.001, 0.008, 0.001, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        _, make, num_steps = _LEVELS[level]
        posing = make(rng.random)
        points, held = makers.solved(posing)
        return {
            "left": posing.left,
            "relation": posing.relation,
            "right": posing.right,
            "swapped": rng.random() < 0.2,
            "variable": rng.pick(VARIABLES),
            "points": points,
            "cells": held,
            "num_steps": num_steps,
        }

    def question(self, data: Data) -> str:
        return (
            f"Solve the inequality {_inequality(data)} for real {data['variable']}. Give all solutions as "
            "inequalities or intervals with exact ends."
        )

    def terse(self, data: Data) -> str:
        return f"solve {spaced(_inequality(data)).replace('< =', '<=').replace('> =', '>=')} :"

    def fault(self, data: Data, answer: str) -> str:
        found = cells(answer, data["variable"], [_read(point) for point in data["points"]])
        if isinstance(found, str):
            return found
        return "ok" if sorted(found) == data["cells"] else "wrong_value"

    def oracle(self, data: Data) -> list[str]:
        return [_worded(data["cells"], data["points"], data["variable"])]

    def canonical(self, data: Data) -> str:
        return f"{data['left']} {data['relation']} {data['right']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"variable": rng.pick(VARIABLES), "swapped": rng.random() < 0.5}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write a condition with whole ends."""
        name = state["variable"]
        ends = sorted((nonzero(rng.random, 9), nonzero(rng.random, 9)))
        low, high = (spaced(f"{end}") for end in ends)
        kind = rng.below(4)
        if kind < 2:
            return f"{name} {rng.pick(makers.RELATIONS)} {low}"
        sign = rng.pick(("<", "<="))
        if kind == 2:
            return f"{low} {sign} {name} {sign} {high}"
        return f"{name} {sign} {low} or {name} {_FLIPPED[sign]} {high}"

    def prove(self, data: Data) -> bool:
        """Read the inequality as it is worded and try it in every cell, in floats."""
        left, right = _read(data["left"], "x"), _read(data["right"], "x")
        points = [numeric.value(_read(point), 0).real for point in data["points"]]
        if points != sorted(points):
            return False
        inner = [(low + high) / 2 for low, high in pairwise(points)]
        for at, place in enumerate((points[0] - 1, *inner, points[-1] + 1)):
            difference = (numeric.value(left, place) - numeric.value(right, place)).real
            if ((difference < 0) == (data["relation"][0] == "<")) != (2 * at in data["cells"]):
                return False
        return all(
            (2 * at + 1 in data["cells"]) == _holds_at(left, right, point, data["relation"])
            for at, point in enumerate(points)
        )

    def effort(self, data: Data) -> float:
        """Count the steps of a schoolbook solution: collect, factor, find zeros and poles, try each cell."""
        return data["num_steps"]


def _inequality(data: Data) -> str:
    left, relation, right = data["left"], data["relation"], data["right"]
    if data["swapped"]:
        left, relation, right = right, _FLIPPED[relation], left
    return f"{left} {relation} {right}".replace("x", data["variable"])


def _read(text: str, *names: str) -> Formula:
    formula = parse(text, names)
    assert not isinstance(formula, str), text
    return formula


def _holds_at(left: Formula, right: Formula, point: float, relation: str) -> bool:
    """Say whether a point where the sides meet, or one is undefined, is a solution."""
    near = abs(numeric.value(left, point + 1e-7) - numeric.value(right, point + 1e-7))
    return near < 1e-2 and "=" in relation


def _worded(held: Sequence[int], points: Sequence[str], name: str) -> str:
    """Write cells as inequalities joined by `or`."""
    if not held:
        return "no solution"
    if len(held) == 2 * len(points) + 1:
        return "all real numbers"
    runs: list[list[int]] = []
    for cell in held:
        if runs and runs[-1][-1] == cell - 1:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return " or ".join(_run(run[0], run[-1], points, name) for run in runs)


def _run(first: int, last: int, points: Sequence[str], name: str) -> str:
    if first == last and first % 2:
        return f"{name} = {spaced(points[first // 2])}"
    low = f"{spaced(points[(first - 1) // 2])} {'<=' if first % 2 else '<'} " if first else ""
    high = f" {'<=' if last % 2 else '<'} {spaced(points[last // 2])}" if last < 2 * len(points) else ""
    if low and not high:
        return f"{name} {'>=' if first % 2 else '>'} {spaced(points[(first - 1) // 2])}"
    return f"{low}{name}{high}"

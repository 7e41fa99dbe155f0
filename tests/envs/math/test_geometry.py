"""Geometry: known figures, and areas and points by counting cells of a grid."""

from fractions import Fraction

import pytest

import reasongym
from reasongym.envs.math.geometry.env import KINDS, Geometry
from reasongym.envs.math.kinds import Params
from reasongym.seeding import stream

KNOWN: dict[str, list[tuple[Params, Fraction | int]]] = {
    "area": [({"w": 3, "h": 5, "round": 16}, 15)],
    "third angle": [({"a": 60, "b": 60}, 60), ({"a": 90, "b": 45}, 45)],
    "outside angles": [({"a": 120, "b": 120}, 60), ({"a": 135, "b": 135}, 90)],
    "regular": [({"n": 3}, 60), ({"n": 4}, 90), ({"n": 6}, 120), ({"n": 7}, Fraction(900, 7))],
    "hypotenuse": [({"a": 3, "b": 4, "c": 5}, 5), ({"a": 20, "b": 21, "c": 29}, 29)],
    "leg": [({"a": 5, "b": 12, "c": 13}, 12)],
    "trapezoid": [({"a": 4, "b": 4, "h": 3}, 12), ({"a": 2, "b": 3, "h": 1}, Fraction(5, 2))],
    "surface": [({"a": 1, "b": 1, "c": 1}, 6), ({"a": 1, "b": 2, "c": 3}, 22)],
    "sector": [({"r": 6, "angle": 360}, 36), ({"r": 2, "angle": 90}, 1)],
    "similar": [({"a": 3, "b": 4, "d": 6}, 8)],
    "heron": [({"a": 3, "b": 4, "c": 5}, 6), ({"a": 13, "b": 14, "c": 15}, 84)],
    "inradius": [({"a": 3, "b": 4, "c": 5}, 1), ({"a": 13, "b": 14, "c": 15}, 4)],
    "triangle": [
        ({"A": [0, 0], "B": [4, 0], "C": [0, 3]}, 6),
        ({"A": [0, 0], "B": [1, 2], "C": [2, 1]}, Fraction(3, 2)),
    ],
    "circumcircle": [
        ({"A": [0, 0], "B": [4, 0], "C": [0, 2]}, 5),
        ({"A": [5, 0], "B": [3, 4], "C": [-4, 3]}, 25),
    ],
    "polygon": [
        ({"corners": [[0, 1], [1, 0], [2, 1], [1, 2]]}, 2),
        ({"corners": [[0, 2], [3, 0], [5, 2], [3, 3]]}, Fraction(15, 2)),
    ],
    "inside": [
        ({"corners": [[0, 1], [1, 0], [2, 1], [1, 2]]}, 1),
        ({"corners": [[0, 2], [2, 0], [4, 2], [2, 4]]}, 5),
    ],
    "distance": [
        ({"a": 3, "b": 4, "c": 0, "x": 5, "y": 5}, 49),
        ({"a": 1, "b": 1, "c": 1, "x": 0, "y": 0}, Fraction(1, 2)),
    ],
    "union": [
        ({"one": [0, 0, 2, 2], "two": [1, 1, 3, 3]}, 7),
        ({"one": [0, 0, 4, 4], "two": [1, 1, 2, 2]}, 16),
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_both_methods_give_what_is_known(kind: str) -> None:
    for params, expected in KNOWN[kind]:
        assert KINDS[kind].solve(params) == expected
        assert KINDS[kind].check(params)[0] == expected


def is_inside(corners: list[list[int]], x: Fraction, y: Fraction) -> bool:
    """Count the edges above a point that is on none."""
    crossings = 0
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if min(ax, bx) <= x < max(ax, bx):
            crossings += ay + (by - ay) * (x - ax) / (bx - ax) > y
    return crossings % 2 == 1


def test_points_inside_a_polygon_are_those_a_ray_finds() -> None:
    for seed in range(40):
        corners = KINDS["inside"].make(stream(b"%d" % seed), 4)["corners"]
        edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

        def on_edge(x: int, y: int, edges: list[tuple[list[int], list[int]]] = edges) -> bool:
            return any(
                (b[0] - a[0]) * (y - a[1]) == (b[1] - a[1]) * (x - a[0])
                and min(a[0], b[0]) <= x <= max(a[0], b[0])
                for a, b in edges
            )

        counted = sum(
            is_inside(corners, Fraction(x), Fraction(y))
            for x in range(30)
            for y in range(40)
            if not on_edge(x, y)
        )
        assert KINDS["inside"].solve({"corners": corners}) == counted


def test_polygons_are_simple_whichever_corner_comes_first() -> None:
    for seed in range(100):
        rng = stream(b"s%d" % seed)
        params = KINDS["polygon"].make(rng, 5)
        turn, name = KINDS["polygon"].turn, KINDS["polygon"].name
        assert turn is not None
        assert name is not None
        turned = turn(params, rng)
        assert KINDS["polygon"].check(params)[0] == KINDS["polygon"].solve(turned)
        assert name(params) == name(turned)
        assert len({tuple(corner) for corner in params["corners"]}) == len(params["corners"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_size_in_use_gives_a_positive_answer_or_no_point(kind: str) -> None:
    for size in {size for mix in Geometry.mixes for name, size in mix if name == kind}:
        for seed in range(100):
            params = KINDS[kind].make(stream(b"%d" % seed), size)
            assert KINDS[kind].solve(params) >= (kind != "inside") or KINDS[kind].solve(params) > 0


@pytest.mark.parametrize(
    ("kind", "text", "correct"),
    [
        ("triangle", "12.5", True),
        ("triangle", "25/2 square units", True),
        ("triangle", "The area is 12.5 square units.", True),
        ("triangle", "12\\frac{1}{2}", True),
        ("triangle", "12.5 degrees or so", False),
        ("triangle", "12", False),
        ("regular", "12.5°", True),
        ("regular", "$12.5^\\circ$", True),
        ("sector", "12.5\\pi", True),
        ("sector", "k = 12.5", True),
        ("triangle", "12.5\\pi", False),
    ],
)
def test_units_are_taken_where_they_belong(kind: str, text: str, correct: bool) -> None:
    data = {"kind": kind, "params": {"n": 3}, "wording": 0, "answer": "25/2"}
    assert reasongym.get("Geometry-v0").verify(data, text).correct == correct


def test_the_short_wording_does_not_tell_the_answer() -> None:
    env = reasongym.get("Geometry-v0")
    data = {"kind": "leg", "params": {"a": 5, "b": 12, "c": 13}, "wording": 0, "answer": 12}
    assert "12" not in env.prompt(data, "terse").split()


def test_the_root_of_a_square_need_not_be_drawn_but_an_expression_must_be_worked_out() -> None:
    env = reasongym.get("Geometry-v0")
    data = {"kind": "area", "params": {"a": 2, "b": 3}, "wording": 0, "answer": 6}
    for text in ("6", "3*sqrt(4)", r"\boxed{\sqrt{36}}", "It is $3\\sqrt{4}$.", "12/2", "sqrt(144)/2 units"):
        assert env.verify(data, text).correct, text
    for text, reason in (
        *(("2 * 3", "not_worked_out"), ("sqrt(30 + 6)", "not_worked_out"), ("sqrt(35)", "irrational")),
        *(("sqrt(49)", "wrong_value"), ("3sqrt(9)", "wrong_value")),
    ):
        assert env.verify(data, text).reason == reason, text

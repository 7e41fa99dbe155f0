"""Triangles, polygons, lines and rectangles in the plane of coordinates."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd
from typing import TypeAlias

from reasongym.envs.math.geometry.measures import root, squared_area
from reasongym.envs.math.kinds import Kind, Params
from reasongym.seeding import Stream

Point: TypeAlias = Sequence[int]


def _triangle(rng: Stream, size: int) -> Params:
    while True:
        points = [(rng.between(-6 * size, 6 * size), rng.between(-6 * size, 6 * size)) for _ in range(3)]
        if _doubled_area(points):
            return {name: list(point) for name, point in zip("ABC", points, strict=True)}


def _doubled_area(points: Sequence[Point]) -> int:
    """Return twice the area of a polygon (the shoelace formula)."""
    around = [*points, points[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(around)))


def _corners(p: Params) -> list[Point]:
    return [p["A"], p["B"], p["C"]]


def _solve_triangle(p: Params) -> Fraction:
    return Fraction(_doubled_area(_corners(p)), 2)


def _squared_sides(p: Params) -> list[int]:
    a, b, c = _corners(p)
    return [(u[0] - v[0]) ** 2 + (u[1] - v[1]) ** 2 for u, v in ((b, c), (a, c), (a, b))]


def _check_triangle(p: Params) -> tuple[Fraction, int]:
    return root(squared_area(_squared_sides(p))), 10 + 2 * len(str(_squared_sides(p)))


def _turn_points(p: Params, rng: Stream) -> Params:
    return dict(zip("ABC", rng.shuffled(_corners(p)), strict=True))


def _name_triangle(p: Params) -> list[list[int]]:
    return sorted(list(point) for point in _corners(p))


def _circumradius(p: Params) -> Fraction:
    """Return the squared circumradius: the product of the squared sides over 16 squared areas."""
    a, b, c = _squared_sides(p)
    return Fraction(a * b * c, 4 * _doubled_area(_corners(p)) ** 2)


def _check_circumradius(p: Params) -> tuple[Fraction, int]:
    """Find the center, from which all corners are equally far, and measure."""
    (ax, ay), (bx, by), (cx, cy) = _corners(p)
    bx, by, cx, cy = bx - ax, by - ay, cx - ax, cy - ay
    d = 2 * (bx * cy - by * cx)
    x = Fraction(cy * (bx * bx + by * by) - by * (cx * cx + cy * cy), d)
    y = Fraction(bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by), d)
    return x * x + y * y, 40 + 4 * len(str(d * bx * cy))


def _polygon(rng: Stream, size: int) -> Params:
    """Draw a simple polygon: a lower chain under a height, an upper chain above it, both from left to "
    "right."""
    num_lower, num_upper = rng.between(1, 1 + size // 2), rng.between(1, 1 + size // 2)
    xs = sorted(rng.shuffled(range(6 + 4 * size))[: num_lower + num_upper + 2])
    inner = rng.shuffled(xs[1:-1])
    middle = rng.between(3, 4 + 2 * size)
    lower = [[x, rng.between(0, middle - 1)] for x in sorted(inner[:num_lower])]
    upper = [[x, rng.between(middle + 1, 2 * middle + 2)] for x in sorted(inner[num_lower:], reverse=True)]
    return {"corners": [[xs[0], middle], *lower, [xs[-1], middle], *upper]}


def _solve_polygon(p: Params) -> Fraction:
    return Fraction(_doubled_area(p["corners"]), 2)


def _solve_inside(p: Params) -> int:
    """Use Pick's theorem (1899)."""
    return (_doubled_area(p["corners"]) - _on_edges(p["corners"]) + 2) // 2


def _on_edges(corners: Sequence[Point]) -> int:
    around = [*corners, corners[0]]
    return sum(gcd(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(around))


def _count_inside(corners: Sequence[Point]) -> int:
    """Count the lattice points inside, column by column between the edges of the two chains."""
    total = 0
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    for x in range(left + 1, right):
        heights: list[Fraction] = []
        for a, b in pairwise([*corners, corners[0]]):
            low, high = (a, b) if a[0] < b[0] else (b, a)
            if low[0] <= x < high[0]:  # an edge holds its left end, so every column meets two edges
                heights.append(low[1] + Fraction((high[1] - low[1]) * (x - low[0]), high[0] - low[0]))
        bottom, top = min(heights), max(heights)
        total += -(-top.numerator // top.denominator) - bottom.numerator // bottom.denominator - 1
    return total


def _check_inside(p: Params) -> tuple[int, int]:
    return _count_inside(p["corners"]), 30 + 15 * len(p["corners"])


def _check_polygon(p: Params) -> tuple[Fraction, int]:
    """Count lattice points and use Pick's theorem the other way round."""
    inside = _count_inside(p["corners"])
    return inside + Fraction(_on_edges(p["corners"]), 2) - 1, 20 + 12 * len(p["corners"])


def _turn_polygon(p: Params, rng: Stream) -> Params:
    """Begin at another corner, and maybe go the other way round."""
    corners = p["corners"]
    at = rng.below(len(corners))
    turned = [*corners[at:], *corners[:at]]
    return {"corners": turned[::-1] if rng.random() < 0.5 else turned}


def _name_polygon(p: Params) -> list[Point]:
    corners = p["corners"]
    at = corners.index(min(corners))
    forth = [*corners[at:], *corners[:at]]
    return min(forth, [forth[0], *forth[:0:-1]])


def _line(rng: Stream, size: int) -> Params:
    while True:
        a, b = rng.between(-5 * size, 5 * size), rng.between(-5 * size, 5 * size)
        x, y, c = (rng.between(-8 * size, 8 * size) for _ in range(3))
        if a and b and a * x + b * y != c:
            return {"a": a, "b": b, "c": c, "x": x, "y": y}


def _solve_line(p: Params) -> Fraction:
    return Fraction((p["a"] * p["x"] + p["b"] * p["y"] - p["c"]) ** 2, p["a"] ** 2 + p["b"] ** 2)


def _check_line(p: Params) -> tuple[Fraction, int]:
    """Find the foot of the perpendicular and measure."""
    t = Fraction(p["c"] - p["a"] * p["x"] - p["b"] * p["y"], p["a"] ** 2 + p["b"] ** 2)
    return (p["a"] * t) ** 2 + (p["b"] * t) ** 2, 35 + 4 * len(str(p["a"] * p["b"] * p["c"]))


def _overlap(rng: Stream, size: int) -> Params:
    left, bottom = rng.between(0, 5 * size), rng.between(0, 5 * size)
    w, h = rng.between(3, 9 * size), rng.between(3, 9 * size)
    x, y = left + rng.between(1, w - 1), bottom + rng.between(1, h - 1)
    return {
        "one": [left, bottom, left + w, bottom + h],
        "two": [x, y, x + rng.between(2, 9 * size), y + rng.between(2, 9 * size)],
    }


def _solve_union(p: Params) -> int:
    a, b = p["one"], p["two"]
    both = (min(a[2], b[2]) - max(a[0], b[0])) * (min(a[3], b[3]) - max(a[1], b[1]))
    return sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (a, b)) - both


def _check_union(p: Params) -> tuple[int, int]:
    """Sweep from left to right over the columns, adding the heights covered."""
    a, b = p["one"], p["two"]
    total = 0
    for x in range(min(a[0], b[0]), max(a[2], b[2])):
        spans = [(one[1], one[3]) for one in (a, b) if one[0] <= x < one[2]]
        total += len({y for low, high in spans for y in range(low, high)})
    return total, 20 + len(str(total))


def _turn_overlap(p: Params, rng: Stream) -> Params:
    return {"one": p["two"], "two": p["one"]} if rng.random() < 0.5 else p


_CORNERS = "A triangle has the corners A = {A}, B = {B} and C = {C}. "


_POLYGON = "A polygon has, in order, the corners {corners}. "


KINDS = {
    "triangle": Kind(
        (_CORNERS + "What is its area?",),
        _triangle,
        _solve_triangle,
        _check_triangle,
        _turn_points,
        _name_triangle,
    ),
    "circumcircle": Kind(
        (_CORNERS + "What is the square of the radius of the circle through all three?",),
        _triangle,
        _circumradius,
        _check_circumradius,
        _turn_points,
        _name_triangle,
    ),
    "polygon": Kind(
        (_POLYGON + "What is its area?",),
        _polygon,
        _solve_polygon,
        _check_polygon,
        _turn_polygon,
        _name_polygon,
    ),
    "inside": Kind(
        (_POLYGON + "How many points with whole coordinates lie strictly inside it?",),
        _polygon,
        _solve_inside,
        _check_inside,
        _turn_polygon,
        _name_polygon,
    ),
    "distance": Kind(
        (
            "What is the square of the distance between the point ({x}, {y}) and the line ({a})x + ({b})y "
            "= {c}?",
        ),
        _line,
        _solve_line,
        _check_line,
    ),
    "union": Kind(
        (
            "Two rectangles have sides parallel to the axes. The first reaches from x = {one[0]} to x = "
            "{one[2]} "
            "and from y = {one[1]} to y = {one[3]}, the second from x = {two[0]} to x = {two[2]} and from "
            "y = {two[1]} to y = {two[3]}. What is the area that they cover together?",
        ),
        _overlap,
        _solve_union,
        _check_union,
        _turn_overlap,
        lambda p: sorted([p["one"], p["two"]]),
    ),
}

"""`Geometry-v0`: lengths, areas, angles and lattice points with rational answers; each kind checked twice."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, isqrt
from typing import TypeAlias

from reasongym.core import Data
from reasongym.envs.math.kinds import Kind, Kinds, Params
from reasongym.registry import register
from reasongym.seeding import Stream

Point: TypeAlias = Sequence[int]
Check: TypeAlias = Callable[[Params], tuple[Fraction, int]]


def _rectangle(rng: Stream, size: int) -> Params:
    w, h = rng.between(2, 10 * size), rng.between(2, 10 * size)
    return {"w": w, "h": h, "round": 2 * (w + h)}


def _check_rectangle(p: Params) -> tuple[int, int]:
    """Count the unit squares, row by row."""
    return sum(p["w"] for _ in range(p["round"] // 2 - p["w"])), 1 + p["h"] // 10


def _angles(rng: Stream, size: int) -> Params:
    a = rng.between(20, 100)
    return {"a": a, "b": rng.between(15, 160 - a)}


def _angles_outside(rng: Stream, size: int) -> Params:
    return {"a": rng.between(91, 170), "b": rng.between(91, 170)}


def _right(rng: Stream, size: int) -> Params:
    """Draw a Pythagorean triple (Euclid's formula)."""
    while True:
        m = rng.between(2, 2 + 2 * size)
        n = rng.between(1, m - 1)
        if gcd(m, n) == 1 and (m - n) % 2:
            times = rng.between(1, 6 + 4 * size)
            legs = [times * (m * m - n * n), times * 2 * m * n]
            return {"a": legs[0], "b": legs[1], "c": times * (m * m + n * n)}


def _check_hypotenuse(p: Params) -> tuple[int, int]:
    return isqrt(p["a"] ** 2 + p["b"] ** 2), 5 + len(str(p["c"])) ** 2


def _check_leg(p: Params) -> tuple[int, int]:
    return isqrt((p["c"] - p["a"]) * (p["c"] + p["a"])), 5 + len(str(p["c"])) ** 2


def _turn_legs(p: Params, rng: Stream) -> Params:
    return p | {"a": p["b"], "b": p["a"]} if rng.random() < 0.5 else p


def _trapezoid(rng: Stream, size: int) -> Params:
    return {"a": rng.between(2, 15 * size), "b": rng.between(2, 15 * size), "h": rng.between(2, 12 * size)}


def _check_trapezoid(p: Params) -> tuple[Fraction, int]:
    """Add the two triangles on either side of a diagonal."""
    return Fraction(p["a"] * p["h"], 2) + Fraction(p["b"] * p["h"], 2), 5 + len(str(p["a"] * p["b"] * p["h"]))


def _box(rng: Stream, size: int) -> Params:
    a, b, c = (rng.between(2, 8 * size) for _ in range(3))
    return {"a": a, "b": b, "c": c}


def _solve_surface(p: Params) -> int:
    return 2 * (p["a"] * p["b"] + p["b"] * p["c"] + p["a"] * p["c"])


def _check_surface(p: Params) -> tuple[int, int]:
    """Take the walls around and twice the floor."""
    return 2 * (p["a"] + p["b"]) * p["c"] + 2 * p["a"] * p["b"], 8 + len(str(p["a"] * p["b"] * p["c"]))


def _turn_box(p: Params, rng: Stream) -> Params:
    return dict(zip("abc", rng.shuffled([p["a"], p["b"], p["c"]]), strict=True))


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


def _squared_area(sides: Sequence[int]) -> Fraction:
    """Return the squared area of a triangle with these squared sides (Heron's formula without roots)."""
    a, b, c = sides
    return Fraction(4 * a * b - (a + b - c) ** 2, 16)


def _root(value: Fraction) -> Fraction:
    return Fraction(isqrt(value.numerator), isqrt(value.denominator))


def _check_triangle(p: Params) -> tuple[Fraction, int]:
    return _root(_squared_area(_squared_sides(p))), 10 + 2 * len(str(_squared_sides(p)))


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


def _sector(rng: Stream, size: int) -> Params:
    angle = rng.between(2, 23) * (15 if size < 3 else 10) - (0 if size < 3 else rng.between(0, 8))
    return {"r": rng.between(2, 10 * size), "angle": angle}


def _check_sector(p: Params) -> tuple[Fraction, int]:
    """Take the arc as a share of the circumference, and half its product with the radius."""
    return Fraction(p["angle"] * 2 * p["r"], 360) * p["r"] / 2, 8 + len(str(p["r"] ** 2))


def _similar(rng: Stream, size: int) -> Params:
    return {"a": rng.between(3, 12 * size), "b": rng.between(3, 12 * size), "d": rng.between(3, 12 * size)}


def _check_similar(p: Params) -> tuple[Fraction, int]:
    return p["d"] * (Fraction(p["b"]) / p["a"]), 8 + len(str(p["b"] * p["d"]))


def _heron(rng: Stream, size: int) -> Params:
    """Join two right triangles with whole sides at a common leg."""
    while True:
        one, other = _right(rng, size), _right(rng, size)
        k, m = other["a"], one["a"]  # scale both to the height k * m
        sides = [one["c"] * k, other["c"] * m, one["b"] * k + other["b"] * m]
        common = gcd(*sides)
        if max(sides) // common <= 300 * size:
            times = rng.between(1, 2 + size)
            a, b, c = (side // common * times for side in sides)
            return {"a": a, "b": b, "c": c}


def _solve_heron(p: Params) -> Fraction:
    return _root(_squared_area([p["a"] ** 2, p["b"] ** 2, p["c"] ** 2]))


def _check_heron(p: Params) -> tuple[Fraction, int]:
    """Drop the height onto side c and take the triangles beside it."""
    foot = Fraction(p["a"] ** 2 - p["b"] ** 2 + p["c"] ** 2, 2 * p["c"])
    height = _root(p["a"] ** 2 - foot * foot)
    return height * p["c"] / 2, 25 + 2 * len(str(p["a"] * p["b"] * p["c"]))


def _solve_inradius(p: Params) -> Fraction:
    return 2 * _solve_heron(p) / (p["a"] + p["b"] + p["c"])


def _check_inradius(p: Params) -> tuple[Fraction, int]:
    """Use r^2 = (s - a)(s - b)(s - c) / s."""
    s = Fraction(p["a"] + p["b"] + p["c"], 2)
    return _root((s - p["a"]) * (s - p["b"]) * (s - p["c"]) / s), 30 + 2 * len(str(p["a"] * p["b"] * p["c"]))


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


def _regular(rng: Stream, size: int) -> Params:
    return {"n": rng.between(5, 60 * size)}


def _sides(p: Params) -> list[int]:
    return sorted([p["a"], p["b"], p["c"]])


_LEGS = "The legs of a right triangle are {a} and {b} long. "
_SIDES = "A triangle has the sides {a}, {b} and {c}. "
_CORNERS = "A triangle has the corners A = {A}, B = {B} and C = {C}. "
_POLYGON = "A polygon has, in order, the corners {corners}. "
KINDS = {
    "area": Kind(
        ("A rectangle is {w} wide and has a perimeter of {round}. What is its area?",),
        _rectangle,
        lambda p: p["w"] * p["h"],
        _check_rectangle,
    ),
    "third angle": Kind(
        (
            "Two angles of a triangle measure {a} and {b} degrees. How many degrees does the third one "
            "measure?",
        ),
        _angles,
        lambda p: 180 - p["a"] - p["b"],
        lambda p: (360 - (180 + p["a"] + p["b"]), 2),
        lambda p, rng: {"a": p["b"], "b": p["a"]} if rng.random() < 0.5 else p,
        lambda p: sorted([p["a"], p["b"]]),
    ),
    "outside angles": Kind(
        (
            "Two exterior angles of a triangle, at two different corners, measure {a} and {b} degrees. How "
            "many "
            "degrees does the interior angle at the third corner measure?",
        ),
        _angles_outside,
        lambda p: p["a"] + p["b"] - 180,
        lambda p: (180 - (180 - p["a"]) - (180 - p["b"]), 3),
        lambda p, rng: {"a": p["b"], "b": p["a"]} if rng.random() < 0.5 else p,
        lambda p: sorted([p["a"], p["b"]]),
    ),
    "regular": Kind(
        ("How many degrees does each interior angle of a regular polygon with {n} sides measure?",),
        _regular,
        lambda p: Fraction(180 * (p["n"] - 2), p["n"]),
        lambda p: (180 - Fraction(360, p["n"]), 8),
    ),
    "hypotenuse": Kind(
        (_LEGS + "How long is its longest side?",),
        _right,
        lambda p: p["c"],
        _check_hypotenuse,
        _turn_legs,
        _sides,
    ),
    "leg": Kind(
        (
            "The longest side of a right triangle is {c} long, and another side {a}. How long is the third "
            "side?",
        ),
        _right,
        lambda p: p["b"],
        _check_leg,
    ),
    "trapezoid": Kind(
        ("The parallel sides of a trapezoid are {a} and {b} long and {h} apart. What is its area?",),
        _trapezoid,
        lambda p: Fraction((p["a"] + p["b"]) * p["h"], 2),
        _check_trapezoid,
        _turn_legs,
        lambda p: [*sorted([p["a"], p["b"]]), p["h"]],
    ),
    "surface": Kind(
        ("A closed box has the edges {a}, {b} and {c}. What is the area of its whole surface?",),
        _box,
        _solve_surface,
        _check_surface,
        _turn_box,
        _sides,
    ),
    "sector": Kind(
        (
            "A sector of a circle with radius {r} has an angle of {angle} degrees. Its area is k times pi. "
            "What is k?",
        ),
        _sector,
        lambda p: Fraction(p["r"] ** 2 * p["angle"], 360),
        _check_sector,
    ),
    "similar": Kind(
        (
            "Triangles ABC and DEF are similar in this order of the corners. AB is {a} long, BC is {b} and "
            "DE "
            "is {d}. How long is EF?",
        ),
        _similar,
        lambda p: Fraction(p["b"] * p["d"], p["a"]),
        _check_similar,
    ),
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
    "heron": Kind((_SIDES + "What is its area?",), _heron, _solve_heron, _check_heron, _turn_box, _sides),
    "inradius": Kind(
        (_SIDES + "What is the radius of the circle that touches all three from inside?",),
        _heron,
        _solve_inradius,
        _check_inradius,
        _turn_box,
        _sides,
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


@register("Geometry-v0")
class Geometry(Kinds):
    """Find a length, an area, an angle or a number of points, exactly; `data` as `Kinds` says."""

    family = "geometry"
    kinds = KINDS
    levels = (
        "rectangles up to 10 by 10 (a warm-up)",
        "angles of triangles, right triangles, rectangles",
        "trapezoids, boxes, sectors, similar triangles, regular polygons",
        "triangles by corners or sides, larger boxes, two rectangles that overlap",
        "polygons, distances, circles in and around triangles",
        "polygons with up to 8 corners, lattice points inside, circles around triangles",
        "polygons with up to 12 corners",
    )
    mixes = (
        (("area", 1),),
        (("third angle", 1), ("outside angles", 1), ("hypotenuse", 1), ("leg", 1), ("area", 3)),
        (("trapezoid", 2), ("surface", 2), ("sector", 2), ("similar", 2), ("regular", 2), ("hypotenuse", 4)),
        (("triangle", 2), ("heron", 3), ("surface", 9), ("union", 3), ("trapezoid", 9), ("sector", 9)),
        (("polygon", 2), ("distance", 1), ("circumcircle", 1), ("inradius", 4), ("heron", 5)),
        (("polygon", 5), ("inside", 4), ("circumcircle", 3), ("distance", 5)),
        (("polygon", 10), ("inside", 10)),
    )
    default_level = 3
    spaces = (81, 2_000, 5_000, 10**5, 10**5, 10**5, 10**5)
    chances = (0.08, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01)

    def units(self, data: Data) -> tuple[str, ...]:
        return (*_UNITS, "\\pi", "pi", "π") if data["kind"] == "sector" else _UNITS


_UNITS = ("square units", "units", "degrees", "°")

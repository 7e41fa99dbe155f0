"""Lengths, areas and angles from other lengths and angles."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, isqrt

from reasongym.envs.math.kinds import Kind, Params
from reasongym.seeding import Stream


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


def squared_area(sides: Sequence[int]) -> Fraction:
    """Return the squared area of a triangle with these squared sides (Heron's formula without roots)."""
    a, b, c = sides
    return Fraction(4 * a * b - (a + b - c) ** 2, 16)


def root(value: Fraction) -> Fraction:
    """Return the root of the square of a fraction."""
    return Fraction(isqrt(value.numerator), isqrt(value.denominator))


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
    return root(squared_area([p["a"] ** 2, p["b"] ** 2, p["c"] ** 2]))


def _check_heron(p: Params) -> tuple[Fraction, int]:
    """Drop the height onto side c and take the triangles beside it."""
    foot = Fraction(p["a"] ** 2 - p["b"] ** 2 + p["c"] ** 2, 2 * p["c"])
    height = root(p["a"] ** 2 - foot * foot)
    return height * p["c"] / 2, 25 + 2 * len(str(p["a"] * p["b"] * p["c"]))


def _solve_inradius(p: Params) -> Fraction:
    return 2 * _solve_heron(p) / (p["a"] + p["b"] + p["c"])


def _check_inradius(p: Params) -> tuple[Fraction, int]:
    """Use r^2 = (s - a)(s - b)(s - c) / s."""
    s = Fraction(p["a"] + p["b"] + p["c"], 2)
    return root((s - p["a"]) * (s - p["b"]) * (s - p["c"]) / s), 30 + 2 * len(str(p["a"] * p["b"] * p["c"]))


def _regular(rng: Stream, size: int) -> Params:
    return {"n": rng.between(5, 60 * size)}


def _sides(p: Params) -> list[int]:
    return sorted([p["a"], p["b"], p["c"]])


_LEGS = "The legs of a right triangle are {a} and {b} long. "


_SIDES = "A triangle has the sides {a}, {b} and {c}. "


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
    "heron": Kind((_SIDES + "What is its area?",), _heron, _solve_heron, _check_heron, _turn_box, _sides),
    "inradius": Kind(
        (_SIDES + "What is the radius of the circle that touches all three from inside?",),
        _heron,
        _solve_inradius,
        _check_inradius,
        _turn_box,
        _sides,
    ),
}

"""Balls from urns and marbles from bags."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb, gcd, perm

from reasongym.envs.math.kinds import Kind, Params
from reasongym.seeding import Stream


def _urn(rng: Stream, size: int) -> Params:
    red, other = rng.between(2, 4 + 2 * size), rng.between(2, 4 + 2 * size)
    drawn = rng.between(2, min(1 + size, red + other - 2))
    hits = rng.between(max(1, drawn - other), min(drawn, red))
    return {"red": red, "other": other, "drawn": drawn, "hits": hits}


def _solve_urn(p: Params) -> Fraction:
    red, other, drawn, hits = p["red"], p["other"], p["drawn"], p["hits"]
    return Fraction(comb(red, hits) * comb(other, drawn - hits), comb(red + other, drawn))


def _solve_urn_back(p: Params) -> Fraction:
    red, other, drawn, hits = p["red"], p["other"], p["drawn"], p["hits"]
    return Fraction(comb(drawn, hits) * red**hits * other ** (drawn - hits), (red + other) ** drawn)


def _solve_polya(p: Params) -> Fraction:
    red, other, drawn, hits = p["red"], p["other"], p["drawn"], p["hits"]
    top, bottom = comb(drawn, hits), 1
    for at in range(hits):
        top *= red + at
    for at in range(drawn - hits):
        top *= other + at
    for at in range(drawn):
        bottom *= red + other + at
    return Fraction(top, bottom)


def _check_draws(change: int) -> Callable[[Params], tuple[Fraction, int]]:
    """Draw one after the other; each draw changes the number of its color by `change`."""

    def check(p: Params) -> tuple[Fraction, int]:
        chances: list[Fraction] = [Fraction(1)]  # by reds so far
        for turn in range(p["drawn"]):
            after = [Fraction(0)] * (turn + 2)
            for reds, chance in enumerate(chances):
                red = max(0, p["red"] + change * reds)
                other = max(0, p["other"] + change * (turn - reds))
                after[reds + 1] += chance * red / (red + other)
                after[reds] += chance * other / (red + other)
            chances = after
        hits: int = p["hits"]
        return chances[hits], 4 * p["drawn"] ** 2 * len(str(p["red"] * p["other"]))

    return check


def _same(rng: Stream, size: int) -> Params:
    colors = [rng.between(2, 4 + 2 * size) for _ in range(3)]
    return {"a": colors[0], "b": colors[1], "c": colors[2], "drawn": rng.between(2, min(3, max(colors)))}


def _solve_same(p: Params) -> Fraction:
    drawn = p["drawn"]
    ways = comb(p["a"], drawn) + comb(p["b"], drawn) + comb(p["c"], drawn)
    return Fraction(ways, comb(p["a"] + p["b"] + p["c"], drawn))


def _solve_all_differ(p: Params) -> Fraction:
    a, b, c = p["a"], p["b"], p["c"]
    total = a + b + c
    if p["drawn"] == 3:
        return Fraction(6 * a * b * c, perm(total, 3))
    return Fraction(2 * (a * b + b * c + a * c), perm(total, 2))


def _check_same(alike: int) -> Callable[[Params], tuple[Fraction, int]]:
    """Go through all sequences of colors that have `alike` colors (0: as many as draws)."""

    def check(p: Params) -> tuple[Fraction, int]:
        have = [p["a"], p["b"], p["c"]]
        total = Fraction(0)
        for colors in product(range(3), repeat=p["drawn"]):
            if len(set(colors)) == (alike or p["drawn"]):
                chance, left = Fraction(1), have.copy()
                for color in colors:
                    chance *= Fraction(left[color], sum(left))
                    left[color] -= left[color] > 0
                total += chance
        return total, 9 * p["drawn"]

    return check


def _turn_same(p: Params, rng: Stream) -> Params:
    a, b, c = rng.shuffled([p["a"], p["b"], p["c"]])
    return {"a": a, "b": b, "c": c, "drawn": p["drawn"]}


def fraction(rng: Stream, most: int) -> tuple[int, int]:
    """Draw a fraction between 0 and 1 in its lowest terms."""
    while True:
        q = rng.between(2, most)
        p = rng.between(1, q - 1)
        if gcd(p, q) == 1:
            return p, q


def _two_urns(rng: Stream, size: int) -> Params:
    p, q = fraction(rng, 3 + size)
    most = 4 + 2 * size
    names = ("r", "s", "t", "u")
    return {"p": p, "q": q} | {name: rng.between(1, most) for name in names}


def _solve_bayes(p: Params) -> Fraction:
    first = p["p"] * p["r"] * (p["t"] + p["u"])
    return Fraction(first, first + (p["q"] - p["p"]) * p["t"] * (p["r"] + p["s"]))


def _check_bayes(p: Params) -> tuple[Fraction, int]:
    """Count cases: as many trials as make all numbers whole."""
    one, two = p["r"] + p["s"], p["t"] + p["u"]
    trials = p["q"] * one * two
    in_first = trials // p["q"] * p["p"]
    red_first = in_first // one * p["r"]
    red_second = (trials - in_first) // two * p["t"]
    return Fraction(red_first, red_first + red_second), 12 * len(str(trials))


_URN = "An urn holds {red} red and {other} blue balls. "


_THREE = (
    "A bag holds {a} red, {b} green and {c} blue marbles, and {drawn} are drawn at random "
    "without putting any back. "
)


KINDS = {
    "urn": Kind(
        (
            _URN + "{drawn} balls are drawn at random without putting any back. What is the probability that "
            "the number of red ones among them is exactly {hits}?",
        ),
        _urn,
        _solve_urn,
        _check_draws(-1),
    ),
    "urn back": Kind(
        (
            _URN + "{drawn} times a ball is drawn at random and put back. What is the probability that red "
            "comes up exactly this often: {hits}?",
        ),
        _urn,
        _solve_urn_back,
        _check_draws(0),
    ),
    "urn growing": Kind(
        (
            _URN + "{drawn} times a ball is drawn at random and put back together with another one of its "
            "color. What is the probability that red comes up exactly this often: {hits}?",
        ),
        _urn,
        _solve_polya,
        _check_draws(1),
    ),
    "same": Kind(
        (_THREE + "What is the probability that all of them have the same color?",),
        _same,
        _solve_same,
        _check_same(1),
        _turn_same,
        lambda p: [p["drawn"], *sorted([p["a"], p["b"], p["c"]])],
    ),
    "differ": Kind(
        (_THREE + "What is the probability that no two of them have the same color?",),
        _same,
        _solve_all_differ,
        _check_same(0),
        _turn_same,
        lambda p: [p["drawn"], *sorted([p["a"], p["b"], p["c"]])],
    ),
    "bayes": Kind(
        (
            "The first of two urns holds {r} red and {s} blue balls, the second {t} red and {u} blue ones. "
            "The "
            "first urn is chosen with probability {p}/{q}, otherwise the second, and a ball is drawn from "
            "it at "
            "random. It is red. What is the probability that it came from the first urn?",
        ),
        _two_urns,
        _solve_bayes,
        _check_bayes,
    ),
}

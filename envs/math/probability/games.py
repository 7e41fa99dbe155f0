"""Dice, coins, independent events and a player's ruin."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb

from reasongym.envs.math.kinds import Kind, Params
from reasongym.envs.math.probability.draws import fraction
from reasongym.seeding import Stream


def _dice(rng: Stream, size: int) -> Params:
    dice, faces = rng.between(2, 1 + size), rng.between(4, 8 + 2 * size) if size > 1 else 6
    return {"dice": dice, "faces": faces, "total": rng.between(dice + 1, dice * faces - 1)}


def _solve_exactly(p: Params) -> Fraction:
    """Leave out the faces over the highest, by inclusion and exclusion."""
    dice: int = p["dice"]
    faces: int = p["faces"]
    over: int = p["total"] - dice
    ways = sum(
        (-1) ** j * comb(dice, j) * comb(over - j * faces + dice - 1, dice - 1)
        for j in range(over // faces + 1)
    )
    return Fraction(ways, faces**dice)


def _solve_at_least(p: Params) -> Fraction:
    """Add up inclusion and exclusion over all lower totals."""
    dice: int = p["dice"]
    faces: int = p["faces"]
    over: int = p["total"] - dice - 1
    ways = sum(
        (-1) ** j * comb(dice, j) * comb(over - j * faces + dice, dice) for j in range(over // faces + 1)
    )
    return 1 - Fraction(ways, faces**dice)


def _totals(p: Params) -> tuple[list[int], int]:
    """Throw one die after the other, counting the ways to every total."""
    faces: int = p["faces"]
    ways = [1]
    steps = 0
    for _ in range(p["dice"]):
        after = [0] * (len(ways) + faces)
        for total, count in enumerate(ways):
            for face in range(1, faces + 1):
                after[total + face] += count
                steps += 1
        ways = after
    return ways, steps


def _check_exactly(p: Params) -> tuple[Fraction, int]:
    ways, steps = _totals(p)
    total: int = p["total"]
    return Fraction(ways[total], sum(ways)), steps


def _check_at_least(p: Params) -> tuple[Fraction, int]:
    ways, steps = _totals(p)
    return Fraction(sum(ways[p["total"] :]), sum(ways)), steps


def _coin(rng: Stream, size: int) -> Params:
    p, q = fraction(rng, 3 + size)
    flips = rng.between(2, 2 + size)
    return {"flips": flips, "p": p, "q": q, "heads": rng.between(1, flips)}


def _solve_coin(p: Params) -> Fraction:
    n: int = p["flips"]
    top: int = p["p"]
    rest: int = p["q"] - top
    return Fraction(sum(comb(n, k) * top**k * rest ** (n - k) for k in range(p["heads"], n + 1)), p["q"] ** n)


def _check_coin(p: Params) -> tuple[Fraction, int]:
    """Flip once after the other, following the chance of every number of heads."""
    head = Fraction(p["p"], p["q"])
    chances: list[Fraction] = [Fraction(1)]
    for _ in range(p["flips"]):
        tails = [chance * (1 - head) for chance in chances] + [Fraction(0)]
        heads = [Fraction(0)] + [chance * head for chance in chances]
        chances = [one + other for one, other in zip(tails, heads, strict=True)]
    return sum(chances[p["heads"] :], Fraction(0)), 2 * p["flips"] ** 2 * len(str(p["q"] ** p["flips"]))


def _events(rng: Stream, size: int) -> Params:
    chances = [fraction(rng, 5 + size) for _ in range(3)]
    return {
        name: value
        for name, pair in zip(("ab", "cd", "ef"), chances, strict=True)
        for name, value in zip(name, pair, strict=True)
    }


def _of_events(wanted: Callable[[int], bool]) -> Callable[[Params], tuple[Fraction, int]]:
    """Go through the eight outcomes."""

    def check(p: Params) -> tuple[Fraction, int]:
        chances = [Fraction(p["a"], p["b"]), Fraction(p["c"], p["d"]), Fraction(p["e"], p["f"])]
        total = Fraction(0)
        for outcome in product((0, 1), repeat=3):
            if wanted(sum(outcome)):
                part = Fraction(1)
                for happens, chance in zip(outcome, chances, strict=True):
                    part *= chance if happens else 1 - chance
                total += part
        return total, 24 * len(str(p["b"] * p["d"] * p["f"]))

    return check


def _solve_any(p: Params) -> Fraction:
    misses = (p["b"] - p["a"]) * (p["d"] - p["c"]) * (p["f"] - p["e"])
    return 1 - Fraction(misses, p["b"] * p["d"] * p["f"])


def _solve_one(p: Params) -> Fraction:
    a, b, c, d, e, f = (p[name] for name in "abcdef")
    ways = a * (d - c) * (f - e) + c * (b - a) * (f - e) + e * (b - a) * (d - c)
    return Fraction(ways, b * d * f)


def _turn_events(p: Params, rng: Stream) -> Params:
    pairs = rng.shuffled([(p["a"], p["b"]), (p["c"], p["d"]), (p["e"], p["f"])])
    return dict(zip("abcdef", [value for pair in pairs for value in pair], strict=True))


def _given(rng: Stream, size: int) -> Params:
    faces = rng.between(6, 6 + 4 * size)
    total = rng.between(4, 2 * faces - 2)
    return {"faces": faces, "total": total, "face": rng.between(max(2, total - faces), faces)}


def _solve_given(p: Params) -> Fraction:
    faces: int = p["faces"]
    total: int = p["total"]
    face: int = p["face"]
    below = total - 1  # the pairs that sum to less are a triangle, less its two tips outside the square
    tip = max(0, below - faces)
    pairs = faces * faces - below * (below - 1) // 2 + tip * (tip - 1)
    partners = min(faces, faces - total + face + 1)
    return Fraction(2 * partners - (2 * face >= total), pairs)


def _check_given(p: Params) -> tuple[Fraction, int]:
    """Go through all pairs of faces."""
    faces = range(1, p["faces"] + 1)
    pairs = [(x, y) for x in faces for y in faces if x + y >= p["total"]]
    return Fraction(sum(p["face"] in pair for pair in pairs), len(pairs)), p["faces"] ** 2


def _walk(rng: Stream, size: int) -> Params:
    p, q = fraction(rng, 3 + size)
    goal = rng.between(4, 4 + 2 * size)
    return {"p": p, "q": q, "start": rng.between(1, goal - 1), "goal": goal}


def _solve_walk(p: Params) -> Fraction:
    """Take the closed form of the gambler's ruin (Huygens 1657)."""
    win, lose = p["p"], p["q"] - p["p"]
    start, goal = p["start"], p["goal"]
    if win == lose:
        return Fraction(start, goal)
    return Fraction(win ** (goal - start) * (win**start - lose**start), win**goal - lose**goal)


def _check_walk(p: Params) -> tuple[Fraction, int]:
    """Solve from the bottom: the chance at each amount as a multiple of the one above."""
    win = Fraction(p["p"], p["q"])
    share = Fraction(0)  # chance here, as a share of the chance one above
    result = Fraction(1)
    for amount in range(1, p["goal"]):
        share = win / (1 - (1 - win) * share)
        if amount >= p["start"]:
            result *= share
    return result, 30 * p["goal"] * len(str(p["q"] ** p["goal"]))


_SHOTS = (
    "Three independent events have the probabilities {a}/{b}, {c}/{d} and {e}/{f}. ",
    "Three archers hit the target with probabilities {a}/{b}, {c}/{d} and {e}/{f}, independently. Each "
    "shoots once. ",
)


KINDS = {
    "exactly": Kind(
        (
            "{dice} fair dice with {faces} faces numbered from 1 are rolled. What is the probability that "
            "they "
            "sum to exactly {total}?",
        ),
        _dice,
        _solve_exactly,
        _check_exactly,
    ),
    "at least": Kind(
        (
            "{dice} fair dice with {faces} faces numbered from 1 are rolled. What is the probability that "
            "they "
            "sum to {total} or more?",
        ),
        _dice,
        _solve_at_least,
        _check_at_least,
    ),
    "coin": Kind(
        (
            "A coin shows heads with probability {p}/{q}. What is the probability that {flips} flips show "
            "heads "
            "at least this often: {heads}?",
            "A player wins each game with probability {p}/{q}, independently. What is the probability that "
            "the "
            "number of wins in {flips} games is {heads} or more?",
        ),
        _coin,
        _solve_coin,
        _check_coin,
    ),
    "any": Kind(
        tuple(
            shots + "What is the probability of at least one " + what
            for shots, what in zip(_SHOTS, ("of them?", "hit?"), strict=True)
        ),
        _events,
        _solve_any,
        _of_events(lambda happened: happened > 0),
        _turn_events,
        lambda p: sorted([[p["a"], p["b"]], [p["c"], p["d"]], [p["e"], p["f"]]]),
    ),
    "one": Kind(
        tuple(
            shots + "What is the probability of exactly one " + what
            for shots, what in zip(_SHOTS, ("of them?", "hit?"), strict=True)
        ),
        _events,
        _solve_one,
        _of_events(lambda happened: happened == 1),
        _turn_events,
        lambda p: sorted([[p["a"], p["b"]], [p["c"], p["d"]], [p["e"], p["f"]]]),
    ),
    "given": Kind(
        (
            "Two fair dice with {faces} faces numbered from 1 are rolled, and their sum is at least {total}. "
            "What is the probability that at least one of them shows {face}?",
        ),
        _given,
        _solve_given,
        _check_given,
    ),
    "walk": Kind(
        (
            "A player has {start} coins and wins or loses one coin a round, winning with probability "
            "{p}/{q}, "
            "until there are none or {goal} of them. What is the probability of ending with {goal} coins?",
        ),
        _walk,
        _solve_walk,
        _check_walk,
    ),
}

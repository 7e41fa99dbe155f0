"""`Probability-v0`: exact probabilities; each kind has a formula and a way through all outcomes."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb, gcd, perm

from reasongym.core import Json
from reasongym.envs.math.kinds import Kind, Kinds, Params
from reasongym.registry import register
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


def _fraction(rng: Stream, most: int) -> tuple[int, int]:
    while True:
        q = rng.between(2, most)
        p = rng.between(1, q - 1)
        if gcd(p, q) == 1:
            return p, q


def _coin(rng: Stream, size: int) -> Params:
    p, q = _fraction(rng, 3 + size)
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
    chances = [_fraction(rng, 5 + size) for _ in range(3)]
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


def _two_urns(rng: Stream, size: int) -> Params:
    p, q = _fraction(rng, 3 + size)
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
    p, q = _fraction(rng, 3 + size)
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


_URN = "An urn holds {red} red and {other} blue balls. "
_THREE = (
    "A bag holds {a} red, {b} green and {c} blue marbles, and {drawn} are drawn at random "
    "without putting any back. "
)
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


@register("Probability-v0")
class Probability(Kinds):
    """Find an exact probability, as a fraction, a decimal or a percentage; `data` as `Kinds` says."""

    family = "probability"
    kinds = KINDS
    asks = "exact probability"
    percent = True
    levels = (
        "the sum of two ordinary dice (a warm-up)",
        "two balls from a small urn, a few flips of a coin, two dice",
        "three balls of two or three colors, three dice, independent events",
        "conditional dice, two urns, urns with and without putting back",
        "the same larger, urns that grow, unfair coins",
        "the same, larger, and a player's ruin",
        "the same, larger still",
    )
    mixes = (
        (("at least", 1),),
        (("urn", 2), ("coin", 2), ("urn back", 2), ("exactly", 2)),
        (("urn", 4), ("same", 3), ("differ", 3), ("any", 5), ("one", 5), ("coin", 5)),
        (("given", 4), ("bayes", 4), ("urn", 6), ("urn back", 5), ("at least", 4), ("same", 5), ("one", 9)),
        (("bayes", 8), ("urn growing", 6), ("coin", 8), ("given", 8), ("exactly", 5), ("urn", 9)),
        (("urn growing", 9), ("coin", 12), ("walk", 5), ("exactly", 7), ("given", 13)),
        (("urn growing", 13), ("coin", 16), ("walk", 9), ("at least", 10)),
    )
    default_level = 3
    spaces = (9, 1_300, 12_000, 50_000, 70_000, 50_000, 70_000)
    chances = (0.125, 0.03, 0.01, 0.012, 0.008, 0.008, 0.005)

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a fraction from 0 to 1 with a denominator up to 36."""
        below = rng.between(2, 36)
        return f"{rng.between(0, below)} / {below}"

"""`Combinatorics-v0`: how many ways; each kind has a formula and a count that does without it."""

from collections.abc import Sequence
from math import comb, factorial, lcm, perm, prod

from reasongym.envs.math.kinds import Kind, Kinds, Params
from reasongym.registry import register
from reasongym.seeding import Stream

_LETTERS = "ABDEGIKLMNOPRSTU"


def _choose(rng: Stream, size: int) -> Params:
    n = rng.between(4 + 2 * size, 8 + 8 * size)
    return {"n": n, "k": rng.between(2, max(2, min(n - 2, 3 * size)))}


def _check_choose(p: Params) -> tuple[int, int]:
    return _pascal(p["n"], p["k"]), p["n"] * p["k"]


def _pascal(n: int, k: int) -> int:
    row = [1] + [0] * k
    for _ in range(n):
        for at in range(k, 0, -1):
            row[at] += row[at - 1]
    return row[k]


def _check_arrange(p: Params) -> tuple[int, int]:
    """Take books one by one: each stays away or takes one of the places still free."""
    n, k = p["n"], p["k"]
    ways = [1] + [0] * k
    for _ in range(n):
        for placed in range(k, 0, -1):
            ways[placed] += ways[placed - 1] * (k - placed + 1)
    return ways[k], n * k


def _mixed(rng: Stream, size: int) -> Params:
    n, m = rng.between(4, 6 + 4 * size), rng.between(4, 6 + 4 * size)
    return {
        "n": n,
        "m": m,
        "a": rng.between(2, min(n - 1, 2 + size)),
        "b": rng.between(2, min(m - 1, 2 + size)),
    }


def _check_mixed(p: Params) -> tuple[int, int]:
    return _pascal(p["n"], p["a"]) * _pascal(p["m"], p["b"]), p["n"] * p["a"] + p["m"] * p["b"]


def _turn_mixed(p: Params, rng: Stream) -> Params:
    return {"n": p["m"], "m": p["n"], "a": p["b"], "b": p["a"]} if rng.random() < 0.5 else p


def _both(rng: Stream, size: int) -> Params:
    n, m = rng.between(4, 5 + 4 * size), rng.between(4, 5 + 4 * size)
    return {"n": n, "m": m, "k": rng.between(3, 3 + size)}


def _check_both(p: Params) -> tuple[int, int]:
    """Add the committees up by how many women they have."""
    ways = [_pascal(p["n"], a) * _pascal(p["m"], p["k"] - a) for a in range(1, p["k"])]
    return sum(ways), p["k"] * (p["n"] + p["m"]) * 2


def _letters(rng: Stream, size: int) -> Params:
    alphabet = rng.shuffled(_LETTERS)[: rng.between(2 + size, 3 + size)]
    return {"word": "".join(rng.shuffled([letter for letter in alphabet for _ in range(rng.between(1, 4))]))}


def _counts(p: Params) -> list[int]:
    word: str = p["word"]
    return sorted(word.count(letter) for letter in set(word))


def _check_letters(p: Params) -> tuple[int, int]:
    """Put the letters of one kind after the other into the gaps: count by what was placed so far."""
    ways, placed, steps = 1, 0, 0
    for count in _counts(p):
        placed += count
        ways *= _pascal(placed, count)
        steps += placed * count
    return ways, steps


def _turn_letters(p: Params, rng: Stream) -> Params:
    renamed = dict(zip(sorted(set(p["word"])), rng.shuffled(_LETTERS), strict=False))
    return {"word": "".join(rng.shuffled([renamed[letter] for letter in p["word"]]))}


def _routes(rng: Stream, size: int) -> Params:
    w, h = rng.between(3, 4 + 2 * size), rng.between(3, 4 + 2 * size)
    return {"w": w, "h": h, "x": rng.between(1, w - 1), "y": rng.between(1, h - 1)}


def _solve_routes(p: Params) -> int:
    w, h, x, y = p["w"], p["h"], p["x"], p["y"]
    return comb(w + h, w) - comb(x + y, x) * comb(w + h - x - y, w - x)


def _check_routes(p: Params) -> tuple[int, int]:
    """Add up the routes to every point."""
    row = [1] + [0] * p["w"]
    for y in range(p["h"] + 1):
        for x in range(p["w"] + 1):
            row[x] = 0 if (x, y) == (p["x"], p["y"]) else row[x] + (row[x - 1] if x else 0)
    return row[p["w"]], (p["w"] + 1) * (p["h"] + 1)


def _turn_routes(p: Params, rng: Stream) -> Params:
    return {"w": p["h"], "h": p["w"], "x": p["y"], "y": p["x"]} if rng.random() < 0.5 else p


def _shares(rng: Stream, size: int) -> Params:
    least = [rng.between(0, 3) for _ in range(3 + size)]
    return {"k": len(least), "n": sum(least) + rng.between(4, 6 + 5 * size), "least": least, "most": 10**6}


def _capped(rng: Stream, size: int) -> Params:
    k, most = rng.between(3, 3 + size), rng.between(3, 4 + 2 * size)
    return {"k": k, "n": rng.between(most + 1, k * most - most), "least": [0] * k, "most": most}


def _solve_capped(p: Params) -> int:
    """Leave out the shares over the cap, by inclusion and exclusion."""
    k, n, step = p["k"], p["n"], p["most"] + 1
    return sum((-1) ** j * comb(k, j) * comb(n - j * step + k - 1, k - 1) for j in range(n // step + 1))


def _check_shares(p: Params) -> tuple[int, int]:
    """Give to one child after the other, keeping count of what is left."""
    n = p["n"]
    ways = [0] * n + [1]
    steps = 0
    for least in p["least"]:
        after = [0] * (n + 1)
        for left, count in enumerate(ways):
            if count:
                for given in range(least, min(left, p["most"]) + 1):
                    after[left - given] += count
                    steps += 1
        ways = after
    return ways[0], steps


def _divisible(rng: Stream, size: int) -> Params:
    while True:
        a, b = rng.between(3, 8 + 2 * size), rng.between(3, 8 + 2 * size)
        if a % b and b % a:
            return {"n": rng.between(40 * size, 300 * size), "a": a, "b": b}


def _solve_divisible(p: Params) -> int:
    n, a, b = p["n"], p["a"], p["b"]
    return n // a + n // b - n // lcm(a, b)


def _solve_either(p: Params) -> int:
    return p["n"] // p["a"] + p["n"] // p["b"] - 2 * (p["n"] // lcm(p["a"], p["b"]))


def _turn_divisible(p: Params, rng: Stream) -> Params:
    return p | {"a": p["b"], "b": p["a"]} if rng.random() < 0.5 else p


def _spaced(rng: Stream, size: int) -> Params:
    k, gap = rng.between(2, 2 + size), rng.between(1, size)
    return {"n": k + (k - 1) * gap + rng.between(3, 5 + 4 * size), "k": k, "gap": gap}


def _check_spaced(p: Params) -> tuple[int, int]:
    """Go along the chairs from the far end: leave one free, or take one and skip the gap behind it."""
    n: int = p["n"]
    k: int = p["k"]
    ways: list[list[int]] = [[1] + [0] * k]  # by chairs left and chosen ones
    for left in range(1, n + 1):
        taken = ways[max(0, left - 1 - int(p["gap"]))]
        ways.append([1] + [ways[-1][chosen] + taken[chosen - 1] for chosen in range(1, k + 1)])
    total: int = ways[n][k]
    return total, n * k


def _seats(rng: Stream, size: int) -> Params:
    n = rng.between(6, 6 + 2 * size)
    return {"n": n, "k": rng.between(2, n - 3), "m": rng.between(2, 4)}


def _check_together(p: Params) -> tuple[int, int]:
    """Seat one of the others first, then go over the places where the group may begin, and fill the rest."""
    n, k = p["n"], p["k"]
    total = 0
    for begin in range(1, n):
        if begin + k <= n:
            total += prod(range(1, k + 1)) * prod(range(1, n - k))
    return total * p["m"], n * n * p["m"]


def _toys(rng: Stream, size: int) -> Params:
    k = rng.between(3, 2 + size)
    return {"n": rng.between(k + 1, k + 2 + 2 * size), "k": k}


def _check_toys(p: Params) -> tuple[int, int]:
    """Give one toy after the other, keeping count of how many children have any."""
    n: int = p["n"]
    k: int = p["k"]
    ways = [1] + [0] * k
    for _ in range(n):
        for have in range(k, 0, -1):
            ways[have] = ways[have] * have + ways[have - 1] * (k - have + 1)
        ways[0] = 0
    return ways[k], n * k * 4


def _hats(rng: Stream, size: int) -> Params:
    n = rng.between(5, 6 + 2 * size)
    return {"n": n, "k": rng.between(1, n - 3)}


def _check_hats(p: Params) -> tuple[int, int]:
    ways = [1, 0]
    for n in range(2, p["n"] + 1):
        ways.append((n - 1) * (ways[-1] + ways[-2]))
    return _pascal(p["n"], p["k"]) * ways[p["n"] - p["k"]], p["n"] * (p["k"] + 4)


def _solve_hats(p: Params) -> int:
    m = p["n"] - p["k"]
    return comb(p["n"], m) * sum((-1) ** j * factorial(m) // factorial(j) for j in range(m + 1))


def _stairs(rng: Stream, size: int) -> Params:
    small = rng.between(1, 2)
    return {"n": rng.between(8, 10 + 5 * size), "a": small, "b": rng.between(small + 1, small + 3)}


def _solve_stairs(p: Params) -> int:
    """Add up over the number of larger steps."""
    n: int = p["n"]
    a: int = p["a"]
    b: int = p["b"]
    return sum(
        comb(many + (n - b * many) // a, many) for many in range(n // b + 1) if (n - b * many) % a == 0
    )


def _check_stairs(p: Params) -> tuple[int, int]:
    steps: list[int] = [p["a"], p["b"]]
    ways = [1]
    for at in range(1, p["n"] + 1):
        ways.append(sum(ways[at - step] for step in steps if step <= at))
    return ways[-1], 2 * p["n"]


def _coins(rng: Stream, size: int) -> Params:
    values = sorted(rng.shuffled(range(2, 8 + 2 * size))[: 2 + size])
    return {
        "values": _listed(values),
        "coins": values,
        "n": rng.between(values[-1] * 3, values[-1] * (4 + 2 * size)),
    }


def _solve_coins(p: Params) -> int:
    ways = [1] + [0] * p["n"]
    for coin in p["coins"]:
        for amount in range(coin, p["n"] + 1):
            ways[amount] += ways[amount - coin]
    return ways[-1]


def _check_coins(p: Params) -> tuple[int, int]:
    """Count off the largest coin, then the next, and look whether the least fills the rest."""
    steps = 0

    def ways(amount: int, coins: Sequence[int]) -> int:
        nonlocal steps
        steps += 1
        if len(coins) == 1:
            return amount % coins[0] == 0
        return sum(ways(left, coins[:-1]) for left in range(amount, -1, -coins[-1]))

    return ways(p["n"], p["coins"]), steps


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:-1])) + f" and {values[-1]}"


KINDS = {
    "choose": Kind(
        (
            "In how many ways can a committee of {k} people be chosen from {n} people?",
            "A class has {n} pupils. How many different groups of {k} pupils can be formed?",
        ),
        _choose,
        lambda p: comb(p["n"], p["k"]),
        _check_choose,
    ),
    "arrange": Kind(
        (
            "In how many ways can {k} of {n} different books be placed in a row on a shelf?",
            "There are {n} runners in a race and no ties. How many outcomes are possible for the first {k} "
            "places?",
        ),
        _choose,
        lambda p: perm(p["n"], p["k"]),
        _check_arrange,
    ),
    "mixed": Kind(
        (
            "A team of {a} women and {b} men is chosen from {n} women and {m} men. How many teams are "
            "possible?",
            "A box holds {n} different pens and {m} different pencils. In how many ways can {a} pens and {b} "
            "pencils be taken out together?",
        ),
        _mixed,
        lambda p: comb(p["n"], p["a"]) * comb(p["m"], p["b"]),
        _check_mixed,
        _turn_mixed,
        lambda p: sorted([[p["n"], p["a"]], [p["m"], p["b"]]]),
    ),
    "both": Kind(
        (
            "From {n} women and {m} men a committee of {k} people is chosen. How many committees have at "
            "least "
            "one woman and at least one man?",
            "{k} cards are taken together from {n} different red and {m} different blue cards. How many such "
            "hands hold both colors?",
        ),
        _both,
        lambda p: comb(p["n"] + p["m"], p["k"]) - comb(p["n"], p["k"]) - comb(p["m"], p["k"]),
        _check_both,
        lambda p, rng: p | {"n": p["m"], "m": p["n"]} if rng.random() < 0.5 else p,
        lambda p: [p["k"], *sorted([p["n"], p["m"]])],
    ),
    "letters": Kind(
        (
            "How many different arrangements do the letters of {word} have?",
            "How many different words, with or without a meaning, can be written with all the letters of "
            "{word}?",
        ),
        _letters,
        lambda p: factorial(len(p["word"])) // prod(map(factorial, _counts(p))),
        _check_letters,
        _turn_letters,
        _counts,
    ),
    "routes": Kind(
        (
            "A robot walks from (0, 0) to ({w}, {h}), always one unit right or one unit up, and never "
            "through "
            "({x}, {y}). How many routes are there?",
            "How many paths lead from (0, 0) to ({w}, {h}) by steps that add 1 to one of the coordinates, "
            "without visiting ({x}, {y})?",
        ),
        _routes,
        _solve_routes,
        _check_routes,
        _turn_routes,
        lambda p: sorted([[p["w"], p["x"]], [p["h"], p["y"]]]),
    ),
    "shares": Kind(
        (
            "In how many ways can {n} equal coins be given to {k} children, if their least shares, child by "
            "child, are {least}?",
        ),
        _shares,
        lambda p: comb(p["n"] - sum(p["least"]) + p["k"] - 1, p["k"] - 1),
        _check_shares,
        lambda p, rng: p | {"least": rng.shuffled(p["least"])},
        lambda p: [p["n"], sorted(p["least"])],
    ),
    "capped": Kind(
        (
            "In how many ways can {n} equal coins be given to {k} children, if no child gets more than "
            "{most}, "
            "and a child may get none?",
            "How many ordered lists of {k} whole numbers from 0 to {most} have the sum {n}?",
        ),
        _capped,
        _solve_capped,
        _check_shares,
    ),
    "divisible": Kind(
        (
            "How many of the whole numbers from 1 to {n} are divisible by {a} or by {b} (or by both)?",
            "How many multiples of at least one of {a} and {b} are there from 1 to {n}?",
        ),
        _divisible,
        _solve_divisible,
        lambda p: (sum(x % p["a"] == 0 or x % p["b"] == 0 for x in range(1, p["n"] + 1)), p["n"] // 25),
        _turn_divisible,
        lambda p: [p["n"], *sorted([p["a"], p["b"]])],
    ),
    "either": Kind(
        ("How many of the whole numbers from 1 to {n} are divisible by exactly one of {a} and {b}?",),
        _divisible,
        _solve_either,
        lambda p: (sum((x % p["a"] == 0) != (x % p["b"] == 0) for x in range(1, p["n"] + 1)), p["n"] // 25),
        _turn_divisible,
        lambda p: [p["n"], *sorted([p["a"], p["b"]])],
    ),
    "spaced": Kind(
        (
            "A row has {n} chairs. In how many ways can {k} chairs be chosen so that the number of chairs "
            "between any two chosen ones is at least {gap}?",
        ),
        _spaced,
        lambda p: comb(p["n"] - (p["k"] - 1) * p["gap"], p["k"]),
        _check_spaced,
    ),
    "together": Kind(
        (
            "{n} guests sit down at a round table; seatings that differ by a rotation count as one. In how "
            "many "
            "ways can they sit if {k} certain guests must have seats next to each other, in any order, and "
            "then one of {m} different cakes is chosen?",
        ),
        _seats,
        lambda p: factorial(p["n"] - p["k"]) * factorial(p["k"]) * p["m"],
        _check_together,
    ),
    "toys": Kind(
        (
            "In how many ways can {n} different toys be given to {k} children so that every child gets at "
            "least one toy?",
            "In how many ways can {n} people be sent to {k} different rooms so that no room stays empty?",
        ),
        _toys,
        lambda p: sum((-1) ** j * comb(p["k"], j) * (p["k"] - j) ** p["n"] for j in range(p["k"])),
        _check_toys,
    ),
    "hats": Kind(
        (
            "{n} people hand in their hats, and each gets one hat back. In how many ways can the hats be "
            "returned so that the number of people with their own hat is exactly {k}?",
        ),
        _hats,
        _solve_hats,
        _check_hats,
    ),
    "stairs": Kind(
        (
            "In how many ways can one climb {n} stairs, taking {a} or {b} at a time, if the order matters?",
            "How many ordered sums of {a}s and {b}s equal {n}?",
        ),
        _stairs,
        _solve_stairs,
        _check_stairs,
    ),
    "coins": Kind(
        (
            "In how many ways can {n} cents be paid with coins of {values} cents, if there are plenty of "
            "each "
            "and their order does not matter?",
        ),
        _coins,
        _solve_coins,
        _check_coins,
    ),
}


@register("Combinatorics-v0")
class Combinatorics(Kinds):
    """Count the ways; `data` as `Kinds` says."""

    family = "combinatorics"
    kinds = KINDS
    levels = (
        "choosing or arranging 2 (a warm-up)",
        "choosing and arranging from up to 24, teams of two groups, multiples",
        "teams, words with repeated letters, routes around a point, multiples, stairs",
        "the same larger, with least shares, gaps and coins",
        "caps by inclusion and exclusion, onto distributions, round tables, fixed points",
        "the same, larger",
        "the same, larger still",
    )
    mixes = (
        (("choose", 0), ("arrange", 0)),
        (("choose", 2), ("arrange", 1), ("mixed", 2), ("divisible", 4), ("both", 1)),
        (
            ("mixed", 2),
            ("letters", 1),
            ("routes", 2),
            ("divisible", 3),
            ("stairs", 2),
            ("both", 2),
            ("either", 2),
        ),
        (
            ("mixed", 4),
            ("letters", 3),
            ("routes", 4),
            ("shares", 2),
            ("spaced", 2),
            ("coins", 2),
            ("either", 5),
        ),
        (
            ("capped", 3),
            ("toys", 4),
            ("together", 3),
            ("hats", 3),
            ("coins", 3),
            ("spaced", 4),
            ("routes", 6),
        ),
        (("capped", 5), ("toys", 6), ("shares", 7), ("letters", 6), ("coins", 4)),
        (("capped", 8), ("toys", 9), ("shares", 12), ("coins", 5), ("routes", 15)),
    )
    default_level = 3
    spaces = (10, 30_000, 35_000, 40_000, 30_000, 45_000, 90_000)
    chances = (0.115, 0.027, 0.018, 0.02, 0.017, 0.008, 0.006)

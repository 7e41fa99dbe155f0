"""Ways to share, to pay, to climb and to walk, and numbers that are divisible."""

from collections.abc import Sequence
from math import comb, lcm

from reasongym.envs.math.kinds import Kind, Params
from reasongym.seeding import Stream


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


def _stairs(rng: Stream, size: int) -> Params:
    small, large = rng.pick(((1, 2), (1, 3), (1, 4), (2, 3), (2, 5), (3, 4)))
    return {"n": rng.between(8, 10 + 5 * size), "a": small, "b": large}


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
    "stairs": Kind(
        (
            "In how many ways can one climb {n} stairs, taking {a} or {b} at a time, if the order matters?",
            "How many ordered sums of {a}s and {b}s equal {n}?",
        ),
        _stairs,
        _solve_stairs,
        _check_stairs,
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
}

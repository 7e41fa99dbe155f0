"""Ways to choose and to arrange."""

from math import comb, factorial, perm, prod

from reasongym.envs.math.kinds import Kind, Params
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


def _hats(rng: Stream, size: int) -> Params:
    n = rng.between(5, 6 + 2 * size)
    return {"n": n, "k": rng.between(1, n - 3)}


def _check_hats(p: Params) -> tuple[int, int]:
    """Choose who is lucky, and mix up the others (Euler's recurrence)."""
    n: int = p["n"]
    k: int = p["k"]
    ways = [1, 0]
    for m in range(2, n + 1):
        ways.append((m - 1) * (ways[-1] + ways[-2]))
    return _pascal(n, k) * ways[n - k], n * (k + 4)


def _solve_hats(p: Params) -> int:
    m = p["n"] - p["k"]
    return comb(p["n"], m) * sum((-1) ** j * factorial(m) // factorial(j) for j in range(m + 1))


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
    "hats": Kind(
        (
            "{n} people hand in their hats, and each gets one hat back. In how many ways can the hats be "
            "returned so that the number of people with their own hat is exactly {k}?",
        ),
        _hats,
        _solve_hats,
        _check_hats,
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
}

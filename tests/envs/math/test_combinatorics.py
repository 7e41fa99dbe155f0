"""Combinatorics: every kind against the enumeration of all its arrangements."""

from itertools import combinations, pairwise, permutations, product

import pytest

import reasongym
from reasongym.core import Json
from reasongym.envs.math.combinatorics.env import KINDS, Combinatorics
from reasongym.envs.math.kinds import Params
from reasongym.seeding import stream


def seated(n: int, k: int) -> int:
    """Count round seatings, guest 0 fixed, in which guests 0 to k-1 have neighboring seats."""
    count = 0
    for rest in permutations(range(1, n)):
        seats = [at for at, guest in enumerate((0, *rest)) if guest < k]
        count += any(all((start + step) % n in seats for step in range(k)) for start in range(n))
    return count


def walks(p: Params) -> int:
    def onward(x: int, y: int) -> int:
        if (x, y) == (p["x"], p["y"]) or x > p["w"] or y > p["h"]:
            return 0
        return 1 if (x, y) == (p["w"], p["h"]) else onward(x + 1, y) + onward(x, y + 1)

    return onward(0, 0)


def gaps(n: int, k: int, gap: int) -> int:
    return sum(all(b - a > gap for a, b in pairwise(seats)) for seats in combinations(range(n), k))


def climbs(n: int, a: int, b: int) -> int:
    return sum(sum(steps) == n for length in range(n + 1) for steps in product((a, b), repeat=length))


SMALL: dict[str, list[tuple[Params, int]]] = {
    "choose": [
        ({"n": n, "k": k}, len(list(combinations(range(n), k)))) for n in range(2, 8) for k in range(1, n)
    ],
    "arrange": [
        ({"n": n, "k": k}, len(list(permutations(range(n), k)))) for n in range(2, 7) for k in range(1, n)
    ],
    "mixed": [
        ({"n": n, "m": m, "a": 2, "b": 1}, len(list(product(combinations(range(n), 2), range(m)))))
        for n in range(3, 6)
        for m in range(2, 6)
    ],
    "both": [
        (
            {"n": n, "m": m, "k": 3},
            sum(len({person < n for person in group}) == 2 for group in combinations(range(n + m), 3)),
        )
        for n in range(3, 6)
        for m in range(3, 6)
    ],
    "letters": [
        ({"word": word}, len(set(permutations(word)))) for word in ("AAB", "ABBA", "ABC", "KAYAKS", "AABBCC")
    ],
    "routes": [
        (p, walks(p))
        for p in (
            {"w": w, "h": h, "x": 1, "y": y} for w in range(2, 6) for h in range(2, 6) for y in (1, h - 1)
        )
    ],
    "shares": [
        (
            {"k": 3, "n": n, "least": least, "most": 10**6},
            sum(
                sum(s) == n and all(a >= b for a, b in zip(s, least, strict=True))
                for s in product(range(n + 1), repeat=3)
            ),
        )
        for n in range(4, 8)
        for least in ([0, 0, 0], [1, 0, 2], [2, 1, 1])
    ],
    "capped": [
        (
            {"k": 3, "n": n, "least": [0, 0, 0], "most": most},
            sum(sum(s) == n for s in product(range(most + 1), repeat=3)),
        )
        for most in (3, 4)
        for n in range(most + 1, 3 * most)
    ],
    "divisible": [({"n": 50, "a": 4, "b": 6}, len({*range(4, 51, 4), *range(6, 51, 6)}))],
    "either": [({"n": 50, "a": 4, "b": 6}, len({*range(4, 51, 4)} ^ {*range(6, 51, 6)}))],
    "spaced": [
        ({"n": n, "k": k, "gap": gap}, gaps(n, k, gap))
        for n in range(7, 11)
        for k in (2, 3)
        for gap in (1, 2)
    ],
    "together": [({"n": n, "k": k, "m": 2}, 2 * seated(n, k)) for n, k in ((5, 2), (6, 2), (6, 3), (7, 4))],
    "toys": [
        ({"n": n, "k": k}, sum(len(set(given)) == k for given in product(range(k), repeat=n)))
        for n, k in ((4, 3), (5, 3), (5, 4), (6, 4))
    ],
    "hats": [
        (
            {"n": n, "k": k},
            sum(sum(a == b for a, b in enumerate(order)) == k for order in permutations(range(n))),
        )
        for n in (4, 5, 6)
        for k in range(1, n - 2)
    ],
    "stairs": [
        ({"n": n, "a": a, "b": b}, climbs(n, a, b)) for n in range(4, 10) for a, b in ((1, 2), (2, 3), (1, 3))
    ],
    "coins": [
        (
            {"values": "", "coins": [2, 3, 5], "n": n},
            sum(2 * a + 3 * b + 5 * c == n for a, b, c in product(range(n + 1), repeat=3)),
        )
        for n in (10, 15, 20)
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_formula_and_second_method_agree_with_enumeration(kind: str) -> None:
    for params, counted in SMALL[kind]:
        assert KINDS[kind].solve(params) == counted, params
        assert KINDS[kind].check(params)[0] == counted, params


@pytest.mark.parametrize("kind", KINDS)
def test_every_size_in_use_can_be_drawn_and_worded(kind: str) -> None:
    sizes = {size for mix in Combinatorics.mixes for name, size in mix if name == kind}
    assert sizes
    for size in sizes:
        for seed in range(30):
            params = KINDS[kind].make(stream(b"%d" % seed), size)
            for text in KINDS[kind].texts:
                assert "{" not in text.format(**params)
            assert KINDS[kind].solve(params) > 0


def test_a_word_with_other_letters_in_another_order_is_the_same_problem() -> None:
    env = reasongym.get("Combinatorics-v0")
    data: Json = {"kind": "letters", "params": {"word": "KAYAKS"}, "wording": 0, "answer": 180}
    assert env.canonical(data) == env.canonical(data | {"params": {"word": "BEEDDO"}})
    assert env.canonical(data) != env.canonical(data | {"params": {"word": "BEEDDD"}})

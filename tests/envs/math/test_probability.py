"""Probability: every kind against the enumeration of equally likely outcomes."""

from fractions import Fraction
from itertools import permutations, product

import pytest

import reasongym
from reasongym.core import Data
from reasongym.envs.math.kinds import Params
from reasongym.envs.math.probability.env import KINDS, Probability
from reasongym.seeding import stream


def share(outcomes: list[bool]) -> Fraction:
    return Fraction(sum(outcomes), len(outcomes))


def drawn(p: Params, wanted: str) -> Fraction:
    marbles = "r" * p["a"] + "g" * p["b"] + "b" * p["c"]
    hands = [len(set(hand)) for hand in permutations(marbles, int(p["drawn"]))]
    return share([colors == (1 if wanted == "same" else p["drawn"]) for colors in hands])


def grown(p: Params) -> Fraction:
    """Draw from a growing urn in every way."""

    def hits(urn: str, left: int) -> list[int]:
        if left == 0:
            return [0]
        return [more + (ball == "r") for ball in urn for more in hits(urn + ball, left - 1)]

    return share([count == p["hits"] for count in hits("r" * p["red"] + "o" * p["other"], p["drawn"])])


URNS = [{"red": 3, "other": 2, "drawn": d, "hits": h} for d in (2, 3) for h in (1, 2)]
DICE = [{"dice": d, "faces": f, "total": t} for d, f in ((2, 6), (3, 4)) for t in range(d + 1, d * f)]
EVENTS: Params = {"a": 1, "b": 2, "c": 2, "d": 3, "e": 1, "f": 4}
CASES = [share_of for share_of in product(range(2), range(3), range(4))]
HAPPENED = [(x < 1) + (y < 2) + (z < 1) for x, y, z in CASES]
BAGS = [{"a": a, "b": 2, "c": 3, "drawn": d} for a in (2, 3) for d in (2, 3)]
SMALL: dict[str, list[tuple[Params, Fraction]]] = {
    "exactly": [
        (p, share([sum(r) == p["total"] for r in product(range(1, p["faces"] + 1), repeat=p["dice"])]))
        for p in DICE
    ],
    "at least": [
        (p, share([sum(r) >= p["total"] for r in product(range(1, p["faces"] + 1), repeat=p["dice"])]))
        for p in DICE
    ],
    "urn": [
        (p, share([hand.count("r") == p["hits"] for hand in permutations("rrroo", p["drawn"])])) for p in URNS
    ],
    "urn back": [
        (p, share([hand.count("r") == p["hits"] for hand in product("rrroo", repeat=p["drawn"])]))
        for p in URNS
    ],
    "urn growing": [(p, grown(p)) for p in URNS],
    "same": [(p, drawn(p, "same")) for p in BAGS],
    "differ": [(p, drawn(p, "differ")) for p in BAGS],
    "coin": [
        (
            {"flips": 4, "p": 2, "q": 3, "heads": heads},
            share([flips.count("h") >= heads for flips in product("hht", repeat=4)]),
        )
        for heads in range(1, 5)
    ],
    "any": [(EVENTS, share([happened > 0 for happened in HAPPENED]))],
    "one": [(EVENTS, share([happened == 1 for happened in HAPPENED]))],
    # first urn rb, second rrb with the same number of balls through repetition: 1 of 2 urns, so 6 cases each
    "bayes": [({"p": 1, "q": 2, "r": 1, "s": 1, "t": 2, "u": 1}, Fraction(3, 3 + 4))],
    "given": [
        (
            {"faces": f, "total": t, "face": face},
            share([face in r for r in product(range(1, f + 1), repeat=2) if sum(r) >= t]),
        )
        for f in (6, 8)
        for t in range(4, 2 * f - 1)
        for face in range(max(2, t - f), f + 1)
    ],
    # fair: start / goal; from 1 of 3 with chances 2:1 up, x = 2/3 y and y = 2/3 + 1/3 x
    "walk": [
        ({"p": 1, "q": 2, "start": 2, "goal": 5}, Fraction(2, 5)),
        ({"p": 2, "q": 3, "start": 1, "goal": 3}, Fraction(4, 7)),
    ],
}


@pytest.mark.parametrize("kind", KINDS)
def test_formula_and_second_method_agree_with_enumeration(kind: str) -> None:
    for params, counted in SMALL[kind]:
        assert KINDS[kind].solve(params) == counted, params
        assert KINDS[kind].check(params)[0] == counted, params


@pytest.mark.parametrize("kind", KINDS)
def test_every_size_in_use_gives_a_probability_between_0_and_1(kind: str) -> None:
    for size in {size for mix in Probability.mixes for name, size in mix if name == kind}:
        for seed in range(100):
            params = KINDS[kind].make(stream(b"%d" % seed), size)
            assert 0 < KINDS[kind].solve(params) <= 1


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("3/8", True),
        ("6/16", True),
        ("0.375", True),
        ("37.5%", True),
        ("37.5\\%", True),
        ("P(A) = 3/8", True),
        ("$\\frac{3}{8}$", True),
        ("3 / 8", True),
        ("3/8 = 37.5%", True),
        ("3:8", False),
        ("0.38", False),
        ("38%", False),
        ("about 3/8 or 0.4", False),
        ("3 in 8", False),
    ],
)
def test_a_probability_counts_in_every_exact_form(text: str, correct: bool) -> None:
    data: Data = {"kind": "coin", "params": {}, "wording": 0, "answer": "3/8"}
    assert reasongym.get("Probability-v0").verify(data, text).correct == correct

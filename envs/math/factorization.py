"""`Factorization-v0`: whole numbers as products of primes."""

import re
from collections.abc import Mapping
from functools import cache
from math import prod

from reasongym.answers.declarations import Extraction
from reasongym.answers.numbers import plain_text
from reasongym.answers.prose import declared
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math.exact import Exact, after_prose, refused
from reasongym.registry import register
from reasongym.seeding import Stream

LEVELS = (
    (2, 7, 2, 4),
    (2, 13, 2, 5),
    (2, 31, 3, 5),
    (3, 97, 4, 5),
    (7, 499, 4, 5),
    (101, 1_999, 2, 3),
    (1_009, 9_999, 2, 3),
)
"""Least and greatest prime, fewest and most factors."""
MAX_FACTORS = 64
_POWER = r"([0-9]{1,40})(?: ?(?:\^|\*\*) ?[{(]?([0-9]{1,3})[)}]?)?"
_BREAK = r" ?(?:(?<!\*)\*(?!\*)|(?<= )x(?= )|,| and |;|\n) ?(?:and )?| (?=[0-9])"
_OPEN = {"[": "]", "(": ")", "{": "}"}


@register("Factorization-v0")
class Factorization(Exact):
    """Write a number as a product of primes, in any order.

    `data` holds `number` and its `factors`, ascending. Powers, products and lists are read; a factor that
    is not prime, a missing one and a 1 are wrong.
    """

    family = "factorization"
    levels = tuple(
        f"{few} to {many} primes from {low} to {high:,}{' (a warm-up)' if high < 10 else ''}"
        for low, high, few, many in LEVELS
    )
    default_level = 3
    asks = "product"
    spaces = (65, 455, 4_290, 115_000, 10**6, 10**6, 560_000)
    chances = (0.045, 0.025, 0.005, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        low, high, few, many = LEVELS[level]
        primes = _primes(low, high)
        factors = sorted(rng.pick(primes) for _ in range(rng.between(few, many)))
        return {"number": prod(factors), "factors": factors}

    def question(self, data: Data) -> str:
        return f"Write {data['number']} as a product of prime numbers, such as 2^3 * 5 * 7."

    def terse(self, data: Data) -> str:
        return f"factors of {data['number']} :"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = _find(text)
        if answer is None:
            return Verdict(0.0, False, reason)
        read = factors_in(answer, data["number"])
        if isinstance(read, str):
            return refused(read, answer)
        return Verdict.of(_judge(data, sorted(read)), answer)

    def oracle(self, data: Data) -> list[str]:
        return [" * ".join(map(str, data["factors"]))]

    def canonical(self, data: Data) -> str:
        return str(data["number"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the problem itself: a number has no other guise."""
        return dict(data)

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess as many primes of the size of these, drawn at random."""
        factors = state["factors"]
        primes = _primes(2, max(11, factors[-1]))
        return " * ".join(str(rng.pick(primes)) for _ in factors)

    def prove(self, data: Data) -> bool:
        """Divide the number by trial until nothing is left."""
        return _divided(data["number"])[0] == data["factors"]

    def effort(self, data: Data) -> float:
        """Count the trial divisions."""
        return _divided(data["number"])[1]


def _find(text: str) -> Extraction:
    """Return the declared product, or the last line from where its numbers begin."""
    found = declared(text, "formula")
    if (
        found.answer is None and found.reason == "hedged"
    ):  # a list such as "the primes are 2, 3 and 5" is none
        found = declared(text, "line")
        found = Extraction(after_prose(found.answer), "ok") if found.answer else found
    return found


def factors_in(answer: str, number: int) -> list[int] | str:
    """Read the factors of a product, a list or an equation with the number, or return why there are none."""
    plain = plain_text(answer)
    if plain is None:
        return "over_limit"
    sides = [side.strip() for side in plain.split("=")]
    others = [side for side in sides if side.replace(",", "") != str(number)]
    if len(others) != 1 or not plain.isascii():
        return "syntax"
    side = others[0]
    while side[:1] in _OPEN and side and side[-1] == _OPEN[side[0]]:
        side = side[1:-1].strip()
    parts = re.split(_BREAK, side.replace(")(", ")*("))
    if len(parts) > MAX_FACTORS:
        return "over_limit"
    factors: list[int] = []
    for part in parts:
        found = re.fullmatch(_POWER, part.strip(" ()"))
        if not found:
            return "syntax"
        factors += [int(found[1])] * min(int(found[2] or 1), MAX_FACTORS)
        if len(factors) > MAX_FACTORS * 4:
            return "over_limit"
    return factors


def _judge(data: Data, factors: list[int]) -> str:
    if factors == data["factors"]:
        return "ok"
    return "not_prime" if prod(factors) == data["number"] else "wrong_value"


@cache
def _primes(low: int, high: int) -> tuple[int, ...]:
    """Return the primes from low to high, by the sieve of Eratosthenes."""
    is_prime = bytearray([1]) * (high + 1)
    for number in range(2, int(high**0.5) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes(len(range(number * number, high + 1, number)))
    return tuple(number for number in range(max(2, low), high + 1) if is_prime[number])


def _divided(number: int) -> tuple[list[int], int]:
    factors: list[int] = []
    divisor, looks = 2, 0
    while divisor * divisor <= number:
        looks += 1
        if number % divisor:
            divisor += 1
        else:
            factors.append(divisor)
            number //= divisor
    return [*factors, number] if number > 1 else factors, looks

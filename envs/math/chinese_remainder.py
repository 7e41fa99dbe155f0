"""`ChineseRemainder-v0`: numbers known by their remainders (Sunzi, third to fifth century)."""

from collections.abc import Collection, Mapping
from math import gcd, prod
from typing import NamedTuple

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact, modulus_words
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """How many moduli, and how large."""

    num_moduli: int
    low: int
    high: int


LEVELS = (
    Level(2, 2, 5),
    Level(2, 5, 20),
    Level(3, 5, 20),
    Level(3, 7, 30),
    Level(4, 10, 50),
    Level(5, 20, 99),
    Level(6, 50, 250),
)


@register("ChineseRemainder-v0")
class ChineseRemainder(Exact):
    """Find the least non-negative number with given remainders.

    `data` holds `moduli`, `remainders` in the same order and `answer`.
    """

    family = "chinese_remainder"
    levels = tuple(
        f"{level.num_moduli} coprime moduli from {level.low} to {level.high}"
        f"{' (a warm-up)' if level.high < 6 else ''}"
        for level in LEVELS
    )
    default_level = 3
    spaces = (41, 10_964, 351_775, 3_736_752, 10**7, 10**9, 10**12)
    chances = (0.155, 0.014, 0.003, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        while True:  # until the number is none of the remainders
            moduli = _coprime(rng, meant)
            remainders = [rng.below(modulus) for modulus in moduli]
            answer = _solved(moduli, remainders)
            if answer >= max(moduli):
                return {"moduli": moduli, "remainders": remainders, "answer": answer}

    def question(self, data: Data) -> str:
        pairs = [f"{r} when divided by {m}" for r, m in zip(data["remainders"], data["moduli"], strict=True)]
        return (
            f"Find the least non-negative whole number that leaves a remainder of {', '.join(pairs[:-1])} "
            f"and {pairs[-1]}."
        )

    def terse(self, data: Data) -> str:
        pairs = zip(data["remainders"], data["moduli"], strict=True)
        return " ".join(f"{r} mod {m}" for r, m in pairs) + " :"

    def units(self, data: Data) -> Collection[str]:
        return modulus_words(prod(data["moduli"]))

    def canonical(self, data: Data) -> str:
        return str(sorted(zip(data["moduli"], data["remainders"], strict=True)))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        pairs = rng.shuffled(list(zip(data["moduli"], data["remainders"], strict=True)))
        return data | {"moduli": [m for m, _ in pairs], "remainders": [r for _, r in pairs]}

    def random_action(self, state: Json, rng: Stream) -> str:
        return str(rng.below(prod(state["moduli"])))

    def prove(self, data: Data) -> bool:
        """Step through the numbers that leave the remainders known so far, from the largest modulus."""
        return _sieved(data)[0] == data["answer"]

    def effort(self, data: Data) -> float:
        """Count the numbers that sieving looks at."""
        return _sieved(data)[1]


def _coprime(rng: Stream, meant: Level) -> list[int]:
    while True:
        moduli: list[int] = []
        for _ in range(4 * meant.num_moduli):
            modulus = rng.between(meant.low, meant.high)
            if all(gcd(modulus, other) == 1 for other in moduli):
                moduli.append(modulus)
                if len(moduli) == meant.num_moduli:
                    return moduli


def _solved(moduli: list[int], remainders: list[int]) -> int:
    whole = prod(moduli)
    return (
        sum(r * (whole // m) * pow(whole // m, -1, m) for m, r in zip(moduli, remainders, strict=True))
        % whole
    )


def _sieved(data: Data) -> tuple[int, int]:
    number, step, looks = 0, 1, 0
    for modulus, remainder in sorted(zip(data["moduli"], data["remainders"], strict=True), reverse=True):
        while number % modulus != remainder:
            number += step
            looks += 1
        step *= modulus
    return number, looks

"""`ModularPower-v0`: remainders of powers."""

from collections.abc import Collection, Mapping
from math import gcd
from typing import NamedTuple

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact, modulus_words
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """The greatest modulus and exponent; `tower` makes the exponent a power itself."""

    modulus: int
    exponent: int
    tower: bool = False


LEVELS = (
    Level(23, 8),
    Level(50, 20),
    Level(200, 40),
    Level(1_000, 400),
    Level(5_000, 10**6),
    Level(10**4, 10**12),
    Level(10**4, 999, tower=True),
)


@register("ModularPower-v0")
class ModularPower(Exact):
    """Find the remainder of a power; `data` holds `base`, `exponent`, `tower`, `modulus` and `answer`.

    The number raised is `base ** (exponent ** tower)`, where `tower` is 1 but at the last level.
    """

    family = "modular_power"
    levels = tuple(
        f"remainder of {'a tower of two powers' if level.tower else 'a power'} modulo at most "
        f"{level.modulus:,}, exponents up to {level.exponent:,}{' (a warm-up)' if level.modulus < 30 else ''}"
        for level in LEVELS
    )
    default_level = 3
    asks = "remainder"
    spaces = (500, 8_600, 340_000, 10**7, 10**9, 10**9, 10**9)
    chances = (0.145, 0.07, 0.025, 0.007, 0.003, 0.002, 0.002)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        while True:  # 0, 1, the base and a power under the modulus would pay for guessing
            modulus = rng.between(meant.modulus // 3 + 1, meant.modulus)
            base = rng.between(2, modulus - 2)
            exponent = rng.between(max(2, meant.exponent // 10), meant.exponent)
            tower = rng.between(2, 12) if meant.tower else 1
            answer = pow(base, exponent**tower, modulus)
            is_small = exponent * tower * (base.bit_length() - 1) <= modulus.bit_length()
            if answer > 1 and answer != base and not is_small and gcd(base, modulus) == 1:
                break
        return {"base": base, "exponent": exponent, "tower": tower, "modulus": modulus, "answer": answer}

    def question(self, data: Data) -> str:
        return f"What is the remainder when {_power(data)} is divided by {data['modulus']}?"

    def terse(self, data: Data) -> str:
        tower = f" ^ {data['tower']}" if data["tower"] > 1 else ""
        return f"{data['base']} ^ {data['exponent']}{tower} mod {data['modulus']} ="

    def units(self, data: Data) -> Collection[str]:
        return modulus_words(data["modulus"])

    def canonical(self, data: Data) -> str:
        return f"{data['base'] % data['modulus']} {data['exponent']} {data['tower']} {data['modulus']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"base": data["base"] + rng.between(1, 9) * data["modulus"]}

    def random_action(self, state: Json, rng: Stream) -> str:
        return str(rng.below(state["modulus"]))

    def prove(self, data: Data) -> bool:
        """Multiply until the remainders repeat, and count through the cycle."""
        modulus, exponent = data["modulus"], data["exponent"] ** data["tower"]
        seen = {1 % modulus: 0}
        order = [1 % modulus]
        while True:
            value = order[-1] * data["base"] % modulus
            if value in seen:
                break
            seen[value] = len(order)
            order.append(value)
        start = seen[value]
        at = exponent if exponent < len(order) else start + (exponent - start) % (len(order) - start)
        return order[at] == data["answer"]

    def effort(self, data: Data) -> float:
        """Count the digits that squaring and multiplying multiplies."""
        exponent = data["exponent"] ** data["tower"]
        return (exponent.bit_length() + exponent.bit_count()) * len(str(data["modulus"])) ** 2


def _power(data: Data) -> str:
    if data["tower"] == 1:
        return f"{data['base']}^{data['exponent']}"
    return f"{data['base']}^({data['exponent']}^{data['tower']})"

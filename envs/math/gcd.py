"""`Gcd-v0`: greatest common divisors and least common multiples of several numbers."""

from collections.abc import Mapping
from math import gcd, lcm
from typing import NamedTuple

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact
from reasongym.registry import register
from reasongym.seeding import Stream


class Level(NamedTuple):
    """How many numbers, and what they are products of."""

    num_numbers: int
    max_common: int
    max_rest: int
    asks_lcm: bool = True


LEVELS = (
    Level(2, 12, 6, asks_lcm=False),
    Level(2, 40, 12),
    Level(2, 99, 40),
    Level(3, 400, 40),
    Level(3, 9_999, 99),
    Level(4, 10**6, 400),
    Level(5, 10**9, 999),
)


@register("Gcd-v0")
class Gcd(Exact):
    """Find the greatest common divisor or the least common multiple.

    `data` holds `kind` ("gcd" or "lcm"), `numbers` and `answer`.
    """

    family = "gcd"
    levels = (
        "gcd of 2 numbers up to 72 (a warm-up)",
        *(
            f"gcd or lcm of {level.num_numbers} numbers up to {level.max_common * level.max_rest:,}"
            for level in LEVELS[1:]
        ),
    )
    default_level = 3
    spaces = (72, 3_000, 100_000, 10**6, 10**8, 10**9, 10**9)
    chances = (0.097, 0.018, 0.01, 0.005, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = LEVELS[level]
        is_lcm = meant.asks_lcm and rng.random() < 0.5
        while True:  # until the answer is none of the numbers, nor are two alike
            common = rng.between(2, meant.max_common)
            numbers = [common * rng.between(2, meant.max_rest) for _ in range(meant.num_numbers)]
            answer = lcm(*numbers) if is_lcm else gcd(*numbers)
            if answer not in numbers and len(set(numbers)) == meant.num_numbers:
                return {"kind": "lcm" if is_lcm else "gcd", "numbers": numbers, "answer": answer}

    def question(self, data: Data) -> str:
        *most, last = data["numbers"]
        kind = "greatest common divisor" if data["kind"] == "gcd" else "least common multiple"
        return f"What is the {kind} of {', '.join(map(str, most))} and {last}?"

    def terse(self, data: Data) -> str:
        return f"{data['kind']} {' '.join(map(str, data['numbers']))} ="

    def canonical(self, data: Data) -> str:
        return f"{data['kind']} {sorted(data['numbers'])}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return data | {"numbers": rng.shuffled(data["numbers"])}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a number up to the least for a divisor, and a multiple of the greatest for a multiple."""
        if state["kind"] == "gcd":
            return str(rng.between(1, min(state["numbers"])))
        greatest = max(state["numbers"])
        return str(greatest * rng.between(1, min(state["numbers"])))

    def prove(self, data: Data) -> bool:
        """Check the definition: it divides (is divided by) all, and with one more prime it would not."""
        numbers, answer = data["numbers"], data["answer"]
        if data["kind"] == "gcd":
            rests = [divmod(number, answer) for number in numbers]
            primes = _prime_factors(min(rest for rest, _ in rests))
            return all(over == 0 for _, over in rests) and not any(
                all(rest % prime == 0 for rest, _ in rests) for prime in primes
            )
        rests = [divmod(answer, number) for number in numbers]
        primes = _prime_factors(min(rest for rest, _ in rests))
        return all(over == 0 for _, over in rests) and not any(
            all(rest % prime == 0 for rest, _ in rests) for prime in primes
        )

    def effort(self, data: Data) -> float:
        """Count the digits that Euclid's algorithm divides, number after number."""
        first, *others = data["numbers"]
        work = 0
        for other in others:
            a, b = first, other
            while b:
                work += len(str(a))
                a, b = b, a % b
            first = a if data["kind"] == "gcd" else first // a * other
        return work


def _prime_factors(number: int) -> list[int]:
    """Return the distinct primes of a number, by trial division."""
    found: list[int] = []
    prime = 2
    while prime * prime <= number:
        if number % prime == 0:
            found.append(prime)
            while number % prime == 0:
                number //= prime
        prime += 1
    return [*found, number] if number > 1 else found

"""`Multiplication-v0`: products of two whole numbers.

As a training task it is TinyZero's second (github.com/Jiayi-Pan/TinyZero).
"""

from collections.abc import Mapping

from reasongym.core import Data, Json
from reasongym.envs.math.exact import Exact
from reasongym.registry import register
from reasongym.seeding import Stream

DIGITS = ((1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (4, 4), (6, 6), (8, 8), (12, 12))


@register("Multiplication-v0")
class Multiplication(Exact):
    """Multiply two numbers; `data` holds `factors` and `answer`."""

    family = "multiplication"
    levels = tuple(
        f"{a} digit{'s' * (a > 1)} by {b} digit{'s' * (b > 1)}{' (a warm-up)' * (a == 1)}" for a, b in DIGITS
    )
    default_level = 3
    spaces = (36, 648, 3_321, 72_000, 390_000, 10**7, 10**11, 10**15, 10**23)
    chances = (0.065, 0.01, 0.003, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        factors = [_number(rng, digits) for digits in DIGITS[level]]
        if rng.random() < 0.5:
            factors.reverse()
        return {"factors": factors, "answer": factors[0] * factors[1]}

    def question(self, data: Data) -> str:
        left, right = data["factors"]
        return f"What is {left} * {right}?"

    def terse(self, data: Data) -> str:
        left, right = data["factors"]
        return f"{left} * {right} ="

    def canonical(self, data: Data) -> str:
        left, right = data["factors"]
        return f"{left} {right}" if left < right else f"{right} {left}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return {"factors": rng.shuffled(data["factors"]), "answer": data["answer"]}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess the product of two other numbers with as many digits."""
        left, right = (_number(rng, len(str(factor))) for factor in state["factors"])
        return str(left * right)

    def prove(self, data: Data) -> bool:
        """Multiply digit by digit, as taught at school."""
        left, right = ([int(digit) for digit in reversed(str(factor))] for factor in data["factors"])
        columns = [0] * (len(left) + len(right))
        for i, a in enumerate(left):
            for j, b in enumerate(right):
                columns[i + j] += a * b
        for at in range(len(columns) - 1):
            columns[at + 1] += columns[at] // 10
            columns[at] %= 10
        return "".join(map(str, reversed(columns))).lstrip("0") == str(data["answer"])

    def effort(self, data: Data) -> float:
        """Count the products of digits."""
        left, right = data["factors"]
        return len(str(left)) * len(str(right))


def _number(rng: Stream, digits: int) -> int:
    """Draw a number of so many digits that is not 1, nor a digit with zeros behind it."""
    if digits == 1:
        return rng.between(2, 9)
    while True:
        number = rng.below(9 * 10 ** (digits - 1)) + 10 ** (digits - 1)
        if number % 10 ** (digits - 1):
            return number

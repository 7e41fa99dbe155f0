"""`Arithmetic-v0`: chains of + - * / with precedence and brackets, worked out exactly."""

from collections.abc import Mapping

from reasongym.answers.arithmetic import parse
from reasongym.core import Data, Json
from reasongym.envs.math import expressions
from reasongym.envs.math.exact import Exact
from reasongym.envs.math.expressions import Shape
from reasongym.registry import register
from reasongym.seeding import Stream

LEVELS = (
    Shape(2, 9, 0, 0),
    Shape(3, 50, 0, 0),
    Shape(4, 99, 12, 0),
    Shape(5, 99, 20, 1),
    Shape(7, 999, 99, 1, divides=True),
    Shape(10, 999, 99, 2, divides=True),
    Shape(14, 9_999, 999, 3, divides=True),
    Shape(20, 9_999, 999, 4, divides=True),
)


@register("Arithmetic-v0")
class Arithmetic(Exact):
    """Work out an expression of whole numbers whose value is whole.

    `data` holds `terms`, a sum as `expressions` has it, and `answer`. The expression itself, or a part of it,
    is no answer.
    """

    family = "arithmetic"
    levels = (
        "sums and differences of 2 numbers up to 9 (a warm-up)",
        "sums and differences of 3 numbers up to 50",
        "4 numbers up to 99 with products of two",
        "5 numbers up to 99 with products and brackets",
        "7 numbers up to 999 with products, quotients and brackets",
        "10 numbers up to 999 with nested brackets",
        "14 numbers up to 9,999 with brackets nested three deep",
        "20 numbers up to 9,999 with brackets nested four deep",
    )
    default_level = 3
    spaces = (126, 149_000, 10**6, 10**6, 10**6, 10**6, 10**6, 10**6)
    chances = (0.06, 0.01, 0.003, 0.002, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        terms, value = expressions.whole_sum(rng.random, LEVELS[level])
        return {"terms": terms, "answer": value}

    def question(self, data: Data) -> str:
        return (
            f"Work out {expressions.written(data['terms'])}. "
            "Products and quotients come before sums and differences."
        )

    def terse(self, data: Data) -> str:
        return _spaced(expressions.written(data["terms"])) + " ="

    def canonical(self, data: Data) -> str:
        return expressions.name(data["terms"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        return {"terms": expressions.reordered(data["terms"], rng), "answer": data["answer"]}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess a number between minus and plus the sum of all numbers."""
        most = sum(_leaves(state["terms"]))
        return str(rng.between(-most if len(state["terms"]) > 1 else 0, most))

    def prove(self, data: Data) -> bool:
        """Read the expression back from its text and work it out with fractions."""
        read = parse(expressions.written(data["terms"]))
        return not isinstance(read, str) and (read.numerator, read.denominator) == (data["answer"], 1)

    def effort(self, data: Data) -> float:
        """Count the digits that written sums and products take."""
        return _digits(data["terms"])[0]


def _spaced(text: str) -> str:
    return text.replace("(", "( ").replace(")", " )")


def _leaves(terms: Json) -> list[int]:
    found: list[int] = []
    for _, factors in terms:
        for _, leaf in factors:
            found += [leaf] if type(leaf) is int else _leaves(leaf)
    return found


def _digits(terms: Json) -> tuple[int, int]:
    """Return the digit operations of a sum and how many digits its value has at most."""
    work, longest = 0, 0
    for _, factors in terms:
        length = 0
        for _, leaf in factors:
            inner, size = (0, len(str(leaf))) if type(leaf) is int else _digits(leaf)
            work += inner + length * size
            length += size
        work += length
        longest = max(longest, length)
    return work, longest + 1

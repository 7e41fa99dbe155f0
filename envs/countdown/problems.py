"""Countdown's problems: what each level asks for, and problems that are solvable by construction.

The game is the numbers round of *Des chiffres et des lettres* (1972) and *Countdown* (1982); as a training
task it is TinyZero's (github.com/Jiayi-Pan/TinyZero).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reasongym.core import Data
from reasongym.seeding import Stream

OPERATORS = "+-*/"
_PREFERENCES = ("*-+/", "*+-/", "*/-+", "-+*/", "-*+/", "+-*/", "+*-/", "/*-+", "/-+*")
"""Orders in which `generate` tries operations, drawn uniformly; products come first in three of nine."""


class Step(NamedTuple):
    """One operation on two positive whole numbers, whose result is a positive whole number."""

    left: int
    operator: str
    right: int
    result: int

    @property
    def text(self) -> str:
        """Write the step as `3 * 7`."""
        return f"{self.left} {self.operator} {self.right}"


class Level(NamedTuple):
    """What the problems of a level are made of."""

    num_numbers: int
    max_number: int
    low: int
    high: int
    """The target lies between `low` and `high`, both included."""
    use_all: bool
    """Each number must be used exactly once; else at most once."""
    is_one_step: bool = False
    """One operation on two of the numbers is enough."""

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        use = "exactly once" if self.use_all else "at most once"
        ease = "; one operation is enough (a warm-up, trivial by design)" if self.is_one_step else ""
        return (
            f"{self.num_numbers} numbers from 1 to {self.max_number}, each used {use}, "
            f"target {self.low:,} to {self.high:,}{ease}"
        )


LEVELS = (
    Level(5, 13, 1, 60, use_all=False, is_one_step=True),
    Level(3, 20, 10, 99, use_all=True),
    Level(4, 50, 10, 99, use_all=True),
    Level(5, 100, 100, 999, use_all=False),
    Level(6, 100, 100, 999, use_all=False),
    Level(6, 100, 1_000, 9_999, use_all=False),
    Level(7, 100, 1_000, 9_999, use_all=False),
    Level(8, 100, 10_001, 99_999, use_all=False),
)


def generate(rng: Stream, level: Level, num_numbers: int) -> Data:
    """Draw numbers and combine them at random until the result is a target that fits the level."""
    random = rng.random
    while True:
        numbers = [1 + int(random() * level.max_number) for _ in range(num_numbers)]
        if level.is_one_step:
            steps = [random_step(random, numbers)]
            target = steps[0].result
            fits = level.low <= target <= level.high and target not in numbers
        else:
            steps, target = _combine(random, numbers, level.low, level.high)
            fits = target > 0 and not takes_one_step(numbers, target)
        if fits:
            solution = [step.text for step in steps]
            return {"numbers": numbers, "target": target, "use_all": level.use_all, "solution": solution}


def operate(left: int, operator: str, right: int) -> int:
    """Return the result of one operation, 0 where it would not be a positive whole number."""
    if operator == "+":
        return left + right
    if operator == "*":
        return left * right
    if operator == "-":
        return left - right if left > right else 0
    return 0 if left % right else left // right


def random_step(random: Callable[[], float], numbers: Sequence[int]) -> Step:
    """Draw uniformly among the legal steps on two of the numbers."""
    count = len(numbers)
    while True:
        first, second = int(random() * count), int(random() * (count - 1))
        left, right = numbers[first], numbers[second + (second >= first)]
        operator = OPERATORS[int(random() * 4)]
        result = operate(left, operator, right)
        if result:
            return Step(left, operator, right, result)


def random_steps(random: Callable[[], float], numbers: Sequence[int], num_steps: int) -> list[Step]:
    """Play random legal steps, each on what the steps before it left."""
    remaining = list(numbers)
    steps: list[Step] = []
    for _ in range(num_steps):
        step = random_step(random, remaining)
        remaining.remove(step.left)
        remaining.remove(step.right)
        remaining.append(step.result)
        steps.append(step)
    return steps


def expression(numbers: Sequence[int], steps: Sequence[Step]) -> str:
    """Write the last result as one expression of the numbers, with no more brackets than it needs."""
    written: dict[int, list[tuple[str, int]]] = {}  # by value: texts, and how tightly their operator binds
    for number in numbers:
        written.setdefault(number, []).append((str(number), 3))
    text = ""
    for step in steps:
        binds = 1 if step.operator in "+-" else 2
        left, left_binds = written[step.left].pop()
        right, right_binds = written[step.right].pop()
        if left_binds < binds:
            left = f"({left})"
        if right_binds < binds or (right_binds == binds and step.operator in "-/"):
            right = f"({right})"
        text = f"{left} {step.operator} {right}"
        written.setdefault(step.result, []).append((text, binds))
    return text


def read_steps(solution: Sequence[str]) -> list[Step]:
    """Read the steps that `generate` wrote."""
    parts = (step.split() for step in solution)
    return [Step(int(a), sign, int(b), operate(int(a), sign, int(b))) for a, sign, b in parts]


def takes_one_step(numbers: Sequence[int], target: int) -> bool:
    """Say whether the target is a number or one operation away (a number may pair with itself here)."""
    have = set(numbers)
    if target in have:
        return True
    for number in have:
        if target - number in have or target + number in have or target * number in have:
            return True
        if target % number == 0 and target // number in have:
            return True
    return False


def _combine(random: Callable[[], float], numbers: list[int], low: int, high: int) -> tuple[list[Step], int]:
    """Combine all numbers, the last two to a target from low to high; no steps where they cannot be."""
    values = numbers.copy()
    steps: list[Step] = []
    for left in range(len(values) - 1, 0, -1):
        larger = values.pop(int(random() * (left + 1)))
        at = int(random() * left)
        smaller = values[at]
        if larger < smaller:
            larger, smaller = smaller, larger
        operators = _PREFERENCES[int(random() * len(_PREFERENCES))]
        step = _fitting_step(operators, larger, smaller, low if left == 1 else 1, high)
        if step is None:
            return [], 0
        values[at] = step.result
        steps.append(step)
    return steps, values[0]


def _fitting_step(operators: str, larger: int, smaller: int, low: int, high: int) -> Step | None:
    """Take the first operation that changes both numbers and whose result is from low to high."""
    if smaller == 1:
        operators = operators.replace("*", "").replace("/", "")
    for operator in operators:
        result = operate(larger, operator, smaller)
        if low <= result <= high:
            return Step(larger, operator, smaller, result)
    return None

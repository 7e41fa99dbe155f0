"""Operations on a single whole number."""

from collections.abc import Callable

from reasongym.envs.code.operations.defining import Chosen, Ruled, Whole, operation
from reasongym.envs.code.operations.rules import NUMBER_CHANGES


@operation("number", "number", "Replace the number n by {change}.", change=Ruled(NUMBER_CHANGES))
def number_changed(number: int, change: Callable[[int], int]) -> int:
    return change(number)


@operation("number", "numbers", "List the decimal digits of its absolute value, from left to right.")
def digits(number: int) -> list[int]:
    return [int(digit) for digit in str(abs(number))]


@operation(
    "number",
    "numbers",
    (
        "List the digits of its absolute value in base {base}, the least significant first (0 has the "
        "one digit 0)."
    ),
    base=Whole(3, 9),
)
def digits_in_base(number: int, base: int) -> list[int]:
    number = abs(number)
    found = [number % base]
    while number >= base:
        number //= base
        found.append(number % base)
    return found


@operation(
    "number",
    "numbers",
    (
        "List the prime factors of its absolute value in ascending order, each as often as it divides "
        "(an empty list for -1, 0 and 1)."
    ),
    is_hard=True,
)
def prime_factors(number: int) -> list[int]:
    factors: list[int] = []
    left, divisor = abs(number), 2
    while divisor * divisor <= left:
        while left % divisor == 0:
            factors.append(divisor)
            left //= divisor
        divisor += 1
    return factors + [left] * (left > 1)


@operation(
    "number",
    "numbers",
    (
        "Let m be the remainder of the number by 997 (from 0 to 996) plus 1. List the numbers of the "
        "Collatz sequence from m on to 1, both included: an even number is followed by its half, an "
        "odd one by 3 times itself plus 1."
    ),
    is_hard=True,
)
def collatz(number: int) -> list[int]:
    n = number % 997 + 1
    found = [n]
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        found.append(n)
    return found


@operation("number", "text", "Write its absolute value in binary digits, without leading zeros (0 is 0).")
def in_binary(number: int) -> str:
    return bin(abs(number))[2:]


@operation(
    "number",
    "text",
    "Write it in decimal digits, with a minus sign in front if it is below 0, and read this {way}.",
    way=Chosen(("forwards", "backwards")),
)
def in_decimal(number: int, way: str) -> str:
    return str(number) if way == "forwards" else str(number)[::-1]


@operation(
    "number",
    "number",
    (
        "Let m be the remainder of the number by {k} (from 0 to {k} - 1). Count the ways to write m as "
        "a sum of whole numbers from 1 on in ascending order (equal ones may stand side by side; 0 has "
        "one way)."
    ),
    is_hard=True,
    k=Whole(20, 60),
)
def partitions(number: int, k: int) -> int:
    ways = [1] + [0] * (number % k)
    for part in range(1, len(ways)):
        for value in range(part, len(ways)):
            ways[value] += ways[value - part]
    return ways[-1]


@operation(
    "number",
    "number",
    (
        "Let m be the remainder of the number by {k} (from 0 to {k} - 1). Take the m-th number of the "
        "sequence that begins with {a} (its 0-th number) and {b}, each further one being the sum of "
        "the one before it and {c} times the one before that, all as remainders by 10007."
    ),
    is_hard=True,
    k=Whole(20, 90),
    a=Whole(0, 3),
    b=Whole(1, 5),
    c=Whole(1, 3),
)
def recurrence(number: int, k: int, a: int, b: int, c: int) -> int:
    for _ in range(number % k):
        a, b = b, (b + c * a) % 10007
    return a


@operation(
    "number",
    "numbers",
    "List the divisors of its absolute value in ascending order (an empty list for 0).",
    is_hard=True,
)
def divisors(number: int) -> list[int]:
    number = abs(number)
    low = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]
    return low + [number // n for n in reversed(low) if n * n != number]

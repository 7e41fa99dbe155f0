"""The operations on single numbers once more."""

import math
from collections.abc import Callable
from functools import cache


def number_changed(number: int, change: Callable[[int], int]) -> int:
    return next(map(change, (number,)))


def digits(number: int) -> list[int]:
    number = abs(number)
    return [number] if number < 10 else [*digits(number // 10), number % 10]


def digits_in_base(number: int, base: int) -> list[int]:
    left, found = divmod(abs(number), base)
    return [found, *digits_in_base(left, base)] if left else [found]


def prime_factors(number: int) -> list[int]:
    left = abs(number)
    if left < 2:
        return []
    first = next((n for n in range(2, math.isqrt(left) + 1) if left % n == 0), left)
    return [first, *prime_factors(left // first)]


def collatz(number: int) -> list[int]:
    def following(n: int) -> list[int]:
        return [n] if n == 1 else [n, *following((3 * n + 1) if n & 1 else n >> 1)]

    return following(1 + number % 997)


def in_binary(number: int) -> str:
    return f"{abs(number):b}"


def in_decimal(number: int, way: str) -> str:
    text = ("-" if number < 0 else "") + "".join(map(str, digits(number)))
    return text if way == "forwards" else "".join(reversed(text))


def partitions(number: int, k: int) -> int:
    @cache
    def ways(left: int, most: int) -> int:
        return 1 if left == 0 else sum(ways(left - part, part) for part in range(1, min(left, most) + 1))

    return ways(number % k, number % k)


def recurrence(number: int, k: int, a: int, b: int, c: int) -> int:
    (p, q), (r, s) = _power(((0, 1), (c, 1)), number % k)
    del r, s
    return (p * a + q * b) % 10007 if number % k > 1 else (a, b)[number % k]


Matrix = tuple[tuple[int, int], tuple[int, int]]


def _power(matrix: Matrix, exponent: int) -> Matrix:
    if exponent == 0:
        return ((1, 0), (0, 1))
    half = _power(_product(matrix, matrix), exponent // 2)
    return _product(half, matrix) if exponent % 2 else half


def _product(one: Matrix, other: Matrix) -> Matrix:
    (a, b), (c, d) = one
    (e, f), (g, h) = other
    return ((a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h))


def divisors(number: int) -> list[int]:
    found = {1} if number else set[int]()
    for prime in prime_factors(number):
        found |= {n * prime for n in found}
    return sorted(found)

"""Keyed random streams and the train/eval split: every draw is a pure function of a key.

Streams use only `random.Random.random`, the one method whose sequence Python promises to keep across
versions, so a row yields the same bytes on every interpreter.
"""

import random
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """A random stream that belongs to a key; it is seeded at its first draw, because many are never drawn."""

    __slots__ = ("_key", "random")
    random: Callable[[], float]
    """Draw a float, uniform in [0, 1)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __getattr__(self, name: str) -> Callable[[], float]:
        if name != "random":
            raise AttributeError(
                f"a Stream has no {name!r}; draw by random, below, between, pick or shuffled"
            )
        self.random = random.Random(digest64(self._key)).random
        return self.random

    def below(self, n: int) -> int:
        """Draw an integer from 0 to n-1 (n at most 2**40, where the rounding bias is under 1e-4)."""
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        """Draw an integer from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Draw one of the items."""
        return items[int(self.random() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in a random order (Fisher-Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            order[last], order[other] = order[other], order[last]
        return order


def digest64(key: bytes) -> int:
    """Hash a key to 64 bits (BLAKE2b)."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")


def stream(key: bytes) -> Stream:
    """Open the stream that belongs to a key."""
    return Stream(key)


def is_eval(family: str, canonical: str) -> bool:
    """Say whether a problem belongs to the eval split: one problem in four, whatever the seed."""
    return blake2b(f"{family}\x1f{canonical}".encode(), digest_size=1).digest()[0] % 4 == 0

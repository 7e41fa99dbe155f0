"""A player that always guesses the first code that fits all marks, by numpy arrays over all codes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.int8]]


def consistent_sizes(
    given: Sequence[tuple[Sequence[int], Sequence[int]]], secret: Sequence[int], num_colours: int
) -> list[int]:
    """Return how many codes fit the marks before each guess; the last guess is the secret.

    `given` are codes with their exact and misplaced pegs. Empty where the secret does not fit them.
    """
    codes, counts = _all_codes(len(secret), num_colours)
    hidden = np.array([secret], np.int8)
    hidden_counts = _counts(hidden, num_colours)
    known = [(np.array(code, np.int8), tuple(marked)) for code, marked in given]
    sizes: list[int] = []
    while True:
        for guess, marked in known:
            fits = (_marks(codes, counts, guess) == marked).all(1)
            codes, counts = codes[fits], counts[fits]
        if not (codes == hidden).all(1).any():
            return []
        sizes.append(len(codes))
        guess = codes[0]
        if (guess == hidden[0]).all():
            return sizes
        known = [(guess, tuple(_marks(hidden, hidden_counts, guess)[0]))]


@lru_cache(maxsize=16)
def _all_codes(length: int, num_colours: int) -> tuple[Array, Array]:
    """Return all codes [N, length] in ascending order and how often each holds each colour [N, colours]."""
    codes = np.indices([num_colours] * length, dtype=np.int8).reshape(length, -1).T
    return np.ascontiguousarray(codes), _counts(codes, num_colours)


def _counts(codes: Array, num_colours: int) -> Array:
    return np.stack([(codes == colour).sum(1, dtype=np.int8) for colour in range(num_colours)], 1)


def _marks(codes: Array, counts: Array, guess: Array) -> Array:
    """Return the exact and the misplaced pegs of a guess for every code [N, 2]."""
    exact = (codes == guess).sum(1, dtype=np.int8)
    common = np.minimum(counts, _counts(guess[None], counts.shape[1])).sum(1, dtype=np.int8)
    return np.stack([exact, common - exact], 1)

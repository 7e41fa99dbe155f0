"""An exact solver of Countdown that shares nothing with the generator, the parser or the verifier."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations


class Search:
    """Depth-first search over what remains; `num_nodes` counts the positions it looked at."""

    def __init__(self, target: int, *, use_all: bool, fractions: bool) -> None:
        self.target = target
        self.use_all = use_all
        self.fractions = fractions
        self.num_nodes = 0
        self._seen: set[tuple[int | Fraction, ...]] = set()

    def finds(self, numbers: tuple[int | Fraction, ...]) -> bool:
        """Say whether the target can be reached from these numbers (given in ascending order)."""
        if numbers in self._seen:
            return False
        self._seen.add(numbers)
        self.num_nodes += 1
        if self.target in numbers and (len(numbers) == 1 or not self.use_all):
            return True
        return any(self.finds(after) for after in self._moves(numbers))

    def _moves(self, numbers: tuple[int | Fraction, ...]) -> Iterator[tuple[int | Fraction, ...]]:
        for low, high in combinations(range(len(numbers)), 2):
            rest = (*numbers[:low], *numbers[low + 1 : high], *numbers[high + 1 :])
            for result in self._results(numbers[low], numbers[high]):
                yield tuple(sorted((*rest, result)))

    def _results(self, low: int | Fraction, high: int | Fraction) -> Iterator[int | Fraction]:
        yield low + high
        yield low * high
        if self.fractions:
            yield high - low
            yield low - high
            if low:
                yield Fraction(high) / low
            if high:
                yield Fraction(low) / high
        else:
            if high > low:
                yield high - low
            if high % low == 0:
                yield high // low


def is_solvable(numbers: list[int], target: int, *, use_all: bool) -> bool:
    """Decide exactly whether an expression of the numbers equals the target.

    Whole positive intermediate results are tried first, because they are quick and mostly enough; only
    the search over all fractions that follows can say no.
    """
    start = tuple(sorted(numbers))
    return any(
        Search(target, use_all=use_all, fractions=fractions).finds(start) for fractions in (False, True)
    )


def num_nodes(numbers: list[int], target: int, *, use_all: bool) -> int:
    """Count the positions of the whole-number search until it finds the first solution."""
    search = Search(target, use_all=use_all, fractions=False)
    search.finds(tuple(sorted(numbers)))
    return search.num_nodes

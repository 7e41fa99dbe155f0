"""An exact solver of Countdown that shares nothing with the generator, the parser or the verifier."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TypeAlias

Number: TypeAlias = int | Fraction


class Search:
    """Depth-first search over the numbers that remain; it sees a target that is one operation away."""

    def __init__(self, target: int, *, use_all: bool, fractions: bool) -> None:
        self.target = target
        self.use_all = use_all
        self.fractions = fractions
        self.num_nodes = 0
        """Distinct positions looked at so far."""
        self._seen: set[tuple[Number, ...]] = set()

    def finds(self, numbers: tuple[Number, ...]) -> bool:
        """Say whether two or more numbers, in ascending order, can be combined to the target."""
        self._seen.add(numbers)
        self.num_nodes += 1
        if len(numbers) == 2 or not self.use_all:
            for low, high in combinations(numbers, 2):
                if self.target in self._results(low, high):
                    return True
        if len(numbers) == 2:
            return False
        return any(self.finds(after) for after in self._moves(numbers) if after not in self._seen)

    def _moves(self, numbers: tuple[Number, ...]) -> Iterator[tuple[Number, ...]]:
        for first, second in combinations(range(len(numbers)), 2):
            rest = (*numbers[:first], *numbers[first + 1 : second], *numbers[second + 1 :])
            for result in self._results(numbers[first], numbers[second]):
                yield tuple(sorted((*rest, result)))

    def _results(self, low: Number, high: Number) -> list[Number]:
        results = [low + high, low * high]
        if self.fractions:
            results += [high - low, low - high]
            results += [Fraction(high) / low] if low else []
            results += [Fraction(low) / high] if high else []
        else:
            results += [high - low] if high > low else []
            results += [high // low] if high % low == 0 else []
        return results


def is_solvable(numbers: Sequence[int], target: int, *, use_all: bool) -> bool:
    """Decide exactly whether an expression of the numbers equals the target.

    Whole positive intermediate results are tried first, because they are quick and mostly enough; only
    the search over all fractions that follows can say no.
    """
    if target in numbers and not use_all:
        return True
    start = tuple(sorted(numbers))
    return any(
        Search(target, use_all=use_all, fractions=fractions).finds(start) for fractions in (False, True)
    )


def num_nodes(numbers: Sequence[int], target: int, *, use_all: bool) -> int:
    """Count the positions that the whole-number search looks at until it finds the first solution."""
    search = Search(target, use_all=use_all, fractions=False)
    search.finds(tuple(sorted(numbers)))
    return search.num_nodes

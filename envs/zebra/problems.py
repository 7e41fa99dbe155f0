"""Puzzles with one solution, and what names a puzzle in every guise."""

from collections.abc import Iterator, Sequence
from itertools import groupby, permutations, product
from typing import NamedTuple

from reasongym.core import Data
from reasongym.envs.zebra.clues import Clue, holds, normal, read, true_clue, values_of
from reasongym.envs.zebra.solver import Search
from reasongym.seeding import Stream

_EASY = ("at", "not_at", "same", "same", "differ", "next", "before", "left")
_FULL = ("not_at", "same", "same", "differ", "next", "next", "before", "left", "left", "between", "either")


class Level(NamedTuple):
    """What the puzzles of a level are made of."""

    houses: int
    attributes: int
    kinds: tuple[str, ...]
    most_work: int
    """Clues that the solver applies before it gives up its search for a second solution."""
    space: int
    chance: float

    @property
    def about(self) -> str:
        """Say in one line what the level asks for."""
        kinds = "clues that name houses among others" if "at" in self.kinds else "clues of eight kinds"
        return f"{self.houses} houses, {self.attributes} attributes, {kinds}"


LEVELS = (
    Level(3, 2, _EASY, 3_000, 6_000, 0.03),
    Level(3, 3, _EASY, 3_000, 40_000, 0.01),
    Level(4, 3, _FULL, 3_000, 50_000, 0.001),
    Level(4, 4, _FULL, 3_000, 50_000, 0.001),
    Level(5, 4, _FULL, 3_000, 50_000, 0.001),
    Level(5, 5, _FULL, 3_000, 50_000, 0.001),
    Level(6, 6, _FULL, 6_000, 50_000, 0.001),
)


def puzzle(rng: Stream, level: Level) -> tuple[list[int], list[Clue]]:
    """Return the house of each value, and clues that allow no other.

    No clue can be left out, but for those of which the solver does not see that within its limit of work.
    """
    houses, attributes = level.houses, level.attributes
    places = [place for _ in range(attributes) for place in rng.shuffled(range(houses))]
    clues: list[Clue] = []
    while len(clues) < houses * attributes // 2:
        _extend(rng, level, places, clues, None)
    while True:
        search = Search(houses, attributes, clues, level.most_work)
        other = next((one for one in search.run() if one != places), None)
        if other is None and not search.is_undecided:
            break
        _extend(rng, level, places, clues, other)
    for clue in list(clues):
        left = [one for one in clues if one != clue]
        search = Search(houses, attributes, left, level.most_work)
        if len(search.run()) == 1 and not search.is_undecided:
            clues = left
    return places, rng.shuffled(clues)


def _extend(
    rng: Stream, level: Level, places: Sequence[int], clues: list[Clue], other: Sequence[int] | None
) -> None:
    """Add a true clue that is not there yet, one that tells this solution from another where there is one."""
    while True:
        clue = true_clue(rng, rng.pick(level.kinds), level.houses, level.attributes, places)
        if clue and clue not in clues and (other is None or not holds(clue, other)):
            clues.append(clue)
            return


def canonical_form(data: Data) -> str:
    """Name the least of what reordering attributes and mirroring the street can make.

    Values go by attribute and house in the one solution, so that names and their order leave no trace; only
    orders that sort attributes by what their clues say of houses are tried.
    """
    houses, places = data["houses"], data["solution"]
    clues = read(data["clues"])
    return min(
        _least(houses, len(places) // houses, *side)
        for side in ((places, clues), ([houses - 1 - place for place in places], mirrored(houses, clues)))
    )


def mirrored(houses: int, clues: Sequence[Clue]) -> list[Clue]:
    """Return the clues as seen from across the street."""
    changed: list[Clue] = []
    for kind, a, b, c in clues:
        if kind in ("at", "not_at"):
            changed.append((kind, a, houses - 1 - b, c))
        else:
            changed.append((kind, b, a, c) if kind in ("before", "left") else (kind, a, b, c))
    return changed


def _least(houses: int, attributes: int, places: Sequence[int], clues: Sequence[Clue]) -> str:
    named = [(clue, [(value // houses, places[value]) for value in values_of(clue)]) for clue in clues]
    signatures: list[list[tuple[str, int, tuple[tuple[bool, int], ...]]]] = [
        sorted(
            (
                clue[0],
                clue[2] if len(values) == 1 else -1,
                _sorted_like(clue, [(at == one, h) for one, h in values]),
            )
            for clue, values in named
            if any(one == at for one, _ in values)
        )
        for at in range(attributes)
    ]
    best = ""
    for order in _orders(signatures):
        rank = {attribute: at for at, attribute in enumerate(order)}
        value_at = [rank[value // houses] * houses + place for value, place in enumerate(places)]
        form = str(sorted(normal(renamed(clue, value_at)) for clue in clues))
        best = min(best, form) if best else form
    return f"{houses} {attributes} {best}"


def renamed(clue: Clue, value_at: Sequence[int]) -> Clue:
    """Return a clue about other values, given the new one of each."""
    kind, a, b, c = clue
    if kind in ("at", "not_at"):
        return kind, value_at[a], b, c
    return kind, value_at[a], value_at[b], c if c < 0 else value_at[c]


def _sorted_like(clue: Clue, values: list[tuple[bool, int]]) -> tuple[tuple[bool, int], ...]:
    """Order what stands for the arguments as far as their order says nothing."""
    if clue[0] in ("same", "differ", "next"):
        return tuple(sorted(values))
    return (values[0], *sorted(values[1:])) if len(values) == 3 else tuple(values)


def _orders(keys: Sequence[list[tuple[str, int, tuple[tuple[bool, int], ...]]]]) -> Iterator[list[int]]:
    """Yield every order of the indices in which their keys ascend."""
    ascending = sorted(range(len(keys)), key=keys.__getitem__)
    ties = [list(tied) for _, tied in groupby(ascending, key=keys.__getitem__)]
    for parts in product(*map(permutations, ties)):
        yield [at for part in parts for at in part]

"""Where the problems of each level and split of a source stand, in the order in which the source has them."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from reasongym.core import SMALLEST_SPLIT_SPACE, Json, Split
from reasongym.envs._rows import Rows
from reasongym.seeding import is_eval


class Place(NamedTuple):
    """One row of one part of a source."""

    part: Split
    row: int


class Places:
    """The places of a source by level and split.

    A large source in one part is split by hash, where `text_of` says what of a row is hashed.
    """

    def __init__(
        self,
        parts: Mapping[Split, Rows],
        levels: Mapping[Split, Sequence[tuple[int, int]]],
        family: str,
        text_of: Callable[[Mapping[str, Json]], str] | None,
    ) -> None:
        """Place the rows; `levels` names for each part the rows that are problems, each with its level."""
        self._places: dict[tuple[int, Split], array[int]] = {}
        self._is_whole = list(parts) == ["all"]
        hashed = text_of if self._is_whole and len(parts["all"]) >= SMALLEST_SPLIT_SPACE else None
        for part, found in levels.items():
            for index, level in found:
                split = part
                if hashed is not None:
                    split = "eval" if is_eval(family, canonical(hashed(parts[part][index]))) else "train"
                self._places.setdefault((level, split), array("Q")).append(index)
        self.splits: tuple[Split, ...] = ("train", "eval") if hashed else tuple(parts)

    def __len__(self) -> int:
        return sum(map(len, self._places.values()))

    def size(self, level: int, split: Split) -> int:
        """Return how many problems a level has in a split."""
        return len(self._places.get((level, split), ()))

    def at(self, index: int, level: int, split: Split) -> Place:
        """Return where a problem of a level and split stands."""
        return Place("all" if self._is_whole else split, self._places[level, split][index])


def canonical(problem: str) -> str:
    """Name a problem by its words, whatever the spaces and the case."""
    return blake2b(" ".join(problem.split()).lower().encode(errors="replace"), digest_size=16).hexdigest()


def joined(digests: Sequence[str]) -> str:
    """Name several parts by one digest; one by its own."""
    if len(digests) == 1:
        return digests[0]
    return blake2b(" ".join(digests).encode(), digest_size=16).hexdigest()

"""Which problems to practise: mixtures of environments, and levels that follow the learner's success.

A learner gets most from problems it solves about half of the time. The controller keeps for each source a
position on its levels, a real number: 2.3 means level 2 with seven problems in ten and level 3 with three.
After each step the position moves by `gain * (success - target)`, so it comes to rest where success meets the
target. Mixing neighbours is what lets success be held between what two levels give.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import floor

from reasongym.core import Json, Row, Split
from reasongym.errors import UsageError
from reasongym.registry import get
from reasongym.seeding import digest64, stream


@dataclass(frozen=True)
class Source:
    """An environment to draw problems from."""

    env: str
    level: int = 0
    """The level, or with a target the lowest."""
    highest: int = -1
    """With a target, the highest level; -1 for the environment's last. Without one it is not used."""
    weight: float = 1.0
    """Its share of the problems, relative to the other sources'."""
    options: dict[str, Json] = field(default_factory=dict[str, Json])
    """Options of the environment by name, such as `style`."""


class Curriculum:
    """Draws rows; a pure function of its settings and of the outcomes it was told.

    Raises UsageError for settings that cannot work.
    """

    def __init__(self, sources: Sequence[Source], *, target: float = 0.0, gain: float = 0.5) -> None:
        if not sources or any(not source.weight > 0 for source in sources):
            raise UsageError("a curriculum needs at least one source, and weights above 0")
        if not 0 <= target < 1:
            raise UsageError(f"target must be 0 (levels stay) or a success rate below 1, got {target}")
        if not gain > 0:
            raise UsageError(f"gain must be above 0, got {gain}")
        self.sources = tuple(sources)
        self.target, self.gain = target, gain
        self.positions = [float(source.level) for source in self.sources]
        self.highest = [self._checked_highest(source) for source in self.sources]
        self._total = sum(source.weight for source in self.sources)

    def _checked_highest(self, source: Source) -> int:
        env = get(source.env)
        env.row_of(0, source.level, None, source.options)
        if not self.target:
            return source.level
        highest = len(env.levels) - 1 if source.highest == -1 else source.highest
        if not source.level <= highest < len(env.levels):
            allowed = f"{source.level} to {len(env.levels) - 1}"
            raise UsageError(f"highest must be from {allowed} for {source.env}, got {highest}")
        return highest

    def row(self, key: bytes) -> Row:
        """Draw the row of a key: the source by weight, the level by position, then the seed."""
        place = self._source(key)
        position = self.positions[place]
        level = floor(position)
        if level < position and stream(b"%s level" % key).random() < position - level:
            level += 1
        return self._row(place, level, "train", digest64(key) >> 1)

    def survey_row(self, seed: int) -> Row:
        """Return a row of any level that may be practised: every source and level in turn, by the seed."""
        reachable = [
            (place, level)
            for place, source in enumerate(self.sources)
            for level in range(source.level, self.highest[place] + 1)
        ]
        place, level = reachable[seed % len(reachable)]
        return self._row(place, level, "train", seed)

    def eval_rows(self, num: int) -> list[Row]:
        """Return rows of the eval split, the sources in turn, each at the highest level it may reach."""
        places = [seed % len(self.sources) for seed in range(num)]
        return [self._row(place, self.highest[place], "eval", seed) for seed, place in enumerate(places)]

    def update(self, outcomes: Iterable[tuple[Row, float]]) -> None:
        """Move each source's position by the mean success of its rows, where there is a target."""
        rates: dict[int, list[float]] = {}
        for row, success in outcomes:
            rates.setdefault(self._place_of(row), []).append(success)
        for place, found in sorted(rates.items()):
            moved = self.positions[place] + self.gain * (sum(found) / len(found) - self.target)
            lowest, highest = self.sources[place].level, self.highest[place]
            self.positions[place] = min(max(moved, lowest), highest) if self.target else float(lowest)

    def figures(self) -> dict[str, float]:
        """Return the positions by environment, where they can move."""
        named = zip(self.sources, self.positions, strict=True)
        return {f"level/{source.env}": position for source, position in named} if self.target else {}

    @property
    def state(self) -> list[float]:
        """Everything that outcomes have changed, as JSON."""
        return list(self.positions)

    @state.setter
    def state(self, positions: list[float]) -> None:
        self.positions = list(positions)

    def _source(self, key: bytes) -> int:
        if len(self.sources) == 1:
            return 0
        left = stream(b"%s source" % key).random() * self._total
        for place, source in enumerate(self.sources):
            left -= source.weight
            if left < 0:
                return place
        return len(self.sources) - 1

    def _row(self, place: int, level: int, split: Split, seed: int) -> Row:
        source = self.sources[place]
        return get(source.env).practice_row(seed, level, split, source.options)

    def _place_of(self, row: Row) -> int:
        """Find the source of a row by its environment and options; two sources of one share what is told."""
        for place, source in enumerate(self.sources):
            if get(source.env).env_id == row.env_id and self._row(place, row.level, "train", row.seed) == row:
                return place
        raise UsageError(f"{row} comes from no source of this curriculum")

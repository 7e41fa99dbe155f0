"""A source of programming problems: which rows are the problems of a level and a split, and their tests."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from reasongym.core import Data, Json, Split
from reasongym.envs._places import Place, Places, joined
from reasongym.envs._rows import ENDINGS, Rows, read_file, read_folder, read_hub
from reasongym.envs.code.problems.assertions import HUMANEVAL, MBPP
from reasongym.envs.code.problems.competitions import COMPETITIONS
from reasongym.envs.code.problems.contests import CONTESTS
from reasongym.envs.code.problems.items import UNGRADED, Format, Item, SourceRow, Trial
from reasongym.envs.code.problems.known import KNOWN
from reasongym.envs.code.problems.livecodebench import LIVECODEBENCH
from reasongym.envs.code.problems.plain import PLAIN
from reasongym.errors import DataError, UnknownName

FAMILY = "code problems"
BUNDLED = Path(__file__).with_name("problems.jsonl")
FORMATS = (LIVECODEBENCH, CONTESTS, HUMANEVAL, MBPP, COMPETITIONS, PLAIN)
_NOTHING = ("", "[]", "{}")


class Asked(NamedTuple):
    """What names a source."""

    data: str
    hold_out: bool
    is_graded: bool = True


class Source:
    """The problems of a source by level and split, in the order in which the source has them."""

    def __init__(self, parts: Mapping[Split, Rows], asked: Asked) -> None:
        self._parts = parts
        self.digest = joined([rows.digest for rows in parts.values()])
        self.format = _format_of(parts)
        levels: dict[Split, list[tuple[int, int]]] = {
            name: [(index, level if asked.is_graded else UNGRADED) for index, level in self._graded(rows)]
            for name, rows in parts.items()
        }
        self._places = Places(parts, levels, FAMILY, self._problem if asked.hold_out else None)
        self.splits = self._places.splits

    def _graded(self, rows: Rows) -> list[tuple[int, int]]:
        """List the rows that have tests, each with its level."""
        return [
            (index, self.format.item(row).level) for index, row in enumerate(rows) if self._is_tested(row)
        ]

    def _is_tested(self, row: SourceRow) -> bool:
        hidden = [row.get(column) for column in self.format.hidden]
        return any(
            value and (not isinstance(value, str) or value.strip() not in _NOTHING) for value in hidden
        )

    def _problem(self, row: SourceRow) -> str:
        item = self.format.item(row)
        return f"{item.problem} {item.head}"

    def __len__(self) -> int:
        return len(self._places)

    def size(self, level: int, split: Split) -> int:
        """Return how many problems a level has in a split."""
        return self._places.size(level, split)

    def place(self, index: int, level: int, split: Split) -> Place:
        """Return where a problem of a level and split stands."""
        return self._places.at(index, level, split)

    def item(self, place: Place) -> tuple[Item, str]:
        """Return the problem at a place, and a digest of its tests, which may be long."""
        row = self._row(place)
        hidden = [row.get(column) for column in self.format.hidden]
        return self.format.item(row), blake2b(_encode(hidden), digest_size=8).hexdigest()

    def trial(self, place: Place) -> Trial:
        """Read the tests at a place."""
        return self.format.trial(self._row(place))

    def solutions(self, place: Place) -> list[str]:
        """Return the programs that are known to be right, as far as there are any."""
        return self.format.solutions(self._row(place))

    def ids(self, level: int, split: Split) -> list[str]:
        """List what the source calls its problems."""
        rows = (self._row(self.place(index, level, split)) for index in range(self.size(level, split)))
        return [str(row.get("task_id", row.get("question_id", row.get("name", "")))) for row in rows]

    def content_digest(self) -> str:
        """Name the problems and their tests in order, whatever file they are read from."""
        hashed = blake2b(digest_size=16)
        for rows in self._parts.values():
            for row in filter(self._is_tested, rows):
                item = self.format.item(row)
                hidden = [row.get(column) for column in self.format.hidden]
                hashed.update(_encode([" ".join(item.problem.split()), item.head, hidden]) + b"\n")
        return hashed.hexdigest()

    def _row(self, place: Place) -> SourceRow:
        return self._parts[place.part][place.row]


_encode = msgspec.json.Encoder(order="sorted").encode


def _format_of(parts: Mapping[Split, Rows]) -> Format:
    """Tell the format by the columns of the first row."""
    for rows in parts.values():
        for row in rows:
            for one in FORMATS:
                if one.columns <= row.keys():
                    return one
            known = "; ".join(f"{one.name}: {', '.join(sorted(one.columns))}" for one in FORMATS)
            raise DataError(
                f"{rows.where} has the columns {', '.join(row)}; formats are known by theirs: {known}"
            )
    where = ", ".join(rows.where for rows in parts.values())
    raise DataError(f"{where} has no rows")


@lru_cache(maxsize=16)
def open_source(asked: Asked) -> Source:
    """Open a source by its name, its path or its repository; raises DataError where it cannot be read."""
    if not asked.data:
        return Source({"all": read_file(BUNDLED)}, asked)
    if asked.data in KNOWN:
        known = KNOWN[asked.data]
        names: dict[Split, str] = {"train": known.train, "eval": known.held_out}
        return of_hub(
            asked, known.repository, known.config, {one: there for one, there in names.items() if there}
        )
    path = Path(asked.data).expanduser()
    if path.is_dir():
        return Source(read_folder(path), asked)
    if path.exists() or path.suffix in ENDINGS:
        return Source({"all": read_file(path)}, asked)
    if asked.data.count("/") == 1 and not asked.data.startswith((".", "/", "~")):
        return of_hub(asked, asked.data, "", {"train": "train"})
    raise UnknownName("data set (no such file or folder either)", asked.data, KNOWN)


def of_hub(asked: Asked, repository: str, config: str, names: Mapping[Split, str]) -> Source:
    """Open splits of a data set of Hugging Face, by our names for them."""
    parts: dict[Split, Rows] = {
        split: read_hub(repository, config, there, ()) for split, there in names.items()
    }
    return Source(parts if len(parts) > 1 else {"all": next(iter(parts.values()))}, asked)


def data_of(item: Item, tests: str) -> Data:
    """Write a problem as data, its tests by their digest."""
    told: Json = msgspec.to_builtins(item)
    return {**told, "examples": list(item.examples), "tests": tests}

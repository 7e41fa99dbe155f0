"""A source of problems: which rows of which files are the items of a level and a split."""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from reasongym.answers.extraction import extract
from reasongym.core import Data, Json, Split
from reasongym.envs._places import Places, joined
from reasongym.envs._rows import ENDINGS, Rows, field, read_file, read_folder, read_hub
from reasongym.envs.math_problems.grading import TOLD, options
from reasongym.envs.math_problems.known import KNOWN
from reasongym.errors import DataError, UnknownName

FAMILY = "math problems"
NUM_LEVELS = 5
UNGRADED = 2
"""The level of everything in a source that does not grade its problems."""
BUNDLED = Path(__file__).with_name("problems.jsonl")
_WORDS = {"easy": 1, "medium": 3, "hard": 5}
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Asked(NamedTuple):
    """The options that name a source."""

    data: str
    problem: str
    answer: str
    level: str
    transform: str
    hold_out: bool


class Source:
    """The items of a source by level and split, in the order in which the source has them."""

    def __init__(self, asked: Asked, parts: Mapping[Split, Rows]) -> None:
        self.asked = asked
        self.benchmark = ""
        """Which benchmark's items these are, for what their rows tell the grader."""
        self._parts = parts
        self.digest = joined([rows.digest for rows in parts.values()])
        graded: dict[Split, list[tuple[int, float | None]]] = {}
        for name, rows in parts.items():
            graded[name] = self._graded(rows)
        level_of = _levels({worth for found in graded.values() for _, worth in found if worth is not None})
        levels: dict[Split, list[tuple[int, int]]] = {
            name: [(index, UNGRADED if worth is None else level_of[worth]) for index, worth in found]
            for name, found in graded.items()
        }
        self._places = Places(parts, levels, FAMILY, self._problem if asked.hold_out else None)
        self.splits = self._places.splits

    def size(self, level: int, split: Split) -> int:
        """Return how many items a level has in a split."""
        return self._places.size(level, split)

    def item(self, index: int, level: int, split: Split) -> Data:
        """Return an item: its problem, its answer, and its working where the source has one."""
        place = self._places.at(index, level, split)
        rows = self._parts[place.part]
        row = rows[place.row]
        read = self._read(row, rows.where)
        assert read is not None
        data: Data = {"problem": read[0], "answer": read[1]}
        told = options(self.benchmark, {**row, "answer": read[1]}) if self.benchmark else {}
        data |= {"options": told} if told else {}
        return data | {"working": row["working"]} if not self.asked.data else data

    def ids(self, level: int, split: Split) -> list[str]:
        """List what the source calls its items; empty strings where it has no column `id`."""
        places = [self._places.at(index, level, split) for index in range(self.size(level, split))]
        return [str(self._parts[part][index].get("id", "")) for part, index in places]

    @property
    def num_problems(self) -> int:
        """How many items there are in all."""
        return len(self._places)

    def content_digest(self) -> str:
        """Name the problems, answers, grades and what is told of the answers, whatever file has them."""
        hashed = blake2b(digest_size=16)
        for rows in self._parts.values():
            for row in rows:
                read = self._read(row, rows.where)
                if read is not None:
                    level = field(row, self.asked.level, rows.where) if self.asked.level else None
                    worth = None if level is None else _worth(level, rows.where)
                    item = [" ".join(read[0].split()), read[1], worth, *self._told(row)]
                    hashed.update(msgspec.json.encode(item) + b"\n")
        return hashed.hexdigest()

    def _told(self, row: Mapping[str, Json]) -> list[Json]:
        """List what a row of the benchmark tells of its answer."""
        return [row.get(name) or None for name in TOLD.get(self.benchmark, ())]

    def _graded(self, rows: Rows) -> list[tuple[int, float | None]]:
        """List the rows that have a problem and an answer, each with what its level says."""
        found: list[tuple[int, float | None]] = []
        for index, row in enumerate(rows):
            if self._read(row, rows.where) is not None:
                worth = field(row, self.asked.level, rows.where) if self.asked.level else None
                found.append((index, None if worth is None else _worth(worth, rows.where)))
        return found

    def _read(self, row: Mapping[str, Json], where: str) -> tuple[str, str] | None:
        """Return the problem and the answer, None where one of them is empty or not to be found."""
        problem = _text(field(row, self.asked.problem, where)).strip()
        answer = _text(field(row, self.asked.answer, where)).strip()
        if self.asked.transform == "hashes":
            answer = answer.rpartition("####")[2].strip() if "####" in answer else ""
        elif self.asked.transform == "boxed":
            answer = (extract(answer).answer or "") if "\\boxed" in answer or "\\fbox" in answer else ""
        return (problem, answer) if problem and answer else None

    def _problem(self, row: Mapping[str, Json]) -> str:
        return _text(field(row, self.asked.problem, self.asked.data)).strip()


@lru_cache(maxsize=16)
def open_source(asked: Asked) -> Source:
    """Open a source by its name, its path or its repository; raises DataError where it cannot be read."""
    known = KNOWN.get(asked.data)
    if known is not None:
        asked = Asked(
            known.repository,
            asked.problem or known.problem,
            asked.answer or known.answer,
            asked.level or known.level,
            asked.transform or known.transform,
            asked.hold_out,
        )
        names: dict[Split, str] = {"train": known.train, "eval": known.held_out}
        return of_hub(asked, known.config, {name: there for name, there in names.items() if there})
    asked = asked._replace(problem=asked.problem or "problem", answer=asked.answer or "answer")
    if not asked.data:
        return Source(asked._replace(level="level"), {"all": read_file(BUNDLED)})
    path = Path(asked.data).expanduser()
    if path.is_dir():
        return Source(asked, read_folder(path))
    if path.exists() or path.suffix in ENDINGS:
        return Source(asked, {"all": read_file(path)})
    if asked.data.count("/") == 1 and not asked.data.startswith((".", "/", "~")):
        return of_hub(asked, "", {"train": "train"})
    raise UnknownName("data set (no such file or folder either)", asked.data, KNOWN)


def of_hub(asked: Asked, config: str, names: Mapping[Split, str]) -> Source:
    """Open splits of a data set of Hugging Face, by our names for them."""
    columns = list(filter(None, (asked.problem, asked.answer, asked.level)))
    parts: dict[Split, Rows] = {
        split: read_hub(asked.data, config, there, columns) for split, there in names.items()
    }
    return Source(asked, parts if len(parts) > 1 else {"all": next(iter(parts.values()))})


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    items = cast("list[Json]", value) if type(value) is list else []
    if len(items) == 1:  # OlympiadBench keeps its answers in lists
        return _text(items[0])
    return "" if value is None else f"{value}"


def _worth(value: Json, where: str) -> float:
    """Read a grade such as 3, "Level 3" or "hard"."""
    text = str(value).strip()
    number = _DIGITS.search(text)
    if number:
        return float(number[0])
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    raise DataError(f"{where}: {value!r} is no level; a number, easy, medium or hard would be")


def _levels(worths: set[float]) -> dict[float, int]:
    """Map grades to levels: 1 to 5 as they are, more of them in five parts of their range."""
    if all(worth in (1, 2, 3, 4, 5) for worth in worths):
        return {worth: int(worth) - 1 for worth in worths}
    ordered = sorted(worths)
    return {worth: at * NUM_LEVELS // len(ordered) for at, worth in enumerate(ordered)}

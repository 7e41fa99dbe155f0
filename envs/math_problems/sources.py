"""A source of problems: which rows of which files are the items of a level and a split."""

import re
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from reasongym.answers.extraction import extract
from reasongym.core import SMALLEST_SPLIT_SPACE, Data, Json, Split
from reasongym.envs.math_problems.files import JSON_LINES, PARQUET, Rows, field, read_file, read_hub
from reasongym.envs.math_problems.known import KNOWN
from reasongym.errors import DataError, UnknownName
from reasongym.seeding import is_eval

FAMILY = "math problems"
NUM_LEVELS = 5
UNGRADED = 2
"""The level of everything in a source that does not grade its problems."""
BUNDLED = Path(__file__).with_name("problems.jsonl")
_EVAL_NAMES = ("test", "eval", "validation", "valid", "dev")
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
        self._parts = parts
        self.digest = _joined([rows.digest for rows in parts.values()])
        hashed = list(parts) == ["all"] and asked.hold_out and len(parts["all"]) >= SMALLEST_SPLIT_SPACE
        self._items: dict[tuple[int, Split], array[int]] = {}
        graded: dict[Split, list[tuple[int, float | None]]] = {}
        for name, rows in parts.items():
            graded[name] = self._graded(rows)
        level_of = _levels({worth for found in graded.values() for _, worth in found if worth is not None})
        for name, found in graded.items():
            for index, worth in found:
                level = UNGRADED if worth is None else level_of[worth]
                split: Split = self._split_of(parts[name][index]) if hashed else name
                self._items.setdefault((level, split), array("Q")).append(index)
        self.splits: tuple[Split, ...] = ("train", "eval") if hashed else tuple(parts)

    def size(self, level: int, split: Split) -> int:
        """Return how many items a level has in a split."""
        return len(self._items.get((level, split), ()))

    def item(self, index: int, level: int, split: Split) -> Data:
        """Return an item: its problem, its answer, and its working where the source has one."""
        rows = self._parts["all" if "all" in self._parts else split]
        row = rows[self._items[level, split][index]]
        read = self._read(row, rows.where)
        assert read is not None
        data: Data = {"problem": read[0], "answer": read[1]}
        return data | {"working": row["working"]} if not self.asked.data else data

    def ids(self, level: int, split: Split) -> list[str]:
        """List what the source calls its items; empty strings where it has no column `id`."""
        rows = self._parts["all" if "all" in self._parts else split]
        return [str(rows[index].get("id", "")) for index in self._items.get((level, split), ())]

    @property
    def num_problems(self) -> int:
        """How many items there are in all."""
        return sum(map(len, self._items.values()))

    def content_digest(self) -> str:
        """Name the problems, answers and grades in order, whatever file they are read from."""
        hashed = blake2b(digest_size=16)
        for rows in self._parts.values():
            for row in rows:
                read = self._read(row, rows.where)
                if read is not None:
                    level = field(row, self.asked.level, rows.where) if self.asked.level else None
                    worth = None if level is None else _worth(level, rows.where)
                    hashed.update(msgspec.json.encode([" ".join(read[0].split()), read[1], worth]) + b"\n")
        return hashed.hexdigest()

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

    def _split_of(self, row: Mapping[str, Json]) -> Split:
        problem = _text(field(row, self.asked.problem, self.asked.data)).strip()
        return "eval" if is_eval(FAMILY, canonical(problem)) else "train"


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
        return Source(asked, _of_folder(path))
    if path.exists() or path.suffix in (*JSON_LINES, *PARQUET):
        return Source(asked, {"all": read_file(path)})
    if asked.data.count("/") == 1 and not asked.data.startswith((".", "/", "~")):
        return of_hub(asked, "", {"train": "train"})
    raise UnknownName("data set (no such file or folder either)", asked.data, KNOWN)


def canonical(problem: str) -> str:
    """Name a problem by its words, whatever the spaces and the case."""
    return blake2b(" ".join(problem.split()).lower().encode(errors="replace"), digest_size=16).hexdigest()


def of_hub(asked: Asked, config: str, names: Mapping[Split, str]) -> Source:
    """Open splits of a data set of Hugging Face, by our names for them."""
    columns = list(filter(None, (asked.problem, asked.answer, asked.level)))
    parts: dict[Split, Rows] = {
        split: read_hub(asked.data, config, there, columns) for split, there in names.items()
    }
    return Source(asked, parts if len(parts) > 1 else {"all": next(iter(parts.values()))})


def _of_folder(folder: Path) -> dict[Split, Rows]:
    """Read the files of a folder whose names say which split they are."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (*JSON_LINES, *PARQUET))
    train = [path for path in files if path.stem.startswith("train")]
    held = [path for path in files if path.stem.startswith(_EVAL_NAMES)]
    if len(train) > 1 or len(held) > 1 or not train + held:
        names = ", ".join(path.name for path in files) or "nothing to read"
        raise DataError(f"{folder} must hold one file train.* or one test.* or both, it has: {names}")
    parts: dict[Split, Rows] = {}
    if train:
        parts["train"] = read_file(train[0])
    if held:
        parts["eval"] = read_file(held[0])
    return parts if len(parts) > 1 else {"all": next(iter(parts.values()))}


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


def _joined(digests: Sequence[str]) -> str:
    if len(digests) == 1:
        return digests[0]
    return blake2b(" ".join(digests).encode(), digest_size=16).hexdigest()

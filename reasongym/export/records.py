"""What is written of a problem: its row, prompt, chat messages and data, and the digest of many."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import NamedTuple, overload

import msgspec

from reasongym import registry
from reasongym.core import Json, Problem, Row, Split
from reasongym.errors import UsageError
from reasongym.templates import TEMPLATES, Template

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class Rows(Sequence[Row]):
    """Consecutive seeds of one environment, made only as they are asked for."""

    first: Row
    num: int

    def __len__(self) -> int:
        return self.num

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        seeds = range(self.first.seed, self.first.seed + self.num)
        if isinstance(index, slice):
            return [replace(self.first, seed=seed) for seed in seeds[index]]
        return replace(self.first, seed=seeds[index])


def rows(
    env_id: str,
    *,
    num: int,
    level: int | None = None,
    split: Split | None = None,
    seed_start: int = 0,
    **options: Json,
) -> Rows:
    """Return the rows of `num` seeds; raises UsageError for what does not fit."""
    if num < 1:
        raise UsageError(f"an export needs at least 1 problem, got num={num}")
    env = registry.get(env_id)
    env.row(seed_start + num - 1, level=level, split=split, **options)  # the last seed must fit too
    return Rows(env.row(seed_start, level=level, split=split, **options), num)


class Record(NamedTuple):
    """One problem in columns; JSON is text there, as its shape varies and a table has one schema."""

    row: bytes
    """JSON; `Row.from_dict` reads it back."""
    prompt: str
    messages: list[dict[str, str]]
    """The prompt as a chat."""
    data: bytes
    """JSON."""

    @property
    def line(self) -> bytes:
        """Write the record as one line of JSON, without text inside text."""
        shown = {
            "row": msgspec.Raw(self.row),
            "prompt": self.prompt,
            "messages": self.messages,
            "data": msgspec.Raw(self.data),
        }
        return msgspec.json.encode(shown)

    @property
    def columns(self) -> dict[str, Json]:
        """Return the columns as a table holds them."""
        return {
            "row": self.row.decode(),
            "prompt": self.prompt,
            "messages": self.messages,
            "data": self.data.decode(),
        }


def template_named(name: str) -> Template:
    """Return a template whose messages are all there is to it; raises UsageError."""
    template = TEMPLATES.get(name)
    if template is None or template.prefill:
        usable = [one.name for one in TEMPLATES.values() if not one.prefill]
        raise UsageError(f"messages can be written in the templates {', '.join(usable)}, got {name!r}")
    return template


def record(problem: Problem, template: Template) -> Record:
    """Write one problem."""
    messages = [{"role": one.role, "content": one.content} for one in template.open(problem.prompt)]
    return Record(_encode(problem.row.as_dict()), problem.prompt, messages, _encode(problem.data))


def records(rows: Iterable[Row], template: str = "default") -> Iterator[dict[str, Json]]:
    """Yield the columns of the problems of rows, for `datasets.Dataset.from_list` and the like."""
    named = template_named(template)
    return (record(registry.problem(row), named).columns for row in rows)


class Digest:
    """Names rows, data and prompts in their order, whatever the files they are in."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)

    def add(self, one: Record) -> None:
        """Take one more record."""
        self._hash.update(_encode([msgspec.Raw(one.row), msgspec.Raw(one.data), one.prompt]))

    def hexdigest(self) -> str:
        """Return 32 hex digits."""
        return self._hash.hexdigest()


def digest(rows: Iterable[Row]) -> str:
    """Return the digest of the problems that rows make."""
    found = Digest()
    for row in rows:
        found.add(record(registry.problem(row), TEMPLATES["default"]))
    return found.hexdigest()

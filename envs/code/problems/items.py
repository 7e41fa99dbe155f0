"""What a row of a data set asks for, whatever the data set calls its columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError

if TYPE_CHECKING:
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import Test

SourceRow: TypeAlias = Mapping[str, Json]
EASY, MEDIUM, HARD = range(3)
UNGRADED = MEDIUM
LEAST_CPU_S = 4.0
"""A test has the time that its source names, but at least this: limits are often of compiled languages."""


@dataclass(frozen=True, slots=True)
class Item:
    """A problem without its tests."""

    problem: str
    function: str = ""
    """What must be defined, a function or a class; empty for a program that reads stdin and writes stdout."""
    head: str = ""
    """The head that the program is to be written under."""
    is_head: bool = False
    """Whether the problem is such a head by itself, with its docstring."""
    examples: tuple[str, ...] = ()
    """Tests that are shown where the problem itself shows none."""
    before: str = ""
    """Python that comes before the program, such as imports."""
    level: int = UNGRADED
    cpu_s: float = LEAST_CPU_S


@dataclass(frozen=True, slots=True)
class Trial:
    """How programs are judged."""

    tests: "list[Test]"
    comparison: "Comparison"
    behind: str = ""
    """Python that comes behind the program, and which tests call."""
    others: "list[Test] | None" = None
    """Tests that will do as well: where a source may have wrapped the values once more than functions do."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a family of data sets writes problems."""

    name: str
    columns: frozenset[str]
    """That its rows have, and those of formats further down the list have not all."""
    hidden: tuple[str, ...]
    """Columns that hold tests."""
    item: Callable[[SourceRow], Item]
    trial: Callable[[SourceRow], Trial]
    solutions: Callable[[SourceRow], list[str]]
    """Programs in Python that are known to be right, as far as the source has any."""


def text_of(row: SourceRow, column: str) -> str:
    """Return what a row says in a column, empty where it says nothing."""
    value = row.get(column)
    return value if isinstance(value, str) else ""


def decoded(text: str, what: str) -> Json:
    """Read JSON that stands in a column as text; raises DataError."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise DataError(f"{what} is no JSON: {error}") from error


def texts_of(value: Json) -> list[str]:
    """Return the texts of a list of them, or of JSON of one; what is none is left out."""
    if isinstance(value, str):
        value = decoded(value, "a list of programs") if value.lstrip().startswith("[") else [value]
    members = cast("list[Json]", value or [])
    return [one for one in members if isinstance(one, str) and one.strip()]

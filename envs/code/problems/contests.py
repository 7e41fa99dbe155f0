"""Problems of CodeContests: columns of inputs and outputs, limits and enumerations of protocol buffers."""

from itertools import chain
from typing import Any, cast

from reasongym.core import Json
from reasongym.envs.code.problems.competitions import TOLERANCE
from reasongym.envs.code.problems.items import (
    EASY,
    HARD,
    LEAST_CPU_S,
    MEDIUM,
    UNGRADED,
    Format,
    Item,
    SourceRow,
    Trial,
    text_of,
)

_TESTS = ("public_tests", "private_tests", "generated_tests")
_DIFFICULTIES = (
    "UNKNOWN_DIFFICULTY",
    "EASY",
    "MEDIUM",
    "HARD",
    "HARDER",
    "HARDEST",
    "EXTERNAL",
    *"ABCDEFGHIJ",
)
_LEVELS = {
    **dict.fromkeys(("EASY", "A", "B"), EASY),
    **dict.fromkeys(("MEDIUM", "C", "D"), MEDIUM),
    **dict.fromkeys(("HARD", "HARDER", "HARDEST", *"EFGHIJ"), HARD),
}
_PYTHON3 = (3, "PYTHON3")
_EASY_RATING, _HARD_RATING = 1_400, 2_000


def _item(row: SourceRow) -> Item:
    limit = _mapping(row.get("time_limit"))
    return Item(
        text_of(row, "description"),
        level=_level(row),
        cpu_s=max(LEAST_CPU_S, (limit.get("seconds") or 0) + (limit.get("nanos") or 0) / 1e9),
    )


def _level(row: SourceRow) -> int:
    """Grade by the rating of Codeforces, else by the difficulty, a number or a name of the enumeration."""
    rating = int(row.get("cf_rating") or 0)
    if rating:
        return EASY if rating < _EASY_RATING else MEDIUM if rating < _HARD_RATING else HARD
    told: Json = row.get("difficulty", 0)
    if isinstance(told, int):
        told = _DIFFICULTIES[told] if 0 <= told < len(_DIFFICULTIES) else "J"
    return _LEVELS.get(str(told), UNGRADED)


def _trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import StdinTest

    pairs = chain.from_iterable(_pairs(row.get(column)) for column in _TESTS)
    return Trial([StdinTest(given, expected) for given, expected in pairs], Comparison("floats", TOLERANCE))


def _pairs(tests: Json) -> list[tuple[str, str]]:
    """Read a dictionary of two lists, or a list of dictionaries, as some writers of JSON make of it."""
    if isinstance(tests, list):
        members = cast("list[dict[str, str]]", tests)
        return [(one["input"], one["output"]) for one in members]
    told = _mapping(tests)
    return list(zip(told.get("input") or [], told.get("output") or [], strict=True))


def _mapping(value: Json) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _solutions(row: SourceRow) -> list[str]:
    told = row.get("solutions")
    if isinstance(told, list):
        members = cast("list[dict[str, Any]]", told)
        return [one["solution"] for one in members if one["language"] in _PYTHON3]
    found = _mapping(told)
    pairs = zip(found.get("language") or [], found.get("solution") or [], strict=True)
    return [solution for language, solution in pairs if language in _PYTHON3]


CONTESTS = Format(
    "CodeContests",
    frozenset(("description", "public_tests", "private_tests")),
    _TESTS,
    _item,
    _trial,
    _solutions,
)

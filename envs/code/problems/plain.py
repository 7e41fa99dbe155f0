"""Our own format, for problems written by hand: pairs of an input and an output, or of arguments and a
value."""

from typing import Any, cast

from reasongym.core import Json
from reasongym.envs.code.problems.competitions import TOLERANCE
from reasongym.envs.code.problems.items import (
    EASY,
    HARD,
    MEDIUM,
    UNGRADED,
    Format,
    Item,
    SourceRow,
    Trial,
    text_of,
    texts_of,
)
from reasongym.errors import DataError

_LEVELS = {"easy": EASY, "medium": MEDIUM, "hard": HARD}


def _item(row: SourceRow) -> Item:
    function = text_of(row, "function")
    name = function.partition("(")[0].strip()
    level = _LEVELS.get(text_of(row, "level").lower(), UNGRADED)
    return Item(
        text_of(row, "problem"),
        function=name,
        head=f"def {function}:" if "(" in function else "",
        level=level,
    )


def _trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import CallTest, StdinTest

    name = text_of(row, "function").partition("(")[0].strip()
    pairs = _pairs(row)
    if not name:
        return Trial(
            [StdinTest(str(given), str(told)) for given, told in pairs], Comparison("floats", TOLERANCE)
        )
    calls = [CallTest(name, cast("list[Json]", given), told) for given, told in pairs]
    return Trial([*calls], Comparison(lists_are_tuples=True, tolerance=TOLERANCE))


def _pairs(row: SourceRow) -> list[list[Any]]:
    tests: Json = row.get("tests")
    pairs = cast("list[list[Any]]", tests) if isinstance(tests, list) else []
    is_function = bool(text_of(row, "function"))
    for pair in pairs:
        if len(pair) != 2 or isinstance(pair[0], list) != is_function:
            kinds = "arguments (a list) and a value" if is_function else "an input and an output (texts)"
            raise DataError(f"a test is a list of {kinds}, got {str(pair)[:80]}")
    return pairs


PLAIN = Format(
    "plain",
    frozenset(("problem", "tests")),
    ("tests", "function"),
    _item,
    _trial,
    lambda row: texts_of(row.get("solutions")),
)

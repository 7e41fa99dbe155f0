"""Problems of APPS and TACO: one column with JSON of all inputs and outputs, of a program or a function."""

import re
from typing import Any, cast

from reasongym.core import Json
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
    decoded,
    text_of,
    texts_of,
)
from reasongym.envs.code.problems.leetcode import IMPORTS, called, defined

_LEVELS = {
    **dict.fromkeys(("introductory", "easy"), EASY),
    **dict.fromkeys(("interview", "medium", "medium_hard"), MEDIUM),
    **dict.fromkeys(("competition", "hard", "very_hard"), HARD),
}
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
TOLERANCE = 1e-6
"""Of numbers with a fraction on stdout, relative to the expected one and absolute below 1."""


def _item(row: SourceRow) -> Item:
    name, head = str(_told(row).get("fn_name") or ""), text_of(row, "starter_code")
    return Item(
        text_of(row, "question"),
        function=defined(name, head),
        head=head,
        before=IMPORTS if name else "",
        level=_LEVELS.get(text_of(row, "difficulty").lower(), UNGRADED),
        cpu_s=max(LEAST_CPU_S, _seconds(text_of(row, "time_limit"))),
    )


def _told(row: SourceRow) -> dict[str, Any]:
    text = text_of(row, "input_output")
    told: Json = decoded(text, "input_output") if text.strip() else None
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _seconds(told: str) -> float:
    """Read a limit such as "2.0 seconds"; 0 where there is none."""
    found = _NUMBER.search(told)
    return float(found[0]) if found else 0.0


def _trial(row: SourceRow) -> Trial:
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import CallTest, StdinTest

    told = _told(row)
    pairs = list(zip(told.get("inputs") or [], told.get("outputs") or [], strict=False))
    name = called(str(told.get("fn_name") or ""), text_of(row, "starter_code"))
    if not name:
        stdins = [StdinTest(_lines(given), _lines(expected)) for given, expected in pairs]
        return Trial([*stdins], Comparison("floats", tolerance=TOLERANCE))
    arguments = [_arguments(given) for given, _ in pairs]
    values = [_keyed(expected) for _, expected in pairs]
    tests = [CallTest(name, given, expected) for given, expected in zip(arguments, values, strict=True)]
    is_wrapped = all(isinstance(one, list) and len(cast("list[Json]", one)) == 1 for one in values)
    inner = [
        CallTest(name, given, _keyed(expected[0]))
        for given, expected in zip(arguments, values, strict=True)
        if is_wrapped
    ]
    compared = Comparison(lists_are_tuples=True, tolerance=TOLERANCE)
    return Trial([*inner], compared, others=[*tests]) if inner else Trial([*tests], compared)


def _lines(value: Json) -> str:
    """Return the text of an input or output, which some rows hold as a list of its lines."""
    return "\n".join(map(str, cast("list[Json]", value))) if isinstance(value, list) else str(value)


def _arguments(value: Json) -> list[Json]:
    return [_keyed(one) for one in cast("list[Json]", value)] if isinstance(value, list) else [value]


def _keyed(value: Json) -> Json:
    """Give a dictionary its keys back, where JSON made texts of whole numbers."""
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Json]", value)
    is_numbered = bool(members) and all(re.fullmatch("-?[0-9]{1,18}", key) for key in members)
    return {int(key): one for key, one in members.items()} if is_numbered else members


COMPETITIONS = Format(
    "APPS or TACO",
    frozenset(("question", "input_output")),
    ("input_output",),
    _item,
    _trial,
    lambda row: texts_of(row.get("solutions")),
)

"""JSON in answers: of bounded length and depth, numbers as they were written, no key twice."""

import json
from typing import TypeAlias, cast

MAX_CHARS = 6_000
MAX_DEPTH = 6
"""Brackets that may be open at once."""

Value: TypeAlias = "str | bool | list[Value] | dict[str, Value] | None"
"""What JSON holds; a number is the string that was written."""


class Refused(Exception):
    """The text cannot be an answer; the argument is the reason code."""


def read_json(text: str) -> Value:
    """Return what JSON holds, None where the text is none; raises Refused (`over_limit`, `conflict`)."""
    if len(text) > MAX_CHARS or _depth(text) > MAX_DEPTH:
        raise Refused("over_limit")
    try:
        return cast(Value, json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str))
    except ValueError:
        return None


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}]":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    if len({key.strip().lower() for key, _ in pairs}) < len(pairs):
        raise Refused("conflict")
    return dict(pairs)

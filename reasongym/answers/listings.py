r"""Several answers side by side: `1, 2`, `x = 1 or x = 2`, `1 \pm \sqrt 2`; and where brackets close."""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from reasongym.answers.shapes import Equation, Group, Reading, Refused

Inner: TypeAlias = Callable[[str], Reading]
"""Reads what stands inside an answer, one level deeper; raises Refused past the last level."""

MAX_MEMBERS = 64
MAX_SIGNS = 4
_EITHER = re.compile(r"\\([pm])[mp](?![a-z])")
RELATION = re.compile(r"\\le(?![a-z])|\\ge(?![a-z])|<=|>=|<|>")
AND_OR = re.compile(r"\\text ?\{ ?,? ?(and|or) ?\}")
_OPENING, CLOSING = "([{", ")]}"
_SEPARATOR = re.compile(r"[()\[\]{}]|[,;](?: ?(?:and|or)(?![A-Za-z]))?|(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])")
_ENDLESS_LIST = re.compile(r"\\ldots|\.\.\.")


def listing(text: str, inner: Inner) -> Group | None:
    """Read `1, 2`, `x = 1 or x = 2` and `A, C` as sets."""
    parts = split(AND_OR.sub(r" \1 ", text))
    return set_of(parts, inner) if len(parts) > 1 else None


def either_sign(text: str, inner: Inner) -> Group | None:
    r"""Read `1 \pm \sqrt 2` as the set of both."""
    if not _EITHER.search(text) or "=" in text or RELATION.search(text):
        return None
    if len(_EITHER.findall(text)) > MAX_SIGNS:
        raise Refused("over_limit")
    above = _EITHER.sub(lambda sign: "+" if sign[1] == "p" else "-", text)
    below = _EITHER.sub(lambda sign: "-" if sign[1] == "p" else "+", text)
    return set_of([above, below], inner)


def set_of(parts: Sequence[str], inner: Inner) -> Group:
    """Read the members of a set, whose labels (`x = 1, y = 2`) are kept where all have one."""
    if len(parts) > MAX_MEMBERS:
        raise Refused("over_limit")
    members: list[Reading] = []
    labels: list[str] = []
    for part in parts:
        if _ENDLESS_LIST.search(part):
            raise Refused("syntax")
        one = inner(part)
        if isinstance(one, Equation) and one.right is not None:
            labels.append(one.label)
            one = one.right
        is_pair = isinstance(one, Group) and one.kind == "set" and _EITHER.search(part) is not None
        members += one.members if is_pair and isinstance(one, Group) else [one]
    are_named = len(labels) == len(members) == len(set(labels))
    return Group("set", tuple(members), tuple(labels) if are_named and len(labels) > 1 else ())


def split(text: str) -> list[str]:
    """Split at commas, semicolons, `and` and `or` that no bracket encloses."""
    if not any(sign in text for sign in (",", ";", "and", "or")):
        return [text]
    found: list[str] = []
    start = nested = 0
    for sign in _SEPARATOR.finditer(text):
        if sign[0] in _OPENING:
            nested += 1
        elif sign[0] in CLOSING:
            nested -= 1
        elif nested == 0:
            found.append(text[start : sign.start()])
            start = sign.end()
    found = [part.strip() for part in (*found, text[start:])]
    return [part for part in found if part]


def is_one_group(text: str) -> bool:
    """Say whether the first bracket is closed by the last one; intervals may mix their kinds."""
    nested = 0
    for at, sign in enumerate(text):
        nested += (sign in _OPENING) - (sign in CLOSING)
        if nested == 0:
            return at == len(text) - 1
    return False

r"""Parts of the number line: `1 < x \le 3`, `x \neq 3`, `(1,2) \cup (3,4)`, "all real numbers"."""

import re

from reasongym.answers.labels import LABEL
from reasongym.answers.leaves import single
from reasongym.answers.listings import AND_OR, MAX_MEMBERS, RELATION, Inner, split
from reasongym.answers.regions import both, complement, difference, interval, union
from reasongym.answers.shapes import LINE, Group, Refused, is_name

_RELATIONS = {"\\le": "<=", "\\ge": ">=", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}
_REALS = re.compile(
    r"\\mathbb ?\{? ?R ?\}?|\\text\{ ?(?:all )?real(?:s| numbers?) ?\}|(?:all )?real(?:s| numbers?)"
)
_AND = re.compile(r"(?<![a-z])and(?![a-z])")
_CUP = re.compile(r"\\cup(?![a-z])")
_WITHOUT = re.compile(r"(.*?) ?(?:\\setminus(?![a-z])|(?<=\}) ?-(?= ?\\\{)) ?(.*)")


def region(text: str, inner: Inner) -> Group | None:
    r"""Read `(1,2) \cup (3,4)`, `\mathbb{R} \setminus \{0\}`, `x < 1 or x > 2`."""
    if _REALS.fullmatch(text):
        return LINE
    left, equals, _ = text.partition("=")
    if equals and "\\c" in left and LABEL.fullmatch(left.strip()):
        return None  # `P(A \cup B) = 1/2` says nothing of a union
    return _without(text, inner) or _joined(text, inner) or _bounded(text, inner)


def _without(text: str, inner: Inner) -> Group | None:
    r"""Read `\mathbb{R} \setminus \{0\}`."""
    found = _WITHOUT.fullmatch(text) if "\\setminus" in text or "-" in text else None
    if found is None or not found[1] or not found[2]:
        return None
    whole = found[1].strip()
    return difference(LINE if _REALS.fullmatch(whole) else inner(whole), inner(found[2].strip()))


def _joined(text: str, inner: Inner) -> Group | None:
    r"""Read `(1,2) \cup (3,4)`."""
    pieces = _CUP.split(text)
    if len(pieces) < 2:
        return None
    return union([inner(AND_OR.sub("", piece).strip()) for piece in pieces[:MAX_MEMBERS]])


def _bounded(text: str, inner: Inner) -> Group | None:
    """Read `x < 1 or x > 2`."""
    if not RELATION.search(text) and "\\neq" not in text:
        return None
    worded = AND_OR.sub(r" \1 ", text)
    pieces = split(worded)
    if len(pieces) < 2 or not all(map(_relates, pieces)):
        return None
    ranges = [inner(piece) for piece in pieces[:MAX_MEMBERS]]
    is_both = _AND.search(worded) is not None or all("\\neq" in piece for piece in pieces)
    return both(ranges) if is_both else union(ranges)


def _relates(piece: str) -> bool:
    return RELATION.search(piece) is not None or "\\neq" in piece or "=" in piece


def range_of(text: str, inner: Inner) -> Group | None:
    """Read `1 < x \\le 3` as the interval it says, and `x \\neq 3` as all but a point."""
    if "\\neq" in text:
        sides = text.split("\\neq")
        if len(sides) == 2 and sides[0].strip() and is_name(single(sides[0].strip())):
            return complement(inner(sides[1].strip()))
        raise Refused("syntax")
    signs = [_RELATIONS[found] for found in RELATION.findall(text)]
    if not signs or len(signs) > 2 or "=" in RELATION.sub("", text):
        return None
    sides = [single(side.strip()) for side in RELATION.split(text)]
    found = interval(sides, signs)
    if found is not None:
        return found
    if len(sides) != 2 or any(side.value is None for side in sides):
        raise Refused("syntax")
    return Group(signs[0].replace(">", "<"), tuple(sides if signs[0][0] == "<" else sides[::-1]))

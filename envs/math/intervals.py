r"""Sets of real numbers as models write them: `x < -1 or x >= 3`, `(-\infty, -1) \cup [3, \infty)`.

A set is read relative to given points, in ascending order: as the tuple of cells it holds, of which the even
ones are the gaps (below the first point, between points, above the last) and the odd ones the points
themselves. An end that is none of the points has no place there: the answer is then another set.
"""

import re
from collections.abc import Sequence

from reasongym.answers.formulas import parse
from reasongym.answers.identity import identical
from reasongym.answers.trees import Formula
from reasongym.envs.math.solutions import concluded

MAX_CHARS = 600
_MAX_PARTS = 12
_SIGNS = (
    (r"\\text\s?\{\s?([^{}]{0,40}?)\s?\}", r" \1 "),
    (r"\\mathbb\s?\{?\s?R\s?\}?|\\R\b|ℝ|\\Re\b", " R "),
    (r"\\left(?![a-z])|\\right(?![a-z])|\$|\*\*|`|\\[,;!:\[\]()]|\\displaystyle|\\quad|\\qquad|~", " "),
    (r"\\(?:leq|leqslant|le)\b|≤|⩽|=<|<=", " <= "),
    (r"\\(?:geq|geqslant|ge)\b|≥|⩾|>=", " >= "),
    (r"\\(?:neq|ne)\b|≠|!=", " != "),
    (r"\\lt\b|＜|&lt;", " < "),
    (r"\\gt\b|＞|&gt;", " > "),
    (r"\\(?:cup|lor|vee)\b|∪|∨|\bor\b|\bunion\b|\bU\b", " or "),
    (r"\\(?:cap|land|wedge)\b|∩|∧|\band\b|\bintersection\b", " and "),
    (r"\\(?:setminus|backslash)\b|∖|(?<=R )\\(?= ?[\[(\\{])|\bexcept(?: for)?\b", " without "),
    (r"\\infty\b|∞|\binfinity\b|\binf\b|\boo\b", " inf "),
    (r"\\in\b|∈|\bin\b|\bbelongs to\b", " in "),
    (r"\\(?:emptyset|varnothing)\b|∅|Ø|\bempty set\b|\bempty\b", " none "),
    (r"\\(?:mid|vert)\b|\bsuch that\b", " | "),
    (r"\\\{|\\lbrace\b", "{"),
    (r"\\\}|\\rbrace\b", "}"),
    (r"[−–]", "-"),
)
_NONE = r"(?i)(?:there (?:is|are) )?no (?:real )?(?:solutions?|values?|numbers?)(?: exists?)?|none"
_ALL = (
    r"(?i)(?:all|any|every)(?: real)?(?: numbers?| values?)?(?: of \w)?|R|all(?: real)? \w|real numbers"
    r"|all reals"
)
_RESTATED = r"(?:,| \( ?)? ?(?:or|i\.e\.|that is),? (?:written )?in interval notation,?:? ?(?=.*?\)?$)"
_RELATION = r"(<=|>=|!=|<|>|=)"
_INTERVAL = r"[(\[\]]([^,;<>=]{1,80})[,;]([^,;<>=]{1,80})[)\]\[]"

Cells = frozenset[int]


class _Refused(Exception):
    """The text is no set; the argument is the reason code."""


def cells(text: str, name: str, points: Sequence[Formula]) -> Cells | str:
    """Read a set of values of a variable as the cells it holds, or say why not."""
    if len(text) > MAX_CHARS:
        return "over_limit"
    text = concluded(text)
    for pattern, plain in _SIGNS:
        text = re.sub(pattern, plain, text)
    text = " ".join(text.split()).strip(" .")
    if re.search(r"\( ?(?:or|i\.e\.|that is),? (?:written )?in interval", text):
        text = text.removesuffix(")")
    try:
        read = {_Reader(name, points).set(part) for part in re.split(_RESTATED, text)}
    except _Refused as refusal:
        return refusal.args[0]
    return read.pop() if len(read) == 1 else "hedged"


class _Reader:
    def __init__(self, name: str, points: Sequence[Formula]) -> None:
        self.name = name
        self.points = points
        self.all = frozenset(range(2 * len(points) + 1))
        self.left = _MAX_PARTS

    def set(self, text: str) -> Cells:
        """Read a union of intersections."""
        text = self.without_frame(text)
        union: Cells = frozenset()
        for part in text.split(" or "):
            shared = self.all
            for one in part.split(" and "):
                shared &= self.part(self.without_frame(one.strip()))
            union |= shared
        return union

    def without_frame(self, text: str) -> str:
        """Take away `x in`, and `{x | ...}` or `{x in R : ...}` around a condition."""
        text = text.strip().removeprefix(f"{self.name} in ").removesuffix(f", {self.name} in R").strip()
        if text[:1] + text[-1:] == "{}":
            inside = text[1:-1].strip()
            for head in (f"{self.name} in R |", f"{self.name} in R :", f"{self.name} |", f"{self.name} :"):
                if inside.startswith(head):
                    return inside[len(head) :].strip()
        if text[:1] + text[-1:] == "()" and re.search(_RELATION, text) and "(" not in text[1:]:
            return text[1:-1].strip()
        return text

    def part(self, text: str) -> Cells:
        self.left -= 1
        if self.left < 0:
            raise _Refused("over_limit")
        if re.fullmatch(_NONE, text) or text in ("{}", "{ }"):
            return frozenset()
        if re.fullmatch(_ALL, text):
            return self.all
        if " without " in text:
            whole, _, taken = text.partition(" without ")
            return self.part(whole.strip()) - self.taken(taken.strip())
        interval = re.fullmatch(_INTERVAL, text)
        if interval:
            return self.interval(text[0], interval[1], interval[2], text[-1])
        if text[:1] + text[-1:] == "{}":
            return self.listed(text[1:-1])
        if "," in text:
            return self.listed_conditions(text)
        return self.chain(text)

    def listed_conditions(self, text: str) -> Cells:
        """Read `x > 1, x < 5` as both, and `x < 1, x > 5`, which cannot both be, as either."""
        parts = [self.part(one.strip()) for one in text.split(",") if one.strip()]
        shared = self.all.intersection(*parts)
        return shared or Cells().union(*parts)

    def taken(self, text: str) -> Cells:
        """Read what a set is without: an interval or a list of values."""
        if re.fullmatch(_INTERVAL, text):
            return self.part(text)
        text = text.strip("{} ")
        return self.listed(text.removeprefix(f"{self.name} = "))

    def listed(self, text: str) -> Cells:
        return frozenset(self.place(one) for one in text.split(","))

    def interval(self, opening: str, low: str, high: str, closing: str) -> Cells:
        first, last = self.place(low), self.place(high)
        return frozenset(range(first + (opening != "["), last + (closing == "]"))) & self.all

    def chain(self, text: str) -> Cells:
        """Read `a < x <= b`, `x > a`, `a >= x` or `x != a`."""
        parts = [part.strip() for part in re.split(_RELATION, text)]
        sides, relations = parts[::2], parts[1::2]
        if len(sides) not in (2, 3) or sides.count(self.name) != 1:
            raise _Refused("syntax")
        at = sides.index(self.name)
        if len(sides) == 3 and (at != 1 or {relation[0] for relation in relations} not in ({"<"}, {">"})):
            raise _Refused("syntax")
        shared = self.all
        if at:
            shared &= self.beside(_FLIPPED[relations[at - 1]], sides[at - 1])
        if at < len(relations):
            shared &= self.beside(relations[at], sides[at + 1])
        return shared

    def beside(self, relation: str, end: str) -> Cells:
        """Return the cells whose values stand in a relation to an end."""
        place = self.place(end)
        below = frozenset(range(place)) & self.all
        at = frozenset((place,)) & self.all
        above = self.all - below - at
        return {"<": below, "<=": below | at, ">": above, ">=": above | at, "=": at, "!=": below | above}[
            relation
        ]

    def place(self, text: str) -> int:
        """Return the cell of an end: one of the points, or -1 or one too many for the infinities."""
        text = text.strip()
        if text in ("inf", "+inf", "+ inf", "-inf", "- inf"):
            return -1 if text[0] == "-" else len(self.all)
        read = parse(text, ())
        if isinstance(read, str):
            raise _Refused(read)
        for at, point in enumerate(self.points):
            if identical(read, point):
                return 2 * at + 1
        raise _Refused("wrong_value")


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}

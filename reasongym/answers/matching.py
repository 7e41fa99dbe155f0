r"""Is an answer, without anything around it, the gold? And what an item says beyond its gold (`Options`).

Stages, cheapest first: the same letters, plain numbers, then whatever shape it is (`readings`, `comparison`);
each is bounded by characters, members, digits, exponents, nodes and depth before anything is evaluated. What
cannot be read is right only where it is written alike, and what cannot be decided is not right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from reasongym.answers.comparison import compared
from reasongym.answers.leaves import is_literal
from reasongym.answers.readings import MAX_CHARS, read, read_list
from reasongym.answers.shapes import Equation, Group, Reading, Refused, Value
from reasongym.answers.typesetting import plain
from reasongym.answers.units import NO_UNIT, unit_of
from reasongym.answers.values import Leniency
from reasongym.answers.writing import written
from reasongym.errors import UnknownName, UsageError

MAX_FIGURES = 50
_LOOSE = re.compile(r"(?<![0-9]) | (?![0-9])")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_CHOICE_WITH_TEXT = re.compile(
    r"(?:(?i:option|choice) )?(?:\\text\{ ?)?\(?([A-Z])(?:[).:]| ?[)] ?\}|\})\s*(.+)"
)
_OTHER_CHOICE = re.compile(r"\([A-J]\)|(?<![A-Za-z])[B-H](?:[).]|\b)|\b(?:or|and|either|maybe)\b")


@dataclass(frozen=True, slots=True)
class Options:
    """What a benchmark says about an item beyond its gold."""

    alternatives: tuple[str, ...] = ()
    """Other golds, each of which is right too."""
    tolerance: float = 0.0
    """How far a number may be from the gold, relative to it."""
    units: str = ""
    """The unit that the problem states; an answer may leave it out but have no other."""
    significant_figures: int = 0
    """To how many figures numbers are compared; 0 compares them exactly."""
    several: bool = False
    """The gold lists several answers, which may come in any order."""
    worked_out: bool = False
    """A number must be worked out: `3 * 4` is not 12."""

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance < 1:
            raise UsageError(f"tolerance must be at least 0 and below 1, got {self.tolerance}")
        if not 0 <= self.significant_figures <= MAX_FIGURES:
            raise UsageError(
                f"significant_figures must be 0 to {MAX_FIGURES}, got {self.significant_figures}"
            )
        if self.units and unit_of(plain(self.units)) is None:
            raise UsageError(f"units must be a unit such as `km/h`, got {self.units!r}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Options":
        """Read the options of an item from JSON; raises UsageError on a name that is none."""
        names = [one.name for one in fields(cls)]
        for name in given:
            if name not in names:
                raise UnknownName("option of the grader", name, names)
        named: dict[str, Any] = dict(given)
        named["alternatives"] = tuple(given.get("alternatives", ()))
        return cls(**named)

    def leniency(self) -> Leniency:
        """Return the options as the comparison takes them."""
        units = unit_of(plain(self.units)) if self.units else NO_UNIT
        tolerance = Fraction(str(self.tolerance)) if self.tolerance else Fraction(0)
        return Leniency(tolerance, self.significant_figures, units or NO_UNIT, self.worked_out)


EXACT = Options()


def reason_for(gold: str, answer: str, options: Options = EXACT) -> str:
    """Return `ok`, or why the answer, without anything around it, is not the gold."""
    reason = _reason(gold, answer, options)
    for other in options.alternatives:
        if reason != "ok" and _reason(other, answer, options) == "ok":
            return "ok"
    return reason


def _reason(gold: str, answer: str, options: Options) -> str:
    if _WHOLE.fullmatch(gold) and _WHOLE.fullmatch(answer) and options == EXACT:
        return "ok" if gold == answer or int(gold) == int(answer) else "wrong_value"
    if len(gold) > MAX_CHARS or len(answer) > MAX_CHARS:
        return "over_limit"
    expected = _readable(gold, options)
    if expected is None:
        return "ok" if is_written_alike(gold, answer) else "unreadable_gold"
    reason = _read_and_compared(expected, answer, options)
    is_right = reason == "ok" or is_written_alike(gold, answer) or _chooses(expected, answer)
    return "ok" if is_right else reason


def _read_and_compared(expected: Reading, answer: str, options: Options) -> str:
    try:
        given = _as_asked(read(answer), answer, options, expected)
    except Refused as refusal:
        return refusal.args[0]
    return _compared(expected, given, answer, options)


def _compared(expected: Reading, given: Reading, answer: str, options: Options) -> str:
    reason = compared(expected, given, options.leniency())
    if reason == "ok" and options.worked_out and not _is_worked_out(given, answer):
        return "not_worked_out"
    return reason


def _is_worked_out(given: Reading, answer: str) -> bool:
    """Say whether a number is written as one, and not as the terms of a problem."""
    if isinstance(given, Equation):
        return given.right is None or _is_worked_out(given.right, given.text.rpartition("=")[2])
    return not isinstance(given, Value) or is_literal(given)


def _as_asked(reading: Reading, text: str, options: Options, gold: Reading | None = None) -> Reading:
    """Read `1,234` as two numbers where several are asked for."""
    is_list = options.several if gold is None else isinstance(gold, Group) and gold.kind == "set"
    if is_list and isinstance(reading, Value) and "," in plain(text) and not reading.unit:
        return read_list(text)
    if options.several and gold is None and isinstance(reading, Group) and reading.kind == "()":
        return Group("several", reading.members)
    return reading


def _chooses(gold: Reading, answer: str) -> bool:
    """Say whether an answer names the option of the gold with its content: `(C) 15`."""
    if not isinstance(gold, Value) or len(gold.text) != 1 or not gold.text.isupper():
        return False
    named = _CHOICE_WITH_TEXT.fullmatch(plain(answer))
    return named is not None and named[1] == gold.text and not _OTHER_CHOICE.search(named[2])


def _readable(gold: str, options: Options) -> Reading | None:
    try:
        return _as_asked(read(gold), gold, options)
    except Refused:
        return None


def is_readable(gold: str) -> bool:
    """Say whether a gold is more to the grader than its letters."""
    return _readable(gold, EXACT) is not None


def asks_for_several(gold: str, options: Options = EXACT) -> bool:
    """Say whether a gold is a set, a tuple or another group."""
    return isinstance(_readable(gold, options), Group)


def is_written_alike(gold: str, answer: str) -> bool:
    """Say whether two texts differ in nothing but how they are set in type."""
    if gold == answer:
        return bool(gold.strip())
    expected, given = (_LOOSE.sub("", plain(text[:MAX_CHARS])) for text in (gold, answer))
    return bool(expected) and expected == given


def form(text: str) -> str:
    """Return the normal form of a gold or an answer, empty where it cannot be read."""
    if len(text) > MAX_CHARS:
        return ""
    try:
        return written(read(text))
    except Refused:
        return ""

r"""The grader: from a gold and a whole completion to a verdict with its reasons.

The completion's last complete declaration counts (`extraction`, `statements`); it and the gold are read
into the same few shapes (`readings`), and these are compared exactly (`comparison`): numbers as fractions,
formulas by identity, so 0.333 is not 1/3 and 2^99 is what it is equal to. Groups are compared member by
member, sets in any order. What cannot be read is right only where it is written alike, and what cannot be
decided is not right.

The unit or label that one side leaves out is not asked for (`x = 5` and `5`, `5 cm` and `5`); two that differ
are (`5 cm` and `5 m`). A tuple is no set, and no interval is the other (`(1, 2)` and `[1, 2)`).

Stages, cheapest first: the same letters, plain numbers, then whatever shape it is; each is bounded by
characters, members, digits, exponents, nodes and depth before anything is evaluated. Nothing is executed, no
signal is used and nothing is shared between threads but caches of pure functions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from reasongym.answers.comparison import compared
from reasongym.answers.extraction import Found, find
from reasongym.answers.leaves import is_literal
from reasongym.answers.readings import MAX_CHARS, read, read_list
from reasongym.answers.shapes import Equation, Group, Reading, Refused, Value
from reasongym.answers.statements import (
    Stated,
    hedges_after,
    stated_list,
    stated_value,
    stated_words,
    states_result,
)
from reasongym.answers.typesetting import plain
from reasongym.answers.units import NO_UNIT, unit_of
from reasongym.answers.values import Leniency
from reasongym.answers.writing import written
from reasongym.core import Verdict
from reasongym.errors import UnknownName, UsageError

MAX_FIGURES = 50
_SHOWN_CHARS = 200
_LOOSE = re.compile(r"(?<![0-9]) | (?![0-9])")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_CHOICE_WITH_TEXT = re.compile(
    r"(?:(?i:option|choice) )?(?:\\text\{ ?)?\(?([A-Z])(?:[).:]| ?[)] ?\}|\})\s*(.+)"
)
_CHOICE = re.compile(r"[$*]{0,2}\(?[A-J]\)?[$*]{0,2}\.?")
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


@dataclass(frozen=True, slots=True)
class Grade:
    """A verdict with what led to it."""

    correct: bool
    reason: str
    """`ok`, or why not: `no_answer`, `hedged`, `retracted` (nothing was declared), `wrong_value`,
    `wrong_unit`, `not_worked_out`, `undecided`, `syntax` (unreadable), `unreadable_gold`, `over_limit`,
    `false_equation`."""
    extracted: str | None = None
    """The answer as the completion declares it."""
    span: tuple[int, int] | None = None
    """Where it stands in the completion."""
    gold_form: str = ""
    """The normal form of the gold, empty where it cannot be read."""
    answer_form: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict that an environment gives for it."""
        shown = None if self.extracted is None else self.extracted[:_SHOWN_CHARS]
        return Verdict.of(self.reason, shown)


def grade(gold: str, completion: str, options: Options = EXACT) -> Grade:
    """Judge a whole completion by a gold; pure, total, and bounded before it computes."""
    found = _declared(gold, completion)
    if found.rivals:
        return _graded_together(gold, found, options)
    if found.answer is None:
        return Grade(False, found.reason, gold_form=form(gold))
    reason, answer = _judged(gold, found, found.answer, options)
    return Grade(reason == "ok", reason, answer, (found.start, found.end), form(gold), form(answer))


def judge(gold: str, completion: str, options: Options = EXACT) -> Verdict:
    """Judge as `grade` does, without the normal forms."""
    found = _declared(gold, completion)
    if found.rivals:
        return _graded_together(gold, found, options).verdict
    if found.answer is None:
        return Verdict(0.0, False, found.reason)
    reason, answer = _judged(gold, found, found.answer, options)
    return Verdict.of(reason, answer[:_SHOWN_CHARS])


def _judged(gold: str, found: Found, answer: str, options: Options) -> tuple[str, str]:
    """Judge what was found; of prose that ends with `42!`, the factorial or else the number."""
    reason = reason_for(gold, answer, options)
    if reason != "ok" and answer.endswith("!") and found.kind in ("phrase", "ending"):
        exclaimed = answer.rstrip("!")
        if reason_for(gold, exclaimed, options) == "ok":
            return "ok", exclaimed
    return reason, answer


# -- what is declared ---------------------------------------------------------------------------------


def _declared(gold: str, completion: str) -> Found:
    """Find the declaration that counts; of what nothing declares, only what is stated as a result."""
    found = find(completion, "formula")
    if found.kind == "phrase" and found.answer is not None and hedges_after(completion, found.end):
        return Found(None, "hedged", "phrase")
    if found.kind not in ("ending", ""):
        return found
    if _is_wordy(gold):
        return _declared_words(completion, found)
    if found.answer is not None:
        return found if _states(completion, found.start) else Found(None, "no_answer")
    return _found(_stated(gold, completion, found), found)


def _stated(gold: str, completion: str, found: Found) -> Stated | None:
    """Find what a last sentence states: one value, or several where a set is asked for, which is no hedge."""
    if found.kind != "ending" or found.reason not in ("hedged", "no_answer"):
        return None
    if found.reason == "no_answer":
        return stated_value(completion)
    return stated_list(completion) if isinstance(_readable(gold, EXACT), Group) else None


def _found(stated: Stated | None, otherwise: Found) -> Found:
    return Found(stated.value, "ok", "ending", stated.start, stated.end) if stated else otherwise


def _states(completion: str, start: int) -> bool:
    return states_result(completion[:start].rpartition("</think>")[2])


def _declared_words(completion: str, found: Found) -> Found:
    """Find the words that end a text: those set apart, or the whole last line."""
    if found.reason not in ("ok", "no_answer") or not found.kind:
        return found
    if found.answer is not None and _CHOICE.fullmatch(found.answer) and _states(completion, found.start):
        return found
    line = find(completion, "line")
    return _found(stated_words(completion) if line.answer is not None else None, line)


def _is_wordy(gold: str) -> bool:
    return gold.isalpha() or (not any(char.isdigit() for char in gold) and "\\text" in gold)


def _graded_together(gold: str, found: Found, options: Options) -> Grade:
    """Judge the unequal boxes of one sentence: equal in value, or together the set that is asked for."""
    reasons = [reason_for(gold, rival, options) for rival in found.rivals]
    together = "\\{" + ", ".join(found.rivals) + "\\}"
    is_right = all(reason == "ok" for reason in reasons)
    if not is_right and isinstance(_readable(gold, options), Group):
        is_right = reason_for(gold, together, options) == "ok"
    return Grade(is_right, "ok" if is_right else "hedged", together, None, form(gold), form(together))


# -- golds and answers --------------------------------------------------------------------------------


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

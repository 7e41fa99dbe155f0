"""What environments with an exact number for an answer share: the answer format and the verdict."""

import re
from abc import abstractmethod
from collections.abc import Collection
from fractions import Fraction
from typing import ClassVar

from reasongym.answers.alternatives import offers_alternatives
from reasongym.answers.declarations import HEDGED, Extraction
from reasongym.answers.formulas import parse
from reasongym.answers.numbers import number
from reasongym.answers.prose import declared
from reasongym.answers.retractions import without_remarks
from reasongym.core import Data, Env, Verdict

SHOWN_CHARS = 200
STYLES = {
    "plain": "the problem and the answer format in a few sentences",
    "tags": "the answer in <answer> tags, after the work in <think> tags",
    "boxed": "the answer in \\boxed{}",
    "terse": "hardly a word, for models that know nothing else",
}
_ASK = {
    "plain": "End with a line that holds only the {}.",
    "tags": "Show your work in <think> </think> tags, then write the {} in <answer> </answer> tags.",
    "boxed": "Put the {} in \\boxed{{}}.",
}
_LEADS = (" are ", " is ", ": ", "####")
_OPEN = r"(?i)\b(?:or|either|maybe|perhaps|possibly|not)\b|n['’]t\b"
_MAX_UNIT_CHARS = 60
_MAX_ABOUT_CHARS = 30
_ABOUT = (
    r"(?i)\b(?:about|around|approximately|roughly|nearly|maybe|perhaps|at most|at least|up to)[\s$*(`]{1,4}$"
)
"""What makes a number no exact one; `find` looks for it right before the number."""


def find(text: str, units: Collection[str] = ()) -> Extraction:
    """Return the formula that a completion declares or ends with, with or without a unit behind it."""
    text = without_remarks(text)
    found = declared(text, "formula")
    if "```" in (found.answer or "") or (found.answer is None and text.rstrip().endswith("```")):
        found = declared(text, "block")
    elif text.rstrip().endswith("}") and text.rpartition("\n")[2].lstrip().startswith('{"'):
        found = declared(text, "line")
    if found.answer is None and found.reason == "no_answer" and units:
        bare = text.rstrip(" .\n\t*")
        tail = bare[-_MAX_UNIT_CHARS:].lower()
        unit = max((unit for unit in units if tail.endswith(unit.lower())), key=len, default="")
        if unit:
            found = declared(bare[: -len(unit)], "formula")
    if found.answer is None:
        return found
    if "####" in found.answer:
        return Extraction(found.answer.rpartition("####")[2].strip(), "ok")
    at = text.rfind(found.answer)
    return HEDGED if re.search(_ABOUT, text[max(0, at - _MAX_ABOUT_CHARS) : at]) else found


def after_prose(line: str) -> str:
    """Return what follows "is", "are" or a colon; the line itself where what comes before leaves it open."""
    at = max(line.rfind(lead) + len(lead) if lead in line else 0 for lead in _LEADS)
    return line if re.search(_OPEN, line[:at]) else line[at:].strip()


def refused(reason: str, answer: str) -> Verdict:
    """Judge an answer that could not be read."""
    hedged = reason == "syntax" and offers_alternatives(answer[:SHOWN_CHARS])
    return Verdict(0.0, False, "hedged" if hedged else reason, answer[:SHOWN_CHARS])


def modulus_words(modulus: int) -> tuple[str, ...]:
    """Return what may stand behind a remainder."""
    return (f"(mod {modulus})", f"mod {modulus}", f"modulo {modulus}")


class Exact(Env):
    """One turn, one exact rational: `data["answer"]`, a whole number or a fraction as the text "3/4".

    Every form of the number is right (6/8 for 3/4, 0.5 for 1/2); nothing near it is, nor is an expression
    that has yet to be worked out.
    """

    styles = STYLES
    asks: ClassVar[str] = "number"
    """What the answer is called in the prompt."""
    percent: ClassVar[bool] = False
    roots: ClassVar[bool] = False
    """Whether the root of a square need not be drawn: `sqrt(25)` is right for 5."""
    spaces: ClassVar[tuple[int, ...]]
    chances: ClassVar[tuple[float, ...]]

    @abstractmethod
    def question(self, data: Data) -> str:
        """Word the problem without the answer format."""

    @abstractmethod
    def terse(self, data: Data) -> str:
        """Word the problem in a few tokens."""

    def units(self, data: Data) -> Collection[str]:
        """Return what may stand behind the number."""
        return ()

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(data)
        return f"{self.question(data)} {_ASK[style].format(self.asks)}"

    def verify(self, data: Data, text: str) -> Verdict:
        units = self.units(data)
        answer, reason = find(text, units)
        if answer is None:
            return Verdict(0.0, False, reason)
        read = number(answer, units=units, percent=self.percent, roots=self.roots)
        if isinstance(read, str):
            is_expression = read == "syntax" and not isinstance(parse(answer, ()), str)
            return refused("not_worked_out" if is_expression else read, answer)
        return Verdict.of("ok" if read == Fraction(data["answer"]) else "wrong_value", answer)

    def oracle(self, data: Data) -> list[str]:
        return [str(data["answer"])]

    def space(self, level: int) -> int:
        return self.spaces[level]

    def chance(self, level: int) -> float:
        """Return what the better of a random number of the right size and a constant earns, measured."""
        return self.chances[level]

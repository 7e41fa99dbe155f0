r"""The grader: from a gold and a whole completion to a verdict with its reasons.

The completion's last complete declaration counts (`extraction`, `statements`). It and the gold are read into
the same few shapes, and these are compared exactly (`matching`): numbers as fractions, formulas by identity,
so 0.333 is not 1/3 and 2^99 is what it is equal to; groups member by member, sets in any order.

The unit or label that one side leaves out is not asked for (`x = 5` and `5`, `5 cm` and `5`); two that differ
are (`5 cm` and `5 m`). A tuple is no set, and no interval is the other (`(1, 2)` and `[1, 2)`).

Everything is bounded before it is computed. Nothing is executed, no signal is used and nothing is shared
between threads but caches of pure functions.
"""

import re
from dataclasses import dataclass

from reasongym.answers.extraction import Found, find
from reasongym.answers.matching import EXACT, Options, asks_for_several, form, reason_for
from reasongym.answers.statements import (
    Stated,
    hedges_after,
    stated_list,
    stated_value,
    stated_words,
    states_result,
)
from reasongym.answers.thinking import without_thinking
from reasongym.core import Verdict

_SHOWN_CHARS = 200
_CHOICE = re.compile(r"[$*]{0,2}\(?[A-J]\)?[$*]{0,2}\.?")


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
    return stated_list(completion) if asks_for_several(gold) else None


def _found(stated: Stated | None, otherwise: Found) -> Found:
    return Found(stated.value, "ok", "ending", stated.start, stated.end) if stated else otherwise


def _states(completion: str, start: int) -> bool:
    return states_result(without_thinking(completion[:start]))


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
    if not is_right and asks_for_several(gold, options):
        is_right = reason_for(gold, together, options) == "ok"
    return Grade(is_right, "ok" if is_right else "hedged", together, None, form(gold), form(together))

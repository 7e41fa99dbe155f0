r"""Find the answer that a completion declares.

What counts is the text after the last `</think>`; a `<think>` that is never closed declares nothing. Ways
to declare an answer, strongest first: `\boxed{}` or `\fbox{}`, `<answer></answer>`, `####`, a JSON object
with an `answer` that ends the text (`declarations`), a phrase such as "the answer is" (`phrases`), and what
ends the text: an expression, a formula, a line or a block, as the family asks for (`endings`). The strongest
way present decides, and its last complete declaration supersedes the earlier ones, unless both stand in one
sentence and differ: that is a hedge, and so is one declaration that offers alternatives, or the last of
several labelled as such ("Option B:"). What is said after the answer may take it back (`retractions`).
"""

import re
from itertools import pairwise
from typing import NamedTuple

from reasongym.answers.alternatives import SENTENCE_END, is_one_of_several
from reasongym.answers.declarations import (
    DECLARING,
    HEDGED,
    MAX_DENIAL,
    RETRACTED,
    Declaration,
    Ending,
    Extraction,
    bare,
    kept,
)
from reasongym.answers.endings import ENDINGS
from reasongym.answers.hedges import MAX_LEAD, are_cases, are_listed, names_another, other_in_brackets
from reasongym.answers.phrases import phrases
from reasongym.answers.retractions import is_retracted, without_remarks

MAX_TAIL = 16_384
"""Characters at the end of a completion in which an answer is looked for, so that reading is bounded."""


class Found(NamedTuple):
    """What `find` found: the answer and where it stands, or why there is none and what was offered."""

    answer: str | None
    reason: str
    kind: str = ""
    """`box`, `tag`, `hashes`, `object`, `phrase` or, of an answer that nothing declares, `ending`."""
    start: int = 0
    end: int = 0
    rivals: tuple[str, ...] = ()
    """The unequal answers that one sentence declares; they may together be a set."""


_OTHERWISE = re.compile(
    r"\b(?:otherwise|alternatively|if not|in (?:the|that) other case)\b[\s,:*]{0,5}(?:(?:it is|we get"
    r"|the answer is)\s?)?"
    r"(?:\$|\\\[|\\\()?$",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor(?: else| maybe| perhaps| possibly)?[\s:*]{0,5}(?:\$|\\\[|\\\(|`)?$", re.IGNORECASE)
_END_TOKEN = re.compile(r"<\|[A-Za-z_]{1,24}\|>|</s>|<eos>|<end_of_turn>")
_MAX_END_TOKENS = 4


def extract(text: str, ending: Ending = "expression") -> Extraction:
    """Return the answer that a completion declares, in time linear in its length."""
    found = find(text, ending)
    return Extraction(found.answer, found.reason)


def find(text: str, ending: Ending = "expression") -> Found:
    """Find the answer that a completion declares and where it stands, in time linear in its length."""
    answering = after_thinking(text)
    if answering is None:
        return Found(None, "no_answer")
    shift = len(text) - len(answering)
    answering = _without_end_tokens(answering)
    for kind, declare in DECLARING:
        declarations = kept(answering, declare(answering))
        if declarations:
            return _found(answering, declarations, kind, shift)
    answering = without_remarks(answering)
    declarations = kept(answering, phrases(answering, ending))
    return (
        _found(answering, declarations, "phrase", shift) if declarations else _ended(answering, ending, shift)
    )


def _without_end_tokens(text: str) -> str:
    """Take away the tokens that end a completion where it was saved with them: `<|im_end|>`, `</s>`."""
    text = text.rstrip()
    for _ in range(_MAX_END_TOKENS):
        start = text.rfind("<", max(0, len(text) - MAX_DENIAL)) if text.endswith(">") else -1
        if start < 0 or not _END_TOKEN.fullmatch(text, start):
            break
        text = text[:start].rstrip()
    return text


def _found(text: str, declarations: list[Declaration], kind: str, shift: int) -> Found:
    answer, reason = _decide(text, declarations)
    last = declarations[-1]
    if answer is None:
        return Found(None, reason, kind, rivals=_rivals(text, declarations) if reason == "hedged" else ())
    start = text.rfind(answer, last.start, last.end - (len("</answer>") if kind == "tag" else 0))
    start, end = (start, start + len(answer)) if start >= 0 else (last.start, last.end)
    return Found(answer, reason, kind, start + shift, end + shift)


def _rivals(text: str, declarations: list[Declaration]) -> tuple[str, ...]:
    """Return what the last sentence declares, where nothing but that is offered and nothing is taken back."""
    chain = [declarations[-1]]
    for earlier in reversed(declarations[:-1]):
        if _are_apart(text, earlier, chain[0]):
            break
        chain.insert(0, earlier)
    first, last = chain[0], chain[-1]
    other = other_in_brackets(text[last.end :])
    if other is not None and len(chain) == 1:
        return (bare(last.content), other)
    is_more = _OR.search(text, max(0, first.start - MAX_DENIAL), first.start) is not None
    if len(chain) < 2 or is_more or is_retracted(text[last.end :], last.content):
        return ()
    return tuple(bare(one.content) for one in chain)


def _ended(text: str, ending: Ending, shift: int) -> Found:
    """Read the answer that ends a text."""
    found = ENDINGS[ending](text)
    if found.answer is None:
        return Found(None, found.reason, "ending")
    start = text.rindex(found.answer) if found.answer in text else len(text)
    end = start + len(found.answer)
    if is_one_of_several(text, start, end):
        return Found(None, "hedged", "ending")
    if is_retracted(text[end:], found.answer):
        return Found(None, "retracted", "ending")
    return Found(found.answer, "ok", "ending", min(start, len(text)) + shift, min(end, len(text)) + shift)


def after_thinking(text: str, most: int = MAX_TAIL) -> str | None:
    """Return the end of what follows the last `</think>`, None where a `<think>` is never closed."""
    closed = text.rfind("</think>")
    start = closed + len("</think>") if closed >= 0 else 0
    if text.find("<think>", start) >= 0:
        return None
    return text[max(start, len(text) - most) :]


def _decide(text: str, declarations: list[Declaration]) -> Extraction:
    last = declarations[-1]
    if _is_hedged(text, declarations):
        return HEDGED
    if is_retracted(text[last.end :], last.content) or names_another(text[last.end :], last.content):
        return RETRACTED
    return Extraction(bare(last.content), "ok")


def _is_hedged(text: str, declarations: list[Declaration]) -> bool:
    last = declarations[-1]
    if _OR.search(text, max(0, last.start - MAX_DENIAL), last.start) and not _repeats(text, declarations):
        return True  # 37 or \boxed{96}
    if other_in_brackets(text[last.end :]) is not None:
        return True  # \boxed{7} (or 8)
    if len(declarations) > 1 and (_differ(text, declarations) or _depend(text, declarations)):
        return True
    others = [one.end for one in declarations if one.content.strip() != last.content.strip()]
    return is_one_of_several(text, last.start, last.start, since=others[-1] if others else None)


def _differ(text: str, declarations: list[Declaration]) -> bool:
    """Say whether the last sentence with declarations has unequal ones."""
    for earlier, later in reversed(list(pairwise(declarations))):
        if _are_apart(text, earlier, later):
            return False
        if not _are_alike(earlier, declarations[-1]):
            return True
    return False


def _depend(text: str, declarations: list[Declaration]) -> bool:
    r"""Say whether the last two are what two cases lead to: `If ..., \boxed{7}. Otherwise, \boxed{8}`."""
    earlier, last = declarations[-2:]
    is_otherwise = _OTHERWISE.search(text, max(0, last.start - MAX_DENIAL), last.start) is not None
    return is_otherwise or are_cases(_before(text, earlier), _before(text, last))


def _are_alike(one: Declaration, other: Declaration) -> bool:
    return "".join(one.content.split()) == "".join(other.content.split())


def _are_apart(text: str, earlier: Declaration, later: Declaration) -> bool:
    """Say whether two declarations stand in two sentences; boxes that are items of one list do not."""
    if SENTENCE_END.search(text, earlier.end, later.start) is None:
        return False
    is_box = text[later.start] in "\\-−"
    return not is_box or not are_listed(text[earlier.end : later.start])


def _before(text: str, declaration: Declaration) -> str:
    return text[max(0, declaration.start - MAX_LEAD) : declaration.start]


def _repeats(text: str, declarations: list[Declaration]) -> bool:
    r"""Say whether the `or` stands between two declarations of one answer: `\boxed{7} or \boxed{7}`."""
    if len(declarations) < 2:
        return False
    earlier, last = declarations[-2:]
    return _are_alike(earlier, last) and last.start - earlier.end < MAX_DENIAL

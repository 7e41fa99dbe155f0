"""Answers that nothing declares: the expression, formula, line or block that ends a text."""

import re
from collections.abc import Callable

from reasongym.answers.alternatives import LEAD_CHARS, SENTENCE_END, disowns, offers_another
from reasongym.answers.arithmetic import SIGNS
from reasongym.answers.declarations import (
    BLANK,
    HEDGED,
    MARKERS,
    NO_ANSWER,
    PROSE,
    Ending,
    Extraction,
    bare,
    is_denied,
)
from reasongym.answers.patterns import TICKS
from reasongym.answers.phrases import BLOCKS, DOUBT, OPERATION

_EXPRESSION_CHARS = SIGNS + "$"
_LISTING = re.compile(r"(?:\b(?:or|and|either)|[,;|])$", re.IGNORECASE)
_DISPLAYS = BLOCKS[1:]
_INLINE = (("$", "$"), ("\\(", "\\)"), ("`", "`"), ("**", "**"), ('"', '"'), ("“", "”"))
_MATHS = ("$", "\\")  # what stands between the others may as well be words
_LEADS_TO = ",.;!?)\"”'→⇒"
"""Signs that may stand before the expression that ends a line; `≠`, `>` or `√` would be part of it."""
_MARGIN = re.compile(r"[>*•][ \t]")
_BEFORE_FORMULA = _LEADS_TO + ":： \t="
_OPERATORS = tuple("+*/^<>·×÷")
_PARAGRAPH = re.compile(r"\n[ \t\r]{0,80}\n")


def _trailing(text: str) -> Extraction:
    """Read the formula that ends the text, or the expression that ends its last line."""
    text = text.rstrip(BLANK + TICKS).removesuffix(".")
    start = _start_of_formula(text)
    if start is None:
        start = _start_of_expression(text)
    if start is None or is_denied(text, start):
        return NO_ANSWER
    if _is_listed(text[:start]) or offers_another(_lead(text, start)):
        return HEDGED
    ending = text[start:].strip()
    if ending.count("**") % 2:
        ending = ending.removeprefix("**")  # of "**Solution:** 3 * 7"
    return Extraction(bare(ending), "ok") if ending else NO_ANSWER


def _start_of_formula(text: str) -> int | None:
    """Return where the block, the formula or the quotation begins that ends the text."""
    line = text.rfind("\n") + 1
    for opening, closing in (*BLOCKS, *_INLINE):
        if not text.endswith(closing):
            continue
        first = line if (opening, closing) in _INLINE else 0
        start = text.rfind(opening, first, len(text) - len(closing))
        inside = text[start + len(opening) : -len(closing)]
        if any(marker in inside for marker in MARKERS):
            return None
        if start >= 0 and not text[:start].rstrip(" ").endswith("="):  # of `= **21**` more is the answer
            return start if opening[0] in _MATHS or OPERATION.search(inside) else None
    return None


def _start_of_expression(text: str) -> int | None:
    """Return where the expression begins that ends the last line, None where no sign of one does.

    It is the whole line where reading cannot begin inside it: "0x3e7", "1.5*10", "12 ≠ 3 * 5".
    """
    line_start = text.rfind("\n") + 1
    line = text[line_start:]
    if any(marker in line for marker in MARKERS):
        return None
    margin = _MARGIN.match(line)
    least = margin.end() if margin else 0
    start = max(least, len(line.rstrip(_EXPRESSION_CHARS))) if "\\" not in line else least
    before, ending = line[least:start][-1:], line[start:].lstrip()
    if not ending:
        return None
    is_apart = line[start].isspace() and (before.isalnum() or before in _LEADS_TO)
    return line_start + (len(line) - len(ending) if is_apart or before in ":：" else least)


def _is_listed(before: str) -> bool:
    """Say whether what stands before the last expression offers another one."""
    line = before.rpartition("\n")[2]
    sentence = SENTENCE_END.split(line)[-1]
    if DOUBT.search(sentence) and OPERATION.search(sentence):
        return True
    line_before = before.rstrip().rpartition("\n")[2].rstrip('*`"“$ ')
    offers = any(char.isdigit() for char in line) or OPERATION.search(line_before) is not None
    return offers and _LISTING.search(line_before) is not None


def _last_formula(text: str) -> Extraction:
    """Read the formula that ends the text: set apart by signs, or what follows the last word of prose."""
    text = text.rstrip(BLANK + TICKS).removesuffix(".")
    start = _start_of_formula(text)
    if start is None and text.endswith("```"):
        start = max(0, text.rfind("```", 0, -3))
    if start is None:
        start = _start_behind_prose(text)
    if start is None or start == len(text) or is_denied(text, start):
        return NO_ANSWER
    lead = _lead(text, start)
    if disowns(lead):
        return NO_ANSWER
    is_one_of_many = offers_another(lead) or _is_listed(text[:start])
    return HEDGED if is_one_of_many else Extraction(bare(text[start:]), "ok")


def _start_behind_prose(text: str) -> int | None:
    """Return where the last line is no prose any more, None where it holds a mark of a declaration."""
    line = text.rfind("\n") + 1
    if any(marker in text[line:] for marker in MARKERS):
        return None
    start = max((word.end() for word in PROSE.finditer(text, line)), default=line)
    while start < len(text) and text[start] in _BEFORE_FORMULA:
        start += 1
    is_product = text[start : start + 1] in _OPERATORS and text[start : start + 2] != "**"
    return line if is_product else start  # the word before was a product of variables


def _lead(text: str, start: int) -> str:
    """Return the end of the line that leads to an answer: its own, or where it begins one the line above."""
    return text[max(0, start - LEAD_CHARS) : start].rstrip().rpartition("\n")[2]


def _last_line(text: str) -> Extraction:
    text = text.rstrip(BLANK)
    if text.endswith("\n```"):
        text = text[:-4].rstrip(BLANK)  # a fence of its own lines holds the line
    for opening, closing in _DISPLAYS:
        inside = text.removesuffix(".").removesuffix(closing).rstrip(" \t")
        if text.removesuffix(".").endswith(closing) and inside.endswith("\n"):
            start = inside.rfind(opening)
            if start >= 0:
                return _unless_disowned(text[:start], text[start:])
    before, _, line = text.rpartition("\n")
    return _unless_disowned(before, line)


def _last_block(text: str) -> Extraction:
    """Read the last fenced block, or where no fence is the last paragraph."""
    fences = text.split("```")
    if len(fences) > 2:
        closed = len(fences) - 2 if len(fences) % 2 else len(fences) - 3
        return _unless_disowned(fences[closed - 1], f"```{fences[closed]}```")
    text = text.strip(BLANK)
    ending = _PARAGRAPH.split(text)[-1]
    return _unless_disowned(text[: len(text) - len(ending)], ending)


def _unless_disowned(before: str, ending: str) -> Extraction:
    """Read a block unless the line above it denies it or offers it as one of several."""
    lead = _lead(before, len(before))
    if offers_another(lead):
        return HEDGED
    return NO_ANSWER if disowns(lead) else _unless_marked(ending)


def _unless_marked(ending: str) -> Extraction:
    if any(marker in ending for marker in MARKERS):
        return NO_ANSWER
    if re.match(r"(?i)\W{0,9}or\b", ending):
        return HEDGED
    answer = bare(ending)
    return Extraction(answer, "ok") if answer else NO_ANSWER


ENDINGS: dict[Ending, Callable[[str], Extraction]] = {
    "expression": _trailing,
    "formula": _last_formula,
    "line": _last_line,
    "block": _last_block,
}

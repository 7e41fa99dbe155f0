r"""Find the answer that a completion declares.

What counts is the text after the last `</think>`; a `<think>` that is never closed declares nothing. Ways
to declare an answer, strongest first: `\boxed{}` or `\fbox{}`, `<answer></answer>`, `####`, a phrase such
as "the answer is", and the expression that ends the text. The strongest way present decides, and its last
complete declaration supersedes the earlier ones, unless both stand in one sentence and differ: that is a
hedge, and so is one declaration that offers alternatives.
"""

import re
from itertools import pairwise, zip_longest
from typing import NamedTuple

from reasongym.answers.arithmetic import SIGNS

MAX_TAIL = 16_384
"""Characters at the end of a completion in which an answer is looked for, so that reading is bounded."""


class Extraction(NamedTuple):
    """The declared answer, or why there is none (`no_answer`, `hedged`)."""

    answer: str | None
    reason: str


class _Declaration(NamedTuple):
    start: int
    end: int
    content: str


NO_ANSWER = Extraction(None, "no_answer")
HEDGED = Extraction(None, "hedged")

_BRACES = re.compile(r"\\(?:boxed|fbox)\s{0,4}\{|\\[{}\\]|[{}]")
_PHRASE = re.compile(r"answer\*{0,2}[ \t]{0,3}(?:is\b|:|=)[\s:*]{0,8}", re.IGNORECASE)
_AFTERTHOUGHT = re.compile(
    r",\s(?=[A-Za-z])(?!(?:or|and|maybe|perhaps|possibly|also|either|alternatively)\b)"
    r"|\s(?:because|since|which|using)\b|\.\s",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_ALTERNATIVES = re.compile(r"\b(?:or|either|maybe|alternatively)\b|[,;|]", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:not|isn't|never|than)\s{1,3}(?:\$|\\\[|\\\(|\*\*)?$", re.IGNORECASE)
_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    ("", "...", "…", r"\ldots", r"\dots", r"\cdots", "?", "answer", "your answer", "expression")
)
_EXPRESSION_CHARS = SIGNS + "$"
_MARKERS = ("\\boxed", "\\fbox", "<answer>")  # empty, cut off or denied where no declaration was found
_LIST_WORDS = ("or", "and", ",", ";", "|", "either")


def extract(text: str) -> Extraction:
    """Return the answer that a completion declares, in time linear in its length."""
    answering = _after_thinking(text)
    if answering is None:
        return NO_ANSWER
    for find in _FINDERS:
        declarations = _kept(answering, find(answering))
        if declarations:
            return _decide(answering, declarations)
    return _trailing(answering)


def offers_alternatives(answer: str) -> bool:
    """Say whether one declaration names several answers ("3 * 7 or 5 + 16")."""
    return _ALTERNATIVES.search(answer) is not None


def _after_thinking(text: str) -> str | None:
    closed = text.rfind("</think>")
    start = closed + len("</think>") if closed >= 0 else 0
    if text.find("<think>", start) >= 0:
        return None
    return text[max(start, len(text) - MAX_TAIL) :]


def _decide(text: str, declarations: list[_Declaration]) -> Extraction:
    last = declarations[-1]
    for earlier, later in reversed(list(pairwise(declarations))):
        if _SENTENCE_END.search(text, earlier.end, later.start):
            break
        if "".join(earlier.content.split()) != "".join(last.content.split()):
            return HEDGED
    return Extraction(last.content.strip(), "ok")


def _kept(text: str, declarations: list[_Declaration]) -> list[_Declaration]:
    """Drop what declares nothing: placeholders, and declarations that the word before them denies."""
    return [
        one
        for one in declarations
        if one.content.strip().lower() not in _PLACEHOLDERS
        and not _DENIAL.search(text, max(0, one.start - 20), one.start)
    ]


def _boxes(text: str) -> list[_Declaration]:
    r"""Find the outermost complete boxes; TeX's `\{` and `\}` are no braces here."""
    if "\\boxed" not in text and "\\fbox" not in text:
        return []
    found: list[_Declaration] = []
    open_braces: list[re.Match[str]] = []
    for brace in _BRACES.finditer(text):
        sign = brace[0]
        if sign == "{" or len(sign) > 2:
            open_braces.append(brace)
        elif sign == "}" and open_braces:
            opening = open_braces.pop()
            if len(opening[0]) > 1:
                _close_box(text, opening, brace, found)
    return found


def _close_box(text: str, opening: re.Match[str], closing: re.Match[str], found: list[_Declaration]) -> None:
    r"""Add a box and drop those inside it; `\boxed{\boxed{x}}` holds `x`."""
    content = text[opening.end() : closing.start()]
    while found and found[-1].start > opening.start():
        inner = found.pop()
        if inner.end - inner.start == len(content.strip()):
            content = inner.content
    found.append(_Declaration(opening.start(), closing.end(), content))


def _tags(text: str) -> list[_Declaration]:
    tags = list(_TAG.finditer(text)) if "nswer>" in text else []
    return [
        _Declaration(opening.start(), closing.end(), text[opening.end() : closing.start()])
        for opening, closing in pairwise(tags)
        if opening[0][1] != "/" and closing[0][1] == "/"
    ]


def _hashes(text: str) -> list[_Declaration]:
    """Read `#### 42`, GSM8K's last line; further up it is a heading."""
    line = text.rstrip().rpartition("\n")[2]
    if not line.startswith("####"):
        return []
    start = text.rindex(line)
    return [_Declaration(start, start + len(line), line.lstrip("#"))]


def _phrases(text: str) -> list[_Declaration]:
    phrases = list(_PHRASE.finditer(text))
    found: list[_Declaration] = []
    for phrase, following in zip_longest(phrases, phrases[1:]):
        end = following.start() if following else len(text)
        content = text[phrase.end() : end].partition("\n")[0]
        stop = _AFTERTHOUGHT.search(content)
        content = content[: stop.start()] if stop else content
        if content.count("**") % 2:
            content = content.rstrip().removesuffix("**")
        found.append(_Declaration(phrase.start(), phrase.end() + len(content), content))
    return found


_FINDERS = (_boxes, _tags, _hashes, _phrases)


def _trailing(text: str) -> Extraction:
    """Read the formula or the expression that ends the last line."""
    line = text.rstrip().rpartition("\n")[2].strip().removesuffix(".")
    if any(marker in line for marker in _MARKERS):
        return NO_ANSWER
    start = _start_of_display(line)
    if start is None:
        start = len(line.rstrip(_EXPRESSION_CHARS)) if "\\" not in line else 0
        if start and line[start : start + 1].strip() and line[start - 1] != ":":
            start = 0  # "0x3e7" and "1.5*10" are no place to begin reading in: the line is read whole
    before, ending = line[:start].rstrip(), line[start:].strip()
    if before.lower().endswith(_LIST_WORDS) and any(char.isdigit() for char in before):
        return HEDGED
    return Extraction(ending, "ok") if ending else NO_ANSWER


def _start_of_display(line: str) -> int | None:
    """Return where the `$...$`, `\\(...\\)` or `\\[...\\]` begins that ends a line."""
    for opening, closing in (("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")):
        if line.endswith(closing):
            start = line.rfind(opening, 0, len(line) - len(closing))
            return start if start >= 0 else None
    return None

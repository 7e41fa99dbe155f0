r"""Ways to declare an answer by signs: `\boxed{}`, `<answer></answer>`, `####` and a JSON object.

Each finds all its complete declarations in a text; which of them counts is not decided here.
"""

import re
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from reasongym.answers.hedges import MAX_LEAD, is_blamed

Ending: TypeAlias = Literal["expression", "formula", "line", "block"]
"""What an answer without a declaration is: the arithmetic expression, the mathematical formula or the line
that ends the text, or its last fenced block (without a fence: its last paragraph)."""


class Extraction(NamedTuple):
    """The declared answer, or why there is none (`no_answer`, `hedged`, `retracted`)."""

    answer: str | None
    reason: str


class Declaration(NamedTuple):
    """One declaration: where it begins and ends in the text, and what it holds."""

    start: int
    end: int
    content: str


NO_ANSWER = Extraction(None, "no_answer")
HEDGED = Extraction(None, "hedged")
RETRACTED = Extraction(None, "retracted")
_BRACES = re.compile(r"\\{1,2}(?:boxed|fbox)\s{0,4}\{|\\[{}\\]|[{}]")
_DENIAL = re.compile(
    r"(?:\b(?:not|never|than|cannot)|n['’]t)\b(?: be| equal| the case that| the| an?| my)?"
    r"[\s:*]{0,5}(?:\$|\\\[|\\\(|`|\")?$",
    re.IGNORECASE,
)
_BARE_BOX = re.compile(r"\\boxed\s?([0-9A-Za-z])")
MAX_DENIAL = 40
"""Characters before a declaration in which it may be denied."""
_SIGN = re.compile(r"(?:^|[\s=$({\[*])([-−])$")
_MAX_SIGN = 2
_TERMS = re.compile(r"\S\s*[-+−]|\\[pm]")
"""Signs of a sum, which a minus before it belongs to as a whole."""
_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_HASHES = re.compile(r"(?:(?<=\s)|(?<=>)|^)####(?!#)([^\n]*)")
_OBJECT = (
    r'(?i)\{\s{0,9}"(?:final[ _])?answer"\s{0,9}:\s{0,9}'
    r'(?:"(?P<text>(?:[^"\\]|\\.){0,2000})"|(?P<number>-?[0-9][0-9.]{0,40}))\s{0,9}\}'
)
_PLACEHOLDERS = frozenset(
    ("", "...", "…", r"\ldots", r"\dots", r"\cdots", "?", "answer", "your answer", "expression")
)
MARKERS = ("\\boxed", "\\fbox", "<answer>")  # empty, cut off or denied where no declaration was found
BLANK = " \t\r\n\u200b\u2060\ufeff"
_LABEL = re.compile(r"(?:the )?(?:answer|equation|expression|solution)(?: is:?|:)\s", re.IGNORECASE)
PROSE = re.compile(
    r"(?<![A-Za-z0-9\\])(?!(?:arc|a)?(?:sin|cos|tan|sec|csc|cot)h?[t-z]?\b"
    r"|(?:ln|log)[t-z]?\b|d[t-z]\b|(?:exp|sqrt|cbrt|pi|inf|infinity|abs|mod|gcd|min|max)\b)"
    r"[A-Za-z]{2,}(?![A-Za-z(^])"
)


def bare(content: str) -> str:
    """Take away what sets an answer apart from prose: a code fence, quotation marks, a label."""
    content = content.strip(BLANK)
    if content.startswith("```") and content.endswith("```") and len(content) > 6:
        language, newline, code = content[3:-3].partition("\n")
        content = code if newline and (not language or language.strip().isalpha()) else content[3:-3]
    label = _LABEL.match(content)
    content = content[label.end() if label else 0 :].strip()
    quoted = content.removesuffix(".")
    if len(quoted) > 1 and quoted[0] + quoted[-1] in ('""', "''", "“”"):
        content = quoted[1:-1]
    return content.strip()


def kept(text: str, declarations: list[Declaration]) -> list[Declaration]:
    """Drop what declares nothing: placeholders, and declarations that the word before them denies."""
    return [
        one
        for one in declarations
        if one.content.strip().lower() not in _PLACEHOLDERS and not is_denied(text, one.start)
    ]


def is_denied(text: str, start: int) -> bool:
    """Say whether the words before an answer deny it: "not 42", "the wrong answer is 42"."""
    is_denied = _DENIAL.search(text, max(0, start - MAX_DENIAL), start) is not None
    return is_denied or is_blamed(text[max(0, start - MAX_LEAD) : start])


def _boxes(text: str) -> list[Declaration]:
    r"""Find the outermost complete boxes; TeX's `\{` and `\}` are no braces here."""
    if "\\boxed" not in text and "\\fbox" not in text:
        return []
    found: list[Declaration] = []
    open_braces: list[re.Match[str]] = []
    for brace in _BRACES.finditer(text):
        sign = brace[0]
        if sign == "{" or len(sign) > 2:
            open_braces.append(brace)
        elif sign == "}" and open_braces:
            opening = open_braces.pop()
            if len(opening[0]) > 1:
                _close_box(text, opening, brace, found)
    found = found or [Declaration(one.start(), one.end(), one[1]) for one in _BARE_BOX.finditer(text)]
    return [_with_sign(text, one) for one in found]


def _with_sign(text: str, box: Declaration) -> Declaration:
    r"""Take a minus right before a box for the answer's sign: `x = -\boxed{42}`, but not `- \boxed{42}`."""
    sign = _SIGN.search(text, max(0, box.start - _MAX_SIGN), box.start)
    if sign is None or not box.content.strip():
        return box
    inside = f"({box.content})" if _TERMS.search(box.content) else box.content.strip()
    return Declaration(sign.start(1), box.end, f"-{inside}")


def _close_box(text: str, opening: re.Match[str], closing: re.Match[str], found: list[Declaration]) -> None:
    r"""Add a box and drop those inside it; `\boxed{\boxed{x}}` holds `x`."""
    content = text[opening.end() : closing.start()]
    while found and found[-1].start > opening.start():
        inner = found.pop()
        if inner.end - inner.start == len(content.strip()):
            content = inner.content
    found.append(Declaration(opening.start(), closing.end(), content))


def _tags(text: str) -> list[Declaration]:
    tags = list(_TAG.finditer(text)) if "</" in text else []
    return [
        Declaration(opening.start(), closing.end(), text[opening.end() : closing.start()])
        for opening, closing in pairwise(tags)
        if opening[0][1] != "/" and closing[0][1] == "/"
    ]


def _hashes(text: str) -> list[Declaration]:
    """Read `#### 42`, GSM8K's last line; further up it may be a heading, which has words."""
    if "####" not in text:
        return []
    lines = [
        Declaration(one.start(), one.end(), one[1])
        for one in _HASHES.finditer(text)
        if one.end() >= len(text.rstrip()) or not PROSE.search(one[1])
    ]
    return [one for one in lines if one.content.strip() or one.end >= len(text.rstrip())]


def _objects(text: str) -> list[Declaration]:
    """Read `{"answer": "42"}` where it ends the text; LaTeX may be escaped there or not."""
    ending = text.rstrip(BLANK + "`")
    found = [one for one in re.finditer(_OBJECT, ending) if one.end() == len(ending)]
    return [
        Declaration(
            one.start(),
            one.end(),
            (one["text"] or one["number"] or "").replace("\\\\", "\\").replace('\\"', '"'),
        )
        for one in found
    ]


DECLARING = (("box", _boxes), ("tag", _tags), ("hashes", _hashes), ("object", _objects))
"""Ways to declare an answer, strongest first."""

"""Answers that words declare: "The answer is 42", "**Answer:** C"."""

import re
from itertools import zip_longest

from reasongym.answers.alternatives import LEAD_CHARS, SENTENCE_END
from reasongym.answers.declarations import PROSE, Declaration, Ending

_PHRASE = re.compile(
    r"answer(?<!wrong answer)(?<!incorrect answer)(?<!false answer)"
    r"\*{0,2}[ \t]{0,3}(?:is\b(?: therefore| thus| equal to| indeed)?|:|：|=)[\s:*]{0,8}",
    re.IGNORECASE,
)
_LEADS_ON = re.compile(
    r"(?:so|thus|hence|therefore)?,?[\s*]{0,3}(?:the|my|our)?"
    r"(?: (?:final|correct|right|exact|required)){0,2}[\s*]{0,3}",
    re.IGNORECASE,
)
"""What stands between two phrases of one declaration: "Final Answer: The final answer is"."""
_AFTERTHOUGHT = re.compile(
    r"(?:,\s|\s\(|\s[-–—]\s)(?=[A-Za-z])(?!(?:or|and|maybe|perhaps|possibly|also|either|alternatively)\b)"
    r"|;\s(?=(?:this|which|that|it)\s)(?![^\n]{0,80}\bor\b)"
    r"|\s(?:because|since|which|using|and (?:it|this|that))\b|\.\s",
    re.IGNORECASE,
)
DOUBT = re.compile(
    r"\b(?:or|either|maybe|perhaps|possibly|alternative(?:ly)?|otherwise|else|if|another|could|might|again|also)\b",
    re.IGNORECASE,
)
OPERATION = re.compile(r"[0-9][)\]} ]{0,3}[-+*/×÷−·][(\[{ ]{0,3}[0-9]")
_SUPPOSED = re.compile(
    r"\b(?:assum(?:e|ing)|suppos(?:e|ing)|if|whether|imagine|pretend|(?:nobody"
    r"|no one)\b[^.\n]{0,30})(?: that)?"
    r"(?: the| an?| my| our)?(?: (?:final|correct|right))*\s*$",
    re.IGNORECASE,
)
"""What makes a phrase a supposition: "if the answer is 7"."""
BLOCKS = (("```", "```"), ("$$", "$$"), ("\\[", "\\]"))  # these may span lines
_ITEM = re.compile(r"(?:[-*•+]|\(?[0-9]{1,5}[.):])[ \t]")


def phrases(text: str, ending: Ending) -> list[Declaration]:
    """Find what phrases declare, but for suppositions ("if the answer is 7")."""
    phrases = list(_PHRASE.finditer(text))
    found: list[Declaration] = []
    for phrase, following in zip_longest(phrases, phrases[1:]):
        end = following.start() if following else len(text)
        content = _said(text[phrase.end() : end], ending)
        stop = SENTENCE_END.search(content) if following and ending == "line" else None
        content = content[: stop.start()] if stop else content
        if following and _LEADS_ON.fullmatch(text, phrase.end(), end):
            continue
        if not _SUPPOSED.search(text, max(0, phrase.start() - LEAD_CHARS), phrase.start()):
            found.append(Declaration(phrase.start(), phrase.end() + len(content), content))
    return found


def _said(text: str, ending: Ending) -> str:
    """Return what a phrase declares of the text behind it: a block, or the rest of the line."""
    for opening, closing in BLOCKS:
        end = text.find(closing, len(opening)) if text.startswith(opening) else -1
        if end >= 0:
            return text[: end + len(closing)]
    if ending == "block":
        return _first_block(text)
    content = text.partition("\n")[0]
    if ending == "line":
        return _without_bold_end(content)
    stop = _AFTERTHOUGHT.search(content) if ending == "expression" else _remark(content)
    if stop and not (DOUBT.search(content, stop.start()) and OPERATION.search(content, stop.start())):
        content = content[: stop.start()]
    return _without_bold_end(content)


def _without_bold_end(content: str) -> str:
    """Take away the end of bold type that began before the answer: of `**Answer: C**`."""
    return content.rstrip(" .").removesuffix("**") if content.count("**") % 2 else content


def _first_block(text: str) -> str:
    """Return the first paragraph, with the items after it where it is the item of a loose list."""
    end = text.find("\n\n")
    while end >= 0 and _ITEM.match(text) and _ITEM.match(text, end + 2):
        end = text.find("\n\n", end + 2)
    return text if end < 0 else text[:end]


def _remark(content: str) -> re.Match[str] | None:
    """Find what is said behind a formula, in which single letters and functions are no words."""
    closing = content.find("$", 1) if content.startswith("$") else -1
    for stop in _AFTERTHOUGHT.finditer(content, closing + 1):
        if stop[0].strip(",( \t-–—") or PROSE.match(content, stop.end()):
            return stop
    return None

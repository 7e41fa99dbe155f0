r"""Find the answer that a completion declares.

What counts is the text after the last `</think>`; a `<think>` that is never closed declares nothing. Ways
to declare an answer, strongest first: `\boxed{}` or `\fbox{}`, `<answer></answer>`, `####`, a JSON object
with an `answer` that ends the text, a phrase such as "the answer is", and what ends the text: an expression,
a formula, a line or a block, as the family asks for (`Ending`). The strongest way present decides, and its
last complete declaration supersedes the earlier ones, unless both stand in one sentence and differ: that is
a hedge, and so is one declaration that offers alternatives, or the last of several labelled as such ("Option
B:"). What is said after the answer may take it back (`retractions`).
"""

import re
from itertools import pairwise, zip_longest
from typing import Literal, NamedTuple, TypeAlias

from reasongym.answers.arithmetic import SIGNS
from reasongym.answers.hedges import (
    MAX_LEAD,
    are_cases,
    are_listed,
    is_blamed,
    names_another,
    other_in_brackets,
)
from reasongym.answers.retractions import is_retracted, without_remarks

MAX_TAIL = 16_384
"""Characters at the end of a completion in which an answer is looked for, so that reading is bounded."""


Ending: TypeAlias = Literal["expression", "formula", "line", "block"]
"""What an answer without a declaration is: the arithmetic expression, the mathematical formula or the line
that ends the text, or its last fenced block (without a fence: its last paragraph)."""


class Extraction(NamedTuple):
    """The declared answer, or why there is none (`no_answer`, `hedged`, `retracted`)."""

    answer: str | None
    reason: str


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


class _Declaration(NamedTuple):
    start: int
    end: int
    content: str


NO_ANSWER = Extraction(None, "no_answer")
HEDGED = Extraction(None, "hedged")
RETRACTED = Extraction(None, "retracted")

_BRACES = re.compile(r"\\(?:boxed|fbox)\s{0,4}\{|\\[{}\\]|[{}]")
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
_DOUBT = re.compile(
    r"\b(?:or|either|maybe|perhaps|possibly|alternative(?:ly)?|otherwise|else|if|another|could|might|again|also)\b",
    re.IGNORECASE,
)
_OPERATION = re.compile(r"[0-9][)\]} ]{0,3}[-+*/×÷−·][(\[{ ]{0,3}[0-9]")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_ALTERNATIVES = re.compile(r"\b(?:or|either|maybe|alternatively)\b|[,;|]", re.IGNORECASE)
_DENIAL = re.compile(
    r"(?:\b(?:not|never|than|cannot)|n['’]t)\b(?: be| equal| the case that| the| an?| my)?"
    r"[\s:*]{0,5}(?:\$|\\\[|\\\(|`|\")?$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:assum(?:e|ing)|suppos(?:e|ing)|if|whether|imagine|pretend|(?:nobody"
    r"|no one)\b[^.\n]{0,30})(?: that)?"
    r"(?: the| an?| my| our)?(?: (?:final|correct|right))*\s*$",
    re.IGNORECASE,
)
"""What makes a phrase a supposition: "if the answer is 7"."""
_OTHERWISE = re.compile(
    r"\b(?:otherwise|alternatively|if not|in (?:the|that) other case)\b[\s,:*]{0,5}(?:(?:it is|we get"
    r"|the answer is)\s?)?"
    r"(?:\$|\\\[|\\\()?$",
    re.IGNORECASE,
)
_BARE_BOX = re.compile(r"\\boxed\s?([0-9A-Za-z])")
_OR = re.compile(r"\bor(?: else| maybe| perhaps| possibly)?[\s:*]{0,5}(?:\$|\\\[|\\\(|`)?$", re.IGNORECASE)
_MAX_DENIAL = 40
"""Characters before a declaration in which it may be denied."""
_END_TOKEN = re.compile(r"<\|[A-Za-z_]{1,24}\|>|</s>|<eos>|<end_of_turn>")
_MAX_END_TOKENS = 4
_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_HASHES = re.compile(r"(?:(?<=\s)|(?<=>)|^)####(?!#)([^\n]*)")
_OBJECT = r'(?i)\{\s{0,9}"(?:final[ _])?answer"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.){0,2000})"\s{0,9}\}'
_PLACEHOLDERS = frozenset(
    ("", "...", "…", r"\ldots", r"\dots", r"\cdots", "?", "answer", "your answer", "expression")
)
_EXPRESSION_CHARS = SIGNS + "$"
_MARKERS = ("\\boxed", "\\fbox", "<answer>")  # empty, cut off or denied where no declaration was found
_LISTING = re.compile(r"(?:\b(?:or|and|either)|[,;|])$", re.IGNORECASE)
_BLOCKS = (("```", "```"), ("$$", "$$"), ("\\[", "\\]"))  # these may span lines
_DISPLAYS = _BLOCKS[1:]
_INLINE = (("$", "$"), ("\\(", "\\)"), ("`", "`"), ("**", "**"), ('"', '"'), ("“", "”"))
_BLANK = " \t\r\n\u200b\u2060\ufeff"
_MATHS = ("$", "\\")  # what stands between the others may as well be words
_LABEL = re.compile(r"(?:the )?(?:answer|equation|expression|solution)(?: is:?|:)\s", re.IGNORECASE)
_LEADS_TO = ",.;!?)\"”'→⇒"
"""Signs that may stand before the expression that ends a line; `≠`, `>` or `√` would be part of it."""
_MARGIN = re.compile(r"[>*•][ \t]")
_PROSE = re.compile(
    r"(?<![A-Za-z0-9\\])(?!(?:arc|a)?(?:sin|cos|tan|sec|csc|cot)h?[t-z]?\b"
    r"|(?:ln|log)[t-z]?\b|d[t-z]\b|(?:exp|sqrt|cbrt|pi|inf|infinity|abs|mod|gcd|min|max)\b)"
    r"[A-Za-z]{2,}(?![A-Za-z(^])"
)
_BEFORE_FORMULA = _LEADS_TO + ":： \t="
_OPERATORS = tuple("+*/^<>·×÷")
_ITEM = re.compile(r"(?:[-*•+]|\(?[0-9]{1,5}[.):])[ \t]")
_PARAGRAPH = re.compile(r"\n[ \t\r]{0,80}\n")
_KIND = r"(?:answer|solution|option|possibility|candidate|guess|plan|path|assignment)s?"
_OFFERED = (
    r"(?i)(?:\b(?:or|either|maybe|perhaps|possibly|alternatively)|\b(?:could|might|may)(?: also)? be"
    rf"|\b(?:another|alternative|second|third|other)(?: possible| valid)? {_KIND}(?: is)?|\b{_KIND} [2-9]"
    r"|\b(?:option|possibility|candidate|alternative) [b-h]\b)"
    r"[\s:,*_]{0,5}$"
)
_DISOWNED = (
    r"(?i)(?:\b(?:(?:is|are) (?:not|no)|(?:is|are)n['’]t)"
    r"(?: (?:the|an?|my|one|correct|right|valid|final|answer|solution)){0,4}"
    rf"|\b(?:wrong|false|incorrect|invalid) {_KIND}|\bopposite of)[\s:,*_]{{0,5}}$"
)
"""What a line may say of the block below it that makes it no answer, or one of several."""
_MAX_LEAD = 80
_LABELLED = (
    r"(?i)\b(?:(?P<ordinal>first|second|third|fourth|another|one|other) )?(?:possible )?"
    r"(?P<kind>option|possibility|candidate|alternative|choice|scenario|answer|version)"
    r"(?: ?#?\(?(?P<place>[a-h]|[1-9]|one|two|three|four|i{1,3}|iv)\)?)?"
    r"(?:\*\*)?[ \t]?(?:[:.)=–—]|-(?=\s)|is\b|are\b|would be\b)"
)
_PICKS = (
    r"(?i)\b(?:choose|chose|chosen|pick(?:ed)?|select(?:ed)?|go(?:ing)? with|take|prefer|correct|final(?:ly)?"
    r"|right|so|therefore|thus|hence|conclusion)\b"
)
"""What makes one of several the answer."""
_SET_APART = " \t\r\n*`$\\[("


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
    for kind, declare in _DECLARING:
        declarations = _kept(answering, declare(answering))
        if declarations:
            return _found(answering, declarations, kind, shift)
    answering = without_remarks(answering)
    declarations = _kept(answering, _phrases(answering, ending))
    return (
        _found(answering, declarations, "phrase", shift) if declarations else _ended(answering, ending, shift)
    )


def _without_end_tokens(text: str) -> str:
    """Take away the tokens that end a completion where it was saved with them: `<|im_end|>`, `</s>`."""
    text = text.rstrip()
    for _ in range(_MAX_END_TOKENS):
        start = text.rfind("<", max(0, len(text) - _MAX_DENIAL)) if text.endswith(">") else -1
        if start < 0 or not _END_TOKEN.fullmatch(text, start):
            break
        text = text[:start].rstrip()
    return text


def _found(text: str, declarations: list[_Declaration], kind: str, shift: int) -> Found:
    answer, reason = _decide(text, declarations)
    last = declarations[-1]
    if answer is None:
        return Found(None, reason, kind, rivals=_rivals(text, declarations) if reason == "hedged" else ())
    start = text.rfind(answer, last.start, last.end - (len("</answer>") if kind == "tag" else 0))
    start, end = (start, start + len(answer)) if start >= 0 else (last.start, last.end)
    return Found(answer, reason, kind, start + shift, end + shift)


def _rivals(text: str, declarations: list[_Declaration]) -> tuple[str, ...]:
    """Return what the last sentence declares, where nothing but that is offered and nothing is taken back."""
    chain = [declarations[-1]]
    for earlier in reversed(declarations[:-1]):
        if _are_apart(text, earlier, chain[0]):
            break
        chain.insert(0, earlier)
    first, last = chain[0], chain[-1]
    other = other_in_brackets(text[last.end :])
    if other is not None and len(chain) == 1:
        return (_bare(last.content), other)
    is_more = _OR.search(text, max(0, first.start - _MAX_DENIAL), first.start) is not None
    if len(chain) < 2 or is_more or is_retracted(text[last.end :], last.content):
        return ()
    return tuple(_bare(one.content) for one in chain)


def _ended(text: str, ending: Ending, shift: int) -> Found:
    """Read the answer that ends a text."""
    found = _ENDINGS[ending](text)
    if found.answer is None:
        return Found(None, found.reason, "ending")
    start = text.rindex(found.answer) if found.answer in text else len(text)
    end = start + len(found.answer)
    if is_one_of_several(text, start, end):
        return Found(None, "hedged", "ending")
    if is_retracted(text[end:], found.answer):
        return Found(None, "retracted", "ending")
    return Found(found.answer, "ok", "ending", min(start, len(text)) + shift, min(end, len(text)) + shift)


def offers_alternatives(answer: str) -> bool:
    """Say whether one declaration names several answers ("3 * 7 or 5 + 16")."""
    return _ALTERNATIVES.search(answer) is not None


def is_one_of_several(text: str, start: int, end: int, since: int | None = None) -> bool:
    """Say whether the answer from `start` to `end` is labelled as one of several: "Option A: 4. Option B: 5".

    The label stands in the answer or in the sentence that leads to it, or, where another answer was declared
    before, anywhere behind that one (`since`); and an earlier label of its kind has another number. A label
    that is picked ("I choose option B:") is none.
    """
    labels = [one for one in re.finditer(_LABELLED, text[:end]) if _place(one)]
    if len(labels) < 2:
        return False
    last = labels[-1]
    between = text[last.end() : end if last.end() > start else start].lstrip(_SET_APART)
    is_within = last.end() > start or (since is not None and last.start() >= since)
    leads = not (re.search(_PICKS, between) if is_within else _SENTENCE_END.search(between))
    sentence = _SENTENCE_END.split(text[max(0, last.start() - _MAX_LEAD) : last.start()])[-1]
    return (
        leads
        and not re.search(_PICKS, sentence)
        and any(_kind(one) == _kind(last) and _place(one) != _place(last) for one in labels[:-1])
    )


def offers_another(lead: str) -> bool:
    """Say whether the words right before an answer make it one of several ("or", "Option 2:")."""
    return re.search(_OFFERED, lead) is not None


def _kind(label: re.Match[str]) -> str:
    return label["kind"].lower()


def _place(label: re.Match[str]) -> str:
    return (label["ordinal"] or label["place"] or "").lower()


def after_thinking(text: str, most: int = MAX_TAIL) -> str | None:
    """Return the end of what follows the last `</think>`, None where a `<think>` is never closed."""
    closed = text.rfind("</think>")
    start = closed + len("</think>") if closed >= 0 else 0
    if text.find("<think>", start) >= 0:
        return None
    return text[max(start, len(text) - most) :]


def _decide(text: str, declarations: list[_Declaration]) -> Extraction:
    last = declarations[-1]
    if _OR.search(text, max(0, last.start - _MAX_DENIAL), last.start) and not _repeats(text, declarations):
        return HEDGED  # 37 or \boxed{96}
    for earlier, later in reversed(list(pairwise(declarations))):
        if _are_apart(text, earlier, later):
            break
        if "".join(earlier.content.split()) != "".join(last.content.split()):
            return HEDGED
    if len(declarations) > 1 and _OTHERWISE.search(text, max(0, last.start - _MAX_DENIAL), last.start):
        return HEDGED  # if ..., \boxed{7}. Otherwise, \boxed{8}
    if len(declarations) > 1 and are_cases(_before(text, declarations[-2]), _before(text, last)):
        return HEDGED
    if other_in_brackets(text[last.end :]) is not None:
        return HEDGED  # \boxed{7} (or 8)
    others = [one.end for one in declarations if one.content.strip() != last.content.strip()]
    if is_one_of_several(text, last.start, last.start, since=others[-1] if others else None):
        return HEDGED
    if is_retracted(text[last.end :], last.content) or names_another(text[last.end :], last.content):
        return RETRACTED
    return Extraction(_bare(last.content), "ok")


def _are_apart(text: str, earlier: _Declaration, later: _Declaration) -> bool:
    """Say whether two declarations stand in two sentences; boxes that are items of one list do not."""
    if _SENTENCE_END.search(text, earlier.end, later.start) is None:
        return False
    return text[later.start] != "\\" or not are_listed(text[earlier.end : later.start])


def _before(text: str, declaration: _Declaration) -> str:
    return text[max(0, declaration.start - MAX_LEAD) : declaration.start]


def _repeats(text: str, declarations: list[_Declaration]) -> bool:
    r"""Say whether the `or` stands between two declarations of one answer: `\boxed{7} or \boxed{7}`."""
    if len(declarations) < 2:
        return False
    earlier, last = declarations[-2:]
    between = text[earlier.end : last.start]
    return "".join(earlier.content.split()) == "".join(last.content.split()) and len(between) < _MAX_DENIAL


def _bare(content: str) -> str:
    """Take away what sets an answer apart from prose: a code fence, quotation marks, a label."""
    content = content.strip(_BLANK)
    if content.startswith("```") and content.endswith("```") and len(content) > 6:
        language, newline, code = content[3:-3].partition("\n")
        content = code if newline and (not language or language.strip().isalpha()) else content[3:-3]
    label = _LABEL.match(content)
    content = content[label.end() if label else 0 :].strip()
    quoted = content.removesuffix(".")
    if len(quoted) > 1 and quoted[0] + quoted[-1] in ('""', "''", "“”"):
        content = quoted[1:-1]
    return content.strip()


def _kept(text: str, declarations: list[_Declaration]) -> list[_Declaration]:
    """Drop what declares nothing: placeholders, and declarations that the word before them denies."""
    return [
        one
        for one in declarations
        if one.content.strip().lower() not in _PLACEHOLDERS and not _is_denied(text, one.start)
    ]


def _is_denied(text: str, start: int) -> bool:
    is_denied = _DENIAL.search(text, max(0, start - _MAX_DENIAL), start) is not None
    return is_denied or is_blamed(text[max(0, start - MAX_LEAD) : start])


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
    return found or [_Declaration(one.start(), one.end(), one[1]) for one in _BARE_BOX.finditer(text)]


def _close_box(text: str, opening: re.Match[str], closing: re.Match[str], found: list[_Declaration]) -> None:
    r"""Add a box and drop those inside it; `\boxed{\boxed{x}}` holds `x`."""
    content = text[opening.end() : closing.start()]
    while found and found[-1].start > opening.start():
        inner = found.pop()
        if inner.end - inner.start == len(content.strip()):
            content = inner.content
    found.append(_Declaration(opening.start(), closing.end(), content))


def _tags(text: str) -> list[_Declaration]:
    tags = list(_TAG.finditer(text)) if "</" in text else []
    return [
        _Declaration(opening.start(), closing.end(), text[opening.end() : closing.start()])
        for opening, closing in pairwise(tags)
        if opening[0][1] != "/" and closing[0][1] == "/"
    ]


def _hashes(text: str) -> list[_Declaration]:
    """Read `#### 42`, GSM8K's last line; further up it may be a heading, which has words."""
    if "####" not in text:
        return []
    lines = [
        _Declaration(one.start(), one.end(), one[1])
        for one in _HASHES.finditer(text)
        if one.end() >= len(text.rstrip()) or not _PROSE.search(one[1])
    ]
    return [one for one in lines if one.content.strip() or one.end >= len(text.rstrip())]


def _objects(text: str) -> list[_Declaration]:
    """Read `{"answer": "42"}` where it ends the text; LaTeX may be escaped there or not."""
    ending = text.rstrip(_BLANK + "`")
    found = [one for one in re.finditer(_OBJECT, ending) if one.end() == len(ending)]
    return [
        _Declaration(one.start(), one.end(), one[1].replace("\\\\", "\\").replace('\\"', '"'))
        for one in found
    ]


def _phrases(text: str, ending: Ending) -> list[_Declaration]:
    phrases = list(_PHRASE.finditer(text))
    found: list[_Declaration] = []
    for phrase, following in zip_longest(phrases, phrases[1:]):
        end = following.start() if following else len(text)
        content = _said(text[phrase.end() : end], ending)
        stop = _SENTENCE_END.search(content) if following and ending == "line" else None
        content = content[: stop.start()] if stop else content
        if following and _LEADS_ON.fullmatch(text, phrase.end(), end):
            continue
        if not _SUPPOSED.search(text, max(0, phrase.start() - _MAX_LEAD), phrase.start()):
            found.append(_Declaration(phrase.start(), phrase.end() + len(content), content))
    return found


def _said(text: str, ending: Ending) -> str:
    """Return what a phrase declares of the text behind it: a block, or the rest of the line."""
    for opening, closing in _BLOCKS:
        end = text.find(closing, len(opening)) if text.startswith(opening) else -1
        if end >= 0:
            return text[: end + len(closing)]
    if ending == "block":
        return _first_block(text)
    content = text.partition("\n")[0]
    if ending == "line":
        return _without_bold_end(content)
    stop = _AFTERTHOUGHT.search(content) if ending == "expression" else _remark(content)
    if stop and not (_DOUBT.search(content, stop.start()) and _OPERATION.search(content, stop.start())):
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
        if stop[0].strip(",( \t-–—") or _PROSE.match(content, stop.end()):
            return stop
    return None


def _trailing(text: str) -> Extraction:
    """Read the formula that ends the text, or the expression that ends its last line."""
    text = text.rstrip(_BLANK + "✓✔✅\ufe0f").removesuffix(".")
    start = _start_of_formula(text)
    if start is None:
        start = _start_of_expression(text)
    if start is None or _is_denied(text, start):
        return NO_ANSWER
    if _is_listed(text[:start]) or offers_another(_lead(text, start)):
        return HEDGED
    ending = text[start:].strip()
    if ending.count("**") % 2:
        ending = ending.removeprefix("**")  # of "**Solution:** 3 * 7"
    return Extraction(_bare(ending), "ok") if ending else NO_ANSWER


def _start_of_formula(text: str) -> int | None:
    """Return where the block, the formula or the quotation begins that ends the text."""
    line = text.rfind("\n") + 1
    for opening, closing in (*_BLOCKS, *_INLINE):
        if not text.endswith(closing):
            continue
        first = line if (opening, closing) in _INLINE else 0
        start = text.rfind(opening, first, len(text) - len(closing))
        inside = text[start + len(opening) : -len(closing)]
        if any(marker in inside for marker in _MARKERS):
            return None
        if start >= 0 and not text[:start].rstrip(" ").endswith("="):  # of `= **21**` more is the answer
            return start if opening[0] in _MATHS or _OPERATION.search(inside) else None
    return None


def _start_of_expression(text: str) -> int | None:
    """Return where the expression begins that ends the last line, None where no sign of one does.

    It is the whole line where reading cannot begin inside it: "0x3e7", "1.5*10", "12 ≠ 3 * 5".
    """
    line_start = text.rfind("\n") + 1
    line = text[line_start:]
    if any(marker in line for marker in _MARKERS):
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
    sentence = _SENTENCE_END.split(line)[-1]
    if _DOUBT.search(sentence) and _OPERATION.search(sentence):
        return True
    line_before = before.rstrip().rpartition("\n")[2].rstrip('*`"“$ ')
    offers = any(char.isdigit() for char in line) or _OPERATION.search(line_before) is not None
    return offers and _LISTING.search(line_before) is not None


def _last_formula(text: str) -> Extraction:
    """Read the formula that ends the text: set apart by signs, or what follows the last word of prose."""
    text = text.rstrip(_BLANK + "✓✔✅\ufe0f").removesuffix(".")
    start = _start_of_formula(text)
    if start is None and text.endswith("```"):
        start = max(0, text.rfind("```", 0, -3))
    if start is None:
        line = text.rfind("\n") + 1
        if any(marker in text[line:] for marker in _MARKERS):
            return NO_ANSWER
        start = max((word.end() for word in _PROSE.finditer(text, line)), default=line)
        while start < len(text) and text[start] in _BEFORE_FORMULA:
            start += 1
        if (
            text[start : start + 1] in _OPERATORS and text[start : start + 2] != "**"
        ):  # the word before was a product of variables
            start = line
    lead = _lead(text, start)
    if start == len(text) or _is_denied(text, start) or re.search(_DISOWNED, lead):
        return NO_ANSWER
    return (
        HEDGED if offers_another(lead) or _is_listed(text[:start]) else Extraction(_bare(text[start:]), "ok")
    )


def _lead(text: str, start: int) -> str:
    """Return the end of the line that leads to an answer: its own, or where it begins one the line above."""
    return text[max(0, start - _MAX_LEAD) : start].rstrip().rpartition("\n")[2]


def _last_line(text: str) -> Extraction:
    text = text.rstrip(_BLANK)
    if text.endswith("\n```"):
        text = text[:-4].rstrip(_BLANK)  # a fence of its own lines holds the line
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
    text = text.strip(_BLANK)
    ending = _PARAGRAPH.split(text)[-1]
    return _unless_disowned(text[: len(text) - len(ending)], ending)


def _unless_disowned(before: str, ending: str) -> Extraction:
    """Read a block unless the line above it denies it or offers it as one of several."""
    lead = _lead(before, len(before))
    if offers_another(lead):
        return HEDGED
    return NO_ANSWER if re.search(_DISOWNED, lead) else _unless_marked(ending)


def _unless_marked(ending: str) -> Extraction:
    if any(marker in ending for marker in _MARKERS):
        return NO_ANSWER
    if re.match(r"(?i)\W{0,9}or\b", ending):
        return HEDGED
    answer = _bare(ending)
    return Extraction(answer, "ok") if answer else NO_ANSWER


_ENDINGS = {"expression": _trailing, "formula": _last_formula, "line": _last_line, "block": _last_block}
_DECLARING = (("box", _boxes), ("tag", _tags), ("hashes", _hashes), ("object", _objects))
"""Ways to declare an answer, strongest first."""

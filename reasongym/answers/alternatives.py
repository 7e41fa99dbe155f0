"""Answers that are labelled as one of several: "Option A: 4. Option B: 5", "or", "another solution is"."""

import re

SENTENCE_END = re.compile(r"[.!?]\s|\n")
LEAD_CHARS = 80
"""Characters before an answer whose words may say what it is."""

_ALTERNATIVES = re.compile(r"\b(?:or|either|maybe|alternatively)\b|[,;|]", re.IGNORECASE)
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
    leads = not (re.search(_PICKS, between) if is_within else SENTENCE_END.search(between))
    sentence = SENTENCE_END.split(text[max(0, last.start() - LEAD_CHARS) : last.start()])[-1]
    return (
        leads
        and not re.search(_PICKS, sentence)
        and any(_kind(one) == _kind(last) and _place(one) != _place(last) for one in labels[:-1])
    )


def offers_another(lead: str) -> bool:
    """Say whether the words right before an answer make it one of several ("or", "Option 2:")."""
    return re.search(_OFFERED, lead) is not None


def disowns(lead: str) -> bool:
    """Say whether the words right before an answer deny that it is one ("is not the answer:")."""
    return re.search(_DISOWNED, lead) is not None


def _kind(label: re.Match[str]) -> str:
    return label["kind"].lower()


def _place(label: re.Match[str]) -> str:
    return (label["ordinal"] or label["place"] or "").lower()

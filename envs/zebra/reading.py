"""Reading a table of houses: by house, by value, or with the houses as columns."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from reasongym.answers.alternatives import is_one_of_several
from reasongym.answers.prose import declared
from reasongym.answers.retractions import is_retracted
from reasongym.answers.thinking import after_thinking

_WORDS = re.compile(r"[0-9]{1,3}|[^\W\d_]+|n['’]t")
_ENDS = re.compile(r"[.!?]\s")
_MARKERS = ("\\boxed", "\\fbox", "<answer>", "</answer>")
_RETRACTIONS = frozenset(
    (
        *("maybe", "perhaps", "possibly", "alternatively", "false", "wrong", "incorrect", "wait", "mistake"),
        *("instead", "ignore", "disregard", "actually"),
    )
)
_DOUBTS = _RETRACTIONS | {
    *("or", "either", "not", "n't", "n’t", "never", "if", "unless", "cannot", "another", "except"),
    *("suppose", "opposite"),
}
_MOST_CHARS = 6_000
_BEFORE = 12
"""Words before the table that may deny it or offer another."""
_MOST_LABELS = 3
"""Words that may stand between the first house and its first value."""


class _Word(NamedTuple):
    text: str
    value: int
    """-1 where the word names none."""
    house: int
    """-1 where it is no house."""
    start: int


def read_table(text: str, names: Sequence[str], houses: int) -> list[int] | str:
    """Return the house of each value, from 0, or why the completion declares none.

    The end of the text that holds each value once is the table.
    """
    answering = after_thinking(text)
    if answering is not None and any(marker in answering for marker in _MARKERS):
        answering, reason = declared(text)
        if answering is None:
            return reason
    if answering is None:
        return "no_answer"
    answering = answering[-_MOST_CHARS:]
    words = _words(answering, names, houses)
    first = _start(words, len(names))
    if first is None:
        told = any(word.value >= 0 for word in words)
        return "hedged" if told and _is_doubted(words) else "not_each_value_once" if told else "no_answer"
    headed = _with_houses(words, first)
    last = max(at for at, word in enumerate(words) if word.value >= 0) + 1
    if _is_doubted(_sentence_before(answering, words, headed)) or _is_doubted(words[headed : last + 1]):
        return "hedged"
    after = answering[words[last - 1].start + len(words[last - 1].text) :]
    if any(word.text in _RETRACTIONS for word in words[last:]) or is_retracted(after):
        return "hedged"
    begins = words[headed].start
    if after.lstrip(" *`|)").startswith("?") or is_one_of_several(answering, begins, begins):
        return "hedged"
    before = headed - 1 if headed and words[headed - 1].text not in ("and", "then") else headed - 2
    follows_another = before >= 0 and words[before].value >= 0
    if follows_another and not _ENDS.search(answering, words[before].start, words[headed].start):
        return "hedged"
    for start, end in ((headed, last), (first, last), (first, last + 1)):  # `Alice: 1` ends with a house
        places = _places(words[start:end], len(names), houses)
        if places:
            return places
    return "not_a_table"


def _words(text: str, names: Sequence[str], houses: int) -> list[_Word]:
    index = {name.lower(): value for value, name in enumerate(names)}
    found: list[_Word] = []
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        house = int(word) - 1 if word.isdecimal() and 1 <= int(word) <= houses else -1
        found.append(_Word(word, index.get(word, -1), house, match.start()))
    return found


def _is_doubted(words: Sequence[_Word]) -> bool:
    return any(word.text in _DOUBTS for word in words)


def _sentence_before(text: str, words: Sequence[_Word], first: int) -> Sequence[_Word]:
    """Return the words before the table that belong to the sentence it may stand in."""
    at = first
    while at and first - at < _BEFORE and not _ENDS.search(text, words[at - 1].start, words[at].start):
        at -= 1
    return words[at:first]


def _with_houses(words: Sequence[_Word], first: int) -> int:
    """Return where the table begins whose first value this is: at the houses before it, if there are any."""
    at = first
    while at and first - at < _MOST_LABELS and words[at - 1].house < 0 and words[at - 1].value < 0:
        at -= 1
    if not at or words[at - 1].house < 0:
        return first
    while at and (words[at - 1].house >= 0 or (words[at - 1].text == "house" and at < first)):
        at -= 1
    return at


def _start(words: Sequence[_Word], count: int) -> int | None:
    """Return where the shortest end of the text begins that has every value, None if it has one twice."""
    seen: set[int] = set()
    for at in range(len(words) - 1, -1, -1):
        value = words[at].value
        if value < 0:
            continue
        if value in seen:
            return None
        seen.add(value)
        if len(seen) == count:
            return at
    return None


def _places(words: Sequence[_Word], count: int, houses: int) -> list[int]:
    """Return the house of each value as one of the forms of a table tells it, nothing if none does."""
    attributes = count // houses
    told = [word for word in words if word.value >= 0 or word.house >= 0]
    values = [word.value for word in told if word.value >= 0]
    numbers = [word.house for word in told if word.house >= 0]
    places = [-1] * count
    if not numbers:
        placed = zip(values, (at // attributes for at in range(count)), strict=True)
    elif len(numbers) == houses and [word.house for word in told[:houses]] == numbers:
        placed = zip(values, (numbers[at % houses] for at in range(count)), strict=True)
    elif len(numbers) == houses and told[0].house >= 0:
        placed: zip[tuple[int, int]] = zip(values, _houses_before(told), strict=True)
    elif len(numbers) == count and told[0].value >= 0 and all(word.house >= 0 for word in told[1::2]):
        placed = zip(values, numbers, strict=True)
    else:
        return []
    for value, house in placed:
        places[value] = house
    full = all(len(set(places[start : start + houses])) == houses for start in range(0, count, houses))
    return places if full else []


def _houses_before(told: Sequence[_Word]) -> list[int]:
    house = -1
    found: list[int] = []
    for word in told:
        if word.house >= 0:
            house = word.house
        else:
            found.append(house)
    return found

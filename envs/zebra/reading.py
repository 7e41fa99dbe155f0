"""Reading a table of houses: by house, by value, or with the houses as columns."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from reasongym.answers.extraction import after_thinking, extract

_WORDS = re.compile(r"[0-9]{1,3}|[^\W\d_]+|n['’]t")
_ENDS = re.compile(r"[.:!?]\s")
_MARKERS = ("\\boxed", "\\fbox", "<answer>", "</answer>")
_DOUBTS = frozenset(
    (
        *(
            "or",
            "either",
            "maybe",
            "perhaps",
            "possibly",
            "alternatively",
            "not",
            "n't",
            "n’t",
            "never",
            "false",
        ),
        *(
            "wrong",
            "incorrect",
            "wait",
            "mistake",
            "if",
            "unless",
            "instead",
            "ignore",
            "disregard",
            "cannot",
        ),
    )
)
_AFTER = 12
"""Words before the table that may deny it or offer another."""


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
        answering, reason = extract(text, "block")
        if answering is None:
            return reason
    if answering is None:
        return "no_answer"
    words = _words(answering, names, houses)
    first = _start(words, len(names))
    if first is None:
        return "no_answer" if not any(word.value >= 0 for word in words) else "not_each_value_once"
    while first and words[first - 1].house >= 0 and words[first].house < 0:
        first -= 1
    before = words[max(0, first - _AFTER) : first]
    sentence = answering[before[0].start : words[first].start] if before else ""
    doubted = [word.text for word in _last_sentence(before, sentence)] + [word.text for word in words[first:]]
    if any(word in _DOUBTS for word in doubted):
        return "hedged"
    if (
        before
        and before[-1].value >= 0
        and not re.search(r"[.:!?]\s", answering[before[-1].start : words[first].start])
    ):
        return "hedged"
    return _places(words[first:], len(names), houses)


def _words(text: str, names: Sequence[str], houses: int) -> list[_Word]:
    index = {name.lower(): value for value, name in enumerate(names)}
    found: list[_Word] = []
    for match in _WORDS.finditer(text):
        word = match[0].lower()
        house = int(word) - 1 if word.isdecimal() and 1 <= int(word) <= houses else -1
        found.append(_Word(word, index.get(word, -1), house, match.start()))
    return found


def _last_sentence(before: Sequence[_Word], text: str) -> Sequence[_Word]:
    ends = [match.end() for match in _ENDS.finditer(text)]
    if not ends:
        return before
    return [word for word in before if word.start >= before[0].start + ends[-1]]


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


def _places(words: Sequence[_Word], count: int, houses: int) -> list[int] | str:
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
        return "not_a_table"
    for value, house in placed:
        places[value] = house
    full = all(len(set(places[start : start + houses])) == houses for start in range(0, count, houses))
    return places if full else "not_a_table"


def _houses_before(told: Sequence[_Word]) -> list[int]:
    house = -1
    found: list[int] = []
    for word in told:
        if word.house >= 0:
            house = word.house
        else:
            found.append(house)
    return found

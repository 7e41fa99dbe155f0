r"""Read an answer or a gold into one of the shapes, whatever it is written in."""

import re
from functools import lru_cache, partial

from reasongym.answers.brackets import bracketed, matrix
from reasongym.answers.equations import equation
from reasongym.answers.labels import without_label, without_names
from reasongym.answers.leaves import LETTERS, based, measured, number_of, ratio, said_twice, single
from reasongym.answers.listings import either_sign, is_one_group, listing, set_of
from reasongym.answers.patterns import TEXT
from reasongym.answers.ranges import range_of, region
from reasongym.answers.shapes import Reading, Refused, Value
from reasongym.answers.trees import Number
from reasongym.answers.typesetting import plain

MAX_CHARS = 2_000
_MAX_DEPTH = 6
_MAX_LAYERS = 24
"""Pairs of braces around an answer that say nothing."""
_READERS = (matrix, bracketed, region, listing, either_sign, range_of, equation)
_GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_CHOICES = re.compile(r"\(? ?[A-Z] ?\)?(?: ?, ?\(? ?[A-Z] ?\)?)+ ?")


@lru_cache(4_096)
def read(text: str) -> Reading:
    """Read an answer; raises Refused where it is in no form that is known."""
    if len(text) > MAX_CHARS:
        raise Refused("over_limit")
    return _read(without_label(plain(text)), 0)


def read_list(text: str) -> Reading:
    """Read `1,234` as two numbers."""
    return set_of(plain(text).split(","), partial(_read, depth=1))


def _read(text: str, depth: int) -> Reading:
    if depth > _MAX_DEPTH:
        raise Refused("over_limit")
    text = _bared(text)
    if not text:
        raise Refused("no_answer")
    known = number_of(text)
    if known is None:
        known = said_twice(text)
    if known is not None:
        return Value(text, Number(known))
    text = _ungrouped(without_names(text))
    leaf = ratio(text) or based(text) or measured(text)
    if leaf is not None:
        return leaf
    inner = partial(_read, depth=depth + 1)
    for reader in _READERS:
        found = reader(text, inner)
        if found is not None:
            return found
    return single(text)


def _ungrouped(text: str) -> str:
    r"""Read `4,466\pi` as one product: all its commas are such that group the digits of a number."""
    if "," not in text or any(opening in text for opening in ("(", "[", "\\{")):
        return text
    joined = _GROUPED.sub(lambda digits: digits[0].replace(",", ""), text)
    return text if "," in joined else joined


def _bared(text: str) -> str:
    r"""Take off the pairs of braces and the `\text{...}` that hold everything."""
    for _ in range(_MAX_LAYERS):
        text = text.strip(" ")
        whole = TEXT.fullmatch(text)
        if whole and (not LETTERS.fullmatch(whole[1].strip()) or _CHOICES.fullmatch(whole[1])):
            text = plain(whole[1])
        elif text[:1] == "{" and text[-1:] == "}" and is_one_group(text):
            text = text[1:-1].rstrip(".,; ")
        else:
            return text
    raise Refused("over_limit")

"""Moves of one thing to a place as models write them: "move A onto B", "A -> C", "disk 2 from A to C", "A C".

Every word of a text must be a name, a preposition, or one of the few nouns and verbs that such clauses are
made of: one other word and the text is refused, so prose is never played.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from reasongym.answers.moves import declared

_CHARS_A_MOVE = 80
_SPARE_CHARS = 2_000
_TOKEN = (
    r"(?P<space>[\s,;|\"'“”‘’`\[\]{}()$*_]+|\\\\|\\[,;:! ]|\\(?:text[a-z]{0,2}|math[a-z]{2}|quad|qquad)\b"
    r"|(?<!\.)\.(?![.\d])|(?<![^\n])[-+•–>](?=[ \t])|•|!|&"
    r"|\\(?:begin|end)\{[a-z]{1,12}\*?\}(?:\{[lcr|]{1,8}\})?)"
    r"|(?P<disk>\b(?:dis[ck]|ring)[ \t]{0,3}\#?(?P<size>[0-9]{1,3})\b:?)"
    r"|(?P<count>(?:(?:step|move|turn)[ \t]{0,3}\#?)?(?P<item>[0-9]{1,5})[.):](?![0-9.]))"
    r"|(?P<to>-{1,2}>|=>|→|⇒|(?<=\b[A-Za-z])-(?=[A-Za-z]\b)"
    r"|\\(?:to|rightarrow|Rightarrow)\b|\b(?:on(?: the)? top of|onto|on|to|upon)\b)"
    r"|(?P<from>\bfrom\b)"
    r"|(?P<noise>\b(?:the|an?(?=[ ](?:dis[ck]|block))|(?:moves|plan|actions?|steps|solution|answer):"
    r"|move|put|place|stack|take|dis[ck]|ring|block|peg|rod|pole|tower|and|then|next|finally|first|top)(?![^\W_]))"
    r"|(?P<word>[^\W_]+)"
)
_DOUBTS = frozenset(("or", "either", "maybe", "perhaps", "possibly", "alternatively"))
_CLAUSE = re.compile(r"D?(?:<N>N|>N<N|NN)|N<N>N|D?N>N(?:<N(?!>))?|D>N")
_KINDS = {"to": ">", "from": "<"}


class Transfer(NamedTuple):
    """One thing is moved to a place."""

    what: str
    """The thing; where only places are named the place it leaves; empty where only a disk is named."""
    to: str
    source: str = ""
    """Where it is said to come from, if that is said besides."""
    disk: int = 0
    """The size of the disk, if one is named."""


class _Refused(Exception):
    """The text is no series of moves; the argument is the reason code."""


@cache
def _token() -> re.Pattern[str]:
    return re.compile(_TOKEN, re.IGNORECASE)


def transferred(text: str, names: Mapping[str, str], most: int) -> list[Transfer] | str:
    """Find the moves that a completion declares, or return why there are none."""
    return declared(text, lambda answer: transfers(answer, names, most), most)


def transfers(text: str, names: Mapping[str, str], most: int) -> list[Transfer] | str:
    """Read a series of one to `most` moves, or return why not, in time linear in `most`.

    `names` maps spellings in lower case to names; two names of one letter may run together in capitals
    ("AC BC"). The reasons are `no_answer`, `syntax`, `hedged` and `over_limit`.
    """
    if len(text) > most * _CHARS_A_MOVE + _SPARE_CHARS:
        return "over_limit"
    try:
        kinds, values = _tokens(text if text.isascii() else unicodedata.normalize("NFKC", text), names)
    except _Refused as refusal:
        return refusal.args[0]
    read: list[Transfer] = []
    at = 0
    while clause := _CLAUSE.match(kinds, at):
        read.append(_transfer(clause[0], values[at : clause.end()]))
        at = clause.end()
    if at < len(kinds):
        return "syntax"
    return (read or "no_answer") if len(read) <= most else "over_limit"


def _tokens(text: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """Cut a text into names `N`, `>` to, `<` from and disks `D`, with the name or size of each."""
    kinds: list[str] = []
    values: list[str] = []
    token_at = _token().match
    items = at = 0
    while match := token_at(text, at):
        at = match.end()
        kind = str(match.lastgroup)
        if match["disk"]:
            if not int(match["size"]):
                raise _Refused("syntax")
            kind, found = "D", [match["size"]]
        elif match["item"]:
            items = _next_item(items, int(match["item"]))
            continue
        elif kind == "word":
            kind, found = "N", _names(match[0], names)
        elif kind in _KINDS:
            kind, found = _KINDS[kind], [""]
        else:
            continue
        kinds += kind * len(found)
        values += found
    if at < len(text):
        raise _Refused("syntax")
    return "".join(kinds), values


def _next_item(items: int, number: int) -> int:
    if items and number != items + 1:
        raise _Refused("syntax")
    return number


def _names(word: str, names: Mapping[str, str]) -> list[str]:
    low = word.lower()
    if low in names:
        return [names[low]]
    if len(word) == 2 and word.isupper() and low[0] in names and low[1] in names:
        return [names[low[0]], names[low[1]]]
    raise _Refused("hedged" if low in _DOUBTS else "syntax")


def _transfer(kinds: str, values: list[str]) -> Transfer:
    disk = int(values[0]) if kinds[0] == "D" else 0
    plain = kinds.removeprefix("D")
    named = [value for kind, value in zip(kinds, values, strict=True) if kind == "N"]
    if plain == ">N":
        return Transfer("", named[0], "", disk)
    if plain == ">N<N":
        return Transfer(named[1], named[0], "", disk)
    if plain == "N<N>N":
        return Transfer(named[0], named[2], named[1])
    return Transfer(named[0], named[1], named[2] if len(named) > 2 else "", disk)

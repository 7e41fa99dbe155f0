"""Sequences of moves as models write them: words, letters, arrows, numbered, repeated, in lists or JSON.

Every word of a text must be a spelling of a move, a separator, a number that counts items or repeats a
move, or a label in front ("Moves:"): one other word and the text is refused, so prose is never played.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar

from reasongym.answers import prose
from reasongym.answers.retractions import without_remarks
from reasongym.answers.thinking import after_thinking

T = TypeVar("T")

DIRECTIONS: Mapping[str, str] = {
    spelling: direction
    for direction, spellings in {
        "up": ("up", "u", "↑", "north", "upward", "upwards"),
        "down": ("down", "d", "↓", "south", "downward", "downwards"),
        "left": ("left", "l", "←", "west", "leftward", "leftwards"),
        "right": ("right", "r", "→", "east", "rightward", "rightwards"),
    }.items()
    for spelling in spellings
}
"""The spellings of the four directions."""

_CHARS_A_MOVE = 40
_SPARE_CHARS = 2_000
_EMOJI = {
    ord("⬆"): "↑",
    ord("⬇"): "↓",
    ord("⬅"): "←",
    ord("➡"): "→",
    ord("⇒"): "→",
    0xFE0F: None,
    0x200B: " ",
}
_LATEX = {
    "\\uparrow": "↑",
    "\\downarrow": "↓",
    "\\leftarrow": "←",
    **dict.fromkeys(("\\rightarrow", "\\to", "\\Rightarrow", "\\longrightarrow"), "→"),
    **dict.fromkeys(("\\text", "\\texttt", "\\mathrm", "\\textbf", "\\mathbf", "\\quad", "\\qquad"), " "),
    **dict.fromkeys(("\\,", "\\;", "\\:", "\\!", "\\ ", "\\\\"), " "),
}
_LATEX_COMMAND = re.compile(r"\\[A-Za-z]{1,20}|\\.")
_LABELS = r"(?:moves?|actions?|paths?|plan|answer|solution|route|directions?|steps?|turn|sequence|pulls?)"
_TOKEN = (
    r"(?P<space>[\s,;|\"'“”‘’`\[\]{}$]+|\*\*|!|(?<!\.)\.(?![.\d]))"
    r"|(?P<to>-{1,2}>|=>)"
    r"|(?P<count>(?:(?:step|move|action|turn)[ \t]{0,3}#?[0-9]{1,5}[ \t]{0,3}[.):]"
    r"|\(?[0-9]{1,5}[.):])(?![0-9.]))"
    r"|(?P<label>(?:\b(?:my|the|our|next|final|first|best|full|whole|shortest)[ \t]{1,3}){0,4}"
    rf"\b{_LABELS}(?:[ \t]{{0,2}}\([0-9]{{1,5}}\))?[ \t\"'*]{{0,4}}(?:[:=]|\b(?:is|are)\b:?))"
    r"|(?P<again>\(?[x×*][ \t]{0,2}[0-9]{1,5}(?![^\W_])\)?|\(?[0-9]{1,5}[ \t]{0,2}times\b\)?)"
    r"|(?P<number>[0-9]{1,5}(?:[ \t]{0,2}[x×](?![^\W_]))?)"
    r"|(?P<bullet>(?<![^\n])[-*•–+>](?=[ \t])|•)"
    r"|(?P<arrow>[↑↓←→])"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)"
)
_TOTAL = re.compile(r"[ ,.]\(([0-9]{1,5}) (?:moves|steps)(?: in total| total)?\)[.*`\s]{0,9}\Z")
_DIGITS = re.compile(r"[0-9]+")
_LINKS = frozenset(("and", "then"))
_DOUBTS = frozenset(("or", "either", "maybe", "perhaps", "possibly", "alternatively"))
_DANGLING = re.compile(r"(?:\b(?:or|and|either|not|never|nor|then)|[,;|/])$", re.IGNORECASE)
_ITEM = re.compile(r"[ \t]{0,8}(?:[-*•+][ \t]|\(?(?:(?:step|move|turn)[ \t])?[0-9]{1,5}[.):])", re.IGNORECASE)


@cache
def _token() -> re.Pattern[str]:
    """Compile `_TOKEN` when it is first needed: that takes milliseconds, which importing need not."""
    return re.compile(_TOKEN, re.IGNORECASE)


class _Refused(Exception):
    """The text is no sequence of moves; the argument is the reason code."""


def played(text: str, words: Mapping[str, str], most: int) -> list[str] | str:
    """Find the moves that a completion declares (see `declared`), or return why there are none."""
    return declared(text, lambda answer: moves(answer, words, most), most)


def declared(text: str, read: Callable[[str], list[T] | str], most: int) -> list[T] | str:
    """Find what a completion declares and a reader reads, or return why there is nothing.

    It is the declared answer, or else the lines that end the text, at most `most`, each of which can be
    read; blank lines may stand between the items of a list.
    """
    answer, reason = prose.declared(text, "block")
    if answer is None:
        return reason
    found = read(answer)
    ending = without_remarks(after_thinking(text) or "").rstrip()
    if not ending.endswith(answer) or (found != "syntax" and not _ITEM.match(answer)):
        return found
    is_list = _ITEM.match(answer) is not None
    lines = [line for line in ending.split("\n") if line.strip() or not is_list]
    first = len(lines)
    while first and len(lines) - first < most and isinstance(read(lines[first - 1]), list):
        if is_list and not _ITEM.match(lines[first - 1]):
            break
        first -= 1
    if first == len(lines):
        return found
    if first and _DANGLING.search(lines[first - 1].rstrip(" *`\"'$")):
        return "hedged"
    joined = read("\n".join(lines[first:]))
    return joined if isinstance(joined, list) else found


def moves(text: str, words: Mapping[str, str], most: int) -> list[str] | str:
    """Read a sequence of one to `most` moves, or return why not.

    `words` maps spellings in lower case to moves; words of spellings of one letter may run together
    ("LLDR"). The reasons are `no_answer`, `syntax`, `hedged` and `over_limit`. The time is linear in
    `most`, whatever the text.

    A number beside a move repeats it where that cannot be misread: "3x up", "up x3", "up (x3)", "up 3
    times", and bare numbers that stand throughout behind the moves ("R3 D2") or throughout before them.
    """
    if len(text) > most * _CHARS_A_MOVE + _SPARE_CHARS:
        return "over_limit"
    plain = _plain(text)
    total = _TOTAL.search(plain)
    try:
        groups = _groups(_tokens(plain[: total.start()] if total else plain), words)
    except _Refused as refusal:
        return refusal.args[0]
    read: list[str] = []
    for run, times in groups:
        if len(run) * times > most - len(read):
            return "over_limit"
        read += run * times
    if total and len(read) != int(total[1]):
        return "syntax"
    return read or "no_answer"


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_EMOJI))
    if "\\" in text:
        text = _LATEX_COMMAND.sub(lambda command: _LATEX.get(command[0], command[0]), text)
    text = text.strip()
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    return text


def _tokens(text: str) -> list[tuple[str, str]]:
    """Cut a text into (kind, text) where kind is `run`, `number` or `again`; check all the rest."""
    found: list[tuple[str, str]] = []
    items = 0
    at = 0
    link = ""
    token_at = _token().match
    while match := token_at(text, at):
        kind, token = str(match.lastgroup), match[0]
        at = match.end()
        if kind == "word":
            token = token.lower()
            kind = "link" if token in _LINKS else "run"
            if token in _DOUBTS:
                raise _Refused("hedged")
        if kind == "count":
            items = _next_item(items, token)
        elif kind == "label" and found:
            raise _Refused("syntax")
        elif kind in ("to", "link"):
            if not found or (link == "to" == kind):
                raise _Refused("syntax")
            link = kind
        elif kind in ("run", "arrow", "number", "again"):
            found.append((kind, token))
            link = ""
    if at < len(text) or link:
        raise _Refused("syntax")
    return _with_arrows(found) if any(kind == "arrow" for kind, _ in found) else found


def _next_item(items: int, token: str) -> int:
    """Check that numbered items are in order, so that a number with a dot can be nothing else."""
    number = int(_DIGITS.findall(token)[0])
    if items and number != items + 1:
        raise _Refused("syntax")
    return number


def _with_arrows(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Take arrows as moves where they are the only ones; between words "→" is what joins them."""
    if not any(kind == "run" for kind, _ in found):
        return [("run" if kind == "arrow" else kind, token) for kind, token in found]
    kinds = ["", *(kind for kind, _ in found), ""]
    for at, (kind, token) in enumerate(found):
        if kind == "arrow" and (token != "→" or kinds[at] in ("", "arrow") or kinds[at + 2] in ("", "arrow")):
            raise _Refused("syntax")
    return [one for one in found if one[0] != "arrow"]


def _groups(found: list[tuple[str, str]], words: Mapping[str, str]) -> list[tuple[list[str], int]]:
    """Return each run of moves with the number of times it is to be played."""
    groups: list[tuple[list[str], int]] = []
    leads = bool(found) and found[0][0] == "number"
    if leads == (found[-1][0] == "number" if found else True) and any(kind == "number" for kind, _ in found):
        raise _Refused("syntax")  # before or behind the move? "up 3 right" can be read both ways
    times = 1
    previous = ""
    for kind, token in found:
        if kind == "run":
            groups.append((_run(token, words), times))
            if times > 1 and len(groups[-1][0]) > 1:
                raise _Refused("syntax")
            times = 1
        elif kind == "number" and leads:
            if previous == "number":
                raise _Refused("syntax")
            times = _times(token)
        elif previous != "run" or groups[-1][1] > 1 or len(groups[-1][0]) > 1:
            raise _Refused("syntax")
        else:
            groups[-1] = groups[-1][0], _times(token)
        previous = kind
    return groups


def _run(token: str, words: Mapping[str, str]) -> list[str]:
    move = words.get(token)
    if move is not None:
        return [move]
    run = [words.get(letter) for letter in token]
    known = [move for move in run if move is not None]
    if len(known) < len(run):
        raise _Refused("syntax")
    return known


def _times(token: str) -> int:
    times = int(_DIGITS.findall(token)[0])
    if not times:
        raise _Refused("syntax")
    return times

r"""Read a grid of symbols (a Sudoku, a chessboard) that a completion declares.

A row is a line of as many symbols as the grid has columns, run together or set apart by blanks, commas,
pipes or TeX's `&`; rules drawn with dashes or box characters and blank lines between rows are skipped.
`[[1, 2], [2, 1]]`, `12/21` and all the symbols on one line are grids too. The last grid counts: an earlier
one that differs is superseded only where a sentence, or a word such as "corrected", stands between the two
and offers no alternative, and what doubts, denies or retracts the last grid takes it away.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from reasongym.answers.alternatives import is_one_of_several, offers_another
from reasongym.answers.prose import declared
from reasongym.answers.retractions import is_retracted
from reasongym.answers.thinking import after_thinking

Grid: TypeAlias = list[list[str]]
Symbols: TypeAlias = Mapping[str, str] | str
"""The symbols a cell may hold, or by every accepted spelling (one character each) the symbol it means."""

# The patterns are compiled at their first use: import stays quick.
_MARKERS = ("\\boxed", "\\fbox", "<answer>", "</answer>")
_TEX = (
    r"\\(?:begin|end)\{[a-z]{1,12}\*?\}(?:\{[^{}\n]{0,40}\})?|\\hline|</?pre>|\\text(?:tt|bf)?(?=\{)"
    r"|(?<!\\)\\(?:[ ,;:!]|(?=[#_]))"
)
_ROW_BREAK = r"\\\\|\]\s{0,9},?|<br ?/?>|[;/]"
_SEPARATORS = frozenset(" \t\r,|&[](){}<>'\"`*$+-=:_~\u00a0\u3000\u200b\u2009\u202f｜─━│┃║═┄┆┈┊╌╎╴╶")
_LABEL = r"(?:[^:：=]{0,200}[:：=])?[\s\"'*`]{0,8}"
_ROW_LABEL = r"(?i)\W{0,6}(?:row|line|r)?[ _]?[0-9a-z]{1,2}\W{0,6}"
_CHOICE = (
    r"(?i)\b(?:or|either|maybe|perhaps|possibly|alternative(?:ly)?|otherwise|else|another|could|might|"
    r"also|and)\b"
)
_RETRACTION = (
    r"(?i)\A\W{0,9}or\b|\b(?:maybe|perhaps|alternative(?:ly)?|otherwise|could|might|wrong|false|incorrect|invalid|wait|"
    r"however|actually|mistakes?|instead|ignore|disregard|unsure|retract)\b|\b(?:is|was)n['’]t\b|"
    r"\bnot (?:\w{1,12} ){0,2}(?:correct|right|valid|true|answer|solution|final)"
)
_DENIAL = (
    r"(?i)\b(?:not|never|false|wrong|incorrect|invalid|cannot)\b|n['’]t\b"
    r"|\b(?:maybe|perhaps|possibly|opposite of)\W{0,5}$"
)
_CORRECTION = (
    r"(?i)[a-z)][.!?](?:\s|$)|\b(?:correct\w{0,4}|fix\w{0,3}|final\w{0,2}|re-?check\w{0,3}|revis\w{1,3}|solution|solved|"
    r"answer|complete[d]?)\b"
)
_FENCE = r"\s{0,9}```\s?\w{0,20}\s{0,9}"
_SECOND = r"(?i)\b(?:solution|board|grid|answer|option) ?#?(?:[2-9]|[b-h]|two|three)\W{0,6}\Z"
_SENTENCE_END = r"[.!?]\s"
_SHOWN_PROSE = 400


class _Block(NamedTuple):
    """Rows that follow each other, and the prose between the block before and this one."""

    rows: Grid
    before: str


def grid(text: str, rows: int, columns: int, symbols: Symbols) -> Grid | str:
    """Return the grid that a completion declares, or why there is none, in time linear in its length.

    Reasons: `no_answer`, `hedged`, `wrong_shape` (symbols stand in rows, but not in this many).
    """
    answering = _declared(text)
    if isinstance(answering, tuple):
        return answering[0]
    spelt = {symbol: symbol for symbol in symbols} if isinstance(symbols, str) else symbols
    blocks, after = _blocks(answering, rows, columns, spelt)
    if not blocks:
        return "hedged" if re.search(_CHOICE, answering[-_SHOWN_PROSE:]) else "no_answer"
    found: list[tuple[Grid, str]] = []
    for rows_read, before in blocks:
        whole = [rows_read[at : at + rows] for at in range(0, len(rows_read) - rows + 1, rows)]
        if len(rows_read) % rows:
            whole = []
        found += [(one, "" if at else before) for at, one in enumerate(whole)]
    if not found:
        return "wrong_shape"
    if len(blocks[-1].rows) % rows > rows // 2:
        return "hedged"  # what began another grid stands in a line with words
    return _decide(found, "\n".join(block.before for block in blocks), after)


def _declared(text: str) -> str | tuple[str]:
    """Return the text to look for grids in: what a box or tag holds, or else all that answers."""
    answering = after_thinking(text)
    if answering is None:
        return ("no_answer",)
    if not any(marker in answering for marker in _MARKERS):
        return answering
    answer, reason = declared(text, "block")
    return (reason,) if answer is None else answer


def _decide(found: list[tuple[Grid, str]], said: str, after: str) -> Grid | str:
    last, before = found[-1]
    if re.search(_RETRACTION, after) or is_retracted(after):
        return "hedged"
    if is_one_of_several(said, len(said), len(said)):
        return "hedged"
    if (len(found) > 1 and re.search(_SECOND, before)) or offers_another(before.rstrip().rpartition("\n")[2]):
        return "hedged"
    if re.search(_DENIAL, re.split(_SENTENCE_END, before.strip())[-1]):
        return "no_answer"
    for at in range(len(found) - 1, 0, -1):
        between = found[at][1]
        if re.search(_CORRECTION, between) and not re.search(_CHOICE, between):
            break
        if found[at - 1][0] != last:
            return "hedged"
    return last


def _blocks(text: str, rows: int, columns: int, spelt: Mapping[str, str]) -> tuple[list[_Block], str]:
    """Split a text into blocks of rows and the prose around them; also return the prose at the end."""
    text = re.sub(_ROW_BREAK, lambda match: match[0] if match[0] in spelt else "\n", re.sub(_TEX, "", text))
    blocks: list[_Block] = []
    prose: list[str] = []
    current: Grid = []
    for line in text.split("\n"):
        read = _row(line, rows, columns, spelt, in_block=bool(current))
        if read is None:
            if current:
                blocks.append(_Block(current, "\n".join(prose)[-_SHOWN_PROSE:]))
                current, prose = [], []
            prose.append(line)
            continue
        cells, label = read
        if not cells:
            if not current:
                prose.append(label)
            continue
        if not current:
            prose.append(label)
        current += [cells[at : at + columns] for at in range(0, len(cells), columns)]
    if current:
        return [*blocks, _Block(current, "\n".join(prose)[-_SHOWN_PROSE:])], ""
    return blocks, "\n".join(prose)


def _row(
    line: str, rows: int, columns: int, spelt: Mapping[str, str], *, in_block: bool
) -> tuple[list[str], str] | None:
    """Return the symbols of a line and the label before them; None for prose, no symbols for a rule."""
    if re.fullmatch(_FENCE, line) or not line.strip():
        return [], ""
    cells = _cells(line, spelt)
    label = ""
    if cells is None:
        match = re.match(_LABEL, line)
        label = match[0] if match else ""
        cells = _cells(line[len(label) :], spelt)
        if cells is None or (in_block and cells and not re.fullmatch(_ROW_LABEL, label)):
            return None
        if not cells:
            return None
    if not cells:
        return [], ""
    words = [*map(len, cells)]
    symbols = list("".join(cells))
    fits = len(symbols) == columns or (
        len(symbols) == rows * columns and (len(words) == 1 or set(words) in ({1}, {columns}))
    )
    return ([spelt[symbol] for symbol in symbols], label) if fits else None


def _cells(line: str, spelt: Mapping[str, str]) -> list[str] | None:
    """Return the runs of symbols of a line, None where anything else stands in it."""
    if "." not in spelt:
        line = line.rstrip().removesuffix(".")
    runs: list[str] = []
    is_apart = True
    for char in line:
        symbol = char if char in spelt else _plain(char)
        if symbol in spelt:
            if is_apart:
                runs.append(symbol)
            else:
                runs[-1] += symbol
            is_apart = False
        elif char in _SEPARATORS or "\u2500" <= char <= "\u257f":
            is_apart = True
        else:
            return None
    return runs


def _plain(char: str) -> str:
    """Return the ASCII character that a full-width one stands for."""
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char

"""Reading a placement: a board, the columns of the queens row by row, or their squares."""

import re

from reasongym.answers.grids import grid
from reasongym.answers.prose import declared
from reasongym.envs.queens.placements import Square

_QUEENS = "Qq♛♕1"
_EMPTY = ".-_·0xX#*+□"
_SPELT = {sign: "Q" for sign in _QUEENS} | {sign: "." for sign in _EMPTY}
_WORDS = re.compile(r"[0-9]{1,3}|[^\W\d_]+|n['’]t")
_BETWEEN = frozenset(
    ("row", "rows", "r", "column", "columns", "col", "c", "and", "queen", "queens", "at", "in")
)
_DENIALS = frozenset(
    (
        *("or", "not", "n't", "n’t", "either", "maybe", "false", "wrong", "never", "cannot", "if", "perhaps"),
        *("possibly", "incorrect", "invalid", "except", "suppose", "opposite", "alternatively", "could"),
    )
)
_MOST_CHARS = 2_000


def read_grid(text: str, size: int) -> list[Square] | str:
    """Read a board; a blocked square may be shown as blocked or as empty."""
    rows = grid(text, size, size, _SPELT)
    if isinstance(rows, str):
        return rows
    return [
        (row, column) for row, signs in enumerate(rows) for column, sign in enumerate(signs) if sign == "Q"
    ]


def read_numbers(text: str, size: int) -> list[Square] | str:
    """Read as many numbers as columns, or twice as many as squares, with no word but labels between them."""
    answer, reason = declared(text)
    if answer is None:
        return reason
    if len(answer) > _MOST_CHARS:
        return "over_limit"
    words = [word.lower() for word in _WORDS.findall(answer)]
    if "?" in answer or any(word in _DENIALS for word in words):
        return "hedged"
    numbers = [at for at, word in enumerate(words) if word.isdecimal()]
    if not numbers:
        return "no_answer"
    listed = words[numbers[0] : numbers[-1] + 1]
    if any(not word.isdecimal() and word not in _BETWEEN for word in listed) or numbers[-1] + 1 < len(words):
        return "syntax"
    values = [int(word) - 1 for word in listed if word.isdecimal()]
    if len(values) == size:
        return list(enumerate(values))
    if len(values) == 2 * size:
        return list(zip(values[::2], values[1::2], strict=True))
    return "wrong_count"

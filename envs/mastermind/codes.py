"""Codes of coloured pegs: how they are marked and read, and what names a problem in every guise."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, permutations, product
from typing import TypeAlias

from reasongym.core import Json

Code: TypeAlias = tuple[int, ...]
Mark: TypeAlias = tuple[int, int]
"""How many pegs are exact, and how many more are misplaced."""

_MOST_CHARS = 400
_WORDS = re.compile(r"[^\W_]+")
_CHOICE = re.compile(r"\b(?:or|not|maybe|either|never)\b|n['’]t\b", re.IGNORECASE)


def mark(guess: Sequence[int], secret: Sequence[int]) -> Mark:
    """Count the exact and the misplaced pegs."""
    exact = sum(map(int.__eq__, guess, secret))
    common = sum(min(guess.count(colour), secret.count(colour)) for colour in set(guess))
    return exact, common - exact


def read_code(answer: str, names: Sequence[str], length: int) -> Code | str:
    """Read the one run of colours in a line, or say why there is none.

    Digits and letters may be run together.
    """
    if len(answer) > _MOST_CHARS:
        return "over_limit"
    if _CHOICE.search(answer):
        return "hedged"
    are_signs = len(names[0]) == 1
    index = {name if are_signs else name.lower(): colour for colour, name in enumerate(names)}
    words: list[str] = []
    for word in _WORDS.findall(answer):
        is_run = are_signs and len(word) == length and all(sign in index for sign in word)
        words += list(word) if is_run else [word if are_signs else word.lower()]
    runs = [list(run) for known, run in groupby(words, index.__contains__) if known]
    fitting = [run for run in runs if len(run) > 1 or len(runs) == 1]
    if not fitting:
        return "unknown_colour"
    if len(fitting) > 1:
        return "hedged"
    return tuple(index[word] for word in fitting[0]) if len(fitting[0]) == length else "wrong_length"


def canonical(given: Sequence[Sequence[int]], secret: Sequence[int]) -> str:
    """Name the least of what renaming colours, moving positions and shuffling given guesses can make.

    Only orders that sort rows and positions by a signature free of names are tried, so most have one.
    """
    best: list[list[int]] | None = None
    colours = [Counter(code) for code in given]
    of_secret = Counter(secret)
    rows = [(mark(code, secret), sorted(colours[at].values())) for at, code in enumerate(given)]
    for row_order in _orders(rows):
        order = [(given[at], colours[at]) for at in row_order] + [(secret, of_secret)]
        cells = [
            [tuple(count[code[at]] for _, count in order) for code, _ in order] for at in range(len(secret))
        ]
        for columns in _orders(cells):
            names: dict[int, int] = {}
            made = [[names.setdefault(code[at], len(names)) for at in columns] for code, _ in order]
            if best is None or made < best:
                best = made
    return str(best)


def _orders(keys: Sequence[Json]) -> Iterator[list[int]]:
    """Yield every order of the indices in which their keys ascend."""
    ascending = sorted(range(len(keys)), key=keys.__getitem__)
    ties = [list(tied) for _, tied in groupby(ascending, key=keys.__getitem__)]
    for parts in product(*map(permutations, ties)):
        yield [at for part in parts for at in part]

"""The kinds of values that programs take and give: how they are described and drawn, edges included."""

from collections.abc import Callable
from typing import Any

from reasongym.core import Json
from reasongym.envs.code.operations.defining import Kind
from reasongym.seeding import Stream

WORDS: dict[Kind, str] = {
    "edges": (
        "a list of the edges of a graph, each a list [a, b, weight] of whole numbers; the nodes are "
        "the numbers that occur as a or b, weights are above 0, a and b differ, and no two edges join "
        "the same pair of nodes"
    ),
    "events": "a list of events, each a list [name, amount] of a string and a whole number",
    "grid": (
        "a list of rows, each a list of whole numbers, all rows of one length; there is at least one "
        "row and one column"
    ),
    "intervals": "a list of intervals, each a list [start, end] of whole numbers with start < end",
    "moves": "a string of the letters U, D, L and R",
    "number": "a whole number",
    "numbers": "a list of whole numbers",
    "table": "a dictionary from strings to whole numbers",
    "text": "a string",
    "words": "a list of strings",
}
TYPES: dict[Kind, str] = {
    "edges": "list[list[int]]",
    "events": "list[list[str | int]]",
    "grid": "list[list[int]]",
    "intervals": "list[list[int]]",
    "moves": "str",
    "number": "int",
    "numbers": "list[int]",
    "table": "dict[str, int]",
    "text": "str",
    "words": "list[str]",
}
NUM_SIZES = 4
"""Sizes of inputs: 0 is empty or the least there is, 3 the largest."""
_LENGTHS = ((0, 1), (2, 5), (6, 14), (20, 40))
_RANGES = ((-9, 9), (0, 5), (-60, 60), (-300, 300), (1, 30), (-2, 2))
_SIDES = ((1, 1), (2, 3), (3, 5), (5, 8))
_NODES = ((2, 2), (3, 5), (5, 8), (9, 12))
_WORDS = [
    "tea",
    "rain",
    "art",
    "stone",
    "nest",
    "level",
    "see",
    "on",
    "apple",
    "tree",
    "a",
    "ant",
    "tenor",
    "banana",
    "kayak",
    "eel",
    "net",
    "noon",
    "orange",
    "sun",
    "tar",
    "rat",
    "treat",
    "no",
    "ear",
    "oat",
    "store",
    "rest",
    "ten",
    "eat",
    "idea",
    "street",
    "rotor",
    "trees",
    "i",
    "aaa",
    "era",
    "radar",
    "start",
    "nut",
]
_NAMES = ("ann", "bob", "cy", "dora", "eve")


def draw(kind: Kind, rng: Stream, size: int) -> Json:
    """Draw a value of a kind."""
    return _DRAWN[kind](rng, size)


def _length(rng: Stream, size: int) -> int:
    return rng.between(*_LENGTHS[size])


def _number(rng: Stream, size: int) -> int:
    if size == 0:
        return rng.between(-1, 1)
    most = (0, 30, 1_000, 100_000)[size]
    return rng.between(-most // 4, most)


def _numbers(rng: Stream, size: int) -> list[int]:
    low, high = rng.pick(_RANGES)
    numbers = [rng.between(low, high) for _ in range(_length(rng, size))]
    shape = rng.below(8)
    if shape == 0:
        numbers.sort()
    elif shape == 1:
        numbers.sort(reverse=True)
    elif shape == 2:
        numbers = [numbers[at // 2] for at in range(len(numbers))]
    return numbers


def _word(rng: Stream) -> str:
    if rng.below(3):
        return rng.pick(_WORDS)
    return "".join(rng.pick("abcdeinorst") for _ in range(rng.between(1, 7)))


def _words(rng: Stream, size: int) -> list[str]:
    words = [_word(rng) for _ in range(_length(rng, size))]
    return [rng.pick(words) if rng.below(5) == 0 else word for word in words]


def _text(rng: Stream, size: int) -> str:
    if size == 0:
        return rng.pick(("", " ", "a", _word(rng)))
    words = _words(rng, min(size, 2))
    if rng.below(4) == 0:
        return "".join(words[: 4 * size])
    return rng.pick((" ", " ", "  ")).join(words[: 4 * size])


def _table(rng: Stream, size: int) -> dict[str, int]:
    low, high = rng.pick(_RANGES)
    return {word: rng.between(low, high) for word in _words(rng, min(size, 2))}


def _grid(rng: Stream, size: int) -> list[list[int]]:
    height, width = (rng.between(*_SIDES[size]) for _ in range(2))
    low, high = rng.pick(((0, 9), (-5, 9), (0, 2), (0, 1)))
    return [[rng.between(low, high) for _ in range(width)] for _ in range(height)]


def _edges(rng: Stream, size: int) -> list[list[int]]:
    if size == 0:
        return rng.pick(([], [[4, 1, 2]], [[0, 7, 5]]))
    nodes = rng.shuffled(range(20))[: rng.between(*_NODES[size])]
    pairs = [(a, b) for at, a in enumerate(nodes) for b in nodes[at + 1 :]]
    num = min(len(pairs), rng.between(len(nodes) - 1, 2 * len(nodes)))
    return [[*((a, b) if rng.below(2) else (b, a)), rng.between(1, 9)] for a, b in rng.shuffled(pairs)[:num]]


def _moves(rng: Stream, size: int) -> str:
    letters = rng.pick(("UDLR", "UDLR", "UR", "LLRUD"))
    return "".join(rng.pick(letters) for _ in range(_length(rng, size)))


def _events(rng: Stream, size: int) -> list[list[Json]]:
    names = _NAMES[: rng.between(1, len(_NAMES))]
    return [[rng.pick(names), rng.between(-12, 15)] for _ in range(_length(rng, size))]


def _intervals(rng: Stream, size: int) -> list[list[int]]:
    starts = [rng.between(-5, 10 + 15 * size) for _ in range(min(_length(rng, size), 20))]
    return [[start, start + rng.between(1, 9)] for start in starts]


_DRAWN: dict[Kind, Callable[[Stream, int], Any]] = {
    "edges": _edges,
    "events": _events,
    "grid": _grid,
    "intervals": _intervals,
    "moves": _moves,
    "number": _number,
    "numbers": _numbers,
    "table": _table,
    "text": _text,
    "words": _words,
}

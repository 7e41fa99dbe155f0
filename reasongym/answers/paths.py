"""Paths through a graph as models write them: `A -> C -> F`, `A, C, F`, JSON lists, `from A to C to F`.

A path is a run of node names with arrows, commas, dashes, "to" or "then" between them, or nothing; an arrow
may carry its weight, `A -(3)-> C`. Around it may stand only words of a small vocabulary that say what it is
and what it weighs, so an answer that denies, doubts or names two paths is not read.
"""

import re
from collections.abc import Sequence

from reasongym.answers.prose import plain

MAX_CHARS = 2_000

_MARKUP = str.maketrans(dict.fromkeys('"`*$[]{}', " "))
_SPACES = re.compile(r"\s+")
_NOUN = re.compile(r"\b(?:nodes?|vertex|vertices)\b", re.IGNORECASE)
_NONE = re.compile(
    r"(?:(?:so|therefore|thus|the answer is) ?,? ?:? ?)?(?:(?:there is|there's|there exists|has) )?"
    r"(?:no (?:such |valid |possible |directed |shortest )?(?:path|route|way)(?: exists| is possible| found)?"
    r"|none|unreachable|not reachable|(?:it )?(?:cannot|can't|can not) be reached"
    r"|(?P<goal>[A-Z]) (?:(?:cannot|can't|can not) be reached|is (?:unreachable|not reachable))"
    r")(?: from (?P<start>[A-Z])(?: to (?P<end>[A-Z]))?)?",
    re.IGNORECASE,
)
_WEIGHT = r"(?:-{1,3}|=)? ?\(?[0-9]{1,5}\)? ?(?:-{1,3}|=)?>"
_STEP = re.compile(rf" ?(?:{_WEIGHT}|-{{1,3}}>|=>|>|, ?then\b|,|-|\bto\b|\bthen\b)? ?")
_NAME = re.compile(r"(?<![\w'])[A-Z](?![\w'])")
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_AROUND = frozenset(
    word
    for line in (
        "the a an one shortest cheapest best optimal minimum minimal least path route is are from to of with",
        "and its it has weight weights total cost costs length distance sum so therefore thus hence final",
        "answer result which i get gives giving we find edges whose weighing at",
    )
    for word in line.split()
)
_DESCRIBES = frozenset(("from", "between"))
_DOUBTS = frozenset(("or", "either", "maybe", "perhaps", "possibly", "alternatively", "might", "could"))


def read_path(text: str, names: Sequence[str]) -> list[int] | str:
    """Return the nodes of the one path that a text declares, by number; none where it says there is none.

    `names` are single capitals. The reasons are `syntax`, `hedged`, `unknown_name` and `over_limit`.
    """
    if len(text) > MAX_CHARS:
        return "over_limit"
    text = _SPACES.sub(" ", _NOUN.sub("", plain(text).translate(_MARKUP))).strip(" .!")
    if _NONE.fullmatch(text):
        return []
    chains = _chains(text)
    if not chains:
        chains = [(0, len(text))] if text.isalpha() and text.isupper() and len(text) > 1 else []
    outside = _outside(text, chains)
    words = {word.lower() for word in _WORD.findall(outside)}
    if words & _DOUBTS:
        return "hedged"
    if words - _AROUND or not chains or "?" in outside:
        return "syntax"
    paths = {_without_steps(text[start:end]) for start, end in _said(text, chains)}
    if len(paths) > 1:
        return "hedged"
    numbers = {name: number for number, name in enumerate(names)}
    path = [numbers.get(name, -1) for name in paths.pop()]
    return "unknown_name" if -1 in path else path


def _chains(text: str) -> list[tuple[int, int]]:
    """Return where runs of two or more names begin and end."""
    chains: list[tuple[int, int]] = []
    start = end = -1
    for name in _NAME.finditer(text):
        step = _STEP.fullmatch(text, end, name.start()) if end >= 0 else None
        if step is None:
            start = name.start()
        elif chains and chains[-1][0] == start:
            chains[-1] = (start, name.end())
        else:
            chains.append((start, name.end()))
        end = name.end()
    return chains


def _outside(text: str, chains: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in chains:
        pieces.append(text[at:start])
        at = end
    return " | ".join([*pieces, text[at:]])


def _said(text: str, chains: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out "from A to F" and "between A and F" where a path stands beside it."""
    paths = [
        (start, end)
        for start, end in chains
        if len(_without_steps(text[start:end])) > 2 or not _is_described(text[:start])
    ]
    return paths or chains


def _is_described(before: str) -> bool:
    words = before.lower().split()
    return bool(words) and words[-1] in _DESCRIBES


def _without_steps(chain: str) -> str:
    return "".join(char for char in chain if char.isupper())

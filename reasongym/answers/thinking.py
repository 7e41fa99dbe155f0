"""Where a completion's thinking ends: what it answers is what follows."""

from typing import NamedTuple


class Markers(NamedTuple):
    """What opens thinking and what ends it."""

    opening: str
    end: str


MARKERS = (Markers("<think>", "</think>"), Markers("<|im_start|>think", "<|im_start|>answer"))
"""Of most models that think, and of s1's (simplescaling/s1, README.md, where both are roles of its chat)."""

MAX_TAIL = 16_384
"""Characters at the end of a completion in which an answer is looked for, so that reading is bounded."""


def after_thinking(text: str, most: int = MAX_TAIL) -> str | None:
    """Return the end of what follows the last end of thinking, None where thinking is open."""
    start = _end_of_thinking(text)
    if any(text.find(one.opening, start) >= 0 for one in MARKERS):
        return None
    return text[max(start, len(text) - most) :]


def without_thinking(text: str) -> str:
    """Return all that follows the last end of thinking, or the whole text where there is none."""
    return text[_end_of_thinking(text) :]


def _end_of_thinking(text: str) -> int:
    found = ((text.rfind(one.end), one.end) for one in MARKERS)
    return max(place + len(end) if place >= 0 else 0 for place, end in found)

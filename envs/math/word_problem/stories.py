"""What stories are made of: people, openings, and domains with events and facts that do not matter.

Braces: `{who}` a first name, `{he}`, `{He}`, `{his}` its pronouns, `{items}` what is counted, `{n}` the
amount of an event or a fact, `{a}`, `{b}`, `{c}` the quantities of an opening. Every number written is at
least 2, so that plurals are right.
"""

from collections.abc import Callable
from dataclasses import dataclass

PEOPLE = (
    *(("Maya", "she", "her"), ("Omar", "he", "his"), ("Ingrid", "she", "her"), ("Kofi", "he", "his")),
    *(("Lena", "she", "her"), ("Diego", "he", "his"), ("Aiko", "she", "her"), ("Pavel", "he", "his")),
    *(("Zainab", "she", "her"), ("Liam", "he", "his"), ("Priya", "she", "her"), ("Mateo", "he", "his")),
    *(("Freya", "she", "her"), ("Tomas", "he", "his"), ("Amara", "she", "her"), ("Viktor", "he", "his")),
    *(("Elif", "she", "her"), ("Noah", "he", "his"), ("Rosa", "she", "her"), ("Hugo", "he", "his")),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a story begins, and the amount that follows from its quantities."""

    text: str
    terse: str
    """The same in few words, worked out from left to right."""
    sizes: tuple[int, ...]
    """For each quantity the greatest it can be at a scale of 1; it is at least 2."""
    num_steps: int
    value: Callable[[int, int, int], int]
    undone: Callable[[int, int, int], int]
    """Find the first quantity again from the amount and the other two."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A small world in which an amount changes."""

    items: tuple[str, ...]
    openings: tuple[Opening, ...]
    unknown: str
    """The beginning where the amount is asked for."""
    events: dict[str, tuple[str, ...]]
    """Sentences by what they do to the amount x: `+` x + n, `-` x - n, `*` x * n, `/` x / n, `part` x - x "
    "/ n."""
    facts: tuple[str, ...]
    question: str
    ending: str
    """Says the amount at the end, where the one at the beginning is asked for."""
    question_of_beginning: str
    units: tuple[str, ...] = ()
    """What may stand behind the answer beside the items."""


def plain(text: str, size: int = 60) -> Opening:
    """Begin with the amount itself."""
    return Opening(text, "{a}", (size,), 0, lambda a, b, c: a, lambda x, b, c: x)


def product(text: str, many: int = 12, each: int = 12) -> Opening:
    """Begin with a groups of b."""
    return Opening(text, "{a} times {b}", (many, each), 1, lambda a, b, c: a * b, lambda x, b, c: x // b)


def total(text: str, size: int = 40) -> Opening:
    """Begin with a and b together."""
    return Opening(text, "{a} plus {b}", (size, size), 1, lambda a, b, c: a + b, lambda x, b, c: x - b)


def product_and_rest(text: str, many: int = 10, each: int = 10, rest: int = 20) -> Opening:
    """Begin with a groups of b, and c more."""
    return Opening(
        text,
        "{a} times {b} plus {c}",
        (many, each, rest),
        2,
        lambda a, b, c: a * b + c,
        lambda x, b, c: (x - c) // b,
    )


def volume(text: str, many: int = 6) -> Opening:
    """Begin with a groups of b groups of c."""
    return Opening(
        text,
        "{a} times {b} times {c}",
        (many, many, many + 4),
        2,
        lambda a, b, c: a * b * c,
        lambda x, b, c: x // b // c,
    )


def compared(text: str, size: int = 20) -> Opening:
    """Begin with a and b times as many together."""
    return Opening(
        text, "{a} times {b} plus {a}", (size, 4), 2, lambda a, b, c: a + a * b, lambda x, b, c: x // (b + 1)
    )


def wages(text: str, many: int = 8, each: int = 15) -> Opening:
    """Begin with a times the sum of b and c."""
    return Opening(
        text,
        "{b} plus {c} times {a}",
        (many, each, each),
        2,
        lambda a, b, c: a * (b + c),
        lambda x, b, c: x // (b + c),
    )

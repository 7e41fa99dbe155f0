"""Statements as formulas and as truth tables.

A formula is a text in prefix notation: `or A not and ~B C` is "A or not (B lies and C tells the truth)".
Its words are `A` to `L` (this person always tells the truth), `~A` (this person always lies), `=2`, `>=2`,
`<=2` (how many tell the truth), `more` (more tell the truth than lie), `not`, `and`, `or`, `xor`, `if`
(implies) and `iff`.

A truth table is one integer of 2^n bits: bit w is the value where person i tells the truth iff bit i of w
is 1. So one machine operation or a few evaluate a connective in every case at once.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

PEOPLE = "ABCDEFGHIJKL"

Combine = Callable[[int, int, int], int]
"""Combine two tables; the third argument has a 1 for every case."""

COMBINE: dict[str, Combine] = {
    "and": lambda one, other, _: one & other,
    "or": lambda one, other, _: one | other,
    "xor": lambda one, other, _: one ^ other,
    "if": lambda one, other, full: full ^ one | other,
    "iff": lambda one, other, full: full ^ one ^ other,
}


class Tables(NamedTuple):
    """What the words of formulas about n people mean."""

    full: int
    """A 1 for every case."""
    honest: tuple[int, ...]
    """For each person the cases where they tell the truth."""
    atoms: dict[str, int]
    literals: tuple[tuple[str, int], ...]
    """Of each person in turn, the word and table of `A` and of `~A`."""
    counts: tuple[tuple[str, int], ...]
    """The words and tables about how many tell the truth, without those that settle who."""


@cache
def tables(num_people: int) -> Tables:
    """Make the truth tables of all atoms about so many people."""
    full = (1 << (1 << num_people)) - 1
    honest = tuple(full // ((1 << (1 << person)) + 1) << (1 << person) for person in range(num_people))
    atoms = {name: table for name, table in zip(PEOPLE, honest, strict=False)}
    atoms |= {f"~{name}": full ^ table for name, table in atoms.items()}
    exactly = [0] * (num_people + 1)
    for case in range(1 << num_people):
        exactly[case.bit_count()] |= 1 << case
    for num in range(num_people + 1):
        atoms[f"={num}"] = exactly[num]
        atoms[f">={num}"] = sum(exactly[num:])
        atoms[f"<={num}"] = sum(exactly[: num + 1])
    atoms["more"] = sum(exactly[num_people // 2 + 1 :])
    counts = (
        *(f"={num}" for num in range(1, num_people)),
        *(f">={num}" for num in range(2, num_people)),
        *(f"<={num}" for num in range(1, num_people - 1)),
        "more",
    )
    literals = [word for name in PEOPLE[:num_people] for word in (name, f"~{name}")]
    return Tables(
        full,
        honest,
        atoms,
        tuple((word, atoms[word]) for word in literals),
        tuple((word, atoms[word]) for word in counts),
    )


def table_of(formula: str, atoms: dict[str, int], full: int) -> int:
    """Evaluate a formula in every case."""
    stack: list[int] = []
    for word in reversed(formula.split(" ")):
        table = atoms.get(word)
        if table is None:
            if word == "not":
                table = full ^ stack.pop()
            else:
                one = stack.pop()
                table = COMBINE[word](one, stack.pop(), full)
        stack.append(table)
    return stack[0]

"""What statements about n people mean: formulas whose atom `A` is "the first person tells the truth".

To the words of formulas they add `=2`, `>=2`, `<=2` (how many tell the truth) and `more` (more tell the
truth than lie).
"""

from functools import cache
from typing import NamedTuple

from reasongym.envs import _formulas
from reasongym.envs._formulas import Tables, Word


class Meanings(NamedTuple):
    """The truth tables of the words about n people."""

    tables: Tables
    atoms: dict[str, int]
    """Of every word."""
    counts: tuple[Word, ...]
    """The words about how many tell the truth, without those that settle who."""


@cache
def meanings(num_people: int) -> Meanings:
    """Make the truth tables of all words about so many people."""
    tables = _formulas.tables(num_people)
    atoms = dict(tables.atoms)
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
    return Meanings(tables, atoms, tuple((word, atoms[word]) for word in counts))

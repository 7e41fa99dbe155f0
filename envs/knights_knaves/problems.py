"""How problems are made: a solution first, then statements that fit it, until they fit nothing else.

The shape of a statement (its connectives) is drawn before its atoms, and only the atoms are drawn again
until it is as true as its speaker, so no connective betrays who says it.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import groupby, islice, permutations, product
from math import floor
from typing import Any, NamedTuple, TypeAlias

from reasongym.core import Data, Json
from reasongym.envs._formulas import ATOMS, SPECIAL, Random, Shape, draw_shape, fillings, table_of, written
from reasongym.envs.knights_knaves.statements import Meanings, meanings
from reasongym.errors import GenerationError

_COUNTING = 0.3
"""How often a statement says how many tell the truth, where it may."""
_SAME_SHAPE = 4
"""Times that a statement is drawn again before its shape is."""
_FEW = 3
"""People whose truth tables, 2^(2^n) of them, are few enough to be reordered by looking up."""
_MAX_DRAWS = 50_000
"""Draws for one problem or one statement: far more than any needs."""
Mark: TypeAlias = tuple[Any, ...]
"""What tells a person apart: nested tuples of integers."""


class Level(NamedTuple):
    """What the problems of a level are like."""

    num_people: int
    per_person: tuple[int, int]
    """The least and the most statements each person makes."""
    parts: tuple[int, int]
    """The least and the most atoms of a statement."""
    counts: bool
    """Statements may say how many tell the truth."""
    selves: bool
    """Statements may be about their speaker too."""
    about: str


LEVELS = (
    Level(2, (1, 1), (1, 2), False, True, "2 people, a statement of one or two parts each"),
    Level(2, (2, 4), (1, 2), False, True, "2 people, two to four statements each"),
    Level(3, (1, 1), (1, 3), False, True, "3 people, statements of up to three parts"),
    Level(4, (1, 1), (2, 3), False, True, "4 people, statements of two or three parts"),
    Level(5, (1, 1), (1, 3), True, False, "5 people, who also say how many of them tell the truth"),
    Level(6, (1, 1), (2, 4), True, False, "6 people, statements of two to four parts"),
    Level(8, (1, 1), (2, 4), True, False, "8 people, statements of two to four parts"),
    Level(10, (1, 1), (3, 5), True, True, "10 people, statements of three to five parts, about oneself too"),
    Level(12, (1, 1), (4, 7), True, True, "12 people, statements of four to seven parts, about oneself too"),
)


class Statement(NamedTuple):
    """A formula with its truth table, and the cases that agree with its being said."""

    shape: Shape
    atoms: list[str]
    """Last first."""
    table: int
    agreeing: int


def generate(random: Random, level: Level) -> tuple[list[list[Json]], list[bool]]:
    """Make statements, as speaker and formula, and the one solution."""
    num = level.num_people
    known = meanings(num)
    case = floor(random() * (1 << num))
    low, high = level.per_person
    speakers = [person for person in range(num) for _ in range(low + floor(random() * (high - low + 1)))]
    draws: list[Iterator[Statement]] = []
    statements: list[Statement] = []
    cases = known.tables.full
    for speaker in speakers:
        draws.append(_draws(random, level, known, speaker, case))
        statements.append(next(draws[-1]))
        cases &= statements[-1].agreeing
    if cases != 1 << case or (high > 1 and _says_twice(speakers, statements)):
        _repair(random, level, speakers, statements, draws, case)
    said = [[at, written(one.shape, one.atoms)] for at, one in zip(speakers, statements, strict=True)]
    return said, [bool(case >> person & 1) for person in range(num)]


def _draws(random: Random, level: Level, known: Meanings, speaker: int, case: int) -> Iterator[Statement]:
    """Draw a shape, then statements of it that say something, as true in this case as their speaker."""
    shape = _new_shape(random, level)
    tables = known.tables
    full, honest = tables.full, tables.variables[speaker]
    truth = honest >> case & 1
    unused = 0 if level.selves and len(shape) > 1 else 1 << speaker
    flipped = full ^ honest
    filled = fillings(random, shape, tables, unused, known.counts)
    while True:
        for atoms, table in islice(filled, _MAX_DRAWS):
            if table >> case & 1 == truth and 0 != table != full and flipped != table != honest:
                yield Statement(shape, atoms, table, flipped ^ table)
                break
        else:
            raise GenerationError(f"no statement of {level} in {_MAX_DRAWS} draws")


def _new_shape(random: Random, level: Level) -> Shape:
    low, high = level.parts
    shape = draw_shape(random, low + floor(random() * (high - low + 1)))
    if level.counts and random() < _COUNTING:
        shape[-1] = SPECIAL
    return shape


def _says_twice(speakers: list[int], statements: list[Statement]) -> bool:
    """Say whether somebody makes two statements of one meaning."""
    told = {(speaker, one.table) for speaker, one in zip(speakers, statements, strict=True)}
    return len(told) < len(speakers)


def _repair(
    random: Random,
    level: Level,
    speakers: list[int],
    statements: list[Statement],
    draws: list[Iterator[Statement]],
    case: int,
) -> None:
    """Draw statements anew, one speaker after the other, until only one case agrees with all of them.

    A new statement is kept where no more cases agree than before. It has the shape of the one it replaces,
    unless that was tried often: some shapes, such as everybody's calling one other a liar, fit no puzzle.
    """
    known = meanings(level.num_people)
    only = 1 << case
    fewest = known.tables.full.bit_count()
    most = _SAME_SHAPE * len(speakers)
    for turn in range(_MAX_DRAWS):
        at = turn % len(speakers)
        cases = known.tables.full
        for other, statement in enumerate(statements):
            if other != at:
                cases &= statement.agreeing
        if turn >= most:
            draws[at] = _draws(random, level, known, speakers[at], case)
        drawn = next(draws[at])
        cases &= drawn.agreeing
        if cases.bit_count() <= fewest:
            fewest = cases.bit_count()
            statements[at] = drawn
            if cases == only and not _says_twice(speakers, statements):
                return
    raise GenerationError(f"no puzzle of {level} in {_MAX_DRAWS} draws")


def canonical(data: Data) -> str:
    """Name a puzzle by what its statements mean: whose truth tables they are, however people are ordered."""
    num = len(data["names"])
    known = meanings(num)
    full, honest, atoms = known.tables.full, known.tables.variables, known.atoms
    said: list[list[int]] = [[] for _ in range(num)]
    formulas: list[list[str]] = [[] for _ in range(num)]
    for speaker, formula, _ in data["statements"]:
        said[speaker].append(table_of(formula, atoms, full))
        formulas[speaker].append(formula)
    return min(
        _named(
            [{_reordered(table, order) for table in said[person]} for person in order]
            if num <= _FEW
            else [{table_of(one, _renamed(order), full) for one in formulas[person]} for person in order]
        )
        for order in _orders(said, honest)
    )


def _named(rows: list[set[int]]) -> str:
    """Write the truth tables of people in their order."""
    name = " ".join([",".join([f"{table:x}" for table in sorted(row)]) for row in rows])
    return name if len(name) <= 64 else f"{len(rows)} {blake2b(name.encode(), digest_size=16).hexdigest()}"


@cache
def _reordered(table: int, order: tuple[int, ...]) -> int:
    """Return a truth table after the people, who are few, are put into this order."""
    cases = [case for case in range(1 << len(order)) if table >> case & 1]
    return sum(1 << sum((case >> person & 1) << at for at, person in enumerate(order)) for case in cases)


@lru_cache(1_024)
def _renamed(order: tuple[int, ...]) -> dict[str, int]:
    """Return what the words of statements mean after the people are put into this order."""
    tables, atoms, _ = meanings(len(order))
    renamed = dict(atoms)
    for person, table in zip(order, tables.variables, strict=True):
        renamed[ATOMS[person]] = table
        renamed[f"~{ATOMS[person]}"] = tables.full ^ table
    return renamed


def _orders(said: list[list[int]], honest: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the orders that what is said of whom leaves open; nearly always there is one.

    `weights[i][j]` counts the cases in which a statement of i is true and j honest. People are told apart
    by their own weights, and then by the weights between them and the people told apart before.
    """
    people = range(len(said))
    weights = [
        [((row[0] & other).bit_count(),) for other in honest]
        if len(row) == 1
        else [tuple(sorted([(one & other).bit_count() for one in row])) for other in honest]
        for row in said
    ]
    marks: list[Mark] = [
        (weights[at][at], tuple(sorted([one.bit_count() for one in row]))) for at, row in enumerate(said)
    ]
    num_marks = 0
    while num_marks < len(distinct := set(marks)) < len(said):
        num_marks = len(distinct)
        ranks = {mark: rank for rank, mark in enumerate(sorted(distinct))}
        ranked = [ranks[mark] for mark in marks]
        marks = [
            (ranked[i], tuple(sorted([(ranked[j], weights[i][j], weights[j][i]) for j in people])))
            for i in people
        ]
    ranking = marks.__getitem__
    ordered = sorted(people, key=ranking)
    if len(distinct) == len(said):
        return [tuple(ordered)]
    groups = [tuple(group) for _, group in groupby(ordered, ranking)]
    return [sum(order, ()) for order in product(*map(permutations, groups))]

"""How problems are made: a solution first, then statements that fit it, until they fit nothing else.

The shape of a statement (its connectives) is drawn before its atoms, and only the atoms are drawn again
until it is as true as its speaker, so no connective betrays who says it.
"""

from collections.abc import Callable
from hashlib import blake2b
from itertools import permutations, product
from typing import Any, NamedTuple, TypeAlias

from reasongym.core import Data, Json
from reasongym.envs.knights_knaves.statements import PEOPLE, Tables, table_of, tables
from reasongym.errors import GenerationError

_ATOM, _NOT, _AND, _OR, _IF, _IFF, _XOR, _COUNT = range(8)
_CONNECTIVES = (_AND, _OR, _IF, _IFF, _XOR, _AND, _OR, _IF)
_WORDS = ("", "not", "and", "or", "if", "iff", "xor")
_COUNTING = 0.3
"""How often a statement says how many tell the truth, where it may."""
_SAME_SHAPE = 4
"""Times that a statement is drawn again before its shape is."""
_MAX_DRAWS = 50_000
"""Draws for one problem or one statement: far more than any needs."""
NUM_FORMS = 1 << 20
"""Ways to word a statement: a number from which each of its parts takes its own choice."""

Random: TypeAlias = Callable[[], float]
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

    shape: list[int]
    formula: str
    table: int
    agreeing: int


def generate(random: Random, level: Level) -> tuple[list[list[Json]], list[bool]]:
    """Make statements, as speaker and formula, and the one solution."""
    num = level.num_people
    known = tables(num)
    case = int(random() * (1 << num))
    low, high = level.per_person
    speakers = [person for person in range(num) for _ in range(low + int(random() * (high - low + 1)))]
    statements: list[Statement] = []
    cases = known.full
    for speaker in speakers:
        statements.append(_draw(random, level, known, speaker, case, _new_shape(random, level)))
        cases &= statements[-1].agreeing
    if cases != 1 << case or (high > 1 and _says_twice(speakers, statements)):
        _repair(random, level, speakers, statements, case)
    said = [[speaker, one.formula] for speaker, one in zip(speakers, statements, strict=True)]
    return said, [bool(case >> person & 1) for person in range(num)]


def _draw(
    random: Random, level: Level, known: Tables, speaker: int, case: int, shape: list[int]
) -> Statement:
    """Draw a statement of a shape that is as true in this case as its speaker, and that says something."""
    full, honest = known.full, known.honest[speaker]
    truth = honest >> case & 1
    for _ in range(_MAX_DRAWS):
        formula, table = _filled(random, level, known, shape, speaker)
        agreeing = full ^ honest ^ table
        if table >> case & 1 == truth and table not in (0, full) and agreeing not in (0, full):
            return Statement(shape, formula, table, agreeing)
    raise GenerationError(f"no statement of {level} in {_MAX_DRAWS} draws")


def _new_shape(random: Random, level: Level) -> list[int]:
    low, high = level.parts
    shape = _shape(random, low + int(random() * (high - low + 1)))
    if level.counts and random() < _COUNTING:
        shape[-1] = _COUNT
    return shape


def _shape(random: Random, num_parts: int) -> list[int]:
    """Draw the connectives of a formula in prefix order, with `_ATOM` for each atom."""
    if num_parts == 1:
        return [_ATOM]
    drawn = int(random() * 8 * len(_CONNECTIVES))
    if num_parts == 2:
        shape = [_CONNECTIVES[drawn >> 3], _ATOM, _ATOM]
    else:
        left = 1 + int(random() * (num_parts - 1))
        shape = [_CONNECTIVES[drawn >> 3], *_shape(random, left), *_shape(random, num_parts - left)]
    return [_NOT, *shape] if drawn & 7 == 0 else shape


def _filled(random: Random, level: Level, known: Tables, shape: list[int], speaker: int) -> tuple[str, int]:
    """Draw the atoms of a shape, about different people as long as there are any."""
    num = 2 * level.num_people
    full, literals, counts = known.full, known.literals, known.counts
    used = unused = 0 if level.selves and len(shape) > 1 else 1 << speaker
    everybody = (1 << level.num_people) - 1
    words: list[str] = []
    stack: list[int] = []
    for kind in reversed(shape):
        if kind == _ATOM:
            drawn = int(random() * num)
            while used >> (drawn >> 1) & 1:
                drawn = int(random() * num)
            used |= 1 << (drawn >> 1)
            if used == everybody:
                used = unused
            word, table = literals[drawn]
            words.append(word)
            stack.append(table)
            continue
        if kind == _COUNT:
            word, table = counts[int(random() * len(counts))]
            words.append(word)
            stack.append(table)
            continue
        words.append(_WORDS[kind])
        one = stack.pop()
        if kind == _NOT:
            stack.append(full ^ one)
        elif kind == _AND:
            stack.append(one & stack.pop())
        elif kind == _OR:
            stack.append(one | stack.pop())
        elif kind == _IF:
            stack.append(full ^ one | stack.pop())
        elif kind == _IFF:
            stack.append(full ^ one ^ stack.pop())
        else:
            stack.append(one ^ stack.pop())
    words.reverse()
    return " ".join(words), stack[0]


def _says_twice(speakers: list[int], statements: list[Statement]) -> bool:
    """Say whether somebody makes two statements of one meaning."""
    told = {(speaker, one.table) for speaker, one in zip(speakers, statements, strict=True)}
    return len(told) < len(speakers)


def _repair(
    random: Random, level: Level, speakers: list[int], statements: list[Statement], case: int
) -> None:
    """Draw statements anew, one speaker after the other, until only one case agrees with all of them.

    A new statement is kept where no more cases agree than before. It has the shape of the one it replaces,
    unless that was tried often: some shapes, such as everybody's calling one other a liar, fit no puzzle.
    """
    known = tables(level.num_people)
    only = 1 << case
    fewest = known.full.bit_count()
    most = _SAME_SHAPE * len(speakers)
    for turn in range(_MAX_DRAWS):
        at = turn % len(speakers)
        cases = known.full
        for other, statement in enumerate(statements):
            if other != at:
                cases &= statement.agreeing
        shape = statements[at].shape if turn < most else _new_shape(random, level)
        drawn = _draw(random, level, known, speakers[at], case, shape)
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
    known = tables(num)
    full, honest, atoms = known.full, known.honest, known.atoms
    said: list[list[int]] = [[] for _ in range(num)]
    formulas: list[list[str]] = [[] for _ in range(num)]
    for speaker, formula, _ in data["statements"]:
        said[speaker].append(table_of(formula, atoms, full))
        formulas[speaker].append(formula)
    return min(_named(order, formulas, known) for order in _orders(said, honest))


def _named(order: tuple[int, ...], formulas: list[list[str]], known: Tables) -> str:
    """Write the truth tables after the people are put into this order."""
    renamed = {ord(PEOPLE[person]): PEOPLE[place] for place, person in enumerate(order)}
    rows = [
        sorted({table_of(one.translate(renamed), known.atoms, known.full) for one in formulas[person]})
        for person in order
    ]
    name = " ".join(",".join(f"{table:x}" for table in row) for row in rows)
    return name if len(name) <= 64 else f"{len(order)} {blake2b(name.encode(), digest_size=16).hexdigest()}"


def _orders(said: list[list[int]], honest: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the orders that what is said of whom leaves open; nearly always there is one.

    `weights[i][j]` counts the cases in which a statement of i is true and j honest. People are told apart
    by their own weights, and then by the weights between them and the people told apart before.
    """
    people = range(len(said))
    weights = [
        [tuple(sorted([(one & other).bit_count() for one in row])) for other in honest] for row in said
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
    groups = [[person for person in people if marks[person] == mark] for mark in sorted(distinct)]
    return [sum(order, ()) for order in product(*map(permutations, groups))]

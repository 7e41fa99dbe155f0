"""How problems are made, and how they are named whatever their facts and their order."""

from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from reasongym.core import Data
from reasongym.envs._formulas import ATOMS, Random, Shape, Tables, draw_shape, fill, table_of, tables
from reasongym.errors import GenerationError

_MAX_TRIES = 4_000
"""Sets of premises drawn for one problem: far more than any needs."""
_PER_SHAPES = 40
"""Sets of premises drawn for the same shapes of conclusions before these are drawn anew."""
_MAX_DRAWS = 100
"""Formulas drawn for one place before everything is drawn anew."""

Mark: TypeAlias = tuple[Any, ...]
"""What tells a fact apart: nested tuples of integers."""


class Level(NamedTuple):
    """What the problems of a level are like."""

    num_atoms: int
    num_premises: int
    premise_parts: tuple[int, int]
    num_conclusions: int
    conclusion_parts: tuple[int, int]
    joint: bool
    """No premise alone entails a conclusion that follows."""

    @property
    def about(self) -> str:
        """Describe the level."""
        least, most = self.premise_parts
        return (
            f"{self.num_atoms} facts, {self.num_premises} premises of {least} to {most} parts, "
            f"{self.num_conclusions} conclusions"
        )


LEVELS = (
    Level(3, 2, (1, 2), 3, (2, 2), False),
    Level(4, 3, (1, 2), 4, (2, 2), False),
    Level(4, 4, (2, 2), 5, (2, 3), True),
    Level(5, 5, (2, 3), 5, (2, 3), True),
    Level(6, 7, (2, 3), 6, (2, 3), True),
    Level(8, 10, (2, 4), 6, (2, 3), True),
    Level(10, 14, (2, 5), 7, (2, 4), True),
)


class Row(NamedTuple):
    """A premise or a conclusion with its truth table."""

    is_conclusion: bool
    formula: str
    table: int


def generate(random: Random, level: Level) -> tuple[list[str], list[str], list[bool]]:
    """Make premises, conclusions, and which of these follow.

    Which conclusions follow and what connectives they have is drawn first and apart, and only premises and
    atoms are drawn again until all fit, so that no connective betrays what follows.
    """
    known = tables(level.num_atoms)
    follows: list[bool] = []
    shapes: list[Shape] = []
    for turn in range(_MAX_TRIES):
        if turn % _PER_SHAPES == 0:
            follows = [random() < 0.5 for _ in range(level.num_conclusions)]
            shapes = [_draw_shape(random, level.conclusion_parts) for _ in follows]
        premises = _premises(random, level, known)
        conclusions = premises and _conclusions(random, level, known, premises, follows, shapes)
        if conclusions:
            return [one.formula for one in premises], [one.formula for one in conclusions], follows
    raise GenerationError(f"no problem of {level} in {_MAX_TRIES} tries")


def _draw_shape(random: Random, parts: tuple[int, int]) -> Shape:
    return draw_shape(random, parts[0] + int(random() * (parts[1] - parts[0] + 1)))


def _premises(random: Random, level: Level, known: Tables) -> list[Row]:
    """Draw premises that each rule out more, and that leave two cases at least; nothing where that fails."""
    premises: list[Row] = []
    cases = known.full
    for missing in range(level.num_premises - 1, -1, -1):
        for _ in range(_MAX_DRAWS):
            formula, table = fill(random, _draw_shape(random, level.premise_parts), known)
            if cases & table != cases and (cases & table).bit_count() >= 2 + missing:
                break
        else:
            return []
        premises.append(Row(False, formula, table))
        cases &= table
    return premises


def _conclusions(
    random: Random,
    level: Level,
    known: Tables,
    premises: list[Row],
    follows: list[bool],
    shapes: list[Shape],
) -> list[Row]:
    """Fill the shapes with atoms so that each follows as asked; nothing where that fails."""
    cases = known.full
    for premise in premises:
        cases &= premise.table
    told = {0, known.full, *(premise.table for premise in premises)}
    conclusions: list[Row] = []
    for wanted, shape in zip(follows, shapes, strict=True):
        for _ in range(_MAX_DRAWS):
            formula, table = fill(random, shape, known)
            if (cases | table == table) is not wanted or table in told:
                continue
            if wanted and level.joint and any(one.table | table == table for one in premises):
                continue
            break
        else:
            return []
        told.add(table)
        conclusions.append(Row(True, formula, table))
    return conclusions


# -- identity -----------------------------------------------------------------------------------------


def canonical(data: Data) -> str:
    """Name a problem by the truth tables of its premises and conclusions, in whatever order all stand."""
    known = tables(len(data["facts"]))
    rows = [
        Row(part == "conclusions", formula, table_of(formula, known.atoms, known.full))
        for part in ("premises", "conclusions")
        for formula, _ in data[part]
    ]
    return min(_named(order, rows, known) for order in _orders(rows, known))


def _named(order: list[int], rows: list[Row], known: Tables) -> str:
    """Write the truth tables after the facts are put into this order."""
    renamed = {ord(ATOMS[atom]): ATOMS[place] for place, atom in enumerate(order)}
    said = sorted(
        (one.is_conclusion, table_of(one.formula.translate(renamed), known.atoms, known.full)) for one in rows
    )
    name = " ".join(f"{'?' if is_conclusion else ''}{table:x}" for is_conclusion, table in said)
    return name if len(name) <= 64 else f"{len(order)} {blake2b(name.encode(), digest_size=16).hexdigest()}"


def _orders(rows: list[Row], known: Tables) -> list[list[int]]:
    """Return the orders of facts that what is said of them leaves open; nearly always there is one.

    `weights[i][j]` counts the cases in which row i and fact j are both true. Facts that no row depends on
    stand last, in any order.
    """
    atoms = [
        atom for atom in range(len(known.variables)) if any(_depends(one.table, atom, known) for one in rows)
    ]
    rest = [atom for atom in range(len(known.variables)) if atom not in atoms]
    weights = [[(one.table & known.variables[atom]).bit_count() for atom in atoms] for one in rows]
    kinds: list[Mark] = [(one.is_conclusion, one.table.bit_count()) for one in rows]
    places = _discrete([() for _ in atoms], kinds, weights)
    return [[atoms[at] for at in order] + rest for order in places]


def _depends(table: int, atom: int, known: Tables) -> bool:
    variable = known.variables[atom]
    return (table & variable) >> (1 << atom) != table & ~variable


def _discrete(marks: list[Mark], kinds: list[Mark], weights: list[list[int]]) -> list[list[int]]:
    """Refine marks until all differ, telling apart one of the first that are alike in every way."""
    places = range(len(marks))
    num_marks = 0
    while True:
        ranks = {mark: rank for rank, mark in enumerate(sorted(set(marks)))}
        ranked = [ranks[mark] for mark in marks]
        if len(ranks) == len(marks) or len(ranks) == num_marks:
            break
        num_marks = len(ranks)
        rows = [
            (kind, tuple(sorted([(ranked[at], weight[at]) for at in places])))
            for kind, weight in zip(kinds, weights, strict=True)
        ]
        marks = [
            (
                ranked[at],
                tuple(sorted([(row, weight[at]) for row, weight in zip(rows, weights, strict=True)])),
            )
            for at in places
        ]
    if len(ranks) == len(marks):
        return [sorted(places, key=ranked.__getitem__)]
    alike = min(rank for rank in set(ranked) if ranked.count(rank) > 1)
    return [
        order
        for at in places
        if ranked[at] == alike
        for order in _discrete([(rank, other == at) for other, rank in enumerate(ranked)], kinds, weights)
    ]

"""`LinearSystem-v0`: as many linear equations as unknowns, two to five, with one solution."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, permutations
from typing import NamedTuple

from reasongym.answers.numbers import number, numbers
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math.elimination import determinant, eliminated, num_digits, solution
from reasongym.envs.math.polynomials import nonzero, spaced
from reasongym.envs.math.posed import Posed
from reasongym.envs.math.solutions import MAX_CHARS, concluded, joined_lines, one_box, unwrapped
from reasongym.registry import register
from reasongym.seeding import Stream


class _Level(NamedTuple):
    num_unknowns: int
    most: int
    """The largest coefficient."""
    most_solution: int
    """The largest value of an unknown; 0 where the solution need not be whole."""

    @property
    def about(self) -> str:
        kind = f"whole up to {self.most_solution}" if self.most_solution else "rational"
        return f"{self.num_unknowns} unknowns, coefficients up to {self.most}, {kind} solutions"


_LEVELS = (
    _Level(2, 3, 5),
    _Level(2, 9, 12),
    _Level(2, 15, 0),
    _Level(3, 9, 12),
    _Level(3, 9, 0),
    _Level(4, 12, 15),
    _Level(5, 15, 15),
    _Level(5, 20, 0),
)
_NAMES = {
    2: (("x", "y"), ("a", "b"), ("p", "q"), ("u", "v")),
    3: (("x", "y", "z"), ("a", "b", "c"), ("p", "q", "r"), ("u", "v", "w")),
    4: (("w", "x", "y", "z"), ("a", "b", "c", "d"), ("p", "q", "r", "s")),
    5: (("v", "w", "x", "y", "z"), ("a", "b", "c", "d", "f"), ("p", "q", "r", "s", "t")),
}
_SEPARATOR = r"[,;\n&]|\band\b|\\text\{ ?and ?\}|\\q?quad\b|\\\\"
_TUPLE = r"(?:\(?([a-z](?: ?, ?[a-z])+)\)? ?(?:=|:|is) ?)?([(\[<].*[)\]>])"
_ASSIGNED = r"(?s)\"?([a-z])\"? ?(?:=|:)(.*)"


@register("LinearSystem-v0")
class LinearSystem(Posed):
    """Solve a system of linear equations; all unknowns must be given, by name or as a tuple in their order.

    `data` holds the `names` of the unknowns and the `rows`: coefficients and then the right side.
    """

    family = "linear_system"
    levels = tuple(level.about for level in _LEVELS)
    default_level = 3
    ending = "line"
    asks = "the solution"
    spaces = (28_000, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000, 90_000)
    chances = (0.007, 0.003, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        meant = _LEVELS[level]
        num, random = meant.num_unknowns, rng.random
        matrix = [[0] * num] * num
        while not eliminated(matrix)[-1][-1]:
            matrix = [[nonzero(random, meant.most) for _ in range(num)] for _ in range(num)]
        if meant.most_solution:
            values = [nonzero(random, meant.most_solution) for _ in range(num)]
            right = [sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix]
        else:
            right = [nonzero(random, 4 * meant.most) for _ in range(num)]
        rows = [[*row, last] for row, last in zip(matrix, right, strict=True)]
        return {"names": list(rng.pick(_NAMES[num])), "rows": rows}

    def question(self, data: Data) -> str:
        names = data["names"]
        listed = ", ".join(f"{name} = ..." for name in names)
        return f"Solve the system of equations {_system(data)}. Give exact values in the form {listed}."

    def terse(self, data: Data) -> str:
        return f"solve {spaced(_system(data))} :"

    def verify(self, data: Data, text: str) -> Verdict:
        """Read the declared answer or the last line, with the assignments right before it."""
        names: list[str] = data["names"]
        return super().verify(data, one_box(joined_lines(text, lambda line: _assigns(line, names))))

    def fault(self, data: Data, answer: str) -> str:
        found = _read(answer, data["names"])
        if isinstance(found, str):
            return found
        values = [found[name] for name in data["names"]]
        holds = all(
            sum(a * b for a, b in zip(row[:-1], values, strict=True)) == row[-1] for row in data["rows"]
        )
        return "ok" if holds else "wrong_value"

    def oracle(self, data: Data) -> list[str]:
        values = solution(data["rows"])
        pairs = zip(data["names"], values, strict=True)
        return [" , ".join(f"{name} = {spaced(str(value))}" for name, value in pairs)]

    def canonical(self, data: Data) -> str:
        """Sort columns by their sorted entries, then rows; columns that tie are tried in every order."""
        rows = data["rows"]
        columns = range(len(rows))
        keys = [sorted(row[column] for row in rows) for column in columns]
        order = sorted(columns, key=keys.__getitem__)
        if all(keys[one] != keys[next_] for one, next_ in pairwise(order)):
            return str(_arranged(rows, order))
        wanted = sorted(keys)
        orders = (one for one in permutations(columns) if [keys[column] for column in one] == wanted)
        return str(min(_arranged(rows, one) for one in orders))

    def symmetric(self, data: Data, rng: Stream) -> Data:
        order = rng.shuffled(range(len(data["names"])))
        rows = [[*(row[column] for column in order), row[-1]] for row in rng.shuffled(data["rows"])]
        return {"names": list(rng.pick(_NAMES[len(order)])), "rows": rows}

    def random_action(self, state: Json, rng: Stream) -> str:
        """Write small whole numbers."""
        return " , ".join(f"{name} = {spaced(str(nonzero(rng.random, 6)))}" for name in state["names"])

    def prove(self, data: Data) -> bool:
        """Find a determinant that is not 0 by Laplace's expansion, and the solution by Cramer's rule."""
        rows = data["rows"]
        matrix = [row[:-1] for row in rows]
        whole = determinant(matrix)
        if not whole:
            return False
        values = solution(rows)
        for column, value in enumerate(values):
            replaced = [[*row[:column], row[-1], *row[column + 1 : -1]] for row in rows]
            if value * whole != determinant(replaced):
                return False
        return True

    def effort(self, data: Data) -> float:
        """Count the digits that fraction-free elimination writes."""
        return num_digits(data["rows"]) + sum(len(str(value)) for value in solution(data["rows"]))


def _arranged(rows: list[list[int]], order: Sequence[int]) -> list[list[int]]:
    return sorted([*(row[column] for column in order), row[-1]] for row in rows)


def _system(data: Data) -> str:
    return ", ".join(_equation(row, data["names"]) for row in data["rows"])


def _equation(row: list[int], names: list[str]) -> str:
    text = ""
    for coefficient, name in zip(row, names, strict=False):
        size = "" if abs(coefficient) == 1 else abs(coefficient)
        sign = ("-" if coefficient < 0 else "") if not text else " - " if coefficient < 0 else " + "
        text += f"{sign}{size}{name}"
    return f"{text} = {row[-1]}"


def _assigns(line: str, names: list[str]) -> bool:
    found = re.fullmatch(_ASSIGNED, line)
    return found is not None and found[1] in names and not isinstance(number(found[2]), str)


def _read(answer: str, names: list[str]) -> dict[str, Fraction] | str:
    """Read `x = 1, y = 2`, JSON, `(x, y) = (1, 2)` or a tuple in the order of the problem."""
    if len(answer) > MAX_CHARS:
        return "over_limit"
    plain = concluded(unwrapped(answer))
    listed = re.fullmatch(_TUPLE, plain)
    if listed and "=" not in listed[2]:
        return _from_tuple(listed, names)
    found: dict[str, Fraction] = {}
    is_bracketed = plain[:1] + plain[-1:] in ("{}", "()", "[]")
    for part in re.split(_SEPARATOR, plain[1:-1] if is_bracketed else plain):
        if not part.strip():
            continue
        assigned = re.fullmatch(_ASSIGNED, part.strip())
        if assigned is None or assigned[1] not in names:
            return "syntax"
        value = number(assigned[2])
        if isinstance(value, str):
            return value
        if found.setdefault(assigned[1], value) != value:
            return "hedged"
    return found if len(found) == len(names) else "missing_unknown"


def _from_tuple(listed: re.Match[str], names: list[str]) -> dict[str, Fraction] | str:
    order = [name.strip() for name in listed[1].split(",")] if listed[1] else names
    values = numbers(listed[2])
    if isinstance(values, str):
        return values
    if sorted(order) != sorted(names) or len(values) != len(names):
        return "missing_unknown"
    return dict(zip(order, values, strict=True))

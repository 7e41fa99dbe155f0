"""`Sequence-v0`: the next terms of a sequence whose kind of rule is stated, so that they are determined.

"What comes next?" has as many answers as there are rules; here the prompt names the kind of rule, and the
terms shown fix its numbers (`prove` solves for them and finds one solution).
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

from reasongym.answers.numbers import numbers
from reasongym.answers.prose import declared
from reasongym.core import Data, Json, Verdict
from reasongym.envs.math.exact import Exact, after_prose, refused
from reasongym.envs.math.sequence_rules import KINDS, NUM_NEXT
from reasongym.registry import register
from reasongym.seeding import Stream

LEVELS = (
    ("counting",),
    ("arithmetic",),
    ("arithmetic", "geometric", "quadratic"),
    ("quadratic", "recurrence", "interleaved"),
    ("cubic", "recurrence and constant"),
    ("quartic", "long recurrence"),
    ("longest recurrence",),
)
_ORDER = {"recurrence": 2, "recurrence and constant": 2, "long recurrence": 3, "longest recurrence": 4}
_DEGREE = {"counting": 1, "arithmetic": 1, "quadratic": 2, "cubic": 3, "quartic": 4}

_INDEX = r"[A-Za-z]_?[({]?([0-9]{1,4})[)}]? ?= ?"
"""The name of a term, as in `a_7 = 21, a_8 = 34`."""


@register("Sequence-v0")
class Sequence(Exact):
    """Continue a sequence by two terms.

    `data` holds `kind` (a name in `KINDS`), the `terms` shown and the `next` two.
    """

    family = "sequence"
    levels = (
        "counting in steps up to 5 (a warm-up)",
        "the same number added",
        "the same number added or multiplied, or a quadratic rule",
        "quadratic rules, recurrences of order 2, and two sequences that alternate",
        "cubic rules and recurrences of order 2 with a constant",
        "quartic rules and recurrences of order 3",
        "recurrences of order 4",
    )
    default_level = 3
    asks = "next two terms, separated by a comma"
    spaces = (45, 2_871, 60_000, 10**6, 10**6, 10**7, 10**8)
    chances = (0.027, 0.002, 0.005, 0.002, 0.001, 0.001, 0.001)

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        name = rng.pick(LEVELS[level])
        kind = KINDS[name]
        terms = kind.make(rng, kind.num_shown + NUM_NEXT)
        return {"kind": name, "terms": terms[:-NUM_NEXT], "next": terms[-NUM_NEXT:]}

    def question(self, data: Data) -> str:
        shown = ", ".join(map(str, data["terms"]))
        return f"A sequence begins {shown}. {KINDS[data['kind']].about} What are the next two terms?"

    def terse(self, data: Data) -> str:
        return f"{' '.join(map(str, data['terms']))} then"

    def verify(self, data: Data, text: str) -> Verdict:
        answer, reason = _find(text)
        if answer is None:
            return Verdict(0.0, False, reason)
        read = numbers(answer)
        if isinstance(read, str):
            return refused(read, answer)
        if len(read) != NUM_NEXT:
            continued = read[:-NUM_NEXT] == data["terms"] and len(read) > NUM_NEXT  # all of it, written out
            if not continued:
                return Verdict.of("wrong_count", answer)
        return Verdict.of("ok" if read[-NUM_NEXT:] == data["next"] else "wrong_value", answer)

    def oracle(self, data: Data) -> list[str]:
        return [" ".join(map(str, data["next"]))]

    def canonical(self, data: Data) -> str:
        return f"{_ABOUT_ORDER[data['kind']]} {data['terms']}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Return the problem itself: a sequence has no other guise."""
        return dict(data)

    def random_action(self, state: Json, rng: Stream) -> str:
        """Guess two numbers no further from the last term than the terms shown lie apart."""
        terms = state["terms"]
        span = max(terms) - min(terms)
        return " ".join(str(terms[-1] + rng.between(-span, span)) for _ in range(NUM_NEXT))

    def prove(self, data: Data) -> bool:
        """Solve for the numbers of the rule: the terms shown must leave one continuation, this one."""
        kind, terms = data["kind"], data["terms"]
        if kind == "interleaved":
            halves = [{_after(terms[at::2])} for at in (0, 1)]
            return all(len(half) == 1 for half in halves) and [half.pop() for half in halves] == data["next"]
        if kind == "geometric":
            return _two(terms, lambda seen: Fraction(seen[-1] * seen[1], seen[0])) == data["next"]
        if kind in _DEGREE:
            return _two(terms, lambda seen: _interpolated(seen, _DEGREE[kind])) == data["next"]
        order = _ORDER[kind]
        constant = kind.endswith("constant")
        weights = _solution(terms, order, constant=constant)
        if weights is None:
            return False
        ones = [1] if constant else []
        return (
            _two(terms, lambda seen: sum(w * t for w, t in zip(weights, seen[-order:] + ones, strict=True)))
            == data["next"]
        )

    def effort(self, data: Data) -> float:
        """Count the operations of solving for the rule's numbers: cubic in how many there are."""
        kind = data["kind"]
        unknown = _ORDER.get(kind, 0) or _DEGREE.get(kind, 1) + 1
        unknown += kind.endswith("constant")
        return (
            unknown**3 * (2 if kind in _ORDER or kind == "interleaved" else 1) + len(str(data["next"])) / 100
        )


_ABOUT_ORDER = {
    name: list(dict.fromkeys(kind.about for kind in KINDS.values())).index(kind.about)
    for name, kind in KINDS.items()
}


def _find(text: str) -> tuple[str | None, str]:
    """Return the declared list, or the list that ends the last line."""
    answer, reason = declared(text, "line")
    if answer is None or isinstance(numbers(answer), list):
        return answer, reason
    labels = [int(label[1]) for label in re.finditer(_INDEX, answer)]
    if labels and labels == [*range(labels[0], labels[0] + NUM_NEXT)]:
        return re.sub(_INDEX, "", answer), "ok"
    return after_prose(answer), "ok"


def _two(terms: list[int], following: Callable[[list[int]], Fraction | int]) -> list[Fraction | int]:
    seen: list[int | Fraction] = list(terms)
    for _ in range(NUM_NEXT):
        seen.append(following(seen))  # pyright: ignore[reportArgumentType]
    return seen[-NUM_NEXT:]


def _interpolated(terms: list[int], degree: int) -> Fraction | int:
    """Extend the polynomial through the first terms (Lagrange), which must pass through all of them."""

    def at(x: int) -> Fraction:
        total = Fraction(0)
        for i in range(degree + 1):
            part = Fraction(terms[i])
            for j in range(degree + 1):
                if j != i:
                    part = part * (x - j) / (i - j)
            total += part
        return total

    fits = all(at(x) == term for x, term in enumerate(terms))
    return at(len(terms)) if fits else Fraction(1, 7)


def _after(half: list[int]) -> int | None:
    """Continue a half by a constant difference or a constant ratio; None where both or neither fit."""
    steps = {b - a for a, b in pairwise(half)}
    ratios = {Fraction(b, a) if a else None for a, b in pairwise(half)}
    sums = half[-1] + steps.pop() if len(steps) == 1 else None
    products = half[-1] * ratio if len(ratios) == 1 and (ratio := ratios.pop()) is not None else None
    both = {value for value in (sums, products) if value is not None}
    return int(both.pop()) if len(both) == 1 else None


def _solution(terms: list[int], order: int, *, constant: bool) -> list[Fraction] | None:
    """Solve for the weights (and the constant) by elimination; None unless exactly one solution fits."""
    rows = [
        [Fraction(t) for t in (*terms[at : at + order], *([1] if constant else []), terms[at + order])]
        for at in range(len(terms) - order)
    ]
    width = order + constant
    for column in range(width):
        pivot = next((at for at in range(column, len(rows)) if rows[at][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for at, row in enumerate(rows):
            if at != column and row[column]:
                ratio = row[column] / rows[column][column]
                rows[at] = [a - ratio * b for a, b in zip(row, rows[column], strict=True)]
    if any(row[width] for row in rows[width:]):
        return None
    return [rows[at][width] / rows[at][at] for at in range(width)]

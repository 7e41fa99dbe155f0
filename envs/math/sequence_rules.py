"""The kinds of rules that sequences follow, each with a maker of terms that fix the rule's numbers."""

from collections.abc import Callable
from typing import NamedTuple

from reasongym.envs.math.matrix_determinant import determinant
from reasongym.seeding import Stream

NUM_NEXT = 2


class Kind(NamedTuple):
    """A kind of rule: how it is worded, how many terms are shown, and how terms are made."""

    about: str
    num_shown: int
    make: Callable[[Stream, int], list[int]]


def _arithmetic(rng: Stream, count: int) -> list[int]:
    first, step = rng.between(1, 99), rng.between(2, 30)
    return [first + step * at for at in range(count)]


def _counting(rng: Stream, count: int) -> list[int]:
    first, step = rng.between(1, 9), rng.between(1, 5)
    return [first + step * at for at in range(count)]


def _geometric(rng: Stream, count: int) -> list[int]:
    first, ratio = rng.between(1, 30), rng.pick((-4, -3, -2, 2, 3, 4, 5, 6, 7))
    return [first * ratio**at for at in range(count)]


def _polynomial(degree: int) -> Callable[[Stream, int], list[int]]:
    def make(rng: Stream, count: int) -> list[int]:
        differences = [rng.between(-30, 60), *(rng.between(-15, 20) for _ in range(degree - 1))]
        differences.append(rng.between(1, 9) * rng.pick((-1, 1)))
        terms: list[int] = []
        for _ in range(count):
            terms.append(differences[0])
            for at in range(degree):
                differences[at] += differences[at + 1]
        return terms

    return make


def _recurrence(order: int, *, constant: bool) -> Callable[[Stream, int], list[int]]:
    ones = [1] * constant

    def make(rng: Stream, count: int) -> list[int]:
        while True:
            weights = [rng.pick((-2, -1, 1, 2, 3)) for _ in range(order)]
            added = rng.between(1, 9) * rng.pick((-1, 1)) if constant else 0
            terms = [rng.between(-5, 15) for _ in range(order)]
            while len(terms) < count:
                terms.append(sum(w * t for w, t in zip(weights, terms[-order:], strict=True)) + added)
            if determinant([[*terms[at : at + order], *ones] for at in range(order + constant)]):
                return terms  # the weights are determined

    return make


def _interleaved(rng: Stream, count: int) -> list[int]:
    first, second = _arithmetic(rng, count), rng.pick((_geometric, _arithmetic))(rng, count)
    return [term for pair in zip(first, second, strict=True) for term in pair][:count]


KINDS = {
    "counting": Kind("The same number is added each time.", 4, _counting),
    "arithmetic": Kind("The same number is added each time.", 4, _arithmetic),
    "geometric": Kind("Each term is the one before it times the same number.", 4, _geometric),
    "quadratic": Kind(
        "The terms are the values of a polynomial of degree 2 at 1, 2, 3 and so on.", 5, _polynomial(2)
    ),
    "cubic": Kind(
        "The terms are the values of a polynomial of degree 3 at 1, 2, 3 and so on.", 6, _polynomial(3)
    ),
    "quartic": Kind(
        "The terms are the values of a polynomial of degree 4 at 1, 2, 3 and so on.", 7, _polynomial(4)
    ),
    "recurrence": Kind(
        "From the third on, each term is p times the term two before it plus q times the term just before "
        "it, with the same numbers p and q throughout.",
        6,
        _recurrence(2, constant=False),
    ),
    "recurrence and constant": Kind(
        "From the third on, each term is p times the term two before it plus q times the term just before it "
        "plus r, with the same numbers p, q and r throughout.",
        7,
        _recurrence(2, constant=True),
    ),
    "long recurrence": Kind(
        "From the fourth on, each term is the sum of p times the term three before it, q times the term two "
        "before it and r times the term just before it, with the same numbers p, q and r throughout.",
        8,
        _recurrence(3, constant=False),
    ),
    "interleaved": Kind(
        "Two sequences alternate, and in each of them either the same number is added each time or each term "
        "is multiplied by the same number.",
        8,
        _interleaved,
    ),
    "longest recurrence": Kind(
        "From the fifth on, each term is a sum of fixed multiples of the four terms before it, with the same "
        "four multipliers throughout.",
        10,
        _recurrence(4, constant=False),
    ),
}

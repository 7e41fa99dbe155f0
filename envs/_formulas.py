"""Formulas of propositional logic: drawn, evaluated in every case at once, and worded.

A formula is a text in prefix notation over the atoms `A` to `L`: `or A not and ~B C` is "A or not (not B and
C)". Its words are `A`, `~A`, `not`, `and`, `or`, `xor`, `if` (implies) and `iff`; a family may add others.

A truth table is one integer of 2^n bits: bit w is the value where atom i is true iff bit i of w is 1. So a
connective is one operation on integers, whatever the number of cases.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import floor
from typing import NamedTuple, TypeAlias

ATOMS = "ABCDEFGHIJKL"

Random: TypeAlias = Callable[[], float]
Shape: TypeAlias = list[int]
"""The connectives of a formula in prefix order, with `ATOM` for each atom."""
Word: TypeAlias = tuple[str, int]
"""An atom of a formula with its truth table."""

ATOM, NOT, AND, OR, IF, IFF, XOR, SPECIAL = range(8)
_CONNECTIVES = (AND, OR, IF, IFF, XOR, AND, OR, IF)
_WORDS = ("", "not", "and", "or", "if", "iff", "xor", "")
_BINARY = frozenset(_WORDS[AND:SPECIAL])


class Tables(NamedTuple):
    """The truth tables of n atoms."""

    full: int
    """A 1 for every case."""
    variables: tuple[int, ...]
    """For each atom the cases where it is true."""
    literals: tuple[tuple[str, int, int], ...]
    """Of each atom in turn, `A` and `~A`, with the atom's bit in a mask."""
    atoms: dict[str, int]
    """The same by word."""


@cache
def tables(num_atoms: int) -> Tables:
    """Make the truth tables of so many atoms."""
    full = (1 << (1 << num_atoms)) - 1
    variables = tuple(full // ((1 << (1 << atom)) + 1) << (1 << atom) for atom in range(num_atoms))
    literals: list[tuple[str, int, int]] = []
    for atom, (name, table) in enumerate(zip(ATOMS, variables, strict=False)):
        literals += [(name, table, 1 << atom), (f"~{name}", full ^ table, 1 << atom)]
    return Tables(full, variables, tuple(literals), {word: table for word, table, _ in literals})


def table_of(formula: str, atoms: Mapping[str, int], full: int) -> int:
    """Evaluate a formula in every case."""
    table = 0
    stack: list[int] = []  # what is below `table`
    for word in reversed(formula.split(" ")):
        atom = atoms.get(word)
        if atom is not None:
            stack.append(table)
            table = atom
        elif word == "and":
            table &= stack.pop()
        elif word == "or":
            table |= stack.pop()
        elif word == "if":
            table = full ^ table | stack.pop()
        elif word == "not":
            table ^= full
        elif word == "iff":
            table ^= full ^ stack.pop()
        else:
            table ^= stack.pop()
    return table


def draw_shape(random: Random, num_parts: int) -> Shape:
    """Draw the connectives of a formula with so many atoms."""
    if num_parts == 1:
        return [ATOM]
    drawn = floor(random() * 8 * len(_CONNECTIVES))
    if num_parts == 2:
        shape = [_CONNECTIVES[drawn >> 3], ATOM, ATOM]
    else:
        left = 1 + floor(random() * (num_parts - 1))
        shape = [_CONNECTIVES[drawn >> 3], *draw_shape(random, left), *draw_shape(random, num_parts - left)]
    return [NOT, *shape] if drawn & 7 == 0 else shape


def fill(random: Random, shape: Shape, known: Tables) -> tuple[str, int]:
    """Draw the atoms of a shape as `fillings` does; return the formula and its table."""
    atoms, table = next(fillings(random, shape, known))
    return written(shape, atoms), table


def fillings(
    random: Random, shape: Shape, known: Tables, unused: int = 0, special: Sequence[Word] = ()
) -> Iterator[tuple[list[str], int]]:
    """Draw the atoms of a shape again and again; yield them, last first, and the table of the formula.

    The atoms of a formula differ as long as there are others. `unused` is a bit mask of atoms that are left
    out. `special` are the words drawn for `SPECIAL`.
    """
    full, literals = known.full, known.literals
    num = len(literals)
    everything = (1 << (num >> 1)) - 1
    kinds = shape[::-1]
    while True:
        used, table = unused, 0
        atoms: list[str] = []
        stack: list[int] = []  # what is below `table`
        for kind in kinds:
            if kind == ATOM:
                stack.append(table)
                word, table, bit = literals[floor(random() * num)]
                while used & bit:
                    word, table, bit = literals[floor(random() * num)]
                used |= bit
                if used == everything:
                    used = unused
                atoms.append(word)
            elif kind == AND:
                table &= stack.pop()
            elif kind == OR:
                table |= stack.pop()
            elif kind == IF:
                table = full ^ table | stack.pop()
            elif kind == NOT:
                table ^= full
            elif kind == IFF:
                table ^= full ^ stack.pop()
            elif kind == XOR:
                table ^= stack.pop()
            else:
                stack.append(table)
                word, table = special[floor(random() * len(special))]
                atoms.append(word)
        yield atoms, table


def written(shape: Shape, atoms: Sequence[str]) -> str:
    """Write a shape with its atoms, which are given last first."""
    drawn = reversed(atoms)
    return " ".join([_WORDS[kind] or next(drawn) for kind in shape])


def turned(formula: str) -> str:
    """Exchange the two sides of every connective that does not care."""
    stack: list[str] = []
    for word in reversed(formula.split(" ")):
        if word == "not":
            stack.append(f"not {stack.pop()}")
        elif word in _BINARY:
            one, other = stack.pop(), stack.pop()
            stack.append(f"if {one} {other}" if word == "if" else f"{word} {other} {one}")
        else:
            stack.append(word)
    return stack[0]


# -- wording ------------------------------------------------------------------------------------------

NUM_FORMS = 1 << 20
"""Ways to word a formula: a number from which each of its parts takes its own choice."""

_COMPOUND = {
    "and": ("%s and %s", "%s, and %s"),
    "or": ("%s or %s", "%s or %s, or both"),
    "xor": ("either %s or %s, but not both", "exactly one of these is true: %s; %s"),
    "if": ("if %s, then %s", "%s only if %s"),
    "iff": ("%s if and only if %s", "%s exactly when %s"),
}
_DENIED = ("it is not true that %s", "it is false that %s")
_RULES = {
    "or": '"or" also holds where both parts do',
    "if": '"if P, then Q" and "P only if Q" are false only where P is true and Q is false',
}


def worded(formula: str, form: int, atom: Callable[[str, int], str]) -> str:
    """Word a formula as a sentence without its full stop; `atom` words its atoms."""
    word = ""
    stack: list[str] = []  # what has parts is in brackets
    for word in reversed(formula.split(" ")):
        form = form * 5 >> 2 & 0xFFFFF ^ len(word)  # the next choice
        if word in _COMPOUND:
            stack.append(f"({_COMPOUND[word][form >> 3 & 1] % (stack.pop(), stack.pop())})")
        elif word == "not":
            stack.append(f"({_DENIED[form >> 3 & 1] % stack.pop()})")
        else:
            stack.append(atom(word, form))
    text = stack[0][1:-1] if word == "not" or word in _COMPOUND else stack[0]
    start = len(text) - len(text.lstrip("("))
    return f"{text[:start]}{text[start].upper()}{text[start + 1 :]}"


def rules(formulas: Iterable[str]) -> str:
    """Say how the connectives in these formulas are meant that everyday speech leaves open, or nothing."""
    words = " ".join(formulas).split(" ")
    told = "; ".join([rule for word, rule in _RULES.items() if word in words])
    return f"(Here {told}.) " if told else ""

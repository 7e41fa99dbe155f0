"""Write what was read in its normal form: equal forms are equal answers; equal answers may differ in form."""

from fractions import Fraction

from reasongym.answers.shapes import Equation, Reading, Value
from reasongym.answers.trees import Formula, Function, Number, parts, tidy, write
from reasongym.answers.units import Unit

MAX_BITS = 1_200
"""Of a number that is written out."""


def written(one: Reading) -> str:
    """Return the normal form of a reading."""
    if isinstance(one, Value):
        unit = _unit(one.unit)
        return f"{_formula(one.value) if one.value is not None else one.text}{unit}"
    if isinstance(one, Equation):
        if one.right is not None and one.label != "+":
            return written(one.right)
        return f"{_formula(one.zero)} = 0" if one.zero is not None else one.text
    members = [written(member) for member in one.members]
    if one.kind == "set":
        return "{" + ", ".join(sorted(members)) + "}"
    if one.kind == "region":
        return " u ".join(members)
    if one.kind in (":", "matrix"):
        return (" : " if one.kind == ":" else "; ").join(members)
    opening, closing = ("", "") if one.kind == "row" else (one.kind[0], one.kind[-1])
    return opening + ", ".join(members) + closing


def _unit(unit: Unit) -> str:
    if not unit:
        return ""
    return " " + " ".join(name if count == 1 else f"{name}^{count}" for name, count in unit)


def _formula(tree: Formula) -> str:
    if _is_large(tree):
        return _in_brief(tree)
    return write(tidy(tree))


def _is_large(tree: Formula) -> bool:
    if isinstance(tree, Number):
        return tree.value.numerator.bit_length() + tree.value.denominator.bit_length() > MAX_BITS
    return any(map(_is_large, parts(tree)))


def _in_brief(tree: Formula) -> str:
    """Name a number too long to be written by its length and its digits in base 16 at both ends."""
    if isinstance(tree, Number):
        return _long(tree.value)
    name = tree.name if isinstance(tree, Function) else type(tree).__name__.lower()
    inside = ", ".join(_in_brief(part) if _is_large(part) else write(part) for part in parts(tree))
    return f"{name}({inside})"


def _long(value: Fraction) -> str:
    digits = f"{value.numerator:x}/{value.denominator:x}"
    return f"0x{digits[:24]}...{digits[-24:]} ({value.numerator.bit_length()} bits)"

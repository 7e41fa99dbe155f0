"""Regions of the number line: unions of intervals and points in one form, so that (1,3] and (3,5) are (1,5).

They are put in order by the decimal values of their ends and merged where they touch. Ends that are no real
numbers (letters) leave the pieces as they are written, in any order.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from reasongym.answers.decimals import decimal_of
from reasongym.answers.shapes import (
    ENDLESS,
    ENDLESS_BELOW,
    Equation,
    Group,
    Reading,
    Refused,
    Value,
    is_name,
)
from reasongym.answers.trees import Function, Variable, negative


class _End(NamedTuple):
    place: Decimal
    is_inside: bool
    value: Value


class _Piece(NamedTuple):
    low: _End
    high: _End


_BELOW = _End(Decimal("-Infinity"), False, ENDLESS_BELOW)
_ABOVE = _End(Decimal("Infinity"), False, ENDLESS)


def interval(sides: Sequence[Value], signs: Sequence[str]) -> Group | None:
    """Return the interval that an inequality says, None where it bounds no variable."""
    if signs[0][0] == ">":
        sides, signs = sides[::-1], [sign.replace(">", "<") for sign in signs[::-1]]
    if any(sign[0] == ">" for sign in signs):
        return None
    names = [is_name(side) for side in sides]
    closing = ["]" if sign == "<=" else ")" for sign in signs]
    opening = ["[" if sign == "<=" else "(" for sign in signs]
    if len(names) == 3 and names[1] and not (names[0] or names[2]):
        return Group(opening[0] + closing[1], (sides[0], sides[2]))
    if len(names) == 2 and signs[0] in ("<", "<=") and (found := _of_size(sides, signs[0])):
        return found
    if names == [True, False] and sides[1].value is not None:
        return Group("(" + closing[0], (ENDLESS_BELOW, sides[1]))
    if names == [False, True] and sides[0].value is not None:
        return Group(opening[0] + ")", (sides[0], ENDLESS))
    return None


def _of_size(sides: Sequence[Value], sign: str) -> Group | None:
    """Read |x| < 1 and |x| > 1."""
    first, second = sides
    if _is_size(first) and second.value:
        below = Value(f"-({second.text})", negative(second.value))
        return Group("[]" if sign == "<=" else "()", (below, second))
    if _is_size(second) and first.value:
        inside = _of_size(sides[::-1], "<" if sign == "<=" else "<=")
        return None if inside is None else complement(inside)
    return None


def _is_size(side: Value) -> bool:
    size = side.value
    return isinstance(size, Function) and size.name == "abs" and isinstance(size.argument, Variable)


def union(readings: Sequence[Reading]) -> Group:
    """Join intervals, points and regions."""
    members = [member for one in readings for member in _members(one)]
    pieces = [_piece(member) for member in members]
    if any(piece is None for piece in pieces):
        return Group("region", tuple(members))
    return _group(_merged([piece for piece in pieces if piece is not None and not _is_empty(piece)]))


def both(readings: Sequence[Reading]) -> Group:
    """Intersect intervals; where nothing is in all of them, `and` was meant as it is in "2 and 3"."""
    first, *others = [_pieces(one) for one in readings]
    common = reduce(_common, others, first)
    return _group(_merged(common)) if common else union(readings)


def _common(region: list[_Piece], other: list[_Piece]) -> list[_Piece]:
    shared = [
        _Piece(max(one.low, two.low, key=_by_low), min(one.high, two.high, key=_by_high))
        for one in region
        for two in other
    ]
    return [piece for piece in shared if not _is_empty(piece)]


def complement(removed: Reading) -> Group:
    """Return the line without points or intervals: `x \\neq 3`, without 1 and 2."""
    left: list[_Piece] = []
    low = _BELOW
    for piece in _merged([piece for piece in _pieces(removed) if not _is_empty(piece)]):
        left.append(_Piece(low, _End(piece.low.place, not piece.low.is_inside, piece.low.value)))
        low = _End(piece.high.place, not piece.high.is_inside, piece.high.value)
    left.append(_Piece(low, _ABOVE))
    return _group([piece for piece in left if not _is_empty(piece)])


def difference(whole: Reading, removed: Reading) -> Group:
    """Return one region without another."""
    return both([whole, complement(removed)])


def _members(one: Reading) -> tuple[Reading, ...]:
    if isinstance(one, Equation):
        if one.right is None:
            raise Refused("syntax")
        return _members(one.right)
    return one.members if isinstance(one, Group) and one.kind in ("region", "set") else (one,)


def _pieces(region: Reading) -> list[_Piece]:
    """Return the pieces of a region whose ends are all numbers."""
    pieces = [_piece(member) for member in _members(region)]
    known = [piece for piece in pieces if piece is not None]
    if len(known) < len(pieces):
        raise Refused("syntax")
    return known


def _piece(one: Reading) -> _Piece | None:
    """Return an interval or a point, None where its ends are no numbers."""
    if isinstance(one, Value):
        place = _place(one)
        return None if place is None else _Piece(_End(place, True, one), _End(place, True, one))
    if not isinstance(one, Group) or one.kind not in ("()", "[]", "(]", "[)") or len(one.members) != 2:
        raise Refused("syntax")
    low, high = one.members
    if not isinstance(low, Value) or not isinstance(high, Value):
        raise Refused("syntax")
    below, above = _place(low), _place(high)
    if below is None or above is None:
        return None
    return _Piece(_End(below, one.kind[0] == "[", low), _End(above, one.kind[1] == "]", high))


def _place(value: Value) -> Decimal | None:
    if value.value == Variable("\\infty"):
        return Decimal("Infinity")
    if value.value == negative(Variable("\\infty")):
        return Decimal("-Infinity")
    return None if value.value is None or value.unit else decimal_of(value.value)


def _by_low(end: _End) -> tuple[Decimal, bool]:
    return end.place, not end.is_inside


def _by_high(end: _End) -> tuple[Decimal, bool]:
    return end.place, end.is_inside


def _is_empty(piece: _Piece) -> bool:
    if piece.low.place == piece.high.place:
        return not (piece.low.is_inside and piece.high.is_inside)
    return piece.low.place > piece.high.place


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    merged: list[_Piece] = []
    for piece in sorted(pieces, key=lambda one: (_by_low(one.low), _by_high(one.high))):
        if merged and _touches(merged[-1].high, piece.low):
            merged[-1] = _Piece(merged[-1].low, max(merged[-1].high, piece.high, key=_by_high))
        else:
            merged.append(piece)
    return merged


def _touches(high: _End, low: _End) -> bool:
    return low.place < high.place or (low.place == high.place and (low.is_inside or high.is_inside))


def _group(pieces: list[_Piece]) -> Group:
    groups = tuple(map(_written, pieces))
    if len(groups) == 1 and isinstance(groups[0], Group):
        return groups[0]
    return Group("region" if groups else "set", groups)


def _written(piece: _Piece) -> Reading:
    if piece.low.place == piece.high.place:
        return piece.low.value
    kind = ("[" if piece.low.is_inside else "(") + ("]" if piece.high.is_inside else ")")
    return Group(kind, (piece.low.value, piece.high.value))

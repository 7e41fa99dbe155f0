"""The part of Python that the interpreter knows, and the bounds that values are kept in."""

import ast
import heapq
import operator
from collections import deque
from collections.abc import Callable
from typing import Any

_MAX_BITS = 2_000
_MAX_LENGTH = 5_000
_MAX_POWER = 64


class Stopped(Exception):
    """The program failed, or ran over its bounds; the text says why."""


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
BUILTINS: dict[str, Any] = {
    one.__name__: one
    for one in (abs, all, any, bin, bool, chr, dict, enumerate, int, len, list, map, max, min, ord, range)
} | {one.__name__: one for one in (reversed, set, sorted, str, sum, tuple, zip, deque)}
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(("count", "find", "index", "isdigit", "join", "lower", "replace"))
    | frozenset(("split", "startswith", "endswith", "strip", "upper")),
    list: frozenset(
        ("append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort")
    ),
    dict: frozenset(("copy", "get", "items", "keys", "pop", "setdefault", "values")),
    set: frozenset(("add", "copy", "discard", "pop", "remove")),
    deque: frozenset(("append", "appendleft", "pop", "popleft")),
}
MODULES: dict[str, dict[str, Any]] = {
    "heapq": {"heappush": heapq.heappush, "heappop": heapq.heappop},
    "dict": {"fromkeys": dict.fromkeys},
}


def bounded(value: Any) -> Any:
    """Return a value; raises Stopped where it has grown beyond bounds."""
    if isinstance(value, int):
        if value.bit_length() > _MAX_BITS:
            raise Stopped(f"a number of more than {_MAX_BITS} bits")
    elif isinstance(value, list | str | tuple | set | dict) and len(value) > _MAX_LENGTH:  # pyright: ignore[reportUnknownArgumentType]
        raise Stopped(f"more than {_MAX_LENGTH} elements")
    return value  # pyright: ignore[reportUnknownVariableType]


def combined(op: ast.operator, left: Any, right: Any) -> Any:
    """Work out an operation of two values, which is refused where its result would be beyond bounds."""
    if isinstance(op, ast.Mult) and isinstance(left, int) != isinstance(right, int):
        num, items = (left, right) if isinstance(left, int) else (right, left)
        if num * len(items) > _MAX_LENGTH:
            raise Stopped(f"more than {_MAX_LENGTH} elements")
    if isinstance(op, ast.Pow) and isinstance(right, int) and not 0 <= right <= _MAX_POWER:
        raise Stopped(f"a power that is not from 0 to {_MAX_POWER}")
    return bounded(_BINARY[type(op)](left, right))

"""Faults put into our own programs: one place of the syntax tree changed for another that Python takes."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TypeAlias

from reasongym.seeding import Stream

Change: TypeAlias = Callable[[], None]
"""Changes the tree at one place."""

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitXor: (ast.BitOr,),
}
_CALLED = {"max": "min", "min": "max", "any": "all", "all": "any"}
_MOST_CONSTANT = 10_000


def mutated(program: ast.Module, rng: Stream) -> ast.Module:
    """Return a copy of a program with one change somewhere."""
    copy = deepcopy(program)
    changes = [change for node in ast.walk(copy) for change in _changes(node, rng)]
    rng.pick(changes)()
    return ast.fix_missing_locations(copy)


def _changes(node: ast.AST, rng: Stream) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        yield from _of_comparison(node, rng)
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        yield from _of_operator(node, rng)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node, rng)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield from _of_condition(node)
    elif isinstance(node, ast.BoolOp):
        yield lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.Name) and node.id in _CALLED:
        yield lambda: setattr(node, "id", _CALLED[node.id])
    elif isinstance(node, ast.Slice):
        yield from _of_slice(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.For):
        yield from _of_body(node)
    elif isinstance(node, ast.FunctionDef):
        yield from _of_names(node, rng)


def _of_comparison(node: ast.Compare, rng: Stream) -> Iterator[Change]:
    for at, op in enumerate(node.ops):
        others = _COMPARISONS.get(type(op), ())
        if others:
            other = rng.pick(others)()
            yield lambda at=at, other=other: node.ops.__setitem__(at, other)


def _of_operator(node: ast.BinOp | ast.AugAssign, rng: Stream) -> Iterator[Change]:
    others = _OPERATORS.get(type(node.op), ())
    is_text = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(node))
    if others and not is_text:
        other = rng.pick(others)()
        yield lambda: setattr(node, "op", other)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.FloorDiv | ast.Mod):
        yield lambda: _swap(node)


def _swap(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left


def _of_constant(node: ast.Constant, rng: Stream) -> Iterator[Change]:
    value = node.value
    if type(value) is int and abs(value) < _MOST_CONSTANT:
        other = value + rng.pick((1, -1) if value > 0 else (1,))
        yield lambda: setattr(node, "value", other)
    elif type(value) is bool:
        yield lambda: setattr(node, "value", not value)


def _of_condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    negated = ast.UnaryOp(ast.Not(), node.test)
    if not isinstance(node, ast.While):
        yield lambda: setattr(node, "test", negated)
    if isinstance(node, ast.If) and node.orelse:
        yield lambda: setattr(node, "orelse", [])


def _of_slice(node: ast.Slice) -> Iterator[Change]:
    if node.lower is not None:
        lower = ast.BinOp(node.lower, ast.Add(), ast.Constant(1))
        yield lambda: setattr(node, "lower", lower)
    if node.upper is not None:
        upper = ast.BinOp(node.upper, ast.Sub(), ast.Constant(1))
        yield lambda: setattr(node, "upper", upper)


def _of_call(node: ast.Call) -> Iterator[Change]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "range" and len(node.args) < 3:
        last = ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))
        yield lambda: node.args.__setitem__(len(node.args) - 1, last)
    elif name == "sorted" and node.keywords:
        yield lambda: setattr(node, "keywords", [])
    elif name in ("abs", "reversed", "set", "sorted") and len(node.args) == 1 and not node.keywords:
        bare = ast.Name("list", ast.Load()) if name != "abs" else ast.Name("int", ast.Load())
        yield lambda: setattr(node, "func", bare)


def _of_body(node: ast.For) -> Iterator[Change]:
    """Leave out a statement, where another is left."""
    for at in range(len(node.body)):
        if len(node.body) > 1:
            yield lambda at=at: node.body.__delitem__(at)


def _of_names(node: ast.FunctionDef, rng: Stream) -> Iterator[Change]:
    """Read one of a function's names for another."""
    loads = [one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)]
    stored = {
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    names = sorted(stored | {one.arg for one in node.args.args})
    own = [one for one in loads if one.id in names]
    if own and len(names) > 1:
        read = rng.pick(own)
        other = rng.pick([name for name in names if name != read.id])
        yield lambda: setattr(read, "id", other)

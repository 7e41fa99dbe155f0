"""Runs our own small Python programs step by step, within bounds and without executing them.

It knows the part of Python that `operations` and `snippets` are written in. A program that runs out of
steps, grows a value beyond the bounds or does what Python would refuse raises `Stopped`.
"""

import ast
import heapq
import operator
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from reasongym.envs.code.scopes import Scope

MAX_STEPS = 200_000
_MAX_BITS = 2_000
_MAX_LENGTH = 5_000
_MAX_DEPTH = 60

Parsed: TypeAlias = ast.Module


class Stopped(Exception):
    """The program failed, or ran over its bounds; the text says why."""


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Broken(Exception):
    pass


class _Continued(Exception):
    pass


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
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
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
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_BUILTINS: dict[str, Any] = {
    one.__name__: one
    for one in (abs, all, any, bin, bool, chr, dict, enumerate, int, len, list, map, max, min, ord, range)
} | {one.__name__: one for one in (reversed, set, sorted, str, sum, tuple, zip, deque)}
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        [
            "count",
            "find",
            "index",
            "isdigit",
            "join",
            "lower",
            "replace",
            "split",
            "startswith",
            "endswith",
            "strip",
            "upper",
        ]
    ),
    list: frozenset(
        ["append", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"]
    ),
    dict: frozenset(["copy", "get", "items", "keys", "pop", "setdefault", "values"]),
    set: frozenset(["add", "copy", "discard", "pop", "remove"]),
    deque: frozenset(["append", "appendleft", "pop", "popleft"]),
}
_MODULES: dict[str, dict[str, Any]] = {
    "heapq": {"heappush": heapq.heappush, "heappop": heapq.heappop},
    "dict": {"fromkeys": dict.fromkeys},
}


def parsed(source: str) -> Parsed:
    """Parse a program of ours."""
    return ast.parse(source)


def call(
    program: Parsed, function: str, arguments: Sequence[Any], max_steps: int = MAX_STEPS
) -> tuple[Any, int]:
    """Run a program and call one of its functions; returns the value and the number of steps. Raises
    Stopped."""
    machine = _Machine(max_steps)
    scope = Scope(dict(_BUILTINS))
    try:
        machine.perform(program.body, scope)
        value = scope[function](*arguments)
        if isinstance(value, Iterator):
            raise Stopped("it returns an iterator")
    except Stopped:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        NameError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise Stopped(f"{type(error).__name__}: {error}") from error
    except (_Broken, _Continued, _Returned) as error:
        raise Stopped("it leaves a loop or a function that it is not in") from error
    return value, machine.num_steps


class _Machine:
    """Carries out statements and works out expressions, counting each."""

    def __init__(self, max_steps: int) -> None:
        self.num_steps = 0
        self._max_steps = max_steps
        self._depth = 0

    def _count(self) -> None:
        self.num_steps += 1
        if self.num_steps > self._max_steps:
            raise Stopped(f"more than {self._max_steps} steps")

    # -- statements -----------------------------------------------------------------------------------

    def perform(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Carry out statements in order."""
        for statement in body:
            self._count()
            _STATEMENTS[type(statement)](self, statement, scope)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        target = node.target
        if isinstance(target, ast.Subscript):
            holder, key = self.value(target.value, scope), self._key(target.slice, scope)
            holder[key] = self._binary(node.op, holder[key], self.value(node.value, scope))
            return
        assert isinstance(target, ast.Name)
        old = scope[target.id]
        if isinstance(old, list) and isinstance(node.op, ast.Add):  # in place, for whoever else holds it
            old += self.value(node.value, scope)
            return
        scope[target.id] = self._binary(node.op, old, self.value(node.value, scope))

    def _for(self, node: ast.For, scope: Scope) -> None:
        for value in self.value(node.iter, scope):
            self._count()
            self.bind(node.target, value, scope)
            try:
                self.perform(node.body, scope)
            except _Broken:
                return
            except _Continued:
                continue
        self.perform(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> None:
        while self.value(node.test, scope):
            try:
                self.perform(node.body, scope)
            except _Broken:
                return
            except _Continued:
                continue
        self.perform(node.orelse, scope)

    def _if(self, node: ast.If, scope: Scope) -> None:
        self.perform(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        raise _Returned(None if node.value is None else self.value(node.value, scope))

    def _break(self, node: ast.Break, scope: Scope) -> None:
        raise _Broken

    def _continue(self, node: ast.Continue, scope: Scope) -> None:
        raise _Continued

    def _define(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope[node.name] = self._function(node.args, node.body, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """What programs of ours import is known here."""

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Assign a value to a name, an element or several of them."""
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Subscript):
            self.value(target.value, scope)[self._key(target.slice, scope)] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_all(target.elts, list(value), scope)
        else:
            raise Stopped(f"no assignment to a {type(target).__name__}")

    def _bind_all(self, targets: Sequence[ast.expr], values: list[Any], scope: Scope) -> None:
        starred = next((at for at, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if starred is not None:
            after = len(targets) - starred - 1
            end = len(values) - after
            values[starred:end] = [values[starred:end]]
        for one, value in zip(targets, values, strict=True):
            self.bind(one.value if isinstance(one, ast.Starred) else one, value, scope)

    # -- expressions ----------------------------------------------------------------------------------

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """Work out an expression."""
        self._count()
        return _EXPRESSIONS[type(node)](self, node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return scope[node.id]

    def _list(self, node: ast.List, scope: Scope) -> list[Any]:
        return self._elements(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        return tuple(self._elements(node.elts, scope))

    def _set(self, node: ast.Set, scope: Scope) -> set[Any]:
        return set(self._elements(node.elts, scope))

    def _elements(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += self.value(node.value, scope)
            else:
                found.append(self.value(node, scope))
        return self._bounded(found)

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        return {
            self.value(key, scope): self.value(value, scope)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }

    def _binary_node(self, node: ast.BinOp, scope: Scope) -> Any:
        return self._binary(node.op, self.value(node.left, scope), self.value(node.right, scope))

    def _binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Mult) and not (isinstance(left, int) and isinstance(right, int)):
            num, items = (left, right) if isinstance(left, int) else (right, left)
            if isinstance(num, int) and num * len(items) > _MAX_LENGTH:
                raise Stopped(f"more than {_MAX_LENGTH} elements")
        if isinstance(op, ast.Pow) and isinstance(right, int) and not 0 <= right <= 64 and left not in (0, 1):
            if isinstance(right, int) and right < 0:
                raise Stopped("a negative power")
            raise Stopped("too high a power")
        if isinstance(op, ast.Pow) and isinstance(right, float):
            return left**right
        return self._bounded(_BINARY[type(op)](left, right))

    def _bounded(self, value: Any) -> Any:
        if isinstance(value, int):
            if value.bit_length() > _MAX_BITS:
                raise Stopped(f"a number of more than {_MAX_BITS} bits")
        elif isinstance(value, list | str | tuple | set | dict) and len(value) > _MAX_LENGTH:
            raise Stopped(f"more than {_MAX_LENGTH} elements")
        return value

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        return _UNARY[type(node.op)](self.value(node.operand, scope))

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> Any:
        is_and = isinstance(node.op, ast.And)
        value: Any = None
        for one in node.values:
            value = self.value(one, scope)
            if bool(value) != is_and:
                return value
        return value

    def _comparison(self, node: ast.Compare, scope: Scope) -> bool:
        left = self.value(node.left, scope)
        for op, one in zip(node.ops, node.comparators, strict=True):
            right = self.value(one, scope)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _conditional(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        return self.value(node.value, scope)[self._key(node.slice, scope)]

    def _key(self, node: ast.expr, scope: Scope) -> Any:
        if not isinstance(node, ast.Slice):
            return self.value(node, scope)
        return slice(
            *(None if one is None else self.value(one, scope) for one in (node.lower, node.upper, node.step))
        )

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Callable[..., Any]:
        returned = ast.Return(node.body)
        return self._function(node.args, [returned], scope)

    def _list_of(self, node: ast.ListComp, scope: Scope) -> list[Any]:
        return [self.value(node.elt, inner) for inner in self._drawn(node.generators, Scope({}, scope))]

    def _set_of(self, node: ast.SetComp, scope: Scope) -> set[Any]:
        return {self.value(node.elt, inner) for inner in self._drawn(node.generators, Scope({}, scope))}

    def _dict_of(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        return {
            self.value(node.key, inner): self.value(node.value, inner)
            for inner in self._drawn(node.generators, Scope({}, scope))
        }

    def _generated(self, node: ast.GeneratorExp, scope: Scope) -> Iterator[Any]:
        return (self.value(node.elt, inner) for inner in self._drawn(node.generators, Scope({}, scope)))

    def _drawn(self, generators: Sequence[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        """Yield the scope once for each choice of the names of a comprehension."""
        first, *others = generators
        for value in self.value(first.iter, scope):
            self._count()
            self.bind(first.target, value, scope)
            if all(self.value(test, scope) for test in first.ifs):
                if others:
                    yield from self._drawn(others, scope)
                else:
                    yield scope

    # -- calls ----------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        function = self._called(node.func, scope)
        arguments = self._elements(node.args, scope)
        named = {one.arg: self.value(one.value, scope) for one in node.keywords if one.arg}
        if function is range and len(range(*arguments)) > self._max_steps:
            raise Stopped(f"more than {self._max_steps} steps")
        return self._bounded(function(*arguments, **named))

    def _called(self, node: ast.expr, scope: Scope) -> Callable[..., Any]:
        if not isinstance(node, ast.Attribute):
            return self.value(node, scope)
        if isinstance(node.value, ast.Name) and node.value.id in _MODULES:
            return _MODULES[node.value.id][node.attr]
        holder = self.value(node.value, scope)
        known = _METHODS.get(type(holder), frozenset())
        if node.attr not in known:
            raise Stopped(f"{type(holder).__name__} has no {node.attr} here")
        return getattr(holder, node.attr)

    def _function(
        self, parameters: ast.arguments, body: Sequence[ast.stmt], outer: Scope
    ) -> Callable[..., Any]:
        names = [one.arg for one in parameters.args]

        def run(*arguments: Any, **named: Any) -> Any:
            if len(arguments) + len(named) != len(names) or not set(named) <= set(names[len(arguments) :]):
                raise Stopped("a call with other arguments than the function has")
            scope = Scope(dict(zip(names, arguments, strict=False)) | named, outer)
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise Stopped(f"calls nested deeper than {_MAX_DEPTH}")
            try:
                self.perform(body, scope)
            except _Returned as returned:
                return returned.value
            finally:
                self._depth -= 1
            return None

        return run


# The methods are looked up by the type of the node; pyright cannot see that the types fit.
_M: Any = _Machine
_STATEMENTS: dict[type[ast.stmt], Callable[[_Machine, Any, Scope], None]] = {
    ast.AnnAssign: _M._annotated,
    ast.Assign: _M._assign,
    ast.AugAssign: _M._augmented,
    ast.Break: _M._break,
    ast.Continue: _M._continue,
    ast.Expr: _M._expression,
    ast.For: _M._for,
    ast.FunctionDef: _M._define,
    ast.If: _M._if,
    ast.Import: _M._import,
    ast.ImportFrom: _M._import,
    ast.Return: _M._return,
    ast.While: _M._while,
}
_EXPRESSIONS: dict[type[ast.expr], Callable[[_Machine, Any, Scope], Any]] = {
    ast.BinOp: _M._binary_node,
    ast.BoolOp: _M._boolean,
    ast.Call: _M._call,
    ast.Compare: _M._comparison,
    ast.Constant: _M._constant,
    ast.Dict: _M._dict,
    ast.DictComp: _M._dict_of,
    ast.GeneratorExp: _M._generated,
    ast.IfExp: _M._conditional,
    ast.Lambda: _M._lambda,
    ast.List: _M._list,
    ast.ListComp: _M._list_of,
    ast.Name: _M._name,
    ast.Set: _M._set,
    ast.SetComp: _M._set_of,
    ast.Subscript: _M._subscript,
    ast.Tuple: _M._tuple,
    ast.UnaryOp: _M._unary,
}

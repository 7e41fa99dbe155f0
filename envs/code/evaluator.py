"""Works out expressions of our own programs, counting each step."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reasongym.envs.code.known import COMPARE, METHODS, MODULES, UNARY, Stopped, bounded, combined
from reasongym.envs.code.scopes import Scope


class Evaluator(ABC):
    """The expressions of a program; its statements are those of a subclass."""

    def __init__(self, max_steps: int) -> None:
        self.num_steps = 0
        self._max_steps = max_steps

    @abstractmethod
    def function(
        self, parameters: ast.arguments, body: Sequence[ast.stmt], outer: Scope
    ) -> Callable[..., Any]:
        """Make a function of statements."""

    def count(self) -> None:
        """Count a step; raises Stopped where there are no more."""
        self.num_steps += 1
        if self.num_steps > self._max_steps:
            raise Stopped(f"more than {self._max_steps} steps")

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Assign a value to a name, an element or several of them."""
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Subscript):
            self.value(target.value, scope)[self.key(target.slice, scope)] = value
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
        self.count()
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
        return bounded(found)

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        return {
            self.value(key, scope): self.value(value, scope)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }

    def _binary_node(self, node: ast.BinOp, scope: Scope) -> Any:
        return combined(node.op, self.value(node.left, scope), self.value(node.right, scope))

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Any:
        return UNARY[type(node.op)](self.value(node.operand, scope))

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
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _conditional(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        return self.value(node.value, scope)[self.key(node.slice, scope)]

    def key(self, node: ast.expr, scope: Scope) -> Any:
        """Work out what stands in the brackets of a subscript."""
        if not isinstance(node, ast.Slice):
            return self.value(node, scope)
        return slice(
            *(None if one is None else self.value(one, scope) for one in (node.lower, node.upper, node.step))
        )

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Callable[..., Any]:
        returned = ast.Return(node.body)
        return self.function(node.args, [returned], scope)

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
            self.count()
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
        return bounded(function(*arguments, **named))

    def _called(self, node: ast.expr, scope: Scope) -> Callable[..., Any]:
        if not isinstance(node, ast.Attribute):
            return self.value(node, scope)
        if isinstance(node.value, ast.Name) and node.value.id in MODULES:
            return MODULES[node.value.id][node.attr]
        holder = self.value(node.value, scope)
        known = METHODS.get(holder.__class__, frozenset())
        if node.attr not in known:
            raise Stopped(f"{type(holder).__name__} has no {node.attr} here")
        return getattr(holder, node.attr)


# The methods are looked up by the type of the node; pyright cannot see that the types fit.
_E: Any = Evaluator
_EXPRESSIONS: dict[type[ast.expr], Callable[[Evaluator, Any, Scope], Any]] = {
    ast.BinOp: _E._binary_node,
    ast.BoolOp: _E._boolean,
    ast.Call: _E._call,
    ast.Compare: _E._comparison,
    ast.Constant: _E._constant,
    ast.Dict: _E._dict,
    ast.DictComp: _E._dict_of,
    ast.GeneratorExp: _E._generated,
    ast.IfExp: _E._conditional,
    ast.Lambda: _E._lambda,
    ast.List: _E._list,
    ast.ListComp: _E._list_of,
    ast.Name: _E._name,
    ast.Set: _E._set,
    ast.SetComp: _E._set_of,
    ast.Subscript: _E._subscript,
    ast.Tuple: _E._tuple,
    ast.UnaryOp: _E._unary,
}

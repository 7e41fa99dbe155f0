"""Runs our own small Python programs step by step, within bounds and without executing them.

It knows the part of Python that `operations` and `snippets` are written in. A program that runs out of
steps, grows a value beyond the bounds or does what Python would refuse raises `Stopped`.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from reasongym.envs.code.evaluator import Evaluator
from reasongym.envs.code.known import BUILTINS, Stopped, combined
from reasongym.envs.code.scopes import Scope

MAX_STEPS = 200_000
_MAX_DEPTH = 60

Parsed: TypeAlias = ast.Module


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Broken(Exception):
    pass


class _Continued(Exception):
    pass


def call(
    program: Parsed, function: str, arguments: Sequence[Any], max_steps: int = MAX_STEPS
) -> tuple[Any, int]:
    """Run a program and call one of its functions; returns the value and the number of steps. Raises
    Stopped."""
    machine = _Machine(max_steps)
    scope = Scope(dict(BUILTINS))
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


class _Machine(Evaluator):
    """Carries out statements."""

    def __init__(self, max_steps: int) -> None:
        super().__init__(max_steps)
        self._depth = 0

    def perform(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Carry out statements in order."""
        for statement in body:
            self.count()
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
            holder, key = self.value(target.value, scope), self.key(target.slice, scope)
            holder[key] = combined(node.op, holder[key], self.value(node.value, scope))
            return
        assert isinstance(target, ast.Name)
        old = scope[target.id]
        if isinstance(old, list) and isinstance(node.op, ast.Add):  # in place, for whoever else holds it
            old += self.value(node.value, scope)
            return
        scope[target.id] = combined(node.op, old, self.value(node.value, scope))

    def _for(self, node: ast.For, scope: Scope) -> None:
        for value in self.value(node.iter, scope):
            self.count()
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
        scope[node.name] = self.function(node.args, node.body, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """What programs of ours import is known here."""

    def function(
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

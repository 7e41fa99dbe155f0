"""Reading tests that are written as assertions: which call is made, and what must come of it.

`assert f([1, 2]) == 3` is a call of f and a value to compare it with, here and out of the program's reach.
Only literals are read, and nothing is executed.
"""

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from reasongym.errors import UsageError
from reasongym.sandbox.inside.values import spread
from reasongym.sandbox.syntax import parsed

_CLOSE = 1e-9
"""Relative tolerance of math.isclose where none is given."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A call, and what must hold of its value."""

    function: str
    arguments: list[Any]
    expected: Any
    view: str = ""
    """One of `VIEWS`, of the value before it is compared."""
    tolerance: float = 0.0
    """Relative to the expected value, absolute below 1."""
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class CodeTest:
    """Tests that must be executed: they run in a jail of their own, and ask the program in another."""

    code: str
    """Fails by an exception; functions that it calls and does not define are the program's."""

    @property
    def names(self) -> list[str]:
        """Return the names that it leaves to the program."""
        return _undefined(parsed(self.code))


class NotReadable(UsageError):
    """The assertion is none of those that can be read without executing it."""


def read_tests(code: str) -> list[Assertion] | list[CodeTest]:
    """Read tests in Python: as assertions where they can be read, else to be executed; raises NotReadable."""
    try:
        return read_assertions(code)
    except NotReadable:
        test = CodeTest(code)
    try:
        names = test.names
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotReadable(f"the tests are no Python: {error}") from error
    if not names:
        raise NotReadable("the tests call nothing of the program")
    return [test]


def _undefined(tree: ast.Module) -> list[str]:
    used: set[str] = set()
    defined = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            defined.add(node.name)
    return sorted(used - defined)


def read_assertions(code: str) -> list[Assertion]:
    """Read every assertion of a piece of code that consists of assertions alone; raises NotReadable.

    `candidate = f`, as HumanEval's checks have it, and the body of `def check(candidate)` are read, too.
    """
    try:
        tree = parsed(code)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise NotReadable(f"the tests are no Python: {error}") from error
    found: list[Assertion] = []
    for statement in _statements(tree):
        if isinstance(statement, ast.Assert):
            found.append(_assertion(statement.test))
        elif not _is_idle(statement):
            raise NotReadable(f"line {statement.lineno} of the tests is no assertion")
    return found


def _statements(tree: ast.Module) -> list[ast.stmt]:
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef):
        return tree.body[0].body
    return tree.body


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement does nothing that a test could depend on."""
    if isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom):
        return True
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _assertion(test: ast.expr) -> Assertion:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _of_call(test.operand, False, view="bool")
    if isinstance(test, ast.Call):
        name = ast.unparse(test.func)
        if name in ("math.isclose", "isclose") and len(test.args) == 2:
            return _close(test)
        return _of_call(test, True, view="bool")
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        raise NotReadable(f"line {test.lineno} of the tests compares nothing that can be read")
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(operator, ast.Lt | ast.LtE):
        return _within(left, right)
    if not isinstance(operator, ast.Eq | ast.Is | ast.NotEq | ast.IsNot):
        raise NotReadable(f"line {test.lineno} of the tests compares by something else than equality")
    if not _has_call(left):
        left, right = right, left
    is_negated = isinstance(operator, ast.NotEq | ast.IsNot)
    return _of_call(left, _literal(right), is_negated=is_negated)


def _of_call(
    expression: ast.expr,
    expected: Any,
    *,
    view: str = "",
    tolerance: float = 0.0,
    is_negated: bool = False,
) -> Assertion:
    if _is_view(expression):
        view, expression = ast.unparse(expression.func), expression.args[0]  # pyright: ignore
    if not isinstance(expression, ast.Call) or expression.keywords:
        raise NotReadable(f"line {expression.lineno} of the tests calls nothing that can be read")
    arguments = [_literal(one) for one in expression.args]
    return Assertion(ast.unparse(expression.func), arguments, expected, view, tolerance, is_negated)


def _is_view(expression: ast.expr) -> bool:
    return (
        isinstance(expression, ast.Call)
        and ast.unparse(expression.func) in VIEWS
        and len(expression.args) == 1
        and not expression.keywords
        and isinstance(expression.args[0], ast.Call)
    )


VIEWS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "len": len,
    "list": list,
    "set": lambda value: set(spread([*value])),
    "sorted": sorted,
    "tuple": tuple,
}


def _within(left: ast.expr, right: ast.expr) -> Assertion:
    """Read `abs(f(x) - y) < eps`."""
    is_distance = (
        isinstance(left, ast.Call)
        and ast.unparse(left.func) in ("abs", "math.fabs")
        and len(left.args) == 1
        and isinstance(left.args[0], ast.BinOp)
        and isinstance(left.args[0].op, ast.Sub)
    )
    if not is_distance:
        raise NotReadable(f"line {left.lineno} of the tests compares by something else than equality")
    difference = cast(ast.BinOp, cast(ast.Call, left).args[0])
    call, value = difference.left, difference.right
    if not _has_call(call):
        call, value = value, call
    expected, margin = _literal(value), _literal(right)
    if not all(isinstance(one, int | float) for one in (expected, margin)):
        raise NotReadable(f"line {left.lineno} of the tests measures no distance of numbers")
    return _of_call(call, expected, tolerance=margin / max(1.0, abs(expected)))


def _close(test: ast.Call) -> Assertion:
    margins = {one.arg: _literal(one.value) for one in test.keywords}
    if set(margins) - {"rel_tol", "abs_tol"}:
        raise NotReadable(f"line {test.lineno} of the tests calls isclose in another way")
    call, value = test.args
    if not _has_call(call):
        call, value = value, call
    tolerance = max(margins.get("rel_tol", _CLOSE), margins.get("abs_tol", 0.0))
    return _of_call(call, _literal(value), tolerance=tolerance)


def _has_call(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(expression))


def _literal(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise NotReadable(
            f"line {expression.lineno} of the tests holds something else than a literal"
        ) from error

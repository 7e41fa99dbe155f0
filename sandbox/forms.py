"""Forms in which benchmarks write tests in Python, read as calls and values where they can be.

A function `check(candidate)` of assertions (HumanEval), assertions by themselves (MBPP), and lists `inputs`
and `results` that a loop goes through (EvalPlus). What cannot be read is run in a jail of its own. Nothing
is executed here.
"""

import ast
import builtins
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, cast

from reasongym.sandbox.assertions import Assertion, CodeTest, NotReadable, read_assertions
from reasongym.sandbox.syntax import parsed

WrittenTest: TypeAlias = Assertion | CodeTest
_RELATIVE = 1e-7
"""Of numpy's assert_allclose, by which EvalPlus compares floats."""
_OF_FLOATS = 1e-6
"""What EvalPlus allows floats where it names no tolerance."""
_COMPARER = """
import math

def assertion(out, exp, atol):
    if isinstance(exp, (list, tuple)) and isinstance(out, (list, tuple)) and len(out) == len(exp):
        for one, other in zip(out, exp):
            assertion(one, other, atol)
    elif isinstance(exp, float) or atol:
        assert out == exp or math.isclose(out, exp, rel_tol=1e-7, abs_tol=atol or 1e-6)
    else:
        assert out == exp
"""
"""Stands for EvalPlus's own, which needs numpy."""


def read_code(code: str, function: str, before: str = "") -> list[WrittenTest]:
    """Read tests that call a function by its name or as `candidate`; raises NotReadable if not Python.

    `before` is what test code that has to be run may use besides, such as imports and helpers.
    """
    try:
        tree = parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotReadable(f"the tests are no Python: {error}") from error
    body = [one for one in _body(tree) if not _is_idle(one)]
    looped = _looped(body, function)
    if looped is not None:
        return list(looped)
    try:
        found = [one for statement in body for one in read_assertions(ast.unparse(statement))]
    except NotReadable:
        return [_executed(tree, function, before)]
    return [replace(one, function=function) if one.function == "candidate" else one for one in found]


def _executed(tree: ast.Module, function: str, before: str) -> CodeTest:
    """Write test code that leaves nothing but the function to the program."""
    has_check = any(isinstance(one, ast.FunctionDef) and one.name == "check" for one in tree.body)
    called = f"check({function})" if has_check else ""
    named = "" if has_check else f"candidate = {function}"
    return CodeTest("\n".join(filter(None, (before, named, _without_numpy(tree), called))))


def called_function(assertion: str, defined: Iterable[str]) -> str:
    """Return the first of the defined names that an assertion calls, else another that it calls; or none."""
    try:
        tree = parsed(assertion)
    except (SyntaxError, ValueError):
        return ""
    called = {
        one.func.id for one in ast.walk(tree) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    }
    others = sorted(called - set(dir(builtins)))
    return next((name for name in (*defined, *others) if name in called), "")


def defined_names(code: str) -> list[str]:
    """List the functions and classes that a program defines, the last first; none where it is no Python."""
    try:
        tree = parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [one.name for one in reversed(tree.body) if isinstance(one, ast.FunctionDef | ast.ClassDef)]


def read_in_place(assertion: str, function: str, name: str) -> tuple[str, Assertion] | None:
    """Read an assertion whose arguments only the solution can make, such as objects of its classes.

    Returns a function of that name, for the end of the solution, that makes the call, and what must come of
    it; None where what is expected is no literal, or might be a part of the call.
    """
    statement = parsed(assertion).body[0]
    if not isinstance(statement, ast.Assert) or not isinstance(statement.test, ast.Compare):
        return None
    left, right = ast.unparse(statement.test.left), ast.unparse(statement.test.comparators[0])
    for call, expected in ((left, right), (right, left)):
        try:
            (found,) = read_assertions(f"assert {name}() == {expected}")
        except NotReadable:
            continue
        if (
            len(statement.test.ops) == 1
            and isinstance(statement.test.ops[0], ast.Eq)
            and _calls(call, function)
        ):
            return f"def {name}():\n    return {call}\n", found
    return None


def _calls(expression: str, function: str) -> bool:
    """Say whether an expression calls the function and compares nothing."""
    call = cast(ast.Expr, parsed(expression).body[0]).value
    compares = any(isinstance(one, ast.Compare | ast.BoolOp) for one in ast.walk(call))
    return isinstance(call, ast.Call) and ast.unparse(call.func) == function and not compares


def _body(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements that test: those of `check`, or of the module."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "check":
            return statement.body
    return tree.body


def _is_idle(statement: ast.stmt) -> bool:
    """Say whether a statement tests nothing: a constant assertion, a name, an import, metadata."""
    if isinstance(statement, ast.Assert):
        return isinstance(statement.test, ast.Constant) and bool(statement.test.value)
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0]) == "METADATA"
    is_word = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant | ast.Name)
    return is_word or isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)


# -- lists that a loop goes through ---------------------------------------------------------------------


def _looped(body: Sequence[ast.stmt], function: str) -> list[Assertion] | None:
    """Read EvalPlus's form; None where it is another."""
    lists = {
        ast.unparse(one.targets[0]): one.value
        for one in body
        if isinstance(one, ast.Assign) and len(one.targets) == 1
    }
    loops = [one for one in body if isinstance(one, ast.For)]
    if {"inputs", "results"} - lists.keys() or len(loops) != 1 or len(loops[0].body) != 1:
        return None
    allowed = _tolerance(loops[0].body[0], function)
    inputs, results = _listed(lists["inputs"]), _listed(lists["results"])
    if allowed is None or inputs is None or results is None or len(inputs) != len(results):
        return None
    return [
        Assertion(function, list(given), expected, tolerance=_tolerance_of(expected, allowed))
        for given, expected in zip(inputs, results, strict=True)
    ]


def _tolerance(statement: ast.stmt, function: str) -> float | None:
    """Return the third argument of `assertion(candidate(*inp), exp, 0)`; None for anything else."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if ast.unparse(call.func) != "assertion" or len(call.args) != 3:
        return None
    made, expected, allowed = map(ast.unparse, call.args)
    if made not in ("candidate(*inp)", f"{function}(*inp)") or expected != "exp":
        return None
    return float(allowed) if allowed.replace(".", "").replace("e-", "").isdigit() else None


def _listed(expression: ast.expr) -> list[Any] | None:
    """Read a list of literals, in which `inf` and `nan` are numbers."""
    try:
        value = ast.literal_eval(_Numbers().visit(expression))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return cast("list[Any]", value) if isinstance(value, list) else None


class _Numbers(ast.NodeTransformer):
    """Writes the names of numbers as numbers."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_number = node.id in ("inf", "nan")
        return ast.Constant(float(node.id)) if is_number else node


def _tolerance_of(expected: Any, allowed: float) -> float:
    """Return the tolerance, relative to the expected value, that numpy's two come to."""
    floats = _floats(expected)
    if not allowed and not floats:
        return 0.0
    most = max((abs(one) for one in floats if math.isfinite(one)), default=0.0)
    return (allowed or _OF_FLOATS) / max(1.0, most) + _RELATIVE


def _floats(expected: Any) -> list[float]:
    if isinstance(expected, float):
        return [expected]
    if isinstance(expected, list | tuple):
        members = cast("list[Any]", expected)
        return members if members and all(isinstance(one, float) for one in members) else []
    return []


def _without_numpy(tree: ast.Module) -> str:
    """Write test code with our own comparison in the place of one that needs numpy."""
    names = ("assertion", "is_floats")
    others = [one for one in tree.body if not (isinstance(one, ast.FunctionDef) and one.name in names)]
    if len(others) == len(tree.body):
        return ast.unparse(tree)
    kept = [one for one in others if ast.unparse(one) != "import numpy as np"]
    return _COMPARER + ast.unparse(ast.Module(kept, []))

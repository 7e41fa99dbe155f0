"""Nothing that answer text reaches can execute it: no eval, exec, compile, sympify, parse_expr or pickle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reasongym

PACKAGE = Path(reasongym.__file__).parent
JUDGING = ("core.py", "spaces.py", "seeding.py", "answers", "envs")
"""Where texts of a model are read and judged."""
APART = {"envs/bridges/process.py", "envs/bridges/worker.py"}
"""Foreign scorers, which execute answers, and the process of their own that they run in under limits."""
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "sympify",
    "parse_expr",
    "parse_latex",
    "lambdify",
    "literal_eval",
    "import_module",
}
MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "code",
    "subprocess",
    "builtins",
}


def dangers(source: str) -> Iterator[str]:
    """Name what could execute text: names used or imported, whatever they are called as."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and node.id in CALLS:
            yield f"line {node.lineno}: {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in CALLS and not _is_regex(node):
            yield f"line {node.lineno}: .{node.attr}"
        elif isinstance(node, ast.Constant) and node.value in ("exec", "__import__", "__builtins__"):
            yield f"line {node.lineno}: {node.value!r}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (f"line {node.lineno}: import {name}" for name in _imported(node) & (CALLS | MODULES))


def _is_regex(node: ast.Attribute) -> bool:
    return node.attr == "compile" and isinstance(node.value, ast.Name) and node.value.id == "re"


def _imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        names |= {node.module}
    return names | {name.partition(".")[0] for name in names}


def _judging_files() -> list[str]:
    roots = [PACKAGE / name for name in JUDGING]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*.py"))]
    return sorted(str(path.relative_to(PACKAGE)) for path in files)


@pytest.mark.parametrize("name", sorted(set(_judging_files()) - APART))
def test_nothing_that_reads_answers_can_execute_them(name: str) -> None:
    assert list(dangers((PACKAGE / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "exec(text)",
        "run = eval\nrun(text)",
        "compile(text, '', 'eval')",
        "import builtins\nbuiltins.eval(text)",
        "import builtins as b\ngetattr(b, 'eval')(text)",
        "from sympy import sympify",
        "import sympy\nsympy.sympify(text)",
        "from sympy.parsing.sympy_parser import parse_expr",
        "import pickle",
        "from pickle import loads",
        "import ast\nast.literal_eval(text)",
        "import subprocess as harmless",
        "__import__('os')",
    ],
)
def test_a_way_to_execute_text_is_seen(source: str) -> None:
    assert list(dangers(source)) != []


def test_regular_expressions_may_be_compiled() -> None:
    assert list(dangers("import re\nre.compile('a')")) == []

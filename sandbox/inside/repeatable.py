"""Whether a script leaves nothing behind in its process, so that it may be run there again.

A proof by what the script names, and no search for what is wrong with it: whatever is not known to be
harmless is taken to leave something. What others share, classes and functions that are written in Python, may
only be called where it is named, so that no variable ever holds it; then every object whose attributes or
items a script can set is one that it made itself, and goes with its names. Nor is any of its code run then.
"""

import ast
import builtins
from typing import NamedTuple

from . import vetted
from .syntax import NODES, are_fields, bindings, is_plain, of_this_scope
from .vetted import Kind

_OF_TYPES = (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.Load)
_MOST_CHARS = 100_000


class _Doubt(Exception):
    """Something might be left behind."""


class _Imported(NamedTuple):
    """What an imported name is: something of a module, or the module itself."""

    module: str
    name: str
    kind: Kind


def is_repeatable(code: str) -> bool:
    """Whether a script is known to leave nothing in its process."""
    if len(code) > _MOST_CHARS:
        return False
    try:
        _Proof(compile(code, "", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)).check()
    except (_Doubt, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _require(is_known: object, doubt: str) -> None:
    if not is_known:
        raise _Doubt(doubt)


class _Proof:
    """What a script binds and imports, wherever it does: scopes are not told apart."""

    def __init__(self, tree: ast.AST) -> None:
        self._nodes = list(ast.walk(tree))
        _require({type(node) for node in self._nodes} <= NODES, "unknown syntax")
        self._bindings = list(bindings(self._nodes))
        self._bound = {name for _, name in self._bindings}
        self._imported: dict[str, _Imported] = {}
        self._called: dict[int, ast.Call | None] = {}
        """Nodes that are called at once, by their identity; without a call where they decorate."""
        self._bases: set[int] = set()
        self._class_parts: set[int] = set()
        self._annotations: set[int] = set()

    def check(self) -> None:
        """Raise _Doubt where something might be left behind."""
        for node in self._nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._read_import(node)
        shared = {name for name, found in self._imported.items() if found.kind is not Kind.INERT}
        _require("super" not in self._bound | self._imported.keys(), "another super")
        _require(not shared & self._bound, "a name means two things")
        for node in self._nodes:
            self._look_around(node)
        for node, name in self._bindings:
            self._check_binding(node, name)
        for node in self._nodes:
            if isinstance(node, ast.Name):
                self._check_name(node)
            elif isinstance(node, ast.Attribute):
                self._check_attribute(node)

    # -- imports ------------------------------------------------------------------------------------------

    def _read_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            module = alias.name if isinstance(node, ast.Import) else node.module
            is_far = isinstance(node, ast.ImportFrom) and node.level
            _require(module and not is_far and vetted.is_module(module), "an unknown module")
            assert module is not None
            if isinstance(node, ast.Import):
                self._import(alias.asname or module, _Imported(module, "", Kind.MODULE))
                continue
            for name in vetted.names_by_star(module) if alias.name == "*" else [alias.name]:
                found = _Imported(module, name, vetted.kind_of(module, name))
                self._import(alias.asname or name, found)

    def _import(self, bound: str, found: _Imported) -> None:
        _require(not bound.startswith("__"), "a special name")
        _require(self._imported.setdefault(bound, found) == found, "a name means two things")

    # -- what stands where --------------------------------------------------------------------------------

    def _look_around(self, node: ast.AST) -> None:
        """Remember the places of what a node holds, and refuse what no place makes harmless."""
        if isinstance(node, ast.Call):
            self._called[id(node.func)] = node
        elif isinstance(node, ast.Attribute):
            self._bases.add(id(node.value))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            self._called.update((id(one), None) for one in node.decorator_list if id(one) not in self._called)
            if isinstance(node, ast.ClassDef):
                self._look_into(node)
            else:
                self._read_annotation(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            self._read_annotation(node.annotation)
        elif isinstance(node, ast.comprehension):
            _require(not node.is_async, "async")
        elif isinstance(node, ast.Try):
            is_left = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node))
            _require(not is_left, "a generator that goes on when it is collected")
        elif isinstance(node, ast.ExceptHandler):
            _require(not node.name or self._are_fresh(node.type), "an error that the interpreter keeps")

    def _look_into(self, node: ast.ClassDef) -> None:
        _require(not node.keywords, "a metaclass")
        inside = [one for statement in node.body for one in of_this_scope(statement)]
        is_shown = any(isinstance(one, ast.Import | ast.ImportFrom) for one in inside)
        _require(not is_shown, "an import becomes an attribute")
        _require(all(map(self._is_plain_base, node.bases)), "text or a number with methods of its own")
        self._class_parts.update(id(one) for one in node.body if isinstance(one, ast.FunctionDef))
        for one in node.body:
            if isinstance(one, ast.Assign) and are_fields(one.value):
                self._class_parts.update(map(id, one.targets))

    def _is_plain_base(self, base: ast.expr) -> bool:
        if isinstance(base, ast.Name) and base.id in self._bound:
            return self._is_class(base.id)
        if isinstance(base, ast.Name) and base.id not in self._imported:
            return vetted.is_error(base.id) or base.id in vetted.BASES
        called = self._resolved(base.func) if isinstance(base, ast.Call) else None
        found = self._resolved(base)
        return called == vetted.FIELDS or (found is not None and found in vetted.BASES)

    def _is_class(self, name: str) -> bool:
        """Whether a name is a class of the script's and nothing else."""
        makers = [node for node, bound in self._bindings if bound == name]
        return all(isinstance(node, ast.ClassDef) and not node.decorator_list for node in makers)

    def _resolved(self, node: ast.expr) -> str | None:
        """Return the full name of what was imported, where its name can mean nothing else."""
        is_part = isinstance(node, ast.Attribute)
        base = node.value if is_part else node
        name = base.id if isinstance(base, ast.Name) else ""
        found = None if name in self._bound or name in vars(builtins) else self._imported.get(name)
        if found is None or (found.kind is Kind.MODULE) != is_part:
            return None
        return f"{found.module}.{node.attr if is_part else found.name}"

    def _is_error(self, name: str) -> bool:
        return name not in self._bound and name not in self._imported and vetted.is_error(name)

    def _are_fresh(self, errors: ast.expr | None) -> bool:
        """Whether errors that a handler holds are made when they are raised, as MemoryError need not be."""
        if isinstance(errors, ast.Tuple):
            return all(map(self._are_fresh, errors.elts))
        if not isinstance(errors, ast.Name) or not self._is_error(errors.id):
            return False
        return not issubclass(MemoryError, vars(builtins)[errors.id])

    # -- annotations --------------------------------------------------------------------------------------

    def _read_annotation(self, annotation: ast.expr | None) -> None:
        """Remember the nodes of an annotation that hands what it names to nobody but `typing`."""
        if annotation is None:
            return
        nodes = list(ast.walk(annotation))
        is_plain = all(isinstance(node, _OF_TYPES) for node in nodes)
        if is_plain and all(self._is_type(node.id) for node in nodes if isinstance(node, ast.Name)):
            self._annotations.update(map(id, nodes))

    def _is_type(self, name: str) -> bool:
        """Whether a name is nothing of the script's own, which would be asked and told, but for a class."""
        if name in self._bound:
            return self._is_class(name)
        return name in self._imported or vetted.kind_of_builtin(name) is Kind.INERT

    # -- rules --------------------------------------------------------------------------------------------

    def _check_binding(self, node: ast.AST, name: str) -> None:
        _require(name != "close", "what generators call at their end")
        if name.startswith("__"):
            is_method = isinstance(node, ast.FunctionDef) and name in vetted.METHODS
            is_part = id(node) in self._class_parts
            _require(is_part and (is_method or name == "__slots__"), "a special name")

    def _check_name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or node.id == "__name__":
            return
        _require(not node.id.startswith("__"), "a special name")
        if node.id in self._imported:
            self._check_use(self._imported[node.id], node)
        # Whatever it may mean besides: what binds it need not have run.
        self._check_use(_Imported("builtins", node.id, vetted.kind_of_builtin(node.id)), node)

    def _check_attribute(self, node: ast.Attribute) -> None:
        base, is_load = node.value, isinstance(node.ctx, ast.Load)
        found = self._imported.get(base.id) if isinstance(base, ast.Name) else None
        if found is not None and found.kind is Kind.MODULE:
            _require(is_load, "a module is changed")
            self._check_use(_Imported(found.module, node.attr, vetted.kind_of(found.module, node.attr)), node)
        elif node.attr == "__init__":
            is_super = (
                isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "super"
            )
            _require(is_super and is_load, "an object is made anew")
        else:
            _require(vetted.may_be_attribute(node.attr), "an attribute that may lead anywhere")
            _require(is_load or node.attr not in vetted.IN_THE_WAY, "a stream is changed")

    def _check_use(self, found: _Imported, node: ast.Name | ast.Attribute) -> None:
        is_right = (
            found.kind is Kind.INERT
            or (found.kind is Kind.MODULE and id(node) in self._bases)
            or (found.kind is Kind.TYPE and id(node) in self._annotations)
            or (found.kind is Kind.CALLED and id(node) in self._called)
        )
        _require(is_right, "something shared is passed on")
        if found.kind is Kind.CALLED:
            self._check_call(f"{found.module}.{found.name}", self._called[id(node)])

    def _check_call(self, name: str, call: ast.Call | None) -> None:
        if call is None:
            _require(name in vetted.DECORATORS, "an unknown decorator")
        elif name == vetted.FIELDS:  # the library makes code of what it is given
            _require(not call.keywords and all(map(is_plain, call.args)), "fields that are not written down")
        elif name in vetted.MOST_ARGUMENTS:
            is_short = len(call.args) <= vetted.MOST_ARGUMENTS[name] and not call.keywords
            is_clear = not any(isinstance(one, ast.Starred) for one in call.args)
            _require(is_short and is_clear, "an argument is shown what others share")

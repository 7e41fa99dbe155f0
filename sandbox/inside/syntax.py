"""The syntax of scripts that may be run again in their process, and what it binds."""

import ast
from collections.abc import Iterable, Iterator

NODES = frozenset(
    (
        *(ast.Module, ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.Return, ast.Delete),
        *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.While, ast.If, ast.Raise, ast.Try),
        *(ast.Assert, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Expr, ast.Pass, ast.Break),
        *(ast.Continue, ast.BoolOp, ast.NamedExpr, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Dict, ast.Set),
        *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Yield, ast.YieldFrom, ast.Compare),
        *(ast.Call, ast.FormattedValue, ast.JoinedStr, ast.Constant, ast.Attribute, ast.Subscript),
        *(ast.Starred, ast.Name, ast.List, ast.Tuple, ast.Slice, ast.comprehension, ast.ExceptHandler),
        *(ast.arguments, ast.arg, ast.keyword, ast.alias, ast.Load, ast.Store, ast.Del),
        *(ast.Match, ast.match_case, ast.MatchValue, ast.MatchSingleton, ast.MatchSequence),
        *(ast.MatchMapping, ast.MatchStar, ast.MatchAs, ast.MatchOr),
        *(*ast.boolop.__subclasses__(), *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__()),
        *ast.cmpop.__subclasses__(),
    )
)
"""Not among them: `with` and `async`, whose ends are called with what others hold, and class patterns."""
_BINDING = {
    **dict.fromkeys((ast.FunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar), "name"),
    ast.arg: "arg",
    ast.MatchMapping: "rest",
}


def bindings(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.AST, str]]:
    """Yield what binds names, but for imports."""
    for node in nodes:
        kind = type(node)
        if kind is ast.Name:
            assert isinstance(node, ast.Name)
            if not isinstance(node.ctx, ast.Load):
                yield node, node.id
        elif kind in _BINDING:
            name: str | None = vars(node).get(_BINDING[kind])
            if name is not None:
                yield node, name


def of_this_scope(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement and what it holds, but for the bodies of functions."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def is_plain(node: ast.expr) -> bool:
    """Whether this is text, or a list of it, that makes no attribute which generators call at their end."""
    if isinstance(node, ast.List | ast.Tuple):
        return all(map(is_plain, node.elts))
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "close" not in node.value


def are_fields(node: ast.expr) -> bool:
    """Whether this is what `__slots__` may be: names that mean nothing to the language."""
    texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return is_plain(node) and not any(str(text).startswith("__") for text in texts)

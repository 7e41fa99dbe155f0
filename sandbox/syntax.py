"""Reading Python into syntax trees from many threads."""

import ast
import threading

_lock = threading.RLock()
"""Some releases of CPython 3.11 and 3.12 count the depth of a tree for the whole interpreter, and raise
SystemError where another thread parses meanwhile (python/cpython#106905). The same thread may be called back
by a finalizer."""


def parsed(code: str) -> ast.Module:
    """Parse Python; raises SyntaxError, ValueError, RecursionError and MemoryError as `ast.parse` does."""
    with _lock:
        return ast.parse(code)

"""The version of the code that judges: a digest of its source, recorded with every score."""

import ast
import importlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from reasongym import registry
from reasongym.errors import DataError


def grader_digest(env_ids: Iterable[str]) -> str:
    """Name the verifier code of these environments: their modules and all they import of their package.

    Modules of other packages (numpy, sympy) are left out; a run records their versions.
    """
    sources: dict[str, bytes] = {}
    for env_id in env_ids:
        for env_class in type(registry.get(env_id)).__mro__:
            _collect(env_class.__module__, _packages(env_id), sources)
    hashed = blake2b(digest_size=6)
    for name in sorted(sources):
        hashed.update(b"%s %d\n%s" % (name.encode(), len(sources[name]), sources[name]))
    return hashed.hexdigest()


def _packages(env_id: str) -> set[str]:
    return {"reasongym", type(registry.get(env_id)).__module__.partition(".")[0]}


def _collect(module: str, packages: set[str], sources: dict[str, bytes]) -> None:
    if module in sources or module.partition(".")[0] not in packages:
        return
    sources[module] = _source(module)
    for name in _imports(sources[module]):
        if name.partition(".")[0] in packages and _is_module(name):
            _collect(name, packages, sources)


def _source(module: str) -> bytes:
    loaded = importlib.import_module(module)
    if loaded.__file__ is not None:
        return Path(loaded.__file__).read_bytes()
    if loaded.__spec__ is not None and loaded.__spec__.submodule_search_locations is not None:
        return b""  # a namespace package has no code of its own
    raise DataError(
        f"the source of {module}, which judges answers, is in no file; put the environment in a module"
    )


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the name before the last dot is a module without submodules
        return False


def _imports(source: bytes) -> Iterator[str]:
    """Yield what the source imports anywhere in it; of `from a import b` both a and a.b may be modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

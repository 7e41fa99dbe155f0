"""The registry: ids over Gymnasium's own, and shared instances whose pure functions anybody may call.

Env files register by a decorator; other packages name theirs in the entry-point group `reasongym.envs`. Our
own files are not imported to know their ids: `load` finds the decorators in their source, and a file is
imported when its environment is first asked for.
"""

import importlib
import re
import warnings
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

import gymnasium

from reasongym.core import Env, Json, Problem, Row, Split, Verdict
from reasongym.errors import UnknownName, UsageError
from reasongym.options import PRESENTATION
from reasongym.vector import TextVectorEnv

NAMESPACE = "reasongym"
E = TypeVar("E", bound=type[Env])

_DECORATED = re.compile(r'^@register\("([^"]+)"\)\nclass (\w+)', re.MULTILINE)

_classes: dict[str, type[Env]] = {}
_declared: dict[str, str] = {}
"""Modules of the environments that are known from their source, by id; imported, they join `_classes`."""


def register(env_id: str) -> Callable[[E], E]:
    """Register a class as `env_id` (a bare name such as `Countdown-v0` joins our namespace)."""
    full_id = _full(env_id)

    def add(env_class: E) -> E:
        _require_own_names(env_class)
        env_class.env_id = full_id
        _classes[full_id] = env_class
        _shared.cache_clear()  # a notebook runs its cell again: the id means the new class everywhere
        if _declared.get(full_id, "") != env_class.__module__:  # None for a class made by exec
            _declared.pop(full_id, None)
            gymnasium.register(full_id, entry_point=env_class, vector_entry_point=partial(_batch, full_id))
        return env_class

    return add


def _require_own_names(env_class: type[Env]) -> None:
    for option in env_class.parameters:
        if option.name in PRESENTATION:
            raise UsageError(
                f"{env_class.__name__} has a parameter {option.name!r}, which is an option of every "
                "environment: give it another name"
            )


def _batch(full_id: str, *args: Any, **kwargs: Any) -> TextVectorEnv:
    return TextVectorEnv(type(get(full_id)), *args, **kwargs)


def _full(env_id: str) -> str:
    return env_id if "/" in env_id else f"{NAMESPACE}/{env_id}"


def unregister(env_id: str) -> None:
    """Forget an id, so that a notebook or a test may register it anew; raises UnknownName."""
    full_id = get(env_id).env_id
    del _classes[full_id]
    _declared.pop(full_id, None)
    del gymnasium.registry[full_id]
    _shared.cache_clear()


def specs(*, trusted: bool | None = True) -> list[str]:
    """Return the registered ids in alphabetical order.

    Left out are those that are not `trusted` (see `Env.trusted`); False returns these alone, None all.
    """
    ours = {env_id for env_id in _declared if trusted is not False}
    return sorted(ours | {name for name, one in _classes.items() if trusted in (None, one.trusted)})


def get(env_id: str) -> Env:
    """Return the shared instance of an id, for its pure functions; raises UnknownName.

    The namespace may be left out: `Countdown-v0` is `reasongym/Countdown-v0`.
    """
    full_id = _full(env_id)
    if full_id not in _classes:
        if full_id not in _declared:
            raise UnknownName("environment", env_id, _declared.keys() | _classes.keys())
        importlib.import_module(_declared[full_id])
    return _shared(full_id)


@cache
def _shared(full_id: str) -> Env:
    return _classes[full_id]()


def make(env_id: str, *, level: int | None = None, split: Split | None = None, **options: Json) -> Env:
    """Make an environment without Gymnasium's wrappers; options as `Env.options` names them."""
    return type(get(env_id))(level=level, split=split, **options)


def problem(row: Row) -> Problem:
    """Make the problem of a row; raises UsageError for a row that cannot be."""
    env, checked = _checked(row)
    return env.problem(checked)


def replay(row: Row, texts: Sequence[str]) -> Verdict:
    """Judge the texts played on a row: the one function evaluator, board and adapters use."""
    env, checked = _checked(row)
    return env.replay(checked, texts)


def _checked(row: Row) -> tuple[Env, Row]:
    """Check a row that may come from anywhere."""
    env = get(row.env_id)
    return env, env.row_of(row.seed, row.level, row.split, row.options)


def load() -> None:
    """Register every environment of ours, and import every entry point of others, so that their ids exist."""
    folder = Path(__file__).parent / "envs"
    if not folder.is_dir():
        raise ImportError(
            f"{folder} is not a folder: this checkout has lost its symbolic links; run "
            "'git config core.symlinks true && git checkout -- reasongym', or pip install the package"
        )
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "register(" in source:
            parts = path.relative_to(folder.parent).with_suffix("").parts
            _declare(".".join(("reasongym", *parts)), source)
    for point in entry_points(group="reasongym.envs"):
        try:
            point.load()
        except Exception as error:  # another package's module may raise anything, and ours must still import
            told = f"{type(error).__name__}: {error}"
            warnings.warn(
                f"the environments of entry point {point.value!r} are left out: {told}", stacklevel=2
            )


def _declare(module: str, source: str) -> None:
    """Register what a file of ours decorates; a file that registers in any other way is imported."""
    for env_id, class_name in _DECORATED.findall(source):
        full_id = _full(env_id)
        _declared[full_id] = module
        entry_point, batch = f"{module}:{class_name}", partial(_batch, full_id)
        gymnasium.register(full_id, entry_point=entry_point, vector_entry_point=batch)
    if source.count("register(") > source.count("@register("):
        importlib.import_module(module)

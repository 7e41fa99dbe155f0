"""What the tests of several rooms share: the environment of the documentation, whole or with a fault."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from reasongym import registry
from reasongym.core import Env

DOCUMENTED = Path(__file__).parents[1] / "docs" / "add-an-environment.md"
Plant = Callable[..., Env]

_numbers = count()


@pytest.fixture
def documented_source() -> str:
    """Return the code of docs/add-an-environment.md."""
    match = re.search(r"```python\n(.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    assert match
    return match[1]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """Register the environment that a source makes, its pieces replaced in pairs, for one test."""
    planted: list[str] = []

    def plant(source: str, *replaced: tuple[str, str]) -> Env:
        for old, new in replaced:
            assert old in source, old
            source = source.replace(old, new)
        module = f"planted_{next(_numbers)}"
        (tmp_path / f"{module}.py").write_text(source)
        before = set(registry.specs())
        importlib.import_module(module)
        planted.extend(set(registry.specs()) - before)
        return registry.get(planted[-1])

    monkeypatch.syspath_prepend(tmp_path)
    yield plant
    for env_id in planted:
        registry.unregister(env_id)


@pytest.fixture(autouse=True)
def _no_session_outlives_its_test() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """End the sessions of Python that a test leaves to whoever goes on: each takes CPU time to watch."""
    yield
    sessions = sys.modules.get("reasongym.tools.sessions")
    if sessions is not None:
        sessions.SHELF.close()

"""The version of a grader is its source: it moves with every file a verdict depends on, and with no other."""

import importlib
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from reasongym import registry
from reasongym.core import Env
from reasongym.evaluation.grader import grader_digest

ENV_SOURCE = """
from outside_family.judging import judge
from reasongym.core import Env
class Outside(Env):
    def verify(self, data, text): return judge(text)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A third party's package with an environment whose verifier is in another file."""
    folder = tmp_path / "outside_family"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "env.py").write_text(ENV_SOURCE)
    (folder / "judging.py").write_text("def judge(text):\n    from outside_family import words\n")
    (folder / "words.py").write_text("GOOD = 1\n")
    (folder / "training.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("outside_family")]:
        del sys.modules[name]


def digest_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    env_class: type[Env] = importlib.import_module("outside_family.env").Outside

    def instance(_: str) -> Env:
        return env_class.__new__(env_class)

    monkeypatch.setattr(registry, "get", instance)
    return grader_digest([folder.name])


@pytest.mark.parametrize("name", ["env.py", "judging.py", "words.py", "__init__.py"])
def test_every_file_behind_a_verdict_counts(
    package: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of(package, monkeypatch)
    (package / name).write_text((package / name).read_text() + "\n# changed\n")
    assert digest_of(package, monkeypatch) != before


def test_a_file_that_no_verdict_uses_does_not_count(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of(package, monkeypatch)
    (package / "training.py").write_text("changed = True\n")
    assert digest_of(package, monkeypatch) == before

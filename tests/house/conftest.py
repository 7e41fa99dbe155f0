"""A copy of the tree to plant faults in, and the ways to run things inside it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRIES = (".gitignore", "LICENSE", "Makefile", "README.md", "pyproject.toml")
ROOMS = ("reasongym", "envs", "agents", "sandbox")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what a checkout needs to be checked and built, symlinks kept, tests left out."""
    return _copied(tmp_path / "tree", leave_out=("__pycache__",))


@pytest.fixture
def bare_tree(tmp_path: Path) -> Path:
    """Copy the same without a line of Python: whoever types the whole tree for one file takes minutes."""
    return _copied(tmp_path / "bare", leave_out=("__pycache__", "*.py"))


def _copied(copy: Path, leave_out: Sequence[str]) -> Path:
    (copy / "tests").mkdir(parents=True)
    for name in ENTRIES:
        shutil.copy2(ROOT / name, copy / name)
    for name in ROOMS:
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns(*leave_out))
    return copy


@pytest.fixture
def run() -> Run:
    """Run a command with its output captured, outside any surrounding make and coverage."""

    def run_in(directory: Path, command: Sequence[str], **env: str) -> subprocess.CompletedProcess[str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "COV_", "PYTEST_"))
        }
        return subprocess.run(
            command,
            cwd=directory,
            env={**kept, **env},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run_in


@pytest.fixture
def make(run: Run) -> Run:
    """Run a target of the Makefile with the tools of this environment, without installing anything."""

    def make_in(directory: Path, *targets: str) -> subprocess.CompletedProcess[str]:
        stamp = f"{sys.prefix}/.installed-dev"
        return run(directory, ["make", "-o", stamp, f"VENV={sys.prefix}", *targets])

    return make_in


@pytest.fixture
def python(run: Run) -> Run:
    """Run one line of Python in a directory, which comes first on its path."""

    def python_in(directory: Path, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        return run(directory, [sys.executable, "-c", line], **env)

    return python_in

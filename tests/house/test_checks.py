"""`make check` passes on the tree and names every fault that is planted in a copy of it."""

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


class Fault(NamedTuple):
    target: str
    """The target of the Makefile that must fail."""
    source: str
    """What is planted as envs/planted.py."""
    complaint: str
    """What the checker must say."""


FAULTLESS = '"""Planted."""\n\nANSWER = 42\n'
FAULTS = {
    "upward import": Fault(
        "layers",
        '"""Planted."""\n\n\ndef look() -> int:\n    """Look up."""\n'
        "    from reasongym.agents.planted import ANSWER\n\n    return ANSWER\n",
        "reasongym.envs.planted -> reasongym.agents.planted",
    ),
    "model library in an environment": Fault(
        "layers",
        '"""Planted."""\n\n\ndef look() -> str:\n    """Load it."""\n'
        "    import torch\n\n    return torch.__version__\n",
        "reasongym.envs is not allowed to import torch",
    ),
    "bare room": Fault("lint", '"""Planted."""\n\nimport envs\n\n__all__ = ["envs"]\n', "`envs` is banned"),
    "unused import": Fault("lint", '"""Planted."""\n\nimport json\n', "`json` imported but unused"),
    "loose format": Fault("lint", '"""Planted."""\n\nx = {"a":1}\n', "would be reformatted"),
    "type error": Fault("types", '"""Planted."""\n\nx: int = "one"\n', "reportAssignmentType"),
    "missing annotation": Fault(
        "types",
        '"""Planted."""\n\n\ndef twice(x):\n    """Double."""\n    return x + x\n',
        "reportMissingParameterType",
    ),
}


@pytest.mark.slow  # types the whole tree, as `make check` does
def test_a_copy_without_faults_passes_every_check(tree: Path, make: Run) -> None:
    checked = make(tree, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("target", ["lint", "layers"])
def test_a_copy_without_faults_passes(target: str, tree: Path, make: Run) -> None:
    checked = make(tree, target)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_file_without_faults_passes_the_check_of_types(bare_tree: Path, make: Run) -> None:
    (bare_tree / "envs" / "planted.py").write_text(FAULTLESS)
    checked = make(bare_tree, "types")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.target != "types"])
def test_a_planted_fault_fails_the_check_and_is_named(name: str, tree: Path, make: Run) -> None:
    _assert_named(FAULTS[name], tree, make)


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.target == "types"])
def test_a_planted_fault_of_types_fails_the_check_and_is_named(name: str, bare_tree: Path, make: Run) -> None:
    _assert_named(FAULTS[name], bare_tree, make)


def _assert_named(fault: Fault, tree: Path, make: Run) -> None:
    (tree / "envs" / "planted.py").write_text(fault.source)
    (tree / "agents" / "planted.py").write_text(FAULTLESS)
    checked = make(tree, fault.target)
    assert checked.returncode != 0
    said = checked.stdout + checked.stderr
    assert fault.complaint in said
    assert "planted" in said


def test_a_module_without_a_layer_fails_the_check(tree: Path, make: Run) -> None:
    (tree / "reasongym" / "planted.py").write_text('"""Planted."""\n')
    checked = make(tree, "layers")
    assert checked.returncode != 0
    assert "reasongym.planted" in checked.stdout


def test_every_module_but_the_learner_and_the_command_line_is_held_free_of_model_libraries(
    root: Path,
) -> None:
    config = tomllib.loads((root / "pyproject.toml").read_text())
    (contract,) = [c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == "forbidden"]
    modules = {
        path.stem
        for path in (root / "reasongym").iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
    }
    held = {f"reasongym.{name}" for name in modules - {"__init__", "__main__", "agents", "cli"}}
    assert set(contract["source_modules"]) == held

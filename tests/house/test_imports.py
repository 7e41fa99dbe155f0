"""`import reasongym` stays light: it loads no library that only some of its users need."""

import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]

HEAVY = {
    "datasets",
    "docker",
    "fastapi",
    "httpx",
    "jinja2",
    "matplotlib",
    "math_verify",
    "pandas",
    "rich",
    "scipy",
    "sympy",
    "tokenizers",
    "torch",
    "transformers",
    "tyro",
    "vllm",
}


def test_importing_the_package_loads_no_heavy_library(root: Path, python: Run) -> None:
    imported = python(root, "import reasongym, sys; print(*sys.modules)")
    assert imported.returncode == 0, imported.stderr
    assert HEAVY & set(imported.stdout.split()) == set()

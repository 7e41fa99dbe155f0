"""The package by which verifiers finds our taskset, as `reasongym export verifiers` writes it."""

from pathlib import Path

from reasongym.export.shards import replacing

MODULE = "reasongym_vf"
ID = "reasongym-vf"
"""What `env.taskset.id` and `vf-eval` are given."""

_FILES = {
    "pyproject.toml": f"""[project]
name = "{ID}"
version = "0.1.0"
description = "Problems of reasongym as a taskset of verifiers."
requires-python = ">=3.11"
dependencies = ["reasongym", "verifiers>=0.4"]

[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["{MODULE}"]
""",
    f"{MODULE}/__init__.py": '''"""Problems of reasongym, under the name that verifiers looks for."""

from reasongym.agents.adapters.verifiers import ReasongymEnv, ReasongymHarness, ReasongymTaskset

__all__ = ["ReasongymEnv", "ReasongymHarness", "ReasongymTaskset"]
''',
    "README.md": f"""# {ID}

Problems of reasongym for verifiers and prime-rl:

```console
pip install -e .
vf-eval {ID} --env.taskset.env-id Countdown-v0 --env.taskset.level 1 -n 20 -m MODEL
```
""",
}


def write_package(folder: Path) -> None:
    """Write the package into a folder, which is made."""
    for name, content in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as partial:
            partial.write_text(content, encoding="utf-8")

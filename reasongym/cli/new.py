"""The verb new: a file with a small environment that works, to be changed into another."""

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NamedTuple

import tyro
from jinja2 import Environment, StrictUndefined
from rich.console import Console

from reasongym import registry
from reasongym.cli.files import replacing
from reasongym.errors import DataError, UsageError

_ID = re.compile(r"(?:([A-Za-z][\w-]{0,40})/)?([A-Za-z][A-Za-z0-9]{0,40})(?:-v([0-9]{1,4}))?", re.ASCII)


class Names(NamedTuple):
    """What an id is called elsewhere: `acme/CoinSums-v0` is class CoinSums of the family coin_sums."""

    env_id: str
    class_name: str
    family: str

    @property
    def module(self) -> str:
        """The file without its ending: never one that would hide a module of Python's."""
        return f"{self.family}_env" if self.family in sys.stdlib_module_names else self.family

    @property
    def title(self) -> str:
        """The name in words."""
        return self.family.replace("_", " ").capitalize()


def new(
    env_id: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")],
    *,
    output: Path | None = None,
) -> None:
    """Write one file with a small environment that passes `reasongym check`, to be changed into yours.

    Args:
        env_id: its id, such as acme/Coins-v0; the part before the slash is your own namespace
        output: the file; named after the id if left out
    """
    names = read(env_id)
    path = Path(f"{names.module}.py") if output is None else output
    if not path.stem.isidentifier() or path.suffix != ".py":
        raise UsageError(f"the file is a Python module, such as {names.module}.py, got {path}")
    if path.exists():
        raise DataError(f"{path} exists; choose another --output")
    with replacing(path) as file:
        file.write(render(names))
    Console().print(_next(names, path), markup=False, highlight=False, soft_wrap=True)


def read(env_id: str) -> Names:
    """Read an id; raises UsageError for one that cannot be, or is taken."""
    match = _ID.fullmatch(env_id)
    if match is None:
        raise UsageError(f"an id is like acme/Coins-v0, got {env_id!r}")
    namespace, name, version = match.groups()
    class_name = name[0].upper() + name[1:]
    family = "_".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+", class_name)).lower()
    full_id = f"{namespace or registry.NAMESPACE}/{class_name}-v{version or 0}"
    if full_id in registry.specs(trusted=None):
        raise UsageError(f"{full_id} is registered already; choose another name or version")
    if keyword.iskeyword(family) or keyword.iskeyword(class_name):
        raise UsageError(f"{name!r} is a word of Python; choose another name")
    return Names(full_id, class_name, family)


def render(names: Names) -> str:
    """Write the source of the environment."""
    template = (
        files("reasongym.cli").joinpath("templates", "environment.py.jinja").read_text(encoding="utf-8")
    )
    pages = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return pages.from_string(template).render(names._asdict() | {"title": names.title})


def _next(names: Names, path: Path) -> str:
    here = "." if path.parent == Path() else str(path.parent)
    asked = f"{path.stem}:{names.env_id}"
    return f"""wrote {path}: {names.env_id}, which works as it is. Change it, and after each step:

  PYTHONPATH={here} reasongym show {asked} --answers
  PYTHONPATH={here} reasongym play {asked}
  PYTHONPATH={here} reasongym check {asked} --quick

`import {path.stem}` registers it with Gymnasium. To have `import reasongym` do so wherever your package is
installed, name it in your pyproject.toml:

  [project.entry-points."reasongym.envs"]
  {names.family} = "{path.stem}"
"""

"""Recipes: training configs by name, each a TOML file beside this one.

A recipe may also say how its demo makes and primes a model, in the tables `priming` and `shape`, and what
stands for its problems in a rehearsal, in the table `tiny`.
"""

from pathlib import Path
from typing import Any

from reasongym.agents.algorithms import with_preset
from reasongym.agents.config import TrainConfig, read_tables, settings_of
from reasongym.errors import UnknownName

FOLDER = Path(__file__).parent
DEMO_TABLES = ("priming", "shape", "tiny", "tiny_demo")


def names() -> list[str]:
    """Return the names of all recipes."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_recipe(name: str | None, preset: str = "") -> TrainConfig:
    """Load a recipe by name, or a config by the path of its TOML file, or the defaults where none is named.

    What a preset of an algorithm says outranks the file.
    """
    tables = with_preset(read_tables(find_recipe(name)) if name else {}, preset)
    own = {key: value for key, value in tables.items() if key not in DEMO_TABLES}
    return settings_of(own, TrainConfig, name or "the defaults").resolved()


def load_demo_tables(name: str) -> dict[str, dict[str, Any]]:
    """Return what a recipe says of its demo and its rehearsals: `DEMO_TABLES`, empty if not there."""
    tables = read_tables(find_recipe(name))
    return {key: tables.get(key, {}) for key in DEMO_TABLES}


def find_recipe(name: str) -> Path:
    """Return the file of a recipe by its name, or of a config by its path; raises UnknownName."""
    if name.endswith(".toml"):
        return Path(name)
    if name not in names():
        raise UnknownName("recipe", name, names())
    return FOLDER / f"{name}.toml"

"""Recipes: training configs by name, each a TOML file beside this one."""

from pathlib import Path

from reasongym.agents.config import TrainConfig, load_config
from reasongym.errors import UnknownName

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the names of all recipes."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_recipe(name: str) -> TrainConfig:
    """Load a recipe by name, or a config by the path of its TOML file."""
    if name.endswith(".toml"):
        return load_config(Path(name))
    if name not in names():
        raise UnknownName("recipe", name, names())
    return load_config(FOLDER / f"{name}.toml")

"""Importing an outside trainer, or saying how it is installed."""

import importlib
from typing import Any


def trainer(module: str, install: str) -> Any:
    """Import a module of an outside trainer; raises ModuleNotFoundError with the line that installs it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != module.split(".")[0]:
            raise  # it is installed, and something that it needs is not
        raise ModuleNotFoundError(
            f"this adapter needs {module}, which is not installed: pip install '{install}'", name=error.name
        ) from error

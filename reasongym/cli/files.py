"""Text files that take their names only when they are complete."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from reasongym.errors import DataError
from reasongym.export import shards


@contextmanager
def replacing(path: Path) -> Generator[TextIO]:
    """Open a file that takes its name only when it is complete; raises DataError where it cannot be."""
    try:
        with shards.replacing(path) as partial, partial.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose a folder you may write to") from error

"""Files that take their names only when they are complete."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from reasongym.errors import DataError


@contextmanager
def replacing(path: Path) -> Generator[TextIO]:
    """Open a file that takes its name only when it is complete; raises DataError where it cannot be."""
    if path.exists() and not path.is_file():  # a device or a pipe must not lose its name to a file
        raise DataError(f"cannot write {path}: it is not a regular file; choose another")
    path = path.resolve()  # a link stays one
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose a folder you may write to") from error
    finally:
        partial.unlink(missing_ok=True)

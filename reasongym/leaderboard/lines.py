"""Reading the board's JSON lines: what others report, and what changes of the grader flipped."""

from pathlib import Path
from typing import TypeVar

import msgspec

from reasongym.errors import DataError

T = TypeVar("T")


def read_lines(path: Path, kind: type[T], told: str) -> list[T]:
    """Read a record a line; raises DataError naming a line that is none, which is `told` in words."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    return [_record(f"{path}:{number} is not {told}", line, kind) for number, line in enumerate(lines, 1)]


def _record(otherwise: str, line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{otherwise}: {error}") from error

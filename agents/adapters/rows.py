"""Rows in the data sets of trainers: JSON text in a column `row`, the one thing that names a problem."""

import msgspec

from reasongym.core import Row
from reasongym.errors import UsageError

_encode = msgspec.json.Encoder(order="sorted").encode


def to_text(row: Row) -> str:
    """Write a row as JSON text; equal rows make equal texts."""
    return _encode(row.as_dict()).decode()


def from_text(text: object) -> Row:
    """Read a row from the text of a column; raises UsageError for anything else."""
    if not isinstance(text, str):
        raise UsageError(
            f"the column `row` holds a row as JSON text, got {text!r}: write the data set by the adapter, so "
            "that members of a group share their problem"
        )
    try:
        return Row.from_dict(msgspec.json.decode(text))
    except msgspec.DecodeError as error:
        raise UsageError(f"the column `row` holds no JSON ({error}): {text[:80]!r}") from error

"""Reading NAME=VALUE from the command line."""

from collections.abc import Iterable

import msgspec

from reasongym.core import Json
from reasongym.errors import UsageError


def named_options(texts: Iterable[str]) -> dict[str, Json]:
    """Read options such as `style=boxed` or `num_numbers=4`; a bare word is a string."""
    return dict(map(_named, texts))


def _named(text: str) -> tuple[str, Json]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"an option is NAME=VALUE, such as style=boxed, got {text!r}")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:  # a bare word
        return name, value

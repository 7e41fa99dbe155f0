"""Reading NAME=VALUE from the command line."""

from collections.abc import Iterable

import msgspec

from reasongym.core import Json
from reasongym.errors import UsageError

_FLAGS = ("env_id", "level", "split", "seed", "num_problems", "first_seed")


def named_options(texts: Iterable[str]) -> dict[str, Json]:
    """Read options such as `style=boxed` or `num_numbers=4`; a bare word is a string."""
    return dict(map(_named, texts))


def _named(text: str) -> tuple[str, Json]:
    name, equals, value = text.partition("=")
    if not equals or not text.isprintable():
        raise UsageError(f"an option is NAME=VALUE, such as style=boxed, got {text!r}")
    if name in _FLAGS:
        raise UsageError(f"{name} is no option of an environment; it has a flag of its own")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:  # a bare word
        return name, value

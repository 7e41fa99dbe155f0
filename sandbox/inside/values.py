"""Plain values as JSON and back: what goes into a function that is tested, and what comes out of it.

Beyond JSON, objects with one key that begins with `!` stand for tuples, sets, dictionaries with other keys
than text, bytes, complex and very long whole numbers, and floats that are no number. Only values cross, never
objects: what a program makes of equality stays in the program.
"""

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

MAX_DEPTH = 200
_MOST_ALIKE = 100
"""Different members with one hash: nobody has so many but who means to make a table slow."""
_LONG_BITS = 8_000
"""Whole numbers that are longer are written in base 16, which is read in linear time."""


class NotPlain(ValueError):
    """The value is of a kind, or nested to a depth, that does not cross."""


def encode(value: Any, depth: int = 0) -> Any:
    """Return a value in terms of JSON; values of derived types count as those they derive from."""
    if depth > MAX_DEPTH:
        raise NotPlain(f"the value is nested deeper than {MAX_DEPTH}")
    if value is None or value is True or value is False:
        return value
    for kind, encoded in _ENCODERS:
        if isinstance(value, kind):
            return encoded(value, depth + 1)
    if type(value).__module__ == "numpy" and callable(getattr(value, "tolist", None)):
        return encode(value.tolist(), depth + 1)
    raise NotPlain(f"a value of type {type(value).__name__} is not plain data")


def decode(value: Any) -> Any:
    """Return the value that `encode` wrote; raises NotPlain, or RecursionError if it is nested too deep."""
    if isinstance(value, list):
        return [decode(one) for one in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    return restored({name: decode(one) for name, one in cast(dict[str, Any], value).items()})


def restored(members: dict[str, Any]) -> Any:
    """Return what a JSON object stands for, its members decoded: the hook of json.loads; raises NotPlain."""
    key = next(iter(members), "")
    if not key.startswith("!"):
        return members
    if len(members) > 1 or key not in _DECODERS:
        raise NotPlain(f"no value is written as {key!r}")
    try:
        return _DECODERS[key](members[key])
    except (TypeError, ValueError) as error:
        raise NotPlain(f"{key!r} holds something else: {error}") from error


def spread(members: list[Any]) -> list[Any]:
    """Return members that are about to be hashed; raises NotPlain if that took quadratic time."""
    if len(members) <= _MOST_ALIKE:
        return members
    counts = Counter(map(hash, members))
    found: dict[int, list[Any]] = {key: [] for key, count in counts.items() if count > _MOST_ALIKE}
    for member in members if found else ():
        alike = found.get(hash(member))
        if alike is not None and member not in alike:
            alike.append(member)
            if len(alike) > _MOST_ALIKE:
                raise NotPlain(f"more than {_MOST_ALIKE} members have the same hash")
    return members


def _mapped(pairs: list[Any]) -> dict[Any, Any]:
    spread([key for key, _ in pairs])
    return {key: value for key, value in pairs}


def _integer(value: int, _: int) -> Any:
    value = int(value)
    return {"!int": hex(value)} if value.bit_length() > _LONG_BITS else value


def _float(value: float, _: int) -> Any:
    value = float(value)
    return value if math.isfinite(value) else {"!float": repr(value)}


def _mapping(value: dict[Any, Any], depth: int) -> Any:
    pairs: list[tuple[Any, Any]] = list(dict[Any, Any].items(value))
    if all(type(key) is str and not key.startswith("!") for key, _ in pairs):
        return {key: encode(one, depth) for key, one in pairs}
    return {"!dict": [[encode(key, depth), encode(one, depth)] for key, one in pairs]}


def _members(tag: str, kind: Any) -> Callable[[Any, int], Any]:
    return lambda value, depth: {tag: [encode(one, depth) for one in kind.__iter__(value)]}


_ENCODERS: tuple[tuple[type[Any], Callable[[Any, int], Any]], ...] = (
    (str, lambda value, _: str.__str__(value)),
    (int, _integer),
    (float, _float),
    (list, lambda value, depth: [encode(one, depth) for one in list[Any].__iter__(value)]),
    (tuple, _members("!tuple", tuple)),
    (dict, _mapping),
    (set, _members("!set", set)),
    (frozenset, _members("!frozenset", frozenset)),
    (bytes, lambda value, _: {"!bytes": bytes.hex(value)}),
    (complex, lambda value, _: {"!complex": [repr(value.real), repr(value.imag)]}),
)
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "!int": lambda text: int(text, 16),
    "!float": float,
    "!tuple": tuple,
    "!set": lambda members: set(spread(members)),
    "!frozenset": lambda members: frozenset(spread(members)),
    "!dict": _mapped,
    "!bytes": bytes.fromhex,
    "!complex": lambda parts: complex(float(parts[0]), float(parts[1])),
}

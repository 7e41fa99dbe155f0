"""Tests as code in one jail, the program that they test in another: questions and answers between them.

Both sides write frames on their results and read frames from stdin, one answer to each question, handed on
by whoever holds the jails. Plain values cross and nothing else, so that tests hold no object of the program's
and the program holds nothing of the tests. A list, dictionary or set that a call has changed is changed on
the other side, too, where it is an argument itself.
"""

import builtins
import json
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, cast

from .values import NotPlain, decode, encode

_LENGTH = struct.Struct(">I")
_CHUNK_BYTES = 1 << 16
Tell: TypeAlias = Callable[[Any], None]


class Silence(Exception):
    """The other side is gone."""


def read_frame(fd: int = 0) -> Any:
    """Read a frame as JSON; raises Silence where there is none any more."""
    (length,) = _LENGTH.unpack(_read(fd, _LENGTH.size))
    return json.loads(_read(fd, length))


def _read(fd: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = os.read(fd, min(size, _CHUNK_BYTES))
        if not part:
            raise Silence
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# -- the program ----------------------------------------------------------------------------------------


def answer(call: Callable[[str, list[Any]], dict[str, Any]], tell: Tell) -> None:
    """Answer questions until there are no more."""
    while True:
        try:
            asked = read_frame()
        except Silence:
            return
        arguments = cast(list[Any], decode(asked["arguments"]))
        before = [_written(one) for one in arguments]
        told = call(asked["ask"], arguments)
        changed = {
            at: written
            for at, one in enumerate(arguments)
            if isinstance(one, list | dict | set) and (written := _written(one)) not in (None, before[at])
        }
        tell(told | ({"changed": list(changed.items())} if changed else {}))


def _written(value: Any) -> Any:
    try:
        return encode(value)
    except (NotPlain, RecursionError):
        return None


# -- the tests ------------------------------------------------------------------------------------------


class Questions:
    """Asks the other side; functions of it are made for the tests by name."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.raised: list[BaseException] = []
        """By the program, in calls."""

    def function(self, name: str) -> Callable[..., Any]:
        """Make a function that is called on the other side."""

        def asks(*arguments: Any) -> Any:
            return self._ask(name, list(arguments))

        return asks

    def _ask(self, name: str, arguments: list[Any]) -> Any:
        self._tell({"ask": name, "arguments": encode(arguments)})
        told = cast(dict[str, Any], decode(read_frame()))
        for at, value in told.get("changed", []):
            _change(arguments[at], value)
        if "value" in told:
            return told["value"]
        error = _exception(str(told.get("raised", told.get("strange", ""))))
        self.raised.append(error)
        raise error


def _change(argument: Any, value: Any) -> None:
    argument.clear()
    argument.extend(value) if isinstance(argument, list) else argument.update(value)


def _exception(name: str) -> Exception:
    kind: object = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        with suppress(TypeError):  # some want to be told more
            return kind()
    return RuntimeError(name)


def ask(run: Callable[[dict[str, Any]], None], names: list[str], tell: Tell) -> None:
    """Run tests, the functions of these names on the other side; a last frame says how they ended."""
    questions = Questions(tell)
    try:
        run({name: questions.function(name) for name in names})
    except Silence:
        tell({"silence": True})
    except BaseException as error:
        kind = "raised" if error in questions.raised else "failed"
        tell({kind: f"{type(error).__name__}: {error}".removesuffix(": ")})
    else:
        tell({"passed": True})

"""Read a Python literal out of an answer: numbers, strings, truth values, lists, tuples and dictionaries.

A parser of its own, so that reading is bounded, warns of nothing and never executes anything.
"""

import re
from typing import Any

MAX_CHARS = 8_000
_MAX_DEPTH = 20
_MAX_DIGITS = 400
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"""|(?P<number>[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,3})?(?![\w.]))"""
    r"""|(?P<word>True|False|None|true|false|null)\b|(?P<sign>[\[\](){},:]))""",
    re.ASCII,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", "'": "'", '"': '"'}
_WORDS = {"True": True, "False": False, "None": None, "true": True, "false": False, "null": None}


class NotLiteral(ValueError):
    """The text is no literal."""


def read_literal(text: str) -> Any:
    """Read the one literal that a text is; raises NotLiteral."""
    values = read_literals(text)
    if len(values) != 1:
        raise NotLiteral(f"{len(values)} literals stand there, not one")
    return values[0]


def read_literals(text: str) -> list[Any]:
    """Read literals separated by commas, as the arguments of a call are written; raises NotLiteral."""
    if len(text) > MAX_CHARS:
        raise NotLiteral(f"more than {MAX_CHARS} characters")
    reader = _Reader(text)
    values = reader.members("", 0)
    return values


class _Reader:
    """Where reading stands in the tokens of a text."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise NotLiteral(f"{text[at : at + 20]!r} begins no literal")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._at = 0

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ("sign", "")
        self._at += 1
        return token

    def _is_next(self, sign: str) -> bool:
        """Take a sign (empty for the end of the text) if it comes next."""
        at_end = self._at >= len(self._tokens)
        is_there = at_end if not sign else not at_end and self._tokens[self._at] == ("sign", sign)
        self._at += is_there
        return is_there

    def members(self, closing: str, depth: int) -> list[Any]:
        """Read values up to a closing sign, with commas between them."""
        found: list[Any] = []
        while not self._is_next(closing):
            found.append(self._value(depth))
            if not self._is_next(","):
                if self._is_next(closing):
                    break
                raise NotLiteral("values stand side by side")
        return found

    def _value(self, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise NotLiteral(f"nested deeper than {_MAX_DEPTH}")
        kind, token = self._next()
        if kind == "string":
            return _ESCAPE.sub(_unescaped, token[1:-1])
        if kind == "number":
            return _number(token)
        if kind == "word":
            return _WORDS[token]
        if token == "[":
            return self.members("]", depth + 1)
        if token == "(":
            return self._tuple(depth + 1)
        if token == "{":
            return self._mapping(depth + 1)
        raise NotLiteral(f"{token!r} begins no value")

    def _tuple(self, depth: int) -> Any:
        start = self._at
        found = self.members(")", depth)
        is_grouped = len(found) == 1 and self._tokens[self._at - 2] != ("sign", ",")
        if not found and self._at - start != 1:
            raise NotLiteral("a comma stands alone")
        return found[0] if is_grouped else tuple(found)

    def _mapping(self, depth: int) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while not self._is_next("}"):
            key = self._value(depth)
            if isinstance(key, list | dict | tuple) or not self._is_next(":"):
                raise NotLiteral("an entry of a dictionary is a key, a colon and a value")
            found[key] = self._value(depth)
            if not self._is_next(","):
                if self._is_next("}"):
                    break
                raise NotLiteral("entries stand side by side")
        return found


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    if code not in _ESCAPED:
        return found[0]
    return _ESCAPED[code]


def _number(token: str) -> int | float:
    if len(token) > _MAX_DIGITS:
        raise NotLiteral(f"a number of more than {_MAX_DIGITS} digits")
    return float(token) if set(token) & set(".eE") else int(token)

"""Names and their values while the interpreter runs a function, as Python's scoping has them."""

from typing import Any


class Scope:
    """The names of one function or comprehension, inside another scope."""

    __slots__ = ("_outer", "_values")

    def __init__(self, values: dict[str, Any], outer: "Scope | None" = None) -> None:
        self._values = values
        self._outer = outer

    def __getitem__(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope._values:
                return scope._values[name]
            scope = scope._outer
        raise NameError(f"name {name!r} is not defined")

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value

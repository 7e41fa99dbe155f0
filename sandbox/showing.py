"""Values as people, and models that are told of them, are shown them: the beginnings of long ones."""

import reprlib
from typing import Any

SHOWN_CHARS = 2_000


def shown(value: Any) -> str:
    """Write a value, or the beginning of a long one."""
    return _SHOWN.repr(value)[:SHOWN_CHARS]


class _Shown(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = self.maxarray = 200
        self.maxstring = self.maxother = self.maxlong = SHOWN_CHARS

    def repr_int(self, x: int, level: int) -> str:
        """Show a whole number; Python itself writes none of many thousand digits."""
        bits = x.bit_length()
        return super().repr_int(x, level) if bits <= 4 * SHOWN_CHARS else f"<whole number of {bits} bits>"


_SHOWN = _Shown()

"""The programs of the battery, read from text files: hostile/KIND.txt and benign/*.txt.

    ### name
    code
    #: directive

Directives of hostile programs: `calls` for one whose function `solve` is called; `forks` for one that must;
`then` before the code of a second program, which prints BREACH if it finds anything of the first. Of benign
ones: `stdin` and `stdout` before text, `call = argument -> value`, `packages = ...`, and `forks`. Hostile
programs print BREACH where they achieve what they should not; @NAMES@ in them are places that are watched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent
_SUFFIXES = {"nul": "\0", "surrogate": "\ud800"}
_SECTIONS = ("then", "stdin", "stdout")


@dataclass(slots=True)
class Item:
    """One program and what is known of it."""

    name: str
    kind: str
    is_hostile: bool
    code: str = ""
    sections: dict[str, str] = field(default_factory=dict[str, str])
    """What follows the directives of these names."""
    calls: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])
    is_called: bool = False
    forks: bool = False
    packages: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, kind: str, *, is_hostile: bool) -> Self:
        """Read one item from its lines."""
        name, *lines = text.splitlines()
        item = cls(name, kind, is_hostile)
        section = "code"
        for line in lines:
            if line.startswith("#: "):
                section = item._directed(line[3:]) or section
            elif section == "code":
                item.code += line + "\n"
            else:
                item.sections[section] += line + "\n"
        return item

    def _directed(self, directive: str) -> str:
        """Note a directive; returns the section that it begins, if it does."""
        name, _, value = directive.partition(" = ")
        if name in _SECTIONS:
            self.sections[name] = ""
            return name
        if name == "call":
            argument, _, expected = value.partition(" -> ")
            self.calls.append((eval(argument), eval(expected)))
        elif name == "code-suffix":
            self.sections["suffix"] = _SUFFIXES[value]
        elif name == "packages":
            self.packages = tuple(value.split())
        elif name in ("calls", "forks", "signals"):
            self.is_called |= name == "calls"
            self.forks |= name == "forks"
        else:
            raise ValueError(f"{self.name}: no directive is named {name!r}")
        return ""

    def placed(self, places: dict[str, str]) -> "Item":
        """Return the item with what is watched put in."""
        code = self.code + self.sections.get("suffix", "")
        for name, place in places.items():
            code = code.replace(f"@{name}@", place)
        return Item(
            self.name, self.kind, self.is_hostile, code, self.sections, self.calls, self.is_called, self.forks
        )


def hostile() -> list[Item]:
    """Read the hostile programs."""
    return [item for path in sorted(FOLDER.glob("hostile/*.txt")) for item in _items(path, is_hostile=True)]


def benign() -> list[Item]:
    """Read the controls, which must all be accepted."""
    return [item for path in sorted(FOLDER.glob("benign/*.txt")) for item in _items(path, is_hostile=False)]


def _items(path: Path, *, is_hostile: bool) -> Iterator[Item]:
    _, *texts = ("\n" + path.read_text(encoding="utf-8")).split("\n### ")
    for text in texts:
        yield Item.read(text, path.stem, is_hostile=is_hostile)

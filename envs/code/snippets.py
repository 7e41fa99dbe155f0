"""Small random programs whose results are asked for: loops, branches, numbers, lists and text.

A template has `v0`, `v1`, ... for its names; the first are the arguments.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple, cast

from reasongym.core import Json
from reasongym.seeding import Stream

NAMES = [
    "a",
    "b",
    "c",
    "d",
    "e",
    "g",
    "h",
    "k",
    "m",
    "n",
    "p",
    "q",
    "r",
    "t",
    "u",
    "w",
    "x",
    "y",
    "z",
    "acc",
    "best",
    "cur",
    "items",
    "data",
    "left",
    "low",
    "high",
    "num",
    "out",
    "res",
    "row",
    "size",
    "temp",
    "val",
]
FUNCTIONS = ("f", "fn", "go", "step", "calc", "check", "work", "main")
_SIGNATURES = (("list",), ("list", "number"), ("list", "number"), ("text",), ("text", "number"))
_NAME = re.compile(r"\bv(\d+)\b")
_VOWELS = "aeiou"


class Shape(NamedTuple):
    """How large the programs of a level are."""

    about: str
    num_loops: int
    num_inner: int
    """Statements of a loop, besides loops in it."""
    depth: int
    """Of loops and branches inside one another."""
    length: tuple[int, int]
    """Of lists and texts that are given."""
    space: int = 10_000


class Snippet(NamedTuple):
    """A template and what its arguments are: `list`, `text` or `number`."""

    template: str
    kinds: tuple[str, ...]
    num_names: int


def written(rng: Stream, shape: Shape) -> Snippet:
    """Write a program."""
    return _Writer(rng, shape).snippet()


def renamed(template: str, names: Sequence[str]) -> str:
    """Put names in the places of a template."""
    return _NAME.sub(lambda found: names[int(found[1])], template)


def drawn(rng: Stream, kind: str, bounds: Sequence[int]) -> Json:
    """Draw an argument; `bounds` are those of the length of lists and texts."""
    if kind == "number":
        return rng.between(1, 40)
    low, high = bounds
    length = rng.between(low, high)
    if kind == "text":
        return "".join(rng.pick("abcdefghiorstu") for _ in range(length))
    return [rng.between(-9, 20) for _ in range(length)]


def described(kind: str, bounds: Sequence[int]) -> str:
    """Say what an argument may be, as far as an answer may name one."""
    if kind == "number":
        return "a whole number from 1 to 40"
    low, high = bounds
    if kind == "text":
        return f"a string of {low} to {high} letters from a to z"
    return f"a list of {low} to {high} whole numbers from -9 to 20"


def is_allowed(value: Json, kind: str, bounds: Sequence[int]) -> bool:
    """Say whether an argument is one of those that are described."""
    if kind == "number":
        return type(value) is int and 1 <= value <= 40
    low, high = bounds
    if kind == "text":
        is_text = isinstance(value, str) and all("a" <= letter <= "z" for letter in value)
        return is_text and low <= len(value) <= high
    numbers = cast("list[Json]", value) if isinstance(value, list) else []
    is_list = isinstance(value, list) and low <= len(numbers) <= high
    return is_list and all(type(one) is int and -9 <= one <= 20 for one in numbers)


class _Writer:
    """Writes one program, and knows which names hold what."""

    def __init__(self, rng: Stream, shape: Shape) -> None:
        self._rng = rng
        self._shape = shape
        self._num_names = 0
        self._numbers: list[str] = []
        """Names that can be read and changed."""
        self._shown: list[str] = []
        """Names of numbers that can only be read."""
        self._letters: list[str] = []
        self._result = ""
        self._result_kind = ""

    def _new(self) -> str:
        self._num_names += 1
        return f"v{self._num_names - 1}"

    def snippet(self) -> Snippet:
        kinds = self._rng.pick(_SIGNATURES)
        arguments = [self._new() for _ in kinds]
        self._shown += [name for name, kind in zip(arguments, kinds, strict=True) if kind == "number"]
        lines = self._beginning()
        for number in range(self._shape.num_loops):
            is_first = number == 0
            lines += self._loop(arguments[0], kinds[0], is_first or self._rng.below(2) == 0)
            if self._rng.below(2):
                lines += self._between()
        lines += self._ending()
        head = f"def FUNCTION({', '.join(arguments)}):"
        template = "\n".join([head, *(f"    {line}" for line in lines)])
        return Snippet(template, kinds, self._num_names)

    def _beginning(self) -> list[str]:
        self._numbers = [self._new() for _ in range(self._rng.between(1, 2))]
        lines = [f"{name} = {self._rng.between(0, 9)}" for name in self._numbers]
        self._result_kind = self._rng.pick(("list", "list", "text"))
        self._result = self._new()
        return [*lines, f"{self._result} = {'[]' if self._result_kind == 'list' else repr('')}"]

    def _ending(self) -> list[str]:
        if self._result_kind == "text":
            return [f"return {self._result} + str({self._rng.pick(self._numbers)})"]
        end = self._rng.below(3)
        if end == 0:
            return [f"return {self._result} + [{', '.join(self._numbers)}]"]
        if end == 1:
            name = self._numbers[0]
            return [f"{self._result}.append({name})", f"return {self._result}"]
        return [f"return [{self._numbers[-1]}] + {self._result}[::-1]"]

    def _between(self) -> list[str]:
        name = self._result
        ways = [f"{name} = {name}[::-1]", f"{name} = {name}[1:] + {name}[:1]", f"{name} = {name}[::2]"]
        if self._result_kind == "list":
            ways += [f"{name}.sort()", f"{name} = [{self._numbers[0]} - one for one in {name}]"]
        return [self._rng.pick(ways)]

    # -- loops ----------------------------------------------------------------------------------------

    def _loop(self, given: str, kind: str, is_over_given: bool, depth: int = 1) -> list[str]:
        numbers, shown, letters = list(self._numbers), list(self._shown), list(self._letters)
        lines = self._head_of_loop(given, kind, is_over_given)
        body = [line for _ in range(self._shape.num_inner) for line in self._statement(depth)]
        if depth < self._shape.depth and self._rng.below(3):
            body += self._loop(given, kind, False, depth + 1)
        if not any(self._result in line for line in body):
            body += self._gathering()
        self._numbers, self._shown, self._letters = numbers, shown, letters
        return [*lines, *(f"    {line}" for line in body)]

    def _head_of_loop(self, given: str, kind: str, is_over_given: bool) -> list[str]:
        if not is_over_given:
            counter = self._new()
            self._shown.append(counter)
            return [f"for {counter} in range({self._rng.between(2, 4)}):"]
        way = self._rng.below(3)
        element = self._new()
        if kind == "text":
            self._letters.append(element)
        else:
            self._shown.append(element)
        if way == 0:
            return [f"for {element} in {given}:"]
        if way == 1:
            return [f"for {element} in {given}[::-1]:"]
        counter = self._new()
        self._shown.append(counter)
        return [f"for {counter}, {element} in enumerate({given}):"]

    # -- statements -----------------------------------------------------------------------------------

    def _statement(self, depth: int) -> list[str]:
        way = self._rng.below(8)
        if way < 3:
            return self._change()
        if way < 5:
            return self._gathering()
        return self._halving() if way == 5 and depth < self._shape.depth else self._branch()

    def _halving(self) -> list[str]:
        name = self._rng.pick(self._numbers)
        body = [*self._gathering(), f"{name} //= 2"]
        return [f"while {name} > {self._rng.between(20, 60)}:", *(f"    {line}" for line in body)]

    def _branch(self) -> list[str]:
        lines = [f"if {self._condition()}:", *(f"    {line}" for line in self._simple())]
        if self._rng.below(2):
            lines += ["else:", *(f"    {line}" for line in self._simple())]
        return lines

    def _simple(self) -> list[str]:
        return self._change() if self._rng.below(2) else self._gathering()

    def _change(self) -> list[str]:
        name = self._rng.pick(self._numbers)
        way = self._rng.below(5)
        if way == 0:
            factor, modulus = self._rng.between(2, 5), self._rng.between(11, 97)
            return [f"{name} = ({name} * {factor} + {self._number()}) % {modulus}"]
        if way == 1:
            return [f"{name} -= {self._number()}"]
        if way == 2:
            chosen = self._rng.pick(("max", "min"))
            return [f"{name} = {chosen}({name}, {self._number()}) + {self._rng.between(1, 4)}"]
        if way == 3:
            return [f"{name} = abs({self._number()} - {name})"]
        return [f"{name} += {self._number()}"]

    def _gathering(self) -> list[str]:
        name = self._result
        if self._result_kind == "list":
            if self._rng.below(4) == 0:
                return [f"{name} = [{self._number()}] + {name}"]
            return [f"{name}.append({self._number()})"]
        letter = f"chr(97 + ({self._number()}) % 26)"
        if self._letters and self._rng.below(2):
            letter = self._rng.pick(self._letters)
        return [f"{name} = {letter} + {name}" if self._rng.below(3) == 0 else f"{name} += {letter}"]

    # -- expressions ----------------------------------------------------------------------------------

    def _atom(self) -> str:
        names = [*self._numbers, *self._shown, *(f"ord({one})" for one in self._letters)]
        return self._rng.pick(names)

    def _two(self) -> list[str]:
        """Draw two different atoms, as far as there are two."""
        first = self._atom()
        for _ in range(4):
            if (second := self._atom()) != first:
                return [first, second]
        return [first, "2"]

    def _number(self) -> str:
        way = self._rng.below(6)
        if way == 0:
            return self._atom()
        if way == 1:
            return f"{self._atom()} + {self._rng.between(1, 9)}"
        if way == 2:
            return f"{self._atom()} * {self._rng.between(2, 4)}"
        if way == 3:
            return f"{self._atom()} % {self._rng.between(3, 9)}"
        if way == 4:
            return f"{self._atom()} // {self._rng.between(2, 4)}"
        return self._rng.pick((" + ", " - ")).join(self._two())

    def _condition(self) -> str:
        if self._letters and self._rng.below(3) == 0:
            return f"{self._rng.pick(self._letters)} in {_VOWELS!r}"
        way = self._rng.below(4)
        if way == 0:
            return f"{self._atom()} % {self._rng.between(2, 4)} == {self._rng.below(2)}"
        if way == 1:
            return f"{self._atom()} > {self._rng.between(2, 12)}"
        if way == 2:
            return " == ".join(f"{one} % 2" for one in self._two())
        return f"{' < '.join(self._two())} + {self._rng.between(1, 5)}"

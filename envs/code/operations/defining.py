"""How an operation is defined: what it takes and gives, its sentence, its parameters and its function."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar

from reasongym.core import Json
from reasongym.seeding import Stream

Kind: TypeAlias = Literal[
    "edges", "events", "grid", "intervals", "moves", "number", "numbers", "table", "text", "words"
]
Function: TypeAlias = Callable[..., Any]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True, slots=True)
class Rule:
    """A test or a change of one number or word, with a number of its own."""

    name: str
    words: str
    """With `{k}` for its number."""
    function: Function
    low: int
    high: int

    @property
    def has_number(self) -> bool:
        """Whether the function takes it as `k`."""
        return self.high > 0


@dataclass(frozen=True, slots=True)
class Whole:
    """A parameter that is a whole number."""

    low: int
    high: int

    def draw(self, rng: Stream) -> Json:
        """Draw a value."""
        return rng.between(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A parameter that is one of some texts."""

    texts: tuple[str, ...]
    is_quoted: bool = False
    """In the sentence, as a string of the program."""

    def draw(self, rng: Stream) -> Json:
        """Draw a value."""
        return rng.pick(self.texts)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A parameter that is a rule; its value is the name of the rule and its number."""

    rules: dict[str, Rule]

    def draw(self, rng: Stream) -> Json:
        """Draw a value."""
        rule = self.rules[rng.pick(list(self.rules))]
        return [rule.name, rng.between(rule.low, rule.high)]


Parameter: TypeAlias = Whole | Chosen | Ruled


@dataclass(frozen=True, slots=True)
class Operation:
    """One step that a specification may have."""

    name: str
    takes: Kind
    gives: Kind
    words: str
    """Its sentence, with a field for each parameter."""
    function: Function
    is_hard: bool
    parameters: dict[str, Parameter] = field(default_factory=dict[str, Parameter])


OPERATIONS: dict[str, Operation] = {}


def operation(
    takes: Kind, gives: Kind, words: str, *, is_hard: bool = False, **parameters: Parameter
) -> Callable[[F], F]:
    """Define the operation that the decorated function does."""

    def define(function: F) -> F:
        name = function.__name__
        OPERATIONS[name] = Operation(name, takes, gives, words, function, is_hard, parameters)
        return function

    return define


def rule(rules: dict[str, Rule], words: str, low: int = 0, high: int = 0) -> Callable[[F], F]:
    """Define the rule that the decorated function follows."""

    def define(function: F) -> F:
        rules[function.__name__] = Rule(function.__name__, words, function, low, high)
        return function

    return define


@cache
def source_of(function: Function) -> str:
    """Return a function's source without its decorators."""
    lines = inspect.getsource(function).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[start:])

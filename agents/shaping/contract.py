"""What a shaping is: a function over the members of one group, registered by name with its parameters.

    @shaping("brevity")
    def brevity(group: Sequence[Member], *, limit: Tokens, bonus: float = 0.1) -> list[float]:
        return [member.reward + bonus * (member.length <= limit) for member in group]

`[[shaping]] name = "brevity", limit = 512` in a config then calls it. What it returns takes the place of the
rewards so far: an entry that starts from `member.reward` adds to them, one that does not replaces them.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any, Protocol, TypeAlias, TypeVar, get_args, get_type_hints

import msgspec

from reasongym.core import Row, Verdict
from reasongym.episodes import Episode
from reasongym.errors import UsageError

Tokens: TypeAlias = Annotated[int, msgspec.Meta(ge=1), "tokens"]
"""A parameter that counts sampled tokens, 1 or more; `--tiny` shrinks it with the length of completions."""
PerToken: TypeAlias = Annotated[float, "per token"]
"""A parameter in reward per token; `--tiny` grows it as lengths shrink."""
Positive: TypeAlias = Annotated[float, msgspec.Meta(gt=0)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class Member:
    """A judged episode of a group, and what it has earned so far."""

    episode: Episode
    verdict: Verdict
    length: int
    """Sampled tokens, of all turns."""
    reward: float
    """The verdict's own, or what the entry before this one made of it."""

    @property
    def correct(self) -> bool:
        """Whether the verdict calls it right."""
        return self.verdict.correct

    @property
    def texts(self) -> list[str]:
        """What was said, turn by turn, prefill included."""
        return self.episode.actions


class Function(Protocol):
    """A shaping; its keyword parameters are the entry's settings."""

    def __call__(self, group: Sequence[Member], **settings: Any) -> list[float]: ...


Ask: TypeAlias = Callable[[Row, dict[str, Any]], str]
"""Words to put behind a problem's prompt, from its row and the entry's settings."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered shaping."""

    name: str
    function: Function
    settings: type[Any]
    """A dataclass made of the function's keyword parameters."""
    units: dict[str, str]
    """`tokens` or `per token`, of the parameters that have a unit."""
    ask: Ask | None = None


SHAPINGS: dict[str, Entry] = {}
F = TypeVar("F", bound=Callable[..., list[float]])


def shaping(name: str, *, ask: Ask | None = None) -> Callable[[F], F]:
    """Register a shaping under a name; raises UsageError where the name is taken."""

    def register(function: F) -> F:
        if name in SHAPINGS:
            raise UsageError(f"there is a shaping {name!r} already; choose another name")
        SHAPINGS[name] = entry_of(name, function, ask)
        return function

    return register


def entry_of(name: str, function: Callable[..., list[float]], ask: Ask | None = None) -> Entry:
    """Read a function's keyword parameters into an entry."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    fields: list[Any] = [
        (
            one.name,
            hints[one.name],
            field() if one.default is inspect.Parameter.empty else field(default=one.default),
        )
        for one in sorted(parameters, key=lambda one: one.default is not inspect.Parameter.empty)
    ]
    units = {
        one.name: unit
        for one in parameters
        for unit in get_args(hints[one.name])[1:]
        if unit in ("tokens", "per token")
    }
    return Entry(name, function, make_dataclass(name, fields, frozen=True), units, ask)

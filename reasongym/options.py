"""Named parameters of environments, and those of a problem's presentation that every environment has."""

from dataclasses import dataclass
from typing import Any

from reasongym.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True)
class Option:
    """A named parameter of an environment."""

    name: str
    default: Any
    about: str
    choices: tuple[Any, ...] = ()
    low: int | None = None
    high: int | None = None
    names_data: bool = False
    """Whether a value may name a file of this machine, which strangers must not choose."""

    def check(self, value: Any) -> Any:
        """Return the value if it fits; raises UsageError saying what would."""
        if value == self.default and type(value) is type(self.default):
            return value
        if self.choices:
            if not any(value == one and type(value) is type(one) for one in self.choices):  # 4.0 is not 4
                raise UnknownName(f"value for option {self.name!r}:", str(value), map(str, self.choices))
            return value
        if self.low is not None and self.high is not None:
            if type(value) is not int or not self.low <= value <= self.high:
                raise UsageError(
                    f"option {self.name!r} must be an integer from {self.low} to {self.high}, got {value!r}"
                )
            return value
        if type(value) is not type(self.default):
            raise UsageError(f"option {self.name!r} must be a {type(self.default).__name__}, got {value!r}")
        return value


TOOL_OPTIONS = (
    Option(
        "tools", "", "python or search, to be used between turns (docs/tools.md)", ("", "python", "search")
    ),
    Option("tool_format", "tags", "how a call is written", ("tags", "fence", "json")),
    Option("tool_calls", 4, "calls in an episode", low=1, high=64),
    Option("tool_cpu_s", 2, "CPU seconds of one call", low=1, high=60),
    Option("tool_chars", 2_000, "characters that a call shows", low=100, high=100_000),
    Option("corpus", "", "file of JSON lines that `search` looks through", names_data=True),
    Option("corpus_digest", "", "digest of that file; a row carries it, and refuses another file"),
)
PRESENTATION = frozenset(("style", *(option.name for option in TOOL_OPTIONS)))
"""Options that leave the problem what it is, and change how it is worded and played."""

"""Tools as the core sees them: what a row that names one lets its player do between turns.

The tools themselves stand in `reasongym.tools`, above the core, and are imported when a row first names one.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from reasongym.errors import UsageError
from reasongym.options import TOOL_OPTIONS

_DEFAULTS = {option.name: option.default for option in TOOL_OPTIONS}
_OF_ANY_TOOL = ("tool_format", "tool_calls", "tool_chars")


class Call(NamedTuple):
    """A call as it was read from a text."""

    argument: str
    fault: str = ""
    """Why nothing can be run; empty where something can."""
    remark: str = ""
    """What is told behind the output."""


class Used(NamedTuple):
    """What a call led to."""

    text: str
    past: tuple[str, ...]
    """The calls that the tool's next state is made from."""


class Toolkit(Protocol):
    """A tool with a format of its calls and limits."""

    stops: tuple[str, ...]
    """Strings that end a turn with its call."""
    num_calls: int
    """Most calls of an episode."""

    def worded(self, prompt: str) -> str:
        """Tell in a prompt what the tool is and how it is called."""
        ...

    def call(self, text: str) -> Call | None:
        """Read the call that a turn makes; None where it is an answer. Total, linear and pure."""
        ...

    def use(self, past: tuple[str, ...], call: Call, num_left: int) -> Used:
        """Run a call behind those of the past, and word what is observed; raises Unscored if we failed."""
        ...

    def leave(self, past: tuple[str, ...]) -> None:
        """Let go of what was kept for an episode that is over."""
        ...


def toolkit(options: Mapping[str, Any]) -> Toolkit | None:
    """Return the tool that a row's options name."""
    if not options.get("tools"):
        return None
    return _made(tuple(options.get(name, default) for name, default in _DEFAULTS.items()))


def pinned(
    options: Mapping[str, Any], own_tool: str = "", *, answers_in_fences: bool = False
) -> dict[str, Any]:
    """Complete the changed options of a row; raises UsageError for those that do not fit together.

    An environment with a tool of its own takes no other, and no corpus.
    """
    named = [name for name in _DEFAULTS if name in options]
    if own_tool:
        _refuse_others(named, own_tool)
        return dict(options)
    if named and "tools" not in options:
        raise UsageError(f"option {named[0]!r} is one of a tool, and none is named: add tools=python")
    if answers_in_fences and options.get("tool_format") == "fence":
        raise UsageError("answers are fenced blocks here, as calls would be: take tool_format=tags or json")
    if (options.get("tools") == "search") != ("corpus" in options):
        told = "needs corpus=FILE" if options["tools"] == "search" else "takes no corpus"
        raise UsageError(f"the tool {options['tools']!r} {told}")
    if "corpus" not in options or "corpus_digest" in options:
        return dict(options)
    digest: Callable[[str], str] = importlib.import_module("reasongym.tools.corpora").digest
    return dict(sorted((dict(options) | {"corpus_digest": digest(options["corpus"])}).items()))


def _refuse_others(named: Sequence[str], own_tool: str) -> None:
    for name in named:
        if name not in _OF_ANY_TOOL:
            raise UsageError(f"{name!r} cannot be chosen here: the environment has its own tool, {own_tool}")


@lru_cache(maxsize=256)
def _made(values: tuple[Any, ...]) -> Toolkit:
    make: Callable[..., Toolkit] = importlib.import_module("reasongym.tools.kit").toolkit
    return make(**dict(zip(_DEFAULTS, values, strict=True)))

"""How a call of a tool is written in a text, and how what came of it is written back.

`tags` are `<python>...</python>`, as Search-R1 (arXiv 2503.09516) and ReSearch (arXiv 2503.19470) have them
for `search`; `fence` is a block of Markdown, as in ToRA (arXiv 2309.17452); `json` is the `<tool_call>` of
Hermes's and Qwen's chat templates. Every format reads any text, in time linear in its length.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from reasongym.answers.extraction import find
from reasongym.answers.thinking import without_thinking
from reasongym.tooling import Call, Used

MAX_ARGUMENT = 20_000
"""Characters of a call that is run."""
_DECLARED = ("box", "tag", "hashes", "object", "phrase")
_FENCE = "```"
_OPEN, _CLOSE = "<tool_call>", "</tool_call>"


class Tool(Protocol):
    """What can be called: one text in, one text out."""

    name: str
    argument: str
    """What the text of a call is, such as `code`."""
    about: str
    """What it does, in a sentence for a prompt."""
    reply: str
    """The tag around what it gives back."""

    def use(self, past: tuple[str, ...], argument: str) -> Used:
        """Run a call in the state that the past calls led to."""
        ...

    def leave(self, past: tuple[str, ...]) -> None:
        """Let go of what is kept for that state."""
        ...


class Spot(NamedTuple):
    """A call in its place in a text."""

    start: int
    end: int
    call: Call


class Format(Protocol):
    """A way to write calls of a tool."""

    def spots(self, text: str, tool: Tool) -> Iterator[Spot]:
        """Find the calls of a text, malformed ones too."""
        ...

    def told(self, tool: Tool) -> str:
        """Say how a call is written."""
        ...

    def wrapped(self, tool: Tool, text: str) -> str:
        """Write what came of a call."""
        ...

    def stops(self, tool: Tool) -> tuple[str, ...]:
        """Return the strings that end a turn with its call."""
        ...


class Tags:
    """`<python>...</python>`, answered by `<output>...</output>`."""

    def spots(self, text: str, tool: Tool) -> Iterator[Spot]:
        """Find pairs of tags."""
        for start, end, content in _between(text, f"<{tool.name}>", f"</{tool.name}>"):
            fault = f"</{tool.name}> is missing" if content is None else ""
            yield Spot(start, end, _checked(content or "", tool, fault))

    def told(self, tool: Tool) -> str:
        """Say how a call is written."""
        return f"write <{tool.name}>{tool.argument}</{tool.name}> and end the message there"

    def wrapped(self, tool: Tool, text: str) -> str:
        """Write what came of a call."""
        return f"<{tool.reply}>\n{text}\n</{tool.reply}>"

    def stops(self, tool: Tool) -> tuple[str, ...]:
        """Return the closing tag."""
        return (f"</{tool.name}>",)


class Fence:
    """A fenced block that begins with the tool's name, answered by a fenced block."""

    def spots(self, text: str, tool: Tool) -> Iterator[Spot]:
        """Find the blocks of the tool; those of other languages are none."""
        at, inside, opened, language = 0, 0, -1, ""
        for line in text.split("\n"):
            said = line.strip()
            end = min(at + len(line) + 1, len(text))
            if opened < 0 and said.startswith(_FENCE):
                opened, inside, language = at, end, said[len(_FENCE) :].strip().lower()
            elif opened >= 0 and said == _FENCE:
                if language == tool.name:
                    yield Spot(opened, end, _checked(text[inside:at], tool))
                opened = -1
            at = end
        if opened >= 0 and language == tool.name:
            yield Spot(opened, at, _checked("", tool, f"the closing {_FENCE} is missing"))

    def told(self, tool: Tool) -> str:
        """Say how a call is written."""
        return (
            f"write the {tool.argument} in a block that begins with the line {_FENCE}{tool.name} and ends "
            f"with the line {_FENCE}, and end the message there"
        )

    def wrapped(self, tool: Tool, text: str) -> str:
        """Write what came of a call."""
        return f"{_FENCE}{tool.reply}\n{text}\n{_FENCE}"

    def stops(self, tool: Tool) -> tuple[str, ...]:
        """Return the end of a block, and the beginning of an output that nothing gave."""
        return (f"\n{_FENCE}\n", f"{_FENCE}{tool.reply}")


class ToolCall:
    """`<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, answered by `<tool_response>`."""

    def spots(self, text: str, tool: Tool) -> Iterator[Spot]:
        """Find the calls, of whatever tool."""
        for start, end, content in _between(text, _OPEN, _CLOSE):
            call = Call("", f"{_CLOSE} is missing") if content is None else _of_json(content, tool)
            yield Spot(start, end, call)

    def told(self, tool: Tool) -> str:
        """Say how a call is written."""
        example = json.dumps({"name": tool.name, "arguments": {tool.argument: "..."}})
        return f"write {_OPEN}{example}{_CLOSE} and end the message there"

    def wrapped(self, tool: Tool, text: str) -> str:
        """Write what came of a call, as Qwen's templates write a message of a tool's."""
        return f"<tool_response>\n{text}\n</tool_response>"

    def stops(self, tool: Tool) -> tuple[str, ...]:
        """Return the closing tag."""
        return (_CLOSE,)


FORMATS: Mapping[str, Format] = {"tags": Tags(), "fence": Fence(), "json": ToolCall()}


class Reader:
    """Reads the calls of one tool, in any of some formats; the first that the text has counts."""

    def __init__(self, tool: Tool, formats: Sequence[str]) -> None:
        self._tool = tool
        self._formats = [FORMATS[name] for name in formats]

    def read(self, text: str) -> Call | None:
        """Return the first call of a text behind which no answer is declared; None where it has none.

        Thinking that is over is not read. An answer before the call may still be changed by what comes of it.
        """
        said = without_thinking(text)
        for one in self._formats:
            spots = list(one.spots(said, self._tool))
            if spots:
                return None if _declares(said[spots[-1].end :]) else _first(spots)
        return None


def abridged(text: str, most_chars: int) -> str:
    """Return a text of at most that many characters and a sentence that says what is left out."""
    if len(text) <= most_chars:
        return text
    head = (most_chars + 1) // 2
    tail = text[len(text) - most_chars // 2 :]
    return f"{text[:head]}\n[{len(text) - most_chars:,} characters left out]\n{tail}"


def _first(spots: Sequence[Spot]) -> Call:
    call = spots[0].call
    if len(spots) == 1:
        return call
    return call._replace(remark=f"Only the first of {len(spots)} calls was looked at: make one a message.")


def _declares(text: str) -> bool:
    """Say whether a text declares an answer, even one that is hedged; what merely ends it is none."""
    found = find(text)
    return found.kind in _DECLARED


def _between(text: str, opening: str, closing: str) -> Iterator[tuple[int, int, str | None]]:
    """Yield where pairs of marks stand and what they hold; None for what is never closed."""
    at = 0
    while (start := text.find(opening, at)) >= 0:
        inside = start + len(opening)
        end = text.find(closing, inside)
        if end < 0:
            yield start, len(text), None
            return
        at = end + len(closing)
        yield start, at, text[inside:end]


def _checked(argument: str, tool: Tool, fault: str = "") -> Call:
    argument = argument.strip("\r\n") if argument.strip() else ""
    if not fault and not argument:
        fault = f"it holds no {tool.argument}"
    if len(argument) > MAX_ARGUMENT:
        fault = f"it has {len(argument):,} characters, {MAX_ARGUMENT:,} are allowed"
    return Call("", fault) if fault else Call(argument.encode(errors="replace").decode())


def _of_json(content: str, tool: Tool) -> Call:
    try:
        said: Any = json.loads(content, strict=False)  # models put line ends into strings
        arguments: Any = said["arguments"]
        arguments = json.loads(arguments, strict=False) if type(arguments) is str else arguments
        name, argument = said["name"], arguments[tool.argument]
    except (ValueError, RecursionError):
        return Call("", "it is no JSON")
    except (KeyError, TypeError, IndexError):
        return Call("", f'it must be {{"name": "{tool.name}", "arguments": {{"{tool.argument}": "..."}}}}')
    if name != tool.name:
        return Call("", f"there is no tool {str(name)[:40]!r}, only {tool.name!r}")
    if type(argument) is not str:
        return Call("", f"{tool.argument} must be a string")
    return _checked(argument, tool)

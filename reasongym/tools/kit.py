"""A tool with a format of calls and limits, as the options of a row name it."""

from reasongym.tooling import Call, Used
from reasongym.tools.formats import FORMATS, Reader, Tool


class Kit:
    """What `reasongym.tooling.Toolkit` promises."""

    def __init__(self, tool: Tool, format_name: str, num_calls: int, *also_read: str) -> None:
        self._tool = tool
        self._format = FORMATS[format_name]
        self._reader = Reader(tool, (format_name, *also_read))
        self.num_calls = num_calls
        self.stops = self._format.stops(tool)

    def worded(self, prompt: str) -> str:
        """Tell in a prompt what the tool is and how it is called."""
        times = "once" if self.num_calls == 1 else f"up to {self.num_calls} times"
        return (
            f"{prompt}\n\nBefore you answer you may {self._tool.about}, {times}. To do so, "
            f"{self._format.told(self._tool)}; what comes of it is the next message. "
            "Only what you then write yourself, without a call, is your answer."
        )

    def call(self, text: str) -> Call | None:
        """Read the call that a turn makes; None where it is an answer."""
        return self._reader.read(text)

    def use(self, past: tuple[str, ...], call: Call, num_left: int) -> Used:
        """Run a call behind those of the past, and word what is observed."""
        used = Used(f"No call: {call.fault}.", past)
        if not call.fault:
            used = self._tool.use(past, call.argument)
        told = [self._format.wrapped(self._tool, used.text), call.remark]
        told.append("" if num_left else "No call is left: answer.")
        return used._replace(text="\n".join(filter(None, told)))

    def leave(self, past: tuple[str, ...]) -> None:
        """Let go of what was kept for an episode that is over."""
        self._tool.leave(past)


def toolkit(
    *,
    tools: str,
    tool_format: str,
    tool_calls: int,
    tool_cpu_s: int,
    tool_chars: int,
    corpus: str,
    corpus_digest: str,
) -> Kit:
    """Make the kit of a row's options."""
    return Kit(_tool(tools, tool_cpu_s, tool_chars, corpus, corpus_digest), tool_format, tool_calls)


def _tool(name: str, cpu_s: int, most_chars: int, corpus: str, digest: str) -> Tool:
    if name == "python":
        from reasongym.tools.python import PythonTool

        return PythonTool(cpu_s, most_chars)
    from reasongym.tools.search import SearchTool

    return SearchTool.of_file(corpus, digest, most_chars)

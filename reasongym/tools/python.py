"""Python between turns: code of a model, run in a session of the sandbox that is kept between its calls.

Nothing of the problem enters the jail: a program finds there only what the model itself has written.
"""

import re

from reasongym.sandbox.jobs import Limits, Status
from reasongym.sandbox.repl import Turn
from reasongym.tooling import Used
from reasongym.tools.formats import abridged
from reasongym.tools.sessions import SHELF

_FENCE = "```"
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]+")
"""Of an object in memory, which differs from run to run."""
_WALL_TIMES = 5
"""Wall time of a call by its CPU time: one that sleeps keeps the other episodes waiting."""
_ENDS = {
    Status.TIME: "its time was up",
    Status.MEMORY: "it used too much memory",
    Status.OUTPUT: "it printed too much",
}


class PythonTool:
    """Runs code and shows what an interpreter would; names are kept from call to call."""

    name = "python"
    argument = "code"
    reply = "output"

    def __init__(self, cpu_s: float = 2.0, most_chars: int = 2_000) -> None:
        self.limits = Limits(cpu_s=cpu_s, wall_s=_WALL_TIMES * cpu_s)
        self._most_chars = most_chars
        self.about = (
            f"run Python code (standard library, {cpu_s:g} s of CPU time and {most_chars:,} characters of "
            "output each time, names are kept)"
        )

    def use(self, past: tuple[str, ...], argument: str) -> Used:
        """Run code behind that of the past; raises Unscored if the sandbox failed."""
        code = _unfenced(argument)
        turn, is_alive = SHELF.run(past, code, self.limits)
        text = shown(turn, self._most_chars, is_alive=is_alive)
        return Used(text, (*past, code) if is_alive else ())

    def leave(self, past: tuple[str, ...]) -> None:
        """End the session of that state."""
        SHELF.drop(past, self.limits)


def shown(turn: Turn, most_chars: int, *, is_alive: bool) -> str:
    """Word what came of a turn; what is too long loses its middle, and says so."""
    text = _ADDRESS.sub("0x...", turn.text).rstrip("\n")
    told = [abridged(text, most_chars)]
    if not is_alive:
        why = _ENDS.get(turn.status, "the interpreter was ended")
        told.append(f"[{why}: all names are gone, the next call begins anew]")
    elif turn.status is Status.TIME:
        told.append("[stopped: its time was up]")
    return "\n".join(filter(None, told)) or "(no output)"


def _unfenced(code: str) -> str:
    """Take away a fence around code that was marked as a call already."""
    lines = code.strip().split("\n")
    if len(lines) > 2 and lines[0].startswith(_FENCE) and lines[-1].strip() == _FENCE:
        return "\n".join(lines[1:-1])
    return code

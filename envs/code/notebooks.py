"""Python sessions by what was run in them: a state is the turns so far, so that keeping it keeps a fork of
it.

A live session that has been through exactly these turns goes on; where there is none, a new one is led
through them again. Programs that draw from the clock or from the system may then see something else.
"""

import atexit
import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reasongym.errors import Unscored

if TYPE_CHECKING:
    from reasongym.sandbox.jobs import Limits
    from reasongym.sandbox.repl import Session, Turn

MAX_LIVE = 16
"""Sessions that are kept, each in a jail of its own; the one used longest ago makes room."""
CPU_S = 2.0
_WALL_S = 10.0
_MEMORY_BYTES = 256 << 20
_OUTPUT_BYTES = 64 << 10

Turns: TypeAlias = tuple[str, ...]


class Ran(NamedTuple):
    """What came of a turn."""

    output: str
    """Of both streams."""
    stopped: str
    """`time`, `memory` or `output` where that ran over."""
    turns: Turns
    """What the session has been through with it; empty where the turn ended it."""


class Notebooks:
    """The live sessions of this process; may be used from many threads."""

    def __init__(self, max_live: int = MAX_LIVE) -> None:
        self._max_live = max_live
        self._lock = threading.Lock()
        self._live: OrderedDict[Turns, Session] = OrderedDict()
        self._owner = os.getpid()

    def run(self, turns: Turns, code: str) -> Ran:
        """Run one more turn behind others; raises Unscored where the sandbox failed."""
        from reasongym.sandbox.jails import JailLost

        for _ in range(2):
            try:
                session = self._taken(turns) or _led_through(turns)
                turn = session.run(code)
            except JailLost:
                continue
            after = (*turns, code) if session.is_alive else ()
            if session.is_alive:
                self._keep(after, session)
            return Ran(turn.text, _stopped(turn), after)
        raise Unscored("the sandbox lost a session twice")

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            live, self._live = self._live, OrderedDict()
        if self._owner == os.getpid():
            for session in live.values():
                session.close()

    def _taken(self, turns: Turns) -> "Session | None":
        with self._lock:
            if self._owner != os.getpid():  # forked: the sessions are the parent's
                self._live, self._owner = OrderedDict(), os.getpid()
            return self._live.pop(turns, None)

    def _keep(self, turns: Turns, session: "Session") -> None:
        with self._lock:
            dropped = [self._live.pop(turns, None)]
            self._live[turns] = session
            if len(self._live) > self._max_live:
                dropped.append(self._live.popitem(last=False)[1])
        for one in dropped:
            if one is not None:
                one.close()


def _led_through(turns: Turns) -> "Session":
    from reasongym.sandbox.shared import shared_sandbox

    session = shared_sandbox().session(_limits())
    for code in turns:
        session.run(code)
        if not session.is_alive:  # it did not end the first time
            raise Unscored("a turn that ran before ends the session when it is run again")
    return session


def _limits() -> "Limits":
    from reasongym.sandbox.jobs import Limits

    return Limits(cpu_s=CPU_S, wall_s=_WALL_S, memory_bytes=_MEMORY_BYTES, output_bytes=_OUTPUT_BYTES)


def _stopped(turn: "Turn") -> str:
    return turn.status.value if turn.status.value in ("time", "memory", "output") else ""


NOTEBOOKS = Notebooks()
"""Those that environments share."""
atexit.register(NOTEBOOKS.close)

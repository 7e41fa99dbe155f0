"""Live sessions of Python, each on a shelf under the calls that led to it.

A state of an episode names the calls, not the session: whoever goes on from it first takes the session, and
whoever goes on from it again, or in another process, gets one in which the same calls are run anew. So states
are values, episodes that branch share no jail, and no layer of the sandbox must be able to fork.
"""

import os
import threading
from typing import NamedTuple

from reasongym.errors import Unscored
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import Limits, Status
from reasongym.sandbox.repl import Session, Turn
from reasongym.sandbox.sandboxes import Sandbox
from reasongym.sandbox.shared import shared_sandbox

MAX_KEPT = 16
"""Sessions that wait for a next call. Each is a process in a jail of its own, which takes some 15 ms of CPU
time a second to watch; to make one anew takes 5 ms and what its calls take."""
_NUM_TRIES = 2
_SEEDED = "__import__('random').seed(0)"
"""Run first, so that calls which are run anew draw the same numbers."""


class _Kept(NamedTuple):
    sandbox: Sandbox
    limits: Limits
    past: tuple[str, ...]
    session: Session


class Shelf:
    """Sessions by the calls that were made in them; may be used from many threads, and after a fork."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._kept: list[_Kept] = []
        self._others: list[_Kept] = []

    def __len__(self) -> int:
        return len(self._kept)

    def run(self, past: tuple[str, ...], code: str, limits: Limits) -> tuple[Turn, bool]:
        """Run code behind the past calls; says too whether the session goes on. Raises Unscored.

        Where a session ends for no reason we know, all is run once more: code that ends its interpreter does
        so again, and a session that we lost is made anew.
        """
        sandbox, told = shared_sandbox(), ""
        for num_tried in range(_NUM_TRIES):
            try:
                kept = None if num_tried else self._take(sandbox, past, limits)
                session = _begun(sandbox, past, limits) if kept is None else kept.session
                turn = _ran(session, code)
            except (JailLost, OSError) as error:
                told = str(error)
                continue
            if session.is_alive:
                self._put(_Kept(sandbox, limits, (*past, code), session))
                return turn, True
            if turn.status is not Status.ERROR or num_tried:
                return turn, False
        raise Unscored(f"the sandbox lost a session of Python twice: {told or 'nobody knows why'}")

    def drop(self, past: tuple[str, ...], limits: Limits) -> None:
        """End a session of that state, if there is one."""
        kept = self._take(shared_sandbox(), past, limits) if past else None
        if kept is not None:
            kept.session.close()

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            self._require_own()
            ended, self._kept = self._kept, []
        for one in ended:
            one.session.close()

    def _take(self, sandbox: Sandbox, past: tuple[str, ...], limits: Limits) -> _Kept | None:
        with self._lock:
            self._require_own()
            for at in reversed(range(len(self._kept))):
                one = self._kept[at]
                if one.sandbox is sandbox and (one.limits, one.past) == (limits, past):
                    return self._kept.pop(at)
        return None

    def _put(self, kept: _Kept) -> None:
        with self._lock:
            self._require_own()
            self._kept.append(kept)
            oldest = self._kept.pop(0) if len(self._kept) > self._most else None
        if oldest is not None:
            oldest.session.close()

    def _require_own(self) -> None:
        """Leave alone what belongs to the process that this one was forked from, its sockets too."""
        if self._owner != os.getpid():
            self._owner, self._others, self._kept = os.getpid(), self._kept, []


def _begun(sandbox: Sandbox, past: tuple[str, ...], limits: Limits) -> Session:
    session = sandbox.session(limits)
    for code in (_SEEDED, *past):
        _ran(session, code)
        if not session.is_alive:
            raise JailLost("calls that a session outlived could not be run anew")
    return session


def _ran(session: Session, code: str) -> Turn:
    """Run code; a session whose turn was broken off (by Ctrl-C, say) gives its jail back."""
    try:
        return session.run(code)
    except BaseException:
        session.close()
        raise


SHELF = Shelf()

"""A Python session that is kept between turns, and branches of it.

A session holds a jail of its own as long as it is open. Each turn has limits of its own; a turn that runs out
of time is interrupted and leaves the session alive, unless it goes on.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from reasongym.errors import UsageError
from reasongym.sandbox.inside.messages import INTERRUPT, KILL, MAX_BYTES, RENEW, STANDING, Ended
from reasongym.sandbox.inside.sessions import BRANCH, TURN
from reasongym.sandbox.jails import Jail, JailLost, memory_file
from reasongym.sandbox.jobs import Limits, Status, session
from reasongym.sandbox.streams import Reader, Stream

_PATIENCE_S = 20.0
_GRACE_S = 0.5
"""Between an interrupt and the end of the session."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one turn."""

    status: Status
    """`time`, `memory` and `output` end the session, but for a turn that obeyed its interrupt."""
    stdout: bytes
    stderr: bytes
    raised: str = ""
    """Name of the exception that ended it; KeyboardInterrupt where time ran out."""
    wall_s: float = 0.0
    stdout_truncated: bool = False
    stderr_truncated: bool = False

    @property
    def text(self) -> str:
        """Return what an interpreter would have shown, stderr behind stdout."""
        return (self.stdout + self.stderr).decode(errors="replace")


class _Pipes:
    """Our ends and the program's ends of a session's socket and streams."""

    def __init__(self) -> None:
        self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.link.settimeout(_PATIENCE_S)  # a program may let its packets pile up, or forge ours
        self.stdout, stdout = os.pipe()
        self.stderr, stderr = os.pipe()
        self.theirs = [theirs.detach(), stdout, stderr]

    def give_away(self) -> None:
        """Close the program's ends here."""
        for fd in self.theirs:
            os.close(fd)
        self.theirs = []

    def close(self) -> None:
        """Close our ends."""
        self.link.close()
        for fd in (self.stdout, self.stderr):
            with suppress(OSError):
                os.close(fd)


class _Owner:
    """The jail and the job that a session and its branches share."""

    def __init__(self, jail: Jail, limits: Limits, give_back: Callable[[Jail], None]) -> None:
        self.jail = jail
        self.limits = limits
        self.num_users = 0
        self.ended: Ended | None = None
        self.lock = threading.Lock()
        self._control = jail.control  # of the zygote that has the job; a lost jail would be made again
        self._give_back = give_back

    def tell(self, message: bytes) -> None:
        """Say something to the zygote about the job."""
        with suppress(OSError):
            self._control.send(message)

    def await_end(self, seconds: float) -> Ended | None:
        """Return how the job ended, if it does so in time."""
        with self.lock:
            if self.ended is None:
                with suppress(OSError):
                    self._control.settimeout(seconds)
                    message = self._control.recv(MAX_BYTES)
                    self.ended = Ended.of(message) if message else Ended("", 9, 0, 0.0, 0.0)
                with suppress(OSError):
                    self._control.settimeout(None)
            return self.ended

    def leave(self) -> None:
        """Note that one session fewer is open; with the last the jail is free again."""
        self.num_users -= 1
        if self.num_users:
            return
        self.tell(KILL)
        if self.await_end(1.0) is None:
            self.jail.close()
        self._give_back(self.jail)


def _await_walls(link: socket.socket) -> None:
    try:
        told = link.recv(MAX_BYTES)
    except OSError:
        told = b""
    if told != STANDING:
        raise JailLost("the walls of a session could not be built")


class Session:
    """Turns of Python in one namespace; made by `Sandbox.session`."""

    def __init__(self, owner: _Owner, pipes: _Pipes) -> None:
        self._owner = owner
        self._pipes = pipes
        self._is_open = True
        owner.num_users += 1

    @classmethod
    def start(cls, jail: Jail, limits: Limits, give_back: Callable[[Jail], None]) -> "Session":
        """Begin a session in a jail that nobody else uses."""
        pipes = _Pipes()
        job = session(limits)
        payload, stdin = memory_file("payload", job.payload), memory_file("stdin", b"")
        link, stdout, stderr = pipes.theirs
        try:
            jail.begin(job, [payload, stdin, stdout, stderr, link])
            pipes.give_away()
            _await_walls(pipes.link)
        except BaseException:
            pipes.close()
            give_back(jail)
            raise
        finally:
            os.close(payload)
            os.close(stdin)
            pipes.give_away()
        return cls(_Owner(jail, limits, give_back), pipes)

    @property
    def is_alive(self) -> bool:
        """Whether there can be another turn."""
        return self._is_open

    def run(self, code: str) -> Turn:
        """Run one turn; raises UsageError where the session is over."""
        if not self._is_open:
            raise UsageError("the session is over; begin another one")
        fd = memory_file("turn", code.encode(errors="surrogatepass"))
        self._owner.tell(RENEW)
        started = time.monotonic()
        try:
            socket.send_fds(self._pipes.link, [TURN], [fd])
        except OSError:
            return self._over(self._streams(), started)
        finally:
            os.close(fd)
        return self._await(started)

    def fork(self) -> "Session":
        """Branch: the new session goes on from the same state, in a copy of the working folder."""
        if not self._owner.jail.layer.may_fork:
            raise UsageError(
                f"the layer {self._owner.jail.spec.layer!r} lets nothing fork, so no session branches"
            )
        if not self._is_open:
            raise UsageError("the session is over; begin another one")
        pipes = _Pipes()
        try:
            socket.send_fds(self._pipes.link, [BRANCH], pipes.theirs)
        except OSError as error:
            pipes.close()
            raise JailLost("the session is gone") from error
        finally:
            pipes.give_away()
        return Session(self._owner, pipes)

    def close(self) -> None:
        """End the session; its branches go on."""
        if self._is_open:
            self._is_open = False
            self._pipes.close()
            self._owner.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- one turn -------------------------------------------------------------------------------------

    def _streams(self) -> tuple[Stream, Stream]:
        most = self._owner.limits.output_bytes
        return Stream(self._pipes.stdout, most), Stream(self._pipes.stderr, most)

    def _await(self, started: float) -> Turn:
        streams = self._streams()
        reader = Reader(self._pipes.link.fileno(), list(streams))
        limit = started + self._owner.limits.wall
        is_interrupted = False
        while not reader.wait(limit - time.monotonic()):
            if any(stream.is_truncated for stream in streams):
                return self._over(streams, started, Status.OUTPUT)
            if time.monotonic() < limit:
                continue
            if is_interrupted:
                return self._over(streams, started, Status.TIME)
            is_interrupted = True
            limit = time.monotonic() + _GRACE_S
            self._owner.tell(INTERRUPT)
        raised = self._told()
        if raised is None:
            return self._over(streams, started)
        while reader.wait_streams(0.0):  # written before the message, so it is there
            pass
        return self._turn(streams, started, raised)

    def _told(self) -> str | None:
        """Read what ended the turn; None where nobody is left to tell, or something else was written."""
        try:
            return str(json.loads(self._pipes.link.recv(MAX_BYTES))["raised"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _turn(self, streams: tuple[Stream, Stream], started: float, raised: str) -> Turn:
        stdout, stderr = streams
        status = Status.TIME if raised == "KeyboardInterrupt" else Status.ERROR if raised else Status.OK
        return Turn(
            status,
            bytes(stdout.content),
            bytes(stderr.content),
            raised,
            time.monotonic() - started,
            stdout.is_truncated,
            stderr.is_truncated,
        )

    def _over(self, streams: tuple[Stream, Stream], started: float, status: Status | None = None) -> Turn:
        """End the session, and say why as far as it is known."""
        ended = self._owner.await_end(0.0 if status else _GRACE_S)
        self.close()
        if status is None:
            causes = {"cpu": Status.TIME, "wall": Status.TIME, "memory": Status.MEMORY}
            status = causes.get(ended.cause if ended else "", Status.ERROR)
        stdout, stderr = streams
        return Turn(
            status,
            bytes(stdout.content),
            bytes(stderr.content),
            "",
            time.monotonic() - started,
            stdout.is_truncated,
            stderr.is_truncated,
        )

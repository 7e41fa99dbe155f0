"""The other end of a `StreamedLine`: a socket to a zygote that can be reached only through its engine.

A thread carries what the jail's owner sends over the socket, packets with descriptors beside them, into the
stream that is attached to the container, and what comes back into the pipes and sockets that were sent.
"""

import os
import select
import socket
import ssl
import stat
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from reasongym.sandbox.inside.lines import CONTROL, DATA, FILE, FRAME, LINK, PACKET, PIPE, SHUT, TAKEN
from reasongym.sandbox.inside.messages import MAX_BYTES
from reasongym.sandbox.meetings import ENGINE_FRAME

_STDERR = 2
_CHUNK_BYTES = 1 << 16
_SENT_BYTES = 1 << 14
_NUM_FDS = 8
_WORDS_BYTES = 4_000
_LOOK_S = 5.0


@dataclass(slots=True)
class _Pipe:
    """A pipe's writing end here, and what it has no room for yet."""

    fd: int
    link: int
    pending: bytearray = field(default_factory=bytearray)
    is_over: bool = False


class Relay:
    """Carries one jail's socket over one attached stream until either end is closed."""

    def __init__(self, stream: Any) -> None:
        """Take over the socket of an attached stream, which is closed when the relay ends."""
        # With TLS the docker library returns the socket itself, else a file over it.
        self._connection: socket.socket = stream if isinstance(stream, socket.socket) else stream._sock
        self._stream = stream
        self.control, mine = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._sockets = {CONTROL: mine}
        self._pipes: dict[int, _Pipe] = {}
        self._held: list[tuple[int, bytes]] = []
        """Packets that wait until what was written before them is in its pipe."""
        self._outgoing = bytearray()
        self._received = bytearray()
        self._frames = bytearray()
        self._stderr = bytearray()
        self._next_number = CONTROL + 1
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def words(self) -> str:
        """Return the end of what the container wrote on stderr, once it has ended."""
        self._thread.join(_LOOK_S)
        return self._stderr.decode(errors="replace")

    def let_go(self) -> None:
        """Close everything; in a forked process, which has no thread to do it."""
        for one in self._sockets.values():
            one.close()
        for pipe in self._pipes.values():
            os.close(pipe.fd)
        self._stream.close()
        self._connection.close()

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except OSError:  # the engine or the jail's owner is gone, and the other end is told below
            pass
        finally:
            self.let_go()

    def _step(self) -> bool:
        """Wait for something and carry it on; returns whether to go on."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN | (select.POLLOUT if self._outgoing else 0))
        numbers = {one.fileno(): number for number, one in self._sockets.items()}
        for fd in numbers:
            poll.register(fd, select.POLLIN)
        writing = {pipe.fd: number for number, pipe in self._pipes.items() if pipe.pending}
        for fd in writing:
            poll.register(fd, select.POLLOUT)
        for fd, events in poll.poll():
            if fd in writing:
                self._write(writing[fd])
            elif fd in numbers:
                if not self._take_packet(numbers[fd]):
                    return False
            elif events & select.POLLOUT:
                self._send()
            elif not self._receive():
                return False
        self._settle()
        return True

    # -- to the container -----------------------------------------------------------------------------

    def _send(self) -> None:
        """Send what there is room for, so that receiving never waits for it."""
        is_plain = not isinstance(self._connection, ssl.SSLSocket)
        part = memoryview(self._outgoing)[:_SENT_BYTES].tobytes()
        with suppress(BlockingIOError):
            sent = self._connection.send(part, socket.MSG_DONTWAIT if is_plain else 0)
            del self._outgoing[:sent]

    def _take_packet(self, number: int) -> bool:
        """Carry a packet of the owner's, or that its end was closed; returns whether to go on."""
        message, fds, _, _ = socket.recv_fds(self._sockets[number], MAX_BYTES, _NUM_FDS)
        if not message:
            if number == CONTROL:
                return False
            self._sockets.pop(number).close()
            self._tell(SHUT, number)
            return True
        parts = [self._beside(fd) for fd in fds]
        links = [one for _, one in parts if one in self._sockets]
        for _, pipe in parts:
            if pipe in self._pipes and links:
                self._pipes[pipe].link = links[0]
        self._outgoing += b"".join(part for part, _ in parts)
        self._outgoing += FRAME.pack(PACKET, number, len(message)) + message
        return True

    def _beside(self, fd: int) -> tuple[bytes, int]:
        """Return how a descriptor is announced, and the number that it has from here on; 0 for files."""
        kind = os.fstat(fd).st_mode
        if stat.S_ISREG(kind):
            with os.fdopen(fd, "rb") as file:
                content = file.read()
            return FRAME.pack(FILE, 0, len(content)) + content, 0
        number = self._next_number
        self._next_number += 1
        if stat.S_ISSOCK(kind):
            self._sockets[number] = socket.socket(fileno=fd)
            return FRAME.pack(LINK, number, 0), number
        os.set_blocking(fd, False)
        self._pipes[number] = _Pipe(fd, -1)
        return FRAME.pack(PIPE, number, 0), number

    def _tell(self, kind: int, number: int, size: int = 0) -> None:
        self._outgoing += FRAME.pack(kind, number, size)

    # -- from the container ---------------------------------------------------------------------------

    def _receive(self) -> bool:
        """Take what the engine has sent; returns whether there may be more."""
        data = self._connection.recv(_CHUNK_BYTES)
        while isinstance(self._connection, ssl.SSLSocket) and self._connection.pending():
            data += self._connection.recv(_CHUNK_BYTES)
        if not data:
            return False
        self._received += data
        while (size := _whole(self._received, ENGINE_FRAME, 1)) is not None:
            part = self._received[ENGINE_FRAME.size : size]
            is_stderr = self._received[0] == _STDERR
            del self._received[:size]
            if is_stderr:
                self._stderr = (self._stderr + part)[-_WORDS_BYTES:]
            else:
                self._frames += part
        self._take_frames()
        return True

    def _take_frames(self) -> None:
        while len(self._frames) >= FRAME.size:
            kind, number, size = FRAME.unpack_from(self._frames)
            if len(self._frames) < FRAME.size + size:
                return
            content = bytes(self._frames[FRAME.size : FRAME.size + size])
            del self._frames[: FRAME.size + size]
            if kind == PACKET:
                self._held.append((number, content))
            elif kind == DATA and number in self._pipes:
                self._pipes[number].pending += content
                self._write(number)
            elif kind == SHUT and number in self._pipes:
                self._pipes[number].is_over = True
            elif kind == SHUT and number in self._sockets:
                self._held.append((number, b""))

    def _write(self, number: int) -> None:
        """Write what a pipe has room for, and tell the container that it may send as much again."""
        pipe = self._pipes[number]
        try:
            written = os.write(pipe.fd, pipe.pending)
        except BlockingIOError:
            return
        except OSError:  # nobody reads it any more
            written = len(pipe.pending)
        del pipe.pending[:written]
        self._tell(TAKEN, number, written)

    def _settle(self) -> None:
        """Close pipes that are over, and deliver packets that nothing is ahead of."""
        for number, pipe in list(self._pipes.items()):
            if pipe.is_over and not pipe.pending:
                os.close(self._pipes.pop(number).fd)
        waiting = {pipe.link for pipe in self._pipes.values() if pipe.pending}
        held, self._held = self._held, []
        for number, content in held:
            if number in waiting or (number == CONTROL and self._pipes):
                self._held.append((number, content))
            elif number in self._sockets:
                self._deliver(number, content)

    def _deliver(self, number: int, content: bytes) -> None:
        if not content:
            self._sockets.pop(number).close()
            return
        with suppress(
            BrokenPipeError, ConnectionResetError
        ):  # its owner is seen to be gone with the next poll
            self._sockets[number].send(content)


def _whole(content: bytearray, header: struct.Struct, at: int) -> int | None:
    """Return the size of the first frame, if it is there whole."""
    if len(content) < header.size:
        return None
    size = header.size + header.unpack_from(content)[at]
    return size if len(content) >= size else None

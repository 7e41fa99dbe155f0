"""How a zygote hears from its supervisor: over a socket, or over its stdin and stdout where there is none.

A stream carries what the socket would: packets, and the descriptors beside them. A file comes whole, a pipe's
bytes go back as they are written, and a socket is carried as the first one is. Contents pass through this
process without being read: splice(2) moves them from pipe to pipe inside the kernel, so that nothing of one
job is in the memory that the next one inherits.
"""

import fcntl
import os
import select
import socket
import struct
import termios
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from .messages import MAX_BYTES

PACKET, FILE, PIPE, LINK, DATA, SHUT, TAKEN = range(7)
"""A packet; what comes beside the next packet: a file's content, a new pipe, a new socket. Bytes of a pipe; a
pipe or socket is closed; so many bytes of a pipe were passed on."""
FRAME = struct.Struct(">BII")
"""Kind, number of the pipe or socket, and how many bytes follow; for TAKEN how many were taken."""
CONTROL = 0
WINDOW_BYTES = 1 << 18
"""Of one pipe that may be on their way; a program that writes more waits."""


class Line:
    """The socket to the supervisor."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control

    def wait(self, fds: Sequence[int], seconds: float) -> list[int]:
        """Wait for some of these descriptors to have something, and return which."""
        poll = select.poll()
        for fd in fds:
            poll.register(fd, select.POLLIN)
        return [fd for fd, _ in poll.poll(1000 * seconds)]


class _Pipe(NamedTuple):
    fd: int
    link: int
    """The socket that came beside it, whose packets follow its bytes; -1 where there was none."""


class StreamedLine(Line):
    """A socket of one's own, whose other end is carried over stdin and stdout."""

    def __init__(self) -> None:
        control, mine = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control)
        self._stdin, self._stdout = os.dup(0), os.dup(1)
        self._sockets = {CONTROL: mine}
        self._pipes: dict[int, _Pipe] = {}
        self._rooms: dict[int, int] = {}
        self._beside: list[int] = []
        self._new_pipes: list[int] = []
        self._new_link = -1

    def wait(self, fds: Sequence[int], seconds: float) -> list[int]:
        """Wait for some of these descriptors, and carry what comes meanwhile."""
        until = time.monotonic() + seconds
        while True:
            left_s = max(0.0, until - time.monotonic())
            mine = {self._stdin: self._take_frame}
            for number, pipe in self._pipes.items():
                if self._rooms[number]:
                    mine[pipe.fd] = lambda number=number: self._pass_on(number)
            for number, one in self._sockets.items():
                if not self._is_behind(number):
                    mine[one.fileno()] = lambda number=number: self._send_packet(number)
            ready = super().wait([*fds, *mine], left_s)
            for fd in mine:
                if fd in ready:
                    mine[fd]()
            found = [fd for fd in fds if fd in ready]
            if found or not left_s:
                return found

    def _is_behind(self, number: int) -> bool:
        """Whether a socket's packets have to wait: what a program wrote is there when its end is told."""
        if number == CONTROL:
            return bool(self._pipes)
        return any(pipe.link == number and _num_waiting(pipe.fd) for pipe in self._pipes.values())

    # -- from the supervisor --------------------------------------------------------------------------

    def _take_frame(self) -> None:
        kind, number, size = FRAME.unpack(self._exactly(FRAME.size))
        if kind == PACKET:
            self._deliver(number, self._exactly(size))
        elif kind == FILE:
            self._beside.append(self._file(size))
        elif kind == PIPE:
            self._open_pipe(number)
        elif kind == LINK:
            theirs, mine = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._beside.append(theirs.detach())
            self._sockets[number] = mine
            self._new_link = number
        elif kind == TAKEN and number in self._rooms:
            self._rooms[number] += size
        elif kind == SHUT:
            self._close(number)

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            data = os.read(self._stdin, size - len(found))
            if not data:
                os._exit(0)  # the supervisor is gone
            found += data
        return found

    def _file(self, size: int) -> int:
        fd = os.memfd_create("file", os.MFD_CLOEXEC)
        _move(self._stdin, fd, size)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def _open_pipe(self, number: int) -> None:
        reading, writing = os.pipe()
        self._beside.append(writing)
        self._pipes[number] = _Pipe(reading, -1)
        self._rooms[number] = WINDOW_BYTES
        self._new_pipes.append(number)

    def _deliver(self, number: int, message: bytes) -> None:
        """Send a packet with what came beside it, whose copies here are closed."""
        for pipe in self._new_pipes if self._new_link >= 0 else ():
            self._pipes[pipe] = self._pipes[pipe]._replace(link=self._new_link)
        with suppress(OSError):  # a session that has just ended
            if number in self._sockets:
                socket.send_fds(self._sockets[number], [message], self._beside)
        for fd in self._beside:
            os.close(fd)
        self._beside, self._new_pipes, self._new_link = [], [], -1

    def _close(self, number: int) -> None:
        if number in self._sockets:
            self._sockets.pop(number).close()
        elif number in self._pipes:
            os.close(self._pipes.pop(number).fd)
            del self._rooms[number]

    # -- to the supervisor ----------------------------------------------------------------------------

    def _pass_on(self, number: int) -> None:
        if number not in self._pipes:
            return
        fd = self._pipes[number].fd
        size = min(self._rooms[number], _num_waiting(fd))
        if size:
            self._rooms[number] -= size
            self._tell(DATA, number, size)
            _move(fd, self._stdout, size)
        else:  # it was ready, so that it is at its end
            self._shut(number)

    def _send_packet(self, number: int) -> None:
        if number not in self._sockets or self._is_behind(number):
            return
        packet = bytearray(MAX_BYTES)
        size = self._sockets[number].recv_into(packet)
        if not size:
            self._shut(number)
            return
        self._tell(PACKET, number, size)
        os.write(self._stdout, memoryview(packet)[:size])
        packet[:] = bytes(MAX_BYTES)  # what a program made it say is not for the next one to find

    def _shut(self, number: int) -> None:
        self._close(number)
        self._tell(SHUT, number, 0)

    def _tell(self, kind: int, number: int, size: int) -> None:
        os.write(self._stdout, FRAME.pack(kind, number, size))


def _num_waiting(fd: int) -> int:
    """Return how many bytes are in a pipe."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]


def _move(source: int, target: int, size: int) -> None:
    """Move bytes between a pipe and something else without reading them."""
    while size:
        moved = os.splice(source, target, size)
        if not moved:
            os._exit(0)
        size -= moved

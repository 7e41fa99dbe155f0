"""Meeting the zygote of a container: a socket to it, or the words with which it ended."""

import os
import select
import shutil
import socket
import struct
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

from reasongym.sandbox.containers import CONTROL_FOLDER, Client
from reasongym.sandbox.inside.messages import MAX_BYTES, READY
from reasongym.sandbox.jails import JailLost

ENGINE_FRAME = struct.Struct(">BxxxL")
"""How an engine sends a container's streams: which, and how many bytes follow."""
_START_S = 60.0


@contextmanager
def meeting_point() -> Generator[tuple[str, socket.socket]]:
    """Listen in a folder that only the container and this user reach, and only until they have met."""
    outer = tempfile.mkdtemp(prefix="reasongym-docker-")
    folder = f"{outer}{CONTROL_FOLDER}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        os.mkdir(folder)
        os.chmod(folder, 0o755)
        listener.bind(f"{folder}/s")
        os.chmod(f"{folder}/s", 0o666)
        listener.listen(1)
        yield folder, listener
    finally:
        listener.close()
        shutil.rmtree(outer, ignore_errors=True)


def met(listener: socket.socket, output: "Output") -> socket.socket:
    """Return the socket to a zygote that is ready; raises JailLost with the words of one that failed."""
    poll = select.poll()
    for one in (listener, output):
        poll.register(one, select.POLLIN)
    ready = [fd for fd, _ in poll.poll(1000 * _START_S)]
    if listener.fileno() not in ready:
        raise failure(output.text() if ready else "it did not answer")
    control, _ = listener.accept()
    if is_ready(control):
        return control
    control.close()
    raise failure(output.text())


def is_ready(control: socket.socket) -> bool:
    """Wait until a zygote says that it forks."""
    control.settimeout(_START_S)
    try:
        return control.recv(MAX_BYTES) == READY
    except OSError:  # it took too long, or the other end was closed
        return False
    finally:
        control.settimeout(None)


def failure(words: str) -> Exception:
    """Return what to raise for a container that ended with these words."""
    if not words.strip():
        return ConnectionError("the engine let a container go without a word")
    return JailLost(f"no container starts: {words.strip().splitlines()[-1]}")


class Output:
    """What a container writes on stderr, as its engine passes it on."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def fileno(self) -> int:
        return self._stream.fileno()

    def text(self) -> str:
        """Read all until the container ends."""
        parts: list[bytes] = []
        while len(header := self._exactly(ENGINE_FRAME.size)) == ENGINE_FRAME.size:
            parts.append(self._exactly(ENGINE_FRAME.unpack(header)[1]))
        return b"".join(parts).decode(errors="replace")

    def _exactly(self, num_bytes: int) -> bytes:
        found = b""
        with suppress(OSError):
            while len(found) < num_bytes and (data := self._stream.read(num_bytes - len(found))):
                found += data
        return found


@contextmanager
def attached(client: Client, container: str) -> Generator[Output]:
    """Listen to what a container writes on stderr, from its start on."""
    stream = client.attach_socket(container, params={"stderr": 1, "stream": 1})
    connection: socket.socket = stream._sock  # which nobody else closes
    connection.settimeout(_START_S)
    try:
        yield Output(stream)
    finally:
        stream.close()
        connection.close()

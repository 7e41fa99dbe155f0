"""Reading what a job writes: all streams at once, in bounded memory, whatever it writes."""

import json
import os
import select
import struct
from contextlib import suppress
from typing import Any, cast

from reasongym.sandbox.inside.messages import STANDING
from reasongym.sandbox.inside.values import NotPlain, restored

_CHUNK_BYTES = 1 << 16
_MANY = 100_000
_LENGTH = struct.Struct(">I")


class Stream:
    """One pipe's reading end; keeps at most `limit` bytes and remembers whether there were more."""

    def __init__(self, fd: int, limit: int) -> None:
        self.fd = fd
        self.content = bytearray()
        self.is_truncated = False
        self.is_open = True
        self._limit = limit

    def read(self) -> None:
        """Take what is there."""
        data = os.read(self.fd, _CHUNK_BYTES)
        if not data:
            self.is_open = False
            return
        room = self._limit - len(self.content)
        self.content += data[:room]
        self.is_truncated |= len(data) > room

    def close(self) -> None:
        """Close the pipe; the content stays."""
        with suppress(OSError):
            os.close(self.fd)
        self.is_open = False


class Frames(Stream):
    """A stream of frames: that the walls stand, then four bytes of length and JSON each."""

    def __init__(self, fd: int, limit: int, most: int = _MANY) -> None:
        """Keep so many bytes and frames; a program that writes more of either is a flood."""
        super().__init__(fd, limit)
        self.num_whole = 0
        self._most = most
        self._at = self._taken = len(STANDING)

    @property
    def is_begun(self) -> bool:
        """Whether the job's walls were up, so that whatever came is the program's."""
        return self.content.startswith(STANDING)

    def read(self) -> None:
        """Take what is there, and count the frames that are whole."""
        super().read()
        while self.num_whole <= self._most and (end := self._end()) is not None:
            self._at = end
            self.num_whole += 1
        self.is_truncated |= self.num_whole > self._most

    def _end(self) -> int | None:
        begin = self._at + _LENGTH.size
        if begin > len(self.content):
            return None
        end = begin + _LENGTH.unpack_from(self.content, self._at)[0]
        return end if end <= len(self.content) else None

    def latest(self) -> list[dict[str, Any]]:
        """Return the frames that have come since this was last called, but for those that are none."""
        found: list[dict[str, Any]] = []
        while self._taken < self._at:
            begin = self._taken + _LENGTH.size
            self._taken = begin + _LENGTH.unpack_from(self.content, self._taken)[0]
            frame = _frame(self.content[begin : self._taken])
            found += [frame] if frame is not None else []
        return found

    def frames(self) -> tuple[list[dict[str, Any]], bool]:
        """Return the frames up to the first that is none, and whether anything is left over."""
        found: list[dict[str, Any]] = []
        at = len(STANDING)
        while at + _LENGTH.size <= len(self.content) and len(found) < self._most:
            begin = at + _LENGTH.size
            end = begin + _LENGTH.unpack_from(self.content, at)[0]
            if end > len(self.content):
                break
            frame = _frame(self.content[begin:end])
            if frame is None:
                return found, True
            found.append(frame)
            at = end
        return found, self.is_truncated or at < len(self.content)


def _frame(content: bytes | bytearray) -> dict[str, Any] | None:
    """Read a frame and the values in it, as the C parser goes: a program may send millions of them."""
    try:
        frame: Any = json.loads(content, object_hook=restored)
    except NotPlain as error:
        return {"strange": str(error)}
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], frame) if isinstance(frame, dict) else None


class Reader:
    """Waits for several streams and one control socket."""

    def __init__(self, control: int, streams: list[Stream]) -> None:
        self._streams = {stream.fd: stream for stream in streams}
        self._control = control
        self._poll = select.poll()
        for fd in (control, *self._streams):
            self._poll.register(fd, select.POLLIN)

    @property
    def num_open(self) -> int:
        """Streams that may still bring something."""
        return sum(stream.is_open for stream in self._streams.values())

    def wait(self, seconds: float) -> bool:
        """Read whatever comes within a time; returns whether the control socket has something to say."""
        is_told = False
        for fd, _ in self._poll.poll(max(0.0, 1000 * seconds)):
            if fd == self._control:
                is_told = True
                continue
            stream = self._streams[fd]
            stream.read()
            if not stream.is_open:
                self._poll.unregister(fd)
        return is_told

    def wait_streams(self, seconds: float) -> bool:
        """Read what comes on the streams within a time; returns whether anything did."""
        before = sum(len(stream.content) for stream in self._streams.values())
        self.wait(seconds)
        return sum(len(stream.content) for stream in self._streams.values()) > before

    def forget_control(self) -> None:
        """Wait for the streams alone from here on."""
        self._poll.unregister(self._control)

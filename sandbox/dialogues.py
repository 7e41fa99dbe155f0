"""Tests that are code, in one jail, and the program that they test, in another.

What tests expect is in their code, so they may not share a process with the program; `read_tests` reads most
of them as plain calls and values, and these are the others. Here questions and answers are handed on.
"""

import json
import os
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from reasongym.sandbox.inside.values import encode
from reasongym.sandbox.jails import Jail
from reasongym.sandbox.jobs import Limits, Outcome, answers, asks

_LENGTH = struct.Struct(">I")


class Held(NamedTuple):
    """What came of both sides."""

    tests: Outcome
    program: Outcome


def hold(jails: tuple[Jail, Jail], code: str, tests: str, names: Sequence[str], limits: Limits) -> Held:
    """Let tests ask a program for functions of these names; raises JailLost where a jail fails."""
    to_program, to_tests = _Pipe(), _Pipe()
    with ThreadPoolExecutor(1, thread_name_prefix="dialogue") as thread, to_program.writing, to_tests.writing:
        program = thread.submit(
            jails[0].attend, answers(code, limits), to_program.reading, to_tests.passing("value", *_TOLD)
        )
        program.add_done_callback(lambda _: to_tests.writing.close())  # the tests wait no longer
        asked = jails[1].attend(asks(tests, names, limits), to_tests.reading, to_program.passing("ask"))
        to_program.writing.close()
        return Held(asked, program.result())


_TOLD = ("raised", "strange")


class _Pipe:
    """A way to one side."""

    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.writing: BinaryIO = os.fdopen(writing, "wb", buffering=0)

    def passing(self, *kinds: str) -> Callable[[list[dict[str, Any]]], None]:
        """Return what hands frames of some kinds on to this side."""

        def hand_on(frames: list[dict[str, Any]]) -> None:
            for frame in frames:
                if any(kind in frame for kind in kinds):
                    self._write(json.dumps(encode(frame)).encode())

        return hand_on

    def _write(self, content: bytes) -> None:
        left = memoryview(_LENGTH.pack(len(content)) + content)
        with suppress(OSError, ValueError):  # it is gone, and will be missed where its answer is awaited
            while left:
                left = left[self.writing.write(left) or 0 :]

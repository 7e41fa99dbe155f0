"""What is run in a sandbox, how much it may use, and what came of it."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reasongym.errors import UsageError
from reasongym.sandbox.inside.messages import JobLimits
from reasongym.sandbox.inside.values import encode

_MIB = 1 << 20
_SPARE_ADDRESSES = 1 << 30
MOST_QUESTIONS = 10_000
"""Of tests to the program in another jail."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use; CPU time is what decides, for it does not depend on what else runs."""

    cpu_s: float = 2.0
    """Of all its processes together; of a tested function in each call."""
    wall_s: float | None = None
    """Against programs that sleep; ten times the CPU time and two seconds where not given."""
    memory_bytes: int = 512 * _MIB
    """Resident, of all its processes together."""
    processes: int = 32
    """And threads, at one time."""
    file_bytes: int = 64 * _MIB
    """Of one file, and of each of the two folders that it may write to."""
    output_bytes: int = 4 * _MIB
    """Kept of stdout and of stderr each; a program that writes more is stopped."""
    result_bytes: int = 8 * _MIB
    """Of all values that a tested function returns."""

    def __post_init__(self) -> None:
        for name in ("cpu_s", "memory_bytes", "processes", "file_bytes", "output_bytes", "result_bytes"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} must be above 0, got {getattr(self, name)}")
        if self.wall_s is not None and not self.wall_s > 0:
            raise UsageError(f"wall_s must be above 0, got {self.wall_s}")

    @property
    def wall(self) -> float:
        """The limit of wall time that is in force, in seconds."""
        return 10 * self.cpu_s + 2 if self.wall_s is None else self.wall_s

    def inside(self, *, num_calls: int = 0, is_session: bool = False) -> JobLimits:
        """Say them as the jail reads them; the wall time of sessions is counted by turns, and not there."""
        return JobLimits(
            self.cpu_s,
            math.inf if is_session else max(1, num_calls) * self.cpu_s,
            math.inf if is_session else self.wall,
            self.memory_bytes,
            self.processes,
            self.file_bytes,
            2 * self.memory_bytes + _SPARE_ADDRESSES,
            is_session,
        )


DEFAULT_LIMITS = Limits()


class Status(StrEnum):
    """How a program ended."""

    OK = "ok"
    ERROR = "error"
    """An exception, a signal of its own, or an exit status other than 0."""
    SYNTAX = "syntax"
    """It does not compile."""
    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"
    """It wrote more than is kept."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a program used."""

    cpu_s: float
    wall_s: float
    memory_bytes: int
    """At its height, as far as it was seen: short peaks may be missed where there is no cgroup."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job; `frames` are what the jail told besides the two streams, and may be forged."""

    status: Status
    exit_code: int
    """Negative for a signal."""
    stdout: bytes
    stderr: bytes
    frames: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    usage: Usage = field(default_factory=lambda: Usage(0.0, 0.0, 0))
    stdout_truncated: bool = False
    stderr_truncated: bool = False
    frames_truncated: bool = False
    """More values came back than are kept, or something that is no frame."""

    @property
    def text(self) -> str:
        """Return stdout as text; bytes that are none are replaced."""
        return self.stdout.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Job:
    """A program with its input; `payload` is read by the job alone, after its walls are up."""

    payload: bytes
    stdin: bytes
    limits: Limits
    needs_fork: bool = False
    """It can only run where other processes can be contained."""
    num_calls: int = 0
    """Of a function, each with time of its own."""
    is_session: bool = False


def script(code: str, stdin: bytes = b"", limits: Limits = DEFAULT_LIMITS) -> Job:
    """Make the job of a Python program that reads stdin and writes stdout."""
    return Job(_payload(kind="script", code=code), stdin, limits)


def series(code: str, stdins: Sequence[bytes], limits: Limits = DEFAULT_LIMITS) -> Job:
    """Make the job that runs a script for one input after the other, as long as it ends well.

    What came of each is read by `series_outcomes`.
    """
    sizes = [len(one) for one in stdins]
    payload = _payload(kind="series", code=code, sizes=sizes, output_bytes=limits.output_bytes)
    return Job(payload, b"".join(stdins), limits, needs_fork=True, num_calls=len(stdins))


def calls(
    code: str, function: str, arguments: Sequence[Sequence[Any]], limits: Limits = DEFAULT_LIMITS
) -> Job:
    """Make the job that calls a function of a Python program; `Class.method` is called of a new object."""
    encoded = [encode(list(one)) for one in arguments]
    payload = _payload(kind="calls", code=code, function=function, calls=encoded)
    return Job(payload, b"", limits, num_calls=len(arguments))


def series_outcomes(outcome: Outcome, limits: Limits) -> list[Outcome]:
    """Read what came of the runs of a series, up to the first that did not end well."""
    found: list[Outcome] = []
    for frame in outcome.frames:
        try:
            stdout = base64.b64decode(frame["stdout"], validate=True)
            usage = Usage(float(frame["cpu_s"]), float(frame["wall_s"]), int(frame["memory_bytes"]))
        except (KeyError, TypeError, ValueError, OverflowError):  # a program may write frames, too
            break
        if len(stdout) > limits.output_bytes:
            break
        found.append(Outcome(Status.OK, 0, stdout, b"", usage=usage))
    return found


def answers(code: str, limits: Limits = DEFAULT_LIMITS) -> Job:
    """Make the job of a program that answers what tests in another jail ask."""
    return Job(_payload(kind="answers", code=code), b"", limits, num_calls=MOST_QUESTIONS)


def asks(tests: str, names: Sequence[str], limits: Limits = DEFAULT_LIMITS) -> Job:
    """Make the job of tests that ask for functions of these names."""
    return Job(_payload(kind="asks", code=tests, names=list(names)), b"", limits, num_calls=MOST_QUESTIONS)


def command(
    argv: Sequence[str],
    files: Mapping[str, bytes] | None = None,
    stdin: bytes = b"",
    limits: Limits = DEFAULT_LIMITS,
    *,
    needs_fork: bool = False,
) -> Job:
    """Make the job of any program that the jail has, or that is among the files."""
    if not argv:
        raise UsageError("a command needs the name of a program")
    for name in files or {}:
        if "/" in name or name in ("", ".", ".."):
            raise UsageError(f"files of a command are plain names, got {name!r}")
    encoded = {name: base64.b64encode(content).decode() for name, content in (files or {}).items()}
    return Job(_payload(kind="command", argv=list(argv), files=encoded), stdin, limits, needs_fork)


def session(limits: Limits = DEFAULT_LIMITS) -> Job:
    """Make the job of a session, whose turns have these limits each."""
    return Job(_payload(kind="session"), b"", limits, is_session=True)


def _payload(**told: Any) -> bytes:
    return json.dumps(told).encode()

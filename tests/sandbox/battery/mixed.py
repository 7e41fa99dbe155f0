"""Submissions of every verdict, to be judged idle, on a busy machine, and while processes are killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from reasongym.sandbox.grading import CallTest, Judgement, StdinTest, Test, Verdict
from reasongym.sandbox.jobs import Limits
from reasongym.sandbox.sandboxes import Submission

LIMITS = Limits(cpu_s=1.5, memory_bytes=64 << 20, output_bytes=1 << 20)
"""Far from what each needs. What the kernel does for a program counts as its CPU time, and to hand out memory
costs a virtual machine ten times as much when it is busy: 0.1 s for 128 MiB, and 1.4 s."""
_CALLS: list[Test] = [CallTest("f", [number], number + 1) for number in range(5)]
_READS: list[Test] = [StdinTest("3 4", "7"), StdinTest("5 5", "10")]


class Judge(Protocol):
    """A sandbox, here or on a server."""

    def grade_many(self, submissions: Iterable[Submission]) -> Iterator[Judgement]:
        """Yield the judgements of submissions in their order."""
        ...


class Known(NamedTuple):
    """A program whose verdict is known."""

    verdict: Verdict
    code: str
    tests: list[Test]


KNOWN = (
    Known(Verdict.AC, "print(sum(map(int, input().split())))", _READS),
    Known(Verdict.AC, "def f(x):\n    return x + 1", _CALLS),
    Known(Verdict.AC, "import time\ndef f(x):\n    time.sleep(0.05)\n    return x + 1", _CALLS),
    Known(Verdict.AC, "def f(x):\n    return x + sum(1 for _ in range(300_000)) - 299_999", _CALLS),
    Known(Verdict.AC, "def f(x):\n    block = bytearray(b'x' * 10_000_000)\n    return x + 1", _CALLS),
    Known(Verdict.AC, "print('\\n' * 5 + '7' if 0 else sum(map(int, input().split())))", _READS),
    Known(Verdict.WA, "print(8)", _READS),
    Known(Verdict.WA, "def f(x):\n    return str(x + 1)", _CALLS),
    Known(Verdict.WA, "import os\nos._exit(0)", _READS),
    Known(Verdict.RE, "def f(x):\n    return 1 / 0", _CALLS),
    Known(Verdict.RE, "import os\ndef f(x):\n    os._exit(0)", _CALLS),
    Known(Verdict.RE, "import ctypes\nctypes.string_at(0)", _READS),
    Known(Verdict.CE, "def f(x) return x", _CALLS),
    Known(Verdict.MLE, "kept = []\nwhile True:\n    kept.append(bytearray(b'x' * (1 << 20)))", _READS),
    Known(Verdict.OLE, "while True:\n    print('x' * 10_000)", _READS),
    Known(Verdict.TLE, "while True:\n    pass", _READS),
)


def submissions(num: int) -> Iterator[tuple[Verdict, Submission]]:
    """Yield submissions with their verdicts, every kind in turn."""
    for at in range(num):
        known = KNOWN[at % len(KNOWN)]
        yield known.verdict, Submission(known.code, known.tests, LIMITS)


def judged(judge: Judge, num: int) -> Iterator[Judgement]:
    """Judge submissions; a known verdict belongs to each, in order."""
    return judge.grade_many(one for _, one in submissions(num))


@contextmanager
def busy_machine(processes_a_core: int) -> Generator[None]:
    """Keep every core busy with so many processes."""
    command = [sys.executable, "-S", "-c", "while True: pass"]
    hogs = [subprocess.Popen(command) for _ in range(processes_a_core * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for hog in hogs:
            hog.send_signal(signal.SIGKILL)
            hog.wait()

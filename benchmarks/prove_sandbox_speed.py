"""How quick the sandbox is, beside an interpreter that is started for each program, in interleaved windows.

`python -m benchmarks.prove --only sandbox-speed`. Rates are of twice as many clients as there are cores, for
both alike, so that neither ever waits for somebody to ask.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from benchmarks.bars import Bar, Outcome, at_least, at_most
from reasongym.sandbox.grading import CallTest, StdinTest, Test
from reasongym.sandbox.sandboxes import Sandbox, Submission

NUM_WINDOWS, JOBS_A_WINDOW = 7, 100
NUM_SOLUTIONS, TESTS_EACH = 1_000, 20
NUM_TURNS = 300
STDIN = "3\n1 2 3\n"
SUM = "n = int(input())\nprint(sum(map(int, input().split())))"
CALLED = "def solve(numbers):\n    return sum(numbers)"


def speed() -> Outcome:
    """Time jobs, calls, solutions and turns."""
    with Sandbox() as sandbox:
        sandbox.run(SUM, STDIN)
        windows = _windows(sandbox)
        idle = sorted(_timed(lambda: sandbox.run(SUM, STDIN)) for _ in range(200))
        one, twenty = _calls(sandbox)
        solutions = {kind: _solutions(sandbox, tests) for kind, tests in _tests().items()}
        turns = _turns(sandbox)
    ratio = median(ours / theirs for ours, theirs in windows)
    bars: list[Bar] = [
        at_least("jobs/s, times those of subprocess.run", ratio, 2.5),
        at_most("median of a job when idle, ms", 1e3 * median(idle), 5),
        at_most("20 calls, times the time of one", twenty / one, 1.2),
        at_most("1,000 solutions with 20 calls each, s", solutions["calls"], 15),
        at_most("1,000 solutions with 20 inputs each, s", solutions["inputs"], 15),
        at_least("turns of a session/s", turns, 150),
    ]
    figures = {"layer": sandbox.layer, "cores": os.cpu_count(), "p99_ms": 1e3 * idle[-2]}
    return Outcome(bars, figures | {"jobs_per_s": [[round(rate) for rate in pair] for pair in windows]})


def _windows(sandbox: Sandbox) -> list[tuple[float, float]]:
    return [(_rate(lambda: sandbox.run(SUM, STDIN)), _rate(_fresh)) for _ in range(NUM_WINDOWS)]


def _fresh() -> None:
    argv = [sys.executable, "-I", "-c", SUM]
    done = subprocess.run(argv, input=STDIN.encode(), capture_output=True, check=True)
    assert done.stdout == b"6\n"


def _rate(once: Callable[[], object]) -> float:
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as threads:
        started = time.monotonic()
        for future in [threads.submit(once) for _ in range(JOBS_A_WINDOW)]:
            future.result()
        return JOBS_A_WINDOW / (time.monotonic() - started)


def _timed(once: Callable[[], object]) -> float:
    started = time.monotonic()
    once()
    return time.monotonic() - started


def _calls(sandbox: Sandbox) -> tuple[float, float]:
    tests = _tests()["calls"]
    pairs = [
        tuple(_timed(lambda some=some: sandbox.grade(CALLED, some)) for some in (tests[:1], tests))
        for _ in range(100)
    ]
    return median(one for one, _ in pairs), median(twenty for _, twenty in pairs)


def _tests() -> dict[str, list[Test]]:
    return {
        "calls": [CallTest("solve", [[1, 2, number]], number + 3) for number in range(TESTS_EACH)],
        "inputs": [StdinTest(f"3\n1 2 {number}\n", str(number + 3)) for number in range(TESTS_EACH)],
    }


def _solutions(sandbox: Sandbox, tests: list[Test]) -> float:
    code = SUM if isinstance(tests[0], StdinTest) else CALLED
    started = time.monotonic()
    judged = sandbox.grade_many(Submission(code, tests) for _ in range(NUM_SOLUTIONS))
    assert all(one.is_accepted for one in judged)
    return time.monotonic() - started


def _turns(sandbox: Sandbox) -> float:
    with sandbox.session() as session:
        session.run("n = 0")
        started = time.monotonic()
        for number in range(NUM_TURNS):
            assert session.run("n += 1\nn").text == f"{number + 1}\n"
        return NUM_TURNS / (time.monotonic() - started)

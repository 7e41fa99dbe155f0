"""What a job costs in a container beside the strongest layer of this machine, in interleaved windows.

`python -m benchmarks.prove --only sandbox-docker`, with an engine at hand (.ci/engine). The least window
counts: whatever else the machine does can only lengthen one.
"""

import time
from collections.abc import Callable

from benchmarks.bars import Outcome, at_most
from reasongym.sandbox.grading import CallTest
from reasongym.sandbox.sandboxes import Sandbox

NUM_WINDOWS, NUM_JOBS, MOST_TIMES = 30, 20, 1.3
CODE = "def double(x):\n    return x + x\n"
TESTS = [CallTest("double", [number], 2 * number) for number in range(20)]


def containers() -> Outcome:
    """Race the two layers on small programs and on solutions with 20 tests."""
    with Sandbox(workers=1) as embedded, Sandbox("docker", workers=1) as contained:
        kinds: dict[str, Callable[[Sandbox], bool]] = {
            "a program": lambda sandbox: sandbox.run("print(6 * 7)").text == "42\n",
            "20 tests": lambda sandbox: sandbox.grade(CODE, TESTS).is_accepted,
        }
        times = {kind: _raced(once, (embedded, contained)) for kind, once in kinds.items()}
        layer = embedded.layer
    bars = [
        at_most(f"{kind}: least time in Docker as a multiple of that in {layer}", theirs / ours, MOST_TIMES)
        for kind, (ours, theirs) in times.items()
    ]
    return Outcome(bars, {kind: {layer: ours, "docker": theirs} for kind, (ours, theirs) in times.items()})


def _raced(once: Callable[[Sandbox], bool], sandboxes: tuple[Sandbox, Sandbox]) -> tuple[float, float]:
    """Return the least seconds a job of each sandbox."""
    least = [float("inf")] * 2
    for number in range(NUM_WINDOWS + 1):
        for at, sandbox in enumerate(sandboxes):
            started = time.perf_counter()
            if not all([once(sandbox) for _ in range(NUM_JOBS)]):
                raise RuntimeError("a job came to another result than it must")
            if number:  # the first window makes the jails
                least[at] = min(least[at], (time.perf_counter() - started) / NUM_JOBS)
    return least[0], least[1]

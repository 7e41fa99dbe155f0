"""Judging a program of a model by tests, in the sandbox of this process."""

from collections.abc import Sequence

from reasongym.core import Json, Verdict
from reasongym.errors import Unscored

CPU_S = 2.0
"""CPU seconds that each call of a program may take."""
MEMORY_BYTES = 256 << 20
_SHOWN_CHARS = 2_000
_REASONS = {
    "AC": "ok",
    "WA": "wrong_value",
    "RE": "runtime_error",
    "TLE": "time_limit",
    "MLE": "memory_limit",
    "OLE": "output_limit",
    "CE": "syntax_error",
}


def judged(code: str, function: str, tests: Sequence[Sequence[Json]], shown: str | None = None) -> Verdict:
    """Call a function of a program once for each test and compare what it returns.

    A test is a list of the arguments and the expected value; tuples count as lists. `shown` is the answer
    that the verdict names, the program where not given. Raises Unscored where the sandbox itself failed.
    """
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import CallTest
    from reasongym.sandbox.jobs import Limits
    from reasongym.sandbox.shared import shared_sandbox

    judgement = shared_sandbox().grade(
        code,
        [CallTest(function, arguments, expected) for arguments, expected in tests],
        Limits(cpu_s=CPU_S, memory_bytes=MEMORY_BYTES),
        comparison=Comparison(lists_are_tuples=True),
    )
    if not judgement.is_judged:
        raise Unscored(f"the sandbox failed: {judgement.tests[-1].detail}")
    return Verdict.of(_REASONS[judgement.verdict], (code if shown is None else shown)[:_SHOWN_CHARS])

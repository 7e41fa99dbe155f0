"""Judging a program of a model by tests, in the sandbox of this process."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reasongym.core import Json, Verdict
from reasongym.errors import Unscored

if TYPE_CHECKING:
    from reasongym.envs.code.problems.items import Trial
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import Judgement, Test
    from reasongym.sandbox.jobs import Limits

CPU_S = 2.0
"""CPU seconds that each call of a program may take."""
MEMORY_BYTES = 256 << 20
_SHOWN_CHARS = 2_000
_SHOWN_CHARS_OF_DETAIL = 200
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
    judgement = _graded(code, function, tests, all_tests=False)
    return Verdict.of(_REASONS[judgement.verdict], (code if shown is None else shown)[:_SHOWN_CHARS])


def tested(code: str, trial: "Trial", cpu_s: float, shown: str) -> Verdict:
    """Judge a program by tests of any kind; raises Unscored where the sandbox itself failed."""
    from reasongym.sandbox.jobs import Limits

    program = f"{code}\n\n{trial.behind}" if trial.behind else code
    limits = Limits(cpu_s=cpu_s)
    judgement = _judgement(program, trial.tests, limits, trial.comparison)
    if judgement.verdict == "WA" and trial.others is not None:
        judgement = _judgement(program, trial.others, limits, trial.comparison)
    return Verdict.of(_REASONS[judgement.verdict], shown[:_SHOWN_CHARS])


def tried(code: str, function: str, examples: Sequence[Sequence[Json]]) -> list[str]:
    """Say of each example what a program returns for it, a line each."""
    judgement = _graded(code, function, examples, all_tests=True)
    lines: list[str] = []
    for (arguments, expected), tested in zip(examples, judgement.tests, strict=False):
        call = f"{function}({', '.join(map(repr, arguments))})"
        reason = _REASONS[tested.verdict]
        found = "is right" if reason == "ok" else f"should be {expected!r}: {reason} {_end_of(tested.detail)}"
        lines.append(f"{call} {found}".rstrip())
    return lines


def _end_of(detail: str) -> str:
    """Return the last line, where a traceback names the exception."""
    return detail.strip().rpartition("\n")[2][:_SHOWN_CHARS_OF_DETAIL]


def _graded(code: str, function: str, tests: Sequence[Sequence[Json]], *, all_tests: bool) -> "Judgement":
    from reasongym.sandbox.comparison import Comparison
    from reasongym.sandbox.grading import CallTest
    from reasongym.sandbox.jobs import Limits

    calls = [CallTest(function, arguments, expected) for arguments, expected in tests]
    limits = Limits(cpu_s=CPU_S, memory_bytes=MEMORY_BYTES)
    return _judgement(code, calls, limits, Comparison(lists_are_tuples=True), all_tests=all_tests)


def _judgement(
    code: str, tests: "Sequence[Test]", limits: "Limits", how: "Comparison", *, all_tests: bool = False
) -> "Judgement":
    from reasongym.sandbox.shared import shared_sandbox

    judgement = shared_sandbox().grade(code, tests, limits, comparison=how, all_tests=all_tests)
    if not judgement.is_judged:
        raise Unscored(f"the sandbox failed: {judgement.tests[-1].detail}")
    return judgement

"""Judging a solution by its tests; what was expected never enters the jail.

A verdict is given for each test: AC accepted, WA wrong answer, RE runtime error, TLE, MLE and OLE where time,
memory or output ran over, CE where it does not compile. SANDBOX_ERROR is our own failure and says nothing of
the solution.
"""

import reprlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, zip_longest
from typing import Any, TypeAlias, cast

from reasongym.sandbox.assertions import VIEWS, Assertion
from reasongym.sandbox.comparison import STRICT, Checker, Comparison, same_text, same_value
from reasongym.sandbox.inside.values import NotPlain
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import Job, Limits, Outcome, Status, Usage, calls, script, series, series_outcomes

Run: TypeAlias = Callable[[Job], Outcome]
"""Runs a job; raises JailLost where the sandbox failed."""
_SHOWN_CHARS = 2_000


class Verdict(StrEnum):
    """What a test says of a solution."""

    AC = "AC"
    WA = "WA"
    RE = "RE"
    TLE = "TLE"
    MLE = "MLE"
    OLE = "OLE"
    CE = "CE"
    SANDBOX_ERROR = "SANDBOX_ERROR"


@dataclass(frozen=True, slots=True)
class StdinTest:
    """The program reads `stdin` and must write `stdout`, or what the checker accepts."""

    stdin: str
    stdout: str = ""
    checker: Checker | None = None


@dataclass(frozen=True, slots=True)
class CallTest:
    """`function` of the program is called and must return `expected`."""

    function: str
    """Or `Class.method`, of a new object."""
    arguments: Sequence[Any]
    expected: Any


Test: TypeAlias = StdinTest | CallTest | Assertion


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test."""

    verdict: Verdict
    detail: str = ""
    """What was found, or the end of stderr: for people and for models that are told of it."""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of all tests, in order; those after a failure are missing where one was enough."""

    tests: list[Tested] = field(default_factory=list[Tested])
    num_tests: int = 0

    @property
    def is_accepted(self) -> bool:
        """Whether every test was passed, and there was one."""
        return 0 < self.num_tests == len(self.tests) and all(one.verdict is Verdict.AC for one in self.tests)

    @property
    def is_judged(self) -> bool:
        """False where the sandbox failed, so that nothing is known."""
        return not any(one.verdict is Verdict.SANDBOX_ERROR for one in self.tests)

    @property
    def verdict(self) -> Verdict:
        """The first verdict that is not AC; AC where there is none."""
        return next((one.verdict for one in self.tests if one.verdict is not Verdict.AC), Verdict.AC)


def grade(
    run: Run,
    code: str,
    tests: Sequence[Test],
    limits: Limits,
    *,
    comparison: Comparison = STRICT,
    all_tests: bool = False,
    may_fork: bool = False,
) -> Judgement:
    """Judge a solution; stops at the first test that fails unless `all_tests`.

    Where jobs `may_fork`, inputs of a program share a job, a fork each, once the first has gone well.
    """
    found: list[Tested] = []
    for one in _tested(run, code, tests, limits, comparison, may_fork):
        found.append(one)
        if one.verdict is not Verdict.AC and (not all_tests or one.verdict is Verdict.CE):
            break
    return Judgement(found, len(tests))


def _tested(
    run: Run, code: str, tests: Sequence[Test], limits: Limits, comparison: Comparison, may_fork: bool
) -> Iterator[Tested]:
    """Yield what comes of each test, one kind after the other."""
    for function, group in groupby(tests, _function):
        if function:
            batch = cast(list[CallTest | Assertion], list(group))
            yield from _tested_by_calls(run, code, batch, limits, comparison)
        else:
            yield from _tested_by_stdins(
                run, code, cast(list[StdinTest], list(group)), limits, comparison, may_fork
            )


def _function(test: Test) -> str:
    """Name what a test calls; tests of one function in a row share a process. Empty for tests by stdin."""
    return "" if isinstance(test, StdinTest) else test.function


# -- stdin and stdout -----------------------------------------------------------------------------------

_LEAST_SERIES, _MOST_SERIES_BYTES = 2, 8 << 20


def _tested_by_stdins(
    run: Run, code: str, batch: list[StdinTest], limits: Limits, comparison: Comparison, may_fork: bool
) -> Iterator[Tested]:
    """Yield the verdicts of runs; what ends badly in a series is run again by itself."""
    first = _outcome(run, code, batch[0], limits)
    yield _tested_by_outcome(batch[0], first, comparison)
    others = batch[1:]
    is_well = isinstance(first, Outcome) and first.status is Status.OK
    outcomes = _series(run, code, others, limits) if may_fork and is_well else []
    for test, outcome in zip_longest(others, outcomes):
        yield _tested_by_outcome(test, outcome or _outcome(run, code, test, limits), comparison)


def _outcome(run: Run, code: str, test: StdinTest, limits: Limits) -> Outcome | JailLost:
    try:
        return run(script(code, _given(test), limits))
    except JailLost as error:
        return error


def _series(run: Run, code: str, batch: list[StdinTest], limits: Limits) -> list[Outcome]:
    """Return the outcomes of the first runs, as many as ended well one after the other."""
    stdins = [_given(test) for test in batch]
    if len(batch) < _LEAST_SERIES or sum(map(len, stdins)) > _MOST_SERIES_BYTES:
        return []
    try:
        return series_outcomes(run(series(code, stdins, limits)), limits)[: len(batch)]
    except JailLost:
        return []


def _given(test: StdinTest) -> bytes:
    return test.stdin.encode(errors="surrogateescape")


def _tested_by_outcome(test: StdinTest, outcome: Outcome | JailLost, comparison: Comparison) -> Tested:
    if isinstance(outcome, JailLost):
        return Tested(Verdict.SANDBOX_ERROR, str(outcome))
    if outcome.status is not Status.OK:
        return _failed(outcome)
    if test.checker is not None:
        is_right = test.checker(test.stdin, outcome.text)
    else:
        is_right = same_text(outcome.text, test.stdout, comparison)
    return Tested(Verdict.AC if is_right else Verdict.WA, outcome.text[:_SHOWN_CHARS], outcome.usage)


_VERDICTS = {
    Status.OK: Verdict.RE,
    Status.ERROR: Verdict.RE,
    Status.SYNTAX: Verdict.CE,
    Status.TIME: Verdict.TLE,
    Status.MEMORY: Verdict.MLE,
    Status.OUTPUT: Verdict.OLE,
}


def _failed(outcome: Outcome) -> Tested:
    told = outcome.stderr.decode(errors="replace")[-_SHOWN_CHARS:]
    return Tested(_VERDICTS[outcome.status], told or f"exit status {outcome.exit_code}", outcome.usage)


# -- calls ----------------------------------------------------------------------------------------------


def _tested_by_calls(
    run: Run, code: str, batch: Sequence[CallTest | Assertion], limits: Limits, comparison: Comparison
) -> Iterator[Tested]:
    """Yield the verdicts of calls; after one that ended the process, the others get a new one."""
    done = 0
    while done < len(batch):
        left = batch[done:]
        try:
            outcome = run(calls(code, left[0].function, [one.arguments for one in left], limits))
        except JailLost as error:
            yield from [Tested(Verdict.SANDBOX_ERROR, str(error))] * len(left)
            return
        frames = outcome.frames[: len(left)]
        if outcome.status is Status.SYNTAX or (frames and "broken" in frames[0]):
            yield from [_failed(outcome)] * len(left)
            return
        for test, frame in zip(left, frames, strict=False):
            yield _tested_by_frame(test, frame, outcome, comparison)
        done += len(frames)
        if len(frames) < len(left):
            yield _failed(outcome)
            done += 1


def _tested_by_frame(
    test: CallTest | Assertion, frame: dict[str, Any], outcome: Outcome, comparison: Comparison
) -> Tested:
    if "value" not in frame:
        told = frame.get("raised", frame.get("strange", "no value came back"))
        return Tested(Verdict.RE, str(told)[:_SHOWN_CHARS], outcome.usage)
    value = frame["value"]
    try:
        is_right = _holds(test, value, comparison)
    except (NotPlain, RecursionError, TypeError, ValueError) as error:
        return Tested(Verdict.WA, f"no plain value came back: {error}"[:_SHOWN_CHARS], outcome.usage)
    return Tested(Verdict.AC if is_right else Verdict.WA, _SHOWN.repr(value)[:_SHOWN_CHARS], outcome.usage)


class _Shown(reprlib.Repr):
    """Values as people are told of them: the beginnings of long ones."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = self.maxarray = 200
        self.maxstring = self.maxother = self.maxlong = _SHOWN_CHARS

    def repr_int(self, x: int, level: int) -> str:
        """Show a whole number; Python itself writes none of many thousand digits."""
        bits = x.bit_length()
        return super().repr_int(x, level) if bits <= 4 * _SHOWN_CHARS else f"<whole number of {bits} bits>"


_SHOWN = _Shown()


def _holds(test: CallTest | Assertion, value: Any, comparison: Comparison) -> bool:
    if isinstance(test, CallTest):
        return same_value(value, test.expected, comparison)
    seen = VIEWS[test.view](value) if test.view else value
    if test.tolerance:
        return same_value(seen, test.expected, Comparison(tolerance=test.tolerance))
    return (seen == test.expected) != test.is_negated  # as the assertion itself has it; both are plain data

"""Judging a solution by its tests; what was expected never enters the jail.

A verdict is given for each test: AC accepted, WA wrong answer, RE runtime error, TLE, MLE and OLE where time,
memory or output ran over, CE where it does not compile. SANDBOX_ERROR is our own failure and says nothing of
the solution.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby, zip_longest
from typing import Any, Protocol, TypeAlias

from reasongym.errors import UsageError
from reasongym.sandbox.assertions import VIEWS, Assertion, CodeTest
from reasongym.sandbox.comparison import STRICT, Checker, Comparison, same_text, same_value
from reasongym.sandbox.dialogues import Held
from reasongym.sandbox.inside.values import NotPlain
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import Job, Limits, Outcome, Status, Usage, calls, script, series, series_outcomes
from reasongym.sandbox.languages import Language, NotBuilt, build, job
from reasongym.sandbox.showing import SHOWN_CHARS, shown


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


Test: TypeAlias = StdinTest | CallTest | Assertion | CodeTest


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


class Jails(Protocol):
    """What programs are judged in; its methods raise JailLost where the sandbox failed."""

    @property
    def may_fork(self) -> bool:
        """Whether a job can run a program several times, a fork each."""
        ...

    def run_job(self, job: Job) -> Outcome:
        """Run a job to its end."""
        ...

    def hold_dialogue(self, code: str, tests: CodeTest, limits: Limits) -> Held:
        """Let tests in one jail ask a program in another."""
        ...


def grade(
    jails: Jails,
    code: str,
    tests: Sequence[Test],
    limits: Limits,
    *,
    comparison: Comparison = STRICT,
    all_tests: bool = False,
    language: Language | None = None,
) -> Judgement:
    """Judge a solution, in Python if no language is named; stops at the first failure unless `all_tests`."""
    trial = _Trial(jails, code, limits, comparison)
    try:
        program = None if language is None else _built(jails, code, tests, limits, language)
    except NotBuilt as error:
        return Judgement([_failed(error.outcome, Verdict.CE)], len(tests))
    except JailLost as error:
        return Judgement([Tested(Verdict.SANDBOX_ERROR, str(error))], len(tests))
    found: list[Tested] = []
    for one in replace(trial, program=program).tested(tests):
        found.append(one)
        if one.verdict is not Verdict.AC and (not all_tests or one.verdict is Verdict.CE):
            break
    return Judgement(found, len(tests))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A program, and how it is judged."""

    jails: Jails
    code: str
    limits: Limits
    comparison: Comparison
    program: Callable[[bytes], Job] | None = None
    """Makes the job of an input, where the code is not Python."""

    def tested(self, tests: Sequence[Test]) -> Iterator[Tested]:
        """Yield what comes of each test; tests of one kind in a row may share a process."""
        for function, group in groupby(tests, _function):
            if function is None:
                yield from self._by_stdins([test for test in group if isinstance(test, StdinTest)])
            elif function:
                batch = [test for test in group if isinstance(test, CallTest | Assertion)]
                yield from self._by_calls(batch)
            else:
                yield from (self._by_code(test) for test in group if isinstance(test, CodeTest))

    # -- stdin and stdout -----------------------------------------------------------------------------

    def _by_stdins(self, batch: list[StdinTest]) -> Iterator[Tested]:
        """Yield the verdicts of runs; what ends badly in a series is run again by itself."""
        first = self._outcome(batch[0])
        yield self._by_outcome(batch[0], first)
        is_well = isinstance(first, Outcome) and first.status is Status.OK
        may_share = is_well and self.program is None and self.jails.may_fork
        outcomes = self._series(batch[1:]) if may_share else []
        for test, outcome in zip_longest(batch[1:], outcomes):
            yield self._by_outcome(test, outcome or self._outcome(test))

    def _outcome(self, test: StdinTest) -> Outcome | JailLost:
        try:
            if self.program is not None:
                return self.jails.run_job(self.program(_given(test)))
            return self.jails.run_job(script(self.code, _given(test), self.limits))
        except JailLost as error:
            return error

    def _series(self, batch: list[StdinTest]) -> list[Outcome]:
        """Return the outcomes of the first runs, as many as ended well one after the other."""
        stdins = [_given(test) for test in batch]
        if len(batch) < _LEAST_SERIES or sum(map(len, stdins)) > _MOST_SERIES_BYTES:
            return []
        try:
            outcome = self.jails.run_job(series(self.code, stdins, self.limits))
        except JailLost:
            return []
        return series_outcomes(outcome, self.limits)[: len(batch)]

    def _by_outcome(self, test: StdinTest, outcome: Outcome | JailLost) -> Tested:
        if isinstance(outcome, JailLost):
            return Tested(Verdict.SANDBOX_ERROR, str(outcome))
        if outcome.status is not Status.OK:
            return _failed(outcome)
        if test.checker is not None:
            is_right = test.checker(test.stdin, outcome.text)
        else:
            is_right = same_text(outcome.text, test.stdout, self.comparison)
        return Tested(Verdict.AC if is_right else Verdict.WA, outcome.text[:SHOWN_CHARS], outcome.usage)

    # -- calls ----------------------------------------------------------------------------------------

    def _by_calls(self, batch: Sequence[CallTest | Assertion]) -> Iterator[Tested]:
        """Yield the verdicts of calls; after one that ended the process, the others get a new one."""
        done = 0
        while done < len(batch):
            left = batch[done:]
            arguments = [one.arguments for one in left]
            try:
                outcome = self.jails.run_job(calls(self.code, left[0].function, arguments, self.limits))
            except JailLost as error:
                yield from [Tested(Verdict.SANDBOX_ERROR, str(error))] * len(left)
                return
            frames = outcome.frames[: len(left)]
            if outcome.status is Status.SYNTAX or (frames and "broken" in frames[0]):
                yield from [_failed(outcome)] * len(left)
                return
            for test, frame in zip(left, frames, strict=False):
                yield _by_frame(test, frame, outcome, self.comparison)
            done += len(frames)
            if len(frames) < len(left):
                yield _failed(outcome)
                done += 1

    # -- tests that are code --------------------------------------------------------------------------

    def _by_code(self, test: CodeTest) -> Tested:
        try:
            tests, program = self.jails.hold_dialogue(self.code, test, self.limits)
        except JailLost as error:
            return Tested(Verdict.SANDBOX_ERROR, str(error))
        if program.status is not Status.OK or not any("ready" in frame for frame in program.frames[:1]):
            return _failed(program)
        ending = tests.frames[-1] if tests.frames else {}
        if "passed" in ending and tests.status is Status.OK:
            return Tested(Verdict.AC, "", program.usage)
        told = str(ending.get("raised", ending.get("failed", "")))[:SHOWN_CHARS]
        if tests.status not in (Status.OK, Status.ERROR):  # what they were given is too much for them
            return Tested(_VERDICTS[tests.status], told, program.usage)
        return Tested(Verdict.WA if "failed" in ending else Verdict.RE, told, program.usage)


def _function(test: Test) -> str | None:
    """Name what a test calls; None for tests by stdin, empty for tests that are code."""
    if isinstance(test, StdinTest):
        return None
    return "" if isinstance(test, CodeTest) else test.function


def _built(
    jails: Jails, code: str, tests: Sequence[Test], limits: Limits, language: Language
) -> Callable[[bytes], Job]:
    if not all(isinstance(test, StdinTest) for test in tests):
        raise UsageError("programs in other languages than Python are judged by stdin and stdout alone")
    files = build(jails.run_job, code, language, limits)
    return lambda stdin: job(language, files, stdin, limits)


def _given(test: StdinTest) -> bytes:
    return test.stdin.encode(errors="surrogateescape")


_LEAST_SERIES, _MOST_SERIES_BYTES = 2, 8 << 20
_VERDICTS = {
    Status.OK: Verdict.RE,
    Status.ERROR: Verdict.RE,
    Status.SYNTAX: Verdict.CE,
    Status.TIME: Verdict.TLE,
    Status.MEMORY: Verdict.MLE,
    Status.OUTPUT: Verdict.OLE,
}


def _failed(outcome: Outcome, verdict: Verdict | None = None) -> Tested:
    told = outcome.stderr.decode(errors="replace")[-SHOWN_CHARS:] or f"exit status {outcome.exit_code}"
    return Tested(verdict or _VERDICTS[outcome.status], told, outcome.usage)


def _by_frame(
    test: CallTest | Assertion, frame: dict[str, Any], outcome: Outcome, comparison: Comparison
) -> Tested:
    if "value" not in frame:
        told = frame.get("raised", frame.get("strange", "no value came back"))
        return Tested(Verdict.RE, str(told)[:SHOWN_CHARS], outcome.usage)
    value = frame["value"]
    try:
        is_right = _holds(test, value, comparison)
    except (NotPlain, RecursionError, TypeError, ValueError) as error:
        return Tested(Verdict.WA, f"no plain value came back: {error}"[:SHOWN_CHARS], outcome.usage)
    return Tested(Verdict.AC if is_right else Verdict.WA, shown(value), outcome.usage)


def _holds(test: CallTest | Assertion, value: Any, comparison: Comparison) -> bool:
    if isinstance(test, CallTest):
        return same_value(value, test.expected, comparison)
    seen = VIEWS[test.view](value) if test.view else value
    if test.tolerance:
        return same_value(seen, test.expected, Comparison(tolerance=test.tolerance))
    return (seen == test.expected) != test.is_negated  # as the assertion itself has it; both are plain data

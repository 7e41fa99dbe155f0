"""What a sandbox's clients and servers tell each other, as JSON; bytes are in base64.

Arguments and expected values are written as `inside.values` writes them, so that plain JSON means itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from reasongym.errors import UsageError
from reasongym.sandbox.assertions import VIEWS, Assertion, CodeTest
from reasongym.sandbox.comparison import STRICT, Comparison
from reasongym.sandbox.grading import CallTest, StdinTest, Test
from reasongym.sandbox.inside.values import NotPlain, decode, encode
from reasongym.sandbox.jobs import Limits, Outcome, Status, Usage
from reasongym.sandbox.languages import Language
from reasongym.sandbox.repl import Turn
from reasongym.sandbox.syntax import parsed

Record = TypeVar("Record")


class StdinCase(msgspec.Struct, frozen=True, tag="stdin", tag_field="kind", forbid_unknown_fields=True):
    """A `StdinTest` without a checker, which is code and does not travel."""

    stdin: str
    stdout: str = ""


class CallCase(msgspec.Struct, frozen=True, tag="call", tag_field="kind", forbid_unknown_fields=True):
    """A `CallTest`."""

    function: str
    arguments: list[Any]
    expected: Any


class AssertionCase(
    msgspec.Struct, frozen=True, tag="assertion", tag_field="kind", forbid_unknown_fields=True
):
    """An `Assertion`."""

    function: str
    arguments: list[Any]
    expected: Any
    view: str = ""
    tolerance: float = 0.0
    is_negated: bool = False


class CodeCase(msgspec.Struct, frozen=True, tag="code", tag_field="kind", forbid_unknown_fields=True):
    """A `CodeTest`."""

    code: str


Case = StdinCase | CallCase | AssertionCase | CodeCase


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Of a Python program, by people and other languages; clients of ours send whole jobs."""

    code: str
    stdin: str = ""
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """The readable part of an outcome."""

    status: Status
    exit_code: int
    stdout: str
    stderr: str
    usage: Usage
    stdout_truncated: bool
    stderr_truncated: bool

    @classmethod
    def of(cls, outcome: Outcome) -> "RunAnswer":
        """Read it off an outcome; bytes that are no text are replaced."""
        return cls(
            outcome.status,
            outcome.exit_code,
            outcome.text,
            outcome.stderr.decode(errors="replace"),
            outcome.usage,
            outcome.stdout_truncated,
            outcome.stderr_truncated,
        )


def outcome_written(outcome: Outcome) -> Outcome:
    """Return an outcome whose values are written so that they travel."""
    return replace(outcome, frames=[encode(frame) for frame in outcome.frames])


def outcome_read(outcome: Outcome) -> Outcome:
    """Read what `outcome_written` wrote."""
    return replace(outcome, frames=[decode(frame) for frame in outcome.frames])


@dataclass(frozen=True, slots=True)
class GradeRequest:
    """Of a solution by its tests."""

    code: str
    tests: list[Case]
    limits: Limits | None = None
    comparison: Comparison = STRICT
    all_tests: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """For a new session."""

    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """Names a session; who knows the name may use it."""

    id: str


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """Of one turn; asked again with the same number, it is answered again and not run again."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """What came of a turn, and whether there can be another."""

    turn: Turn
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a server works, and how busy it is."""

    status: str
    layer: str
    workers: int
    running: int
    """Requests that are being worked on or wait for a worker."""
    room: int
    """Requests that would be taken in at one time before any more are refused."""
    sessions: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request was not fulfilled."""

    error: str
    kind: str = "usage"
    """`usage`, `busy`, `token`, `gone`, or `sandbox` where the server's own sandbox failed."""


@dataclass(frozen=True, slots=True)
class ServerCapabilities:
    """What a server's sandbox keeps from programs, and what it lends."""

    layer: str
    guarantees: list[str]
    missing: list[str]
    workers: int
    packages: list[str] = field(default_factory=list[str])


def written(record: Any) -> bytes:
    """Write a record as JSON, in which whole numbers may be of any length."""
    return json.dumps(msgspec.to_builtins(record)).encode()


def read(content: bytes, kind: type[Record]) -> Record:
    """Read a record of a kind; raises UsageError that says which part of it is wrong."""
    try:
        return msgspec.convert(json.loads(content), type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise UsageError(f"the JSON is no {kind.__name__}: {error}") from error


def cases(tests: Sequence[Test]) -> list[Case] | None:
    """Write tests so that they travel; None where one holds code of the caller's, or no plain value."""
    try:
        found = [_case(test) for test in tests]
    except NotPlain:
        return None
    return [case for case in found if case is not None] if None not in found else None


def _case(test: Test) -> Case | None:
    if isinstance(test, StdinTest):
        return None if test.checker is not None else StdinCase(test.stdin, test.stdout)
    if isinstance(test, CodeTest):
        return CodeCase(test.code)
    arguments, expected = [encode(one) for one in test.arguments], encode(test.expected)
    if isinstance(test, CallTest):
        return CallCase(test.function, arguments, expected)
    return AssertionCase(test.function, arguments, expected, test.view, test.tolerance, test.is_negated)


def tests_of(found: Sequence[Case]) -> list[Test]:
    """Read what `cases` wrote; raises UsageError."""
    try:
        return [_test(case) for case in found]
    except (NotPlain, RecursionError) as error:
        raise UsageError(f"a test holds a value that is none: {error}") from error


def _test(case: Case) -> Test:
    if isinstance(case, StdinCase):
        return StdinTest(case.stdin, case.stdout)
    if isinstance(case, CodeCase):
        return _code_test(case.code)
    arguments, expected = [decode(one) for one in case.arguments], decode(case.expected)
    if isinstance(case, CallCase):
        return CallTest(case.function, arguments, expected)
    if case.view and case.view not in VIEWS:
        raise UsageError(f"no view is named {case.view!r}; there are {', '.join(VIEWS)}")
    return Assertion(case.function, arguments, expected, case.view, case.tolerance, case.is_negated)


def _code_test(code: str) -> CodeTest:
    try:
        parsed(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"the tests are no Python: {error}") from error
    return CodeTest(code)

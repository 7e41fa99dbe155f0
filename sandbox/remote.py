"""The sandbox of a server, used as one's own.

with RemoteSandbox("http://judge:8400") as sandbox:
    judgement = sandbox.grade(code, [StdinTest("3 4", "7")])

Whatever is asked is asked again while the server is busy, restarts or cannot be reached, for as long as the
caller is patient: jobs are pure and turns are numbered, so that nothing is lost and nothing counted twice.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from reasongym.errors import UsageError
from reasongym.sandbox import wire
from reasongym.sandbox.assertions import CodeTest
from reasongym.sandbox.batches import in_order
from reasongym.sandbox.comparison import STRICT, Comparison
from reasongym.sandbox.dialogues import Held
from reasongym.sandbox.grading import Judgement, Test, Tested, Verdict, grade
from reasongym.sandbox.inside.layers import LAYERS
from reasongym.sandbox.jails import JailLost
from reasongym.sandbox.jobs import DEFAULT_LIMITS, Job, Limits, Outcome, script
from reasongym.sandbox.languages import Language
from reasongym.sandbox.repl import Turn
from reasongym.sandbox.sandboxes import Submission
from reasongym.web.asking import Away, Refused, Server

Record = TypeVar("Record")


class RemoteSandbox:
    """Runs untrusted programs on a server; has the methods of `Sandbox`, and may be used as freely."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        limits: Limits = DEFAULT_LIMITS,
        patience_s: float = 600.0,
        answer_s: float = 600.0,
        concurrency: int | None = None,
    ) -> None:
        """Name the server, to which nothing is said yet.

        Args:
            url: where `reasongym serve sandbox` listens, such as http://127.0.0.1:8400
            token: that the server asks for
            limits: of jobs that name none of their own
            patience_s: how long to ask again while the server is busy or away
            answer_s: how long to wait for one answer
            concurrency: requests of `grade_many` at one time; twice the server's workers where not given
        """
        self._server = Server(url, token=token, patience_s=patience_s, answer_s=answer_s)
        self.url = self._server.url
        self.limits = limits
        self._concurrency = concurrency

    # -- running --------------------------------------------------------------------------------------

    def run(self, code: str, stdin: str | bytes = b"", limits: Limits | None = None) -> Outcome:
        """Run a Python program to its end; see `Sandbox.run`."""
        given = stdin.encode(errors="surrogateescape") if isinstance(stdin, str) else stdin
        return self.run_job(script(code, given, limits or self.limits))

    def run_job(self, job: Job) -> Outcome:
        """Run any job; raises JailLost where the server cannot be had, or its sandbox failed."""
        return wire.outcome_read(self.ask("POST", "/jobs", job, Outcome))

    async def run_async(self, code: str, stdin: str | bytes = b"", limits: Limits | None = None) -> Outcome:
        """Run a program without blocking the event loop."""
        return await asyncio.to_thread(self.run, code, stdin, limits)

    def session(self, limits: Limits | None = None) -> "RemoteSession":
        """Begin a Python session; the limits are those of each turn."""
        asked = wire.SessionRequest(limits or self.limits)
        return RemoteSession(self, self.ask("POST", "/sessions", asked, wire.SessionAnswer).id)

    @property
    def may_fork(self) -> bool:
        """Whether whatever a job forks is found and ended there; raises JailLost."""
        return LAYERS[self.health().layer].may_fork

    def hold_dialogue(self, code: str, tests: CodeTest, limits: Limits) -> Held:
        """Refuse: tests that must be executed are judged on the server, whole or not at all."""
        raise UsageError(
            "tests that must be executed are judged on the server, where checkers cannot go: "
            "judge a solution by these and by checkers apart"
        )

    # -- judging --------------------------------------------------------------------------------------

    def grade(
        self,
        code: str,
        tests: Sequence[Test],
        limits: Limits | None = None,
        *,
        comparison: Comparison = STRICT,
        all_tests: bool = False,
        language: Language | None = None,
    ) -> Judgement:
        """Judge a solution by its tests: on the server, unless one of them has a checker, which runs here."""
        limits = limits or self.limits
        cases = wire.cases(tests)
        if cases is None:
            return grade(
                self, code, tests, limits, comparison=comparison, all_tests=all_tests, language=language
            )
        asked = wire.GradeRequest(code, cases, limits, comparison, all_tests, language)
        try:
            return self.ask("POST", "/grade", asked, Judgement)
        except JailLost as error:
            return Judgement([Tested(Verdict.SANDBOX_ERROR, str(error))], len(tests))

    async def grade_async(
        self, code: str, tests: Sequence[Test], limits: Limits | None = None, *, all_tests: bool = False
    ) -> Judgement:
        """Judge a solution without blocking the event loop."""
        return await asyncio.to_thread(self.grade, code, tests, limits, all_tests=all_tests)

    def grade_many(
        self,
        submissions: Iterable[Submission],
        *,
        comparison: Comparison = STRICT,
        all_tests: bool = False,
        ahead: int | None = None,
    ) -> Iterator[Judgement]:
        """Yield the judgements of submissions in their order, many under way; see `Sandbox.grade_many`."""

        def judge(one: Submission) -> Judgement:
            return self.grade(
                one.code,
                one.tests,
                one.limits,
                comparison=comparison,
                all_tests=all_tests,
                language=one.language,
            )

        threads = self._concurrency or 2 * self.health().workers
        return in_order(judge, submissions, num_threads=threads, ahead=ahead or 2 * threads)

    # -- the server -----------------------------------------------------------------------------------

    def capabilities(self) -> wire.ServerCapabilities:
        """Name the server's layer and what it does not guarantee."""
        return self.ask("GET", "/capabilities", None, wire.ServerCapabilities)

    def health(self) -> wire.Health:
        """Say whether the server works, and how busy it is."""
        return self.ask("GET", "/health", None, wire.Health)

    def close(self) -> None:
        """Close the connections; they are made again if it is used again."""
        self._server.close()

    def ask(
        self, method: str, path: str, record: Any, kind: type[Record], patience_s: float | None = None
    ) -> Record:
        """Ask the server, again while it is busy or away; raises UsageError, JailLost."""
        content = wire.written(record) if record is not None else None
        try:
            answer = self._server.ask(method, path, content, patience_s)
        except Away as error:
            raise JailLost(f"the sandbox server at {self.url} cannot be had: {error}") from error
        except Refused as error:
            raise self._raised(error) from error
        try:
            return wire.read(answer, kind)
        except UsageError as error:
            raise JailLost(f"{self.url} is no sandbox server of this version: {error}") from error

    def _raised(self, refused: Refused) -> Exception:
        try:
            fault = wire.read(refused.content, wire.Fault)
        except UsageError:
            return JailLost(f"{self.url} answers with {refused}, and not as a sandbox")
        return UsageError(fault.error) if fault.kind in ("usage", "token") else JailLost(fault.error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RemoteSession:
    """Turns of Python in one namespace on a server; made by `RemoteSandbox.session`, as `Session`."""

    def __init__(self, sandbox: RemoteSandbox, name: str) -> None:
        self._sandbox = sandbox
        self._path = f"/sessions/{name}"
        self._num_turns = 0
        self._is_open = True

    @property
    def is_alive(self) -> bool:
        """Whether there can be another turn."""
        return self._is_open

    def run(self, code: str) -> Turn:
        """Run one turn; raises UsageError where the session is over, JailLost where the server lost it."""
        self._require_open()
        asked = wire.TurnRequest(code, self._num_turns + 1)
        answer = self._sandbox.ask("POST", f"{self._path}/turns", asked, wire.TurnAnswer)
        self._num_turns += 1
        self._is_open = answer.is_alive
        return answer.turn

    def fork(self) -> "RemoteSession":
        """Branch: the new session goes on from the same state."""
        self._require_open()
        named = self._sandbox.ask("POST", f"{self._path}/fork", None, wire.SessionAnswer)
        return RemoteSession(self._sandbox, named.id)

    def close(self) -> None:
        """End the session; its branches go on."""
        path, self._path, self._is_open = self._path, "", False
        if path:
            with suppress(JailLost):  # a server that is away has no sessions when it is back
                self._sandbox.ask("DELETE", path, None, wire.SessionAnswer, patience_s=0.0)

    def _require_open(self) -> None:
        if not self._is_open:
            raise UsageError("the session is over; begin another one")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""The sandbox as it is used: some jails, and jobs that are run in whichever is free.

with Sandbox() as sandbox:
    outcome = sandbox.run("print(6 * 7)")
    judgement = sandbox.grade(code, [StdinTest("3 4", "7")])
"""

import asyncio
import os
import queue
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from reasongym.errors import UsageError
from reasongym.sandbox.assertions import CodeTest
from reasongym.sandbox.batches import in_order
from reasongym.sandbox.capabilities import Capabilities, best_layer, capabilities
from reasongym.sandbox.comparison import STRICT, Comparison
from reasongym.sandbox.dialogues import Held, hold
from reasongym.sandbox.grading import Judgement, Test, grade
from reasongym.sandbox.inside.layers import LAYERS
from reasongym.sandbox.jails import STANDARD_IMPORTS, Jail, JailLost, JailSpec
from reasongym.sandbox.jobs import DEFAULT_LIMITS, Job, Limits, Outcome, script
from reasongym.sandbox.languages import Language
from reasongym.sandbox.repl import Session


class Submission(NamedTuple):
    """A solution and its tests."""

    code: str
    tests: Sequence[Test]
    limits: Limits | None = None
    language: Language | None = None
    """Python where none is named."""


class Sandbox:
    """Runs untrusted programs; may be used from many threads and, after a fork, from both processes."""

    def __init__(
        self,
        layer: str = "auto",
        *,
        workers: int | None = None,
        packages: Sequence[str] = (),
        python: str = sys.executable,
        limits: Limits = DEFAULT_LIMITS,
        image: str = "",
    ) -> None:
        """Choose the layer and the number of jails, which are made when they are first needed.

        Args:
            layer: `auto` for the strongest that works here; `none`, no isolation at all, only by its name
            workers: jails, and so jobs at one time; as many as there are cores where not given
            packages: to import before any job, such as numpy; beside these only the standard library is there
            python: the interpreter of the jobs
            limits: of jobs that name none of their own
            image: of the layer `docker`; one of this interpreter, made when it is needed, where not given
        """
        if image and layer != "docker":
            raise UsageError(f"an image is of the layer 'docker', and the layer is {layer!r}")
        if workers is not None and workers < 1:
            raise UsageError(f"workers must be at least 1, got {workers}")
        self.layer = best_layer() if layer == "auto" else layer
        self.limits = limits
        self.num_workers = workers or os.cpu_count() or 1
        imports = (*STANDARD_IMPORTS, *packages)
        self._image = image
        self._spec = JailSpec(self.layer, imports, python, limits.memory_bytes, limits.processes)
        self._fill()

    def _fill(self) -> None:
        self._owner = os.getpid()
        self._jail = self._maker()
        self._jails = [self._jail() for _ in range(self.num_workers)]
        self._free: queue.LifoQueue[Jail] = queue.LifoQueue()
        self._spare: queue.LifoQueue[Jail] = (
            queue.LifoQueue()
        )  # beside those that jobs wait for, as sessions and tests need them
        for jail in self._jails:
            self._free.put(jail)

    def _maker(self) -> Callable[[], Jail]:
        """Return what makes jails; those of one process share their connection to an engine."""
        if self.layer != "docker":
            return partial(Jail, self._spec)
        try:
            from reasongym.sandbox.docker_jails import DockerJail
            from reasongym.sandbox.engine import Engine
        except ModuleNotFoundError as error:
            raise UsageError(
                f"the layer 'docker' needs {error.name}, which is missing: pip install 'reasongym[docker]'"
            ) from error
        return partial(DockerJail, self._spec, Engine(self._image))

    # -- running --------------------------------------------------------------------------------------

    def run(self, code: str, stdin: str | bytes = b"", limits: Limits | None = None) -> Outcome:
        """Run a Python program to its end; raises JailLost where the sandbox itself failed twice."""
        given = stdin.encode(errors="surrogateescape") if isinstance(stdin, str) else stdin
        return self.run_job(script(code, given, limits or self.limits))

    def run_job(self, job: Job) -> Outcome:
        """Run any job, waiting for a free jail."""
        with self._borrowed() as jail:
            return jail.run(job)

    async def run_async(self, code: str, stdin: str | bytes = b"", limits: Limits | None = None) -> Outcome:
        """Run a program without blocking the event loop."""
        return await asyncio.to_thread(self.run, code, stdin, limits)

    def hold_dialogue(self, code: str, tests: CodeTest, limits: Limits) -> Held:
        """Let tests in one jail ask a program in another; raises JailLost where a jail failed twice."""
        with self._borrowed() as jail, self._lent() as other:
            with suppress(JailLost):
                return hold((jail, other), code, tests.code, tests.names, limits)
            return hold((jail, other), code, tests.code, tests.names, limits)

    def session(self, limits: Limits | None = None) -> Session:
        """Begin a Python session in a jail of its own; the limits are those of each turn."""
        return Session.start(self._taken(), limits or self.limits, self._spare.put)

    @property
    def may_fork(self) -> bool:
        """Whether whatever a job forks is found and ended."""
        return LAYERS[self.layer].may_fork

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
        """Judge a solution, in Python if no language is named, by its tests.

        Stops at the first that fails unless `all_tests`.
        """
        return grade(
            self,
            code,
            tests,
            limits or self.limits,
            comparison=comparison,
            all_tests=all_tests,
            language=language,
        )

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
        """Yield the judgements of submissions in their order, all jails at work.

        At most `ahead` are taken from the iterable before the oldest is yielded; four a jail where not given.
        """

        def judge(one: Submission) -> Judgement:
            return self.grade(
                one.code,
                one.tests,
                one.limits,
                comparison=comparison,
                all_tests=all_tests,
                language=one.language,
            )

        most = ahead or 4 * self.num_workers
        return in_order(judge, submissions, num_threads=self.num_workers, ahead=most)

    # -- the sandbox itself ---------------------------------------------------------------------------

    def capabilities(self) -> Capabilities:
        """Name the layer in force and what it does not guarantee."""
        return capabilities(self.layer)

    def close(self) -> None:
        """End all jails; they are made again if the sandbox is used again."""
        if self._owner == os.getpid():
            for jail in self._jails:
                jail.close()

    @contextmanager
    def _borrowed(self) -> Generator[Jail]:
        if self._owner != os.getpid():
            self._fill()  # those of the process that this one was forked from are not ours to talk to
        jail = self._free.get()
        try:
            yield jail
        finally:
            self._free.put(jail)

    @contextmanager
    def _lent(self) -> Generator[Jail]:
        jail = self._taken()
        try:
            yield jail
        finally:
            self._spare.put(jail)

    def _taken(self) -> Jail:
        """Return a jail beside those that jobs wait for; it must be put back among the spare ones."""
        if self._owner != os.getpid():
            self._fill()
        try:
            return self._spare.get_nowait()
        except queue.Empty:
            jail = self._jail()
            self._jails.append(jail)
            return jail

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

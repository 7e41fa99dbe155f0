"""Second opinions of our verdicts on mathematics: Math-Verify's, and sympy's on the formulas that we read.

They decide nothing: rewards and scores must not depend on what is installed, and peers that hang on large
powers judge in a process of their own (`second_opinion_worker`), one answer at a time. Where one takes longer
than `LIMIT_S` the process is killed, the answer counts as `killed`, and the next one finds a fresh process.
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import NamedTuple, cast

import msgspec

from reasongym import registry
from reasongym.answers.grader import Grade
from reasongym.episodes import Episode
from reasongym.errors import ReasongymError, UsageError
from reasongym.evaluation.benchmarks import ENV_ID
from reasongym.evaluation.findings import place
from reasongym.evaluation.second_opinion_worker import serve

LIMIT_S = 5.0
"""Wall time of one opinion."""
START_S = 120.0
"""Wall time in which the process must have imported both packages; a busy machine takes long."""
PEERS = ("math-verify", "sympy")
_MODULES = {"math-verify": "math_verify", "sympy": "sympy"}


class Asked(NamedTuple):
    """What a second opinion is asked of: our verdict, and what it was given for."""

    place: str
    gold: str
    completion: str
    extracted: str | None
    """The answer as we read it; None where we found none."""
    correct: bool
    reason: str


class Opinion(NamedTuple):
    """What a peer says."""

    peer: str
    correct: bool | None
    """None where it has no opinion."""
    reason: str

    @property
    def verdict(self) -> str:
        """The opinion as a word."""
        return verdict_of(self.correct)


def verdict_of(correct: bool | None) -> str:
    """Write a verdict as a word."""
    return "nothing" if correct is None else "right" if correct else "wrong"


class Disagreement(NamedTuple):
    """An opinion that is not our verdict."""

    asked: Asked
    opinion: Opinion


@dataclass(slots=True)
class Tally:
    """How often a peer agreed, by `agree`, `disagree`, `no opinion` and `killed`; and where it did not."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {peer: Counter() for peer in PEERS})
    disagreements: list[Disagreement] = field(default_factory=list[Disagreement])

    def add(self, asked: Asked, opinion: Opinion) -> None:
        """Count one opinion."""
        verdict = "no opinion" if opinion.correct is None else "disagree"
        if opinion.correct == asked.correct:
            verdict = "agree"
        self.counts[opinion.peer]["killed" if opinion.reason == KILLED else verdict] += 1
        if verdict == "disagree":
            self.disagreements.append(Disagreement(asked, opinion))


KILLED = f"killed after {LIMIT_S:g} s"


class SecondOpinions:
    """The process that is asked; a context manager, so that it ends with its use."""

    def __init__(self) -> None:
        """Start nothing yet; raises UsageError where a package is missing."""
        missing = [peer for peer in PEERS if find_spec(_MODULES[peer]) is None]
        if missing:
            raise UsageError(
                f"a second opinion needs {' and '.join(missing)}, not installed here: "
                "pip install 'reasongym[math]'"
            )
        self.process: SpawnProcess | None = None
        """What is asked; None until it is first needed and when it was killed."""
        self._connection: Connection | None = None

    def __enter__(self) -> "SecondOpinions":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def on(self, asked: Asked) -> Iterator[Opinion]:
        """Ask every peer; the formulas are compared only where an answer was read."""
        for peer, answer in zip(PEERS, (asked.completion, asked.extracted), strict=True):
            yield self.ask(peer, asked.gold, answer) if answer is not None else _NOTHING_READ

    def ask(self, peer: str, gold: str, answer: str) -> Opinion:
        """Ask one peer: `math-verify` of a completion, `sympy` of an answer."""
        connection = self._running()
        try:
            connection.send_bytes(msgspec.json.encode((peer, gold, answer)))
            if connection.poll(LIMIT_S):
                correct, reason = msgspec.json.decode(connection.recv_bytes(), type=tuple[bool | None, str])
                return Opinion(peer, correct, reason)
            reason = KILLED
        except (OSError, EOFError):
            reason = "its process ended: out of memory or of CPU time"
        self._stop()
        return Opinion(peer, None, reason)

    def _running(self) -> Connection:
        if self.process is None or self._connection is None:
            spawning = multiprocessing.get_context("spawn")
            ours, theirs = cast(tuple[Connection, Connection], spawning.Pipe())
            self.process, self._connection = spawning.Process(target=serve, args=(theirs,), daemon=True), ours
            self.process.start()
            theirs.close()
            if not _is_ready(ours):
                self._stop()
                raise ReasongymError(
                    f"the process for second opinions did not start within {START_S:g} s; "
                    "see that `import math_verify, sympy` works"
                )
        return self._connection

    def _stop(self) -> None:
        if self.process is not None and self._connection is not None:
            self.process.kill()
            self.process.join()
            self._connection.close()
        self.process = self._connection = None


_NOTHING_READ = Opinion("sympy", None, "no answer was read")


def _is_ready(connection: Connection) -> bool:
    try:
        return connection.poll(START_S) and connection.recv_bytes() == b"ready"
    except (OSError, EOFError):
        return False


def asked_of(found: Grade, gold: str, completion: str) -> Asked:
    """Return what is asked of one grade."""
    return Asked("", gold, completion, found.extracted, found.correct, found.reason)


def asked_of_run(episodes: Iterable[Episode]) -> Iterator[Asked]:
    """Yield what is asked of the episodes of mathematics in a run, equal completions of a problem once."""
    from reasongym.answers.grader import Options, grade  # its patterns are compiled when first needed

    seen: set[tuple[int, str]] = set()
    for one in episodes:
        if one.row.env_id != ENV_ID or one.verdict is None or not one.actions:
            continue
        completion = one.actions[-1]
        if (one.group, completion) in seen:
            continue
        seen.add((one.group, completion))
        data = registry.problem(one.row).data
        gold: str = data["answer"]
        extracted = grade(gold, completion, Options.of(data.get("options", {}))).extracted
        yield Asked(place(one), gold, completion, extracted, one.verdict.correct, one.verdict.reason)

"""What a server of environments does with requests, apart from the protocol they come by."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from reasongym.agents.adapters.serving.permissions import Permissions
from reasongym.agents.adapters.serving.sessions import Gone, InPlay, Move, Opened, Played, Sessions, failure
from reasongym.agents.adapters.serving.wire import RowAsked
from reasongym.core import Env, Problem, Row, Split, Verdict
from reasongym.errors import GenerationError, ReasongymError, UsageError
from reasongym.web.admission import Busy

MOST_TOLD_CHARS = 2_000
"""Of what a client is told of a request that may itself have millions."""


class Failed(ReasongymError):
    """The environment itself failed; the log says how."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a client may ask for."""

    max_batch: int = 1024
    """Rows, moves or episodes of one request."""
    max_text_chars: int = 200_000
    """Of one action."""
    max_texts: int = 1024
    """Actions of one episode."""
    max_sessions: int = 4096
    session_idle_s: float = 3600.0

    def __post_init__(self) -> None:
        for name in ("max_batch", "max_text_chars", "max_texts", "max_sessions", "session_idle_s"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} must be above 0, got {getattr(self, name)}")


class Desk:
    """Makes problems, plays episodes and judges them, for clients that are not to be trusted."""

    def __init__(self, permissions: Permissions, limits: Limits = Limits()) -> None:
        self.permissions = permissions
        self.limits = limits
        self.sessions = Sessions(limits.max_sessions, limits.session_idle_s)

    def problems(self, rows: Sequence[RowAsked]) -> list[tuple[Env, Problem]]:
        """Make the problems of rows; equal rows share one. Raises UsageError, Failed."""
        self._require_few(rows, "rows")
        made: dict[Row, tuple[Env, Problem]] = {}
        found: list[tuple[Env, Problem]] = []
        with _fit_to_tell():
            for asked in rows:
                env, row = self._row(asked)
                if row not in made:
                    made[row] = env, env.problem(row)
                found.append(made[row])
        return found

    def open(self, rows: Sequence[RowAsked]) -> list[Opened]:
        """Open a session for each row; raises UsageError, Busy, Failed."""
        problems = self.problems(rows)
        with _fit_to_tell():
            return self.sessions.open(problems)

    def step(self, moves: Sequence[Move]) -> list[Played]:
        """Play a turn in each of several sessions; raises UsageError, Gone, InPlay."""
        self._require_few(moves, "moves")
        for move in moves:
            self._require_fit(move.action)
        return self.sessions.step(moves)

    def play(self, session: str, action: str) -> Played:
        """Play the next turn of one session, where turns have no numbers; raises Failed, too."""
        (played,) = self.step([Move(session, None, action)])
        if played.error:
            raise Failed(played.error)
        return played

    def close(self, names: Sequence[str]) -> int:
        """Close sessions; returns how many there were."""
        self._require_few(names, "sessions")
        return self.sessions.close(names)

    def judge(self, rows: Sequence[RowAsked], texts: Sequence[Sequence[str]]) -> list[Verdict | str]:
        """Judge episodes, each by itself; where we failed at one, say so in place of its verdict."""
        for one in texts:
            if len(one) > self.limits.max_texts:
                raise UsageError(f"an episode may have {self.limits.max_texts} texts, got {len(one)}")
            for text in one:
                self._require_fit(text)
        return [
            _judged(env, problem, one) for (env, problem), one in zip(self.problems(rows), texts, strict=True)
        ]

    def _row(self, asked: RowAsked) -> tuple[Env, Row]:
        """Complete a row as `Env.row` does, which checks it."""
        env = self.permissions.env(asked.env_id)
        self.permissions.require_harmless(env, asked.options)
        return env, env.row_of(asked.seed, asked.level, cast("Split | None", asked.split), asked.options)

    def _require_few(self, batch: Sequence[object], what: str) -> None:
        if len(batch) > self.limits.max_batch:
            raise UsageError(f"a request may have {self.limits.max_batch} {what}, got {len(batch)}")

    def _require_fit(self, text: str) -> None:
        if len(text) > self.limits.max_text_chars:
            raise UsageError(f"a text may have {self.limits.max_text_chars} characters, got {len(text)}")
        try:
            text.encode()
        except UnicodeEncodeError as error:  # an answer that quotes it could not be written
            raise UsageError(f"a text is Unicode without lone surrogates: {error.reason}") from error


@contextmanager
def _fit_to_tell() -> Generator[None]:
    """Let no error out but what a client has done wrong, and that in few words."""
    try:
        yield
    except (Gone, InPlay, Busy):
        raise
    except (UsageError, GenerationError) as error:
        raise UsageError(str(error)[:MOST_TOLD_CHARS]) from error
    except Exception as error:  # whatever broke is ours to read, and not the client's
        raise Failed(failure(error)) from error


def _judged(env: Env, problem: Problem, texts: Sequence[str]) -> Verdict | str:
    try:
        return env.judge(problem, texts)
    except Exception as error:  # whatever broke is our failure, and the other episodes are judged
        return failure(error)

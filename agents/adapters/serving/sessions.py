"""Episodes that clients of a server hold by name, until they end, are closed, or are not used for long.

A name is 128 random bits, so who knows it may play on, and nobody else can find it. Turns are numbered: one
that is asked for twice, because an answer was lost, is played once.
"""

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reasongym.core import Env, Problem, Session, Verdict
from reasongym.errors import ReasongymError, Unscored, UsageError
from reasongym.web.admission import Busy

_RETRY_AFTER_S = 5
_log = logging.getLogger(__name__)


class Gone(ReasongymError):
    """There is no session of this name."""


class InPlay(ReasongymError):
    """Another request plays this session at the moment."""


class Move(NamedTuple):
    """One turn of one session; the first of an episode is number 1, and None is the next."""

    session: str
    turn: int | None
    action: str


@dataclass(frozen=True, slots=True)
class Played:
    """What a turn led to: `step` of a Gymnasium environment."""

    observation: str
    reward: float
    terminated: bool
    truncated: bool
    verdict: Verdict | None = None
    """Not None exactly when the episode is over."""
    error: str = ""
    """Where the environment itself failed: nothing was played, and the turn may be asked for again."""


class Opened(NamedTuple):
    """A session's name and its problem."""

    name: str
    env: Env
    problem: Problem


@dataclass(slots=True)
class _Held:
    env: Env
    session: Session | None
    """None once the episode is over."""
    num_turns: int = 0
    last: Played | None = None
    used_at: float = field(default_factory=time.monotonic)
    in_play: bool = False


class Sessions:
    """The sessions of a server; threads may share them."""

    def __init__(self, most: int = 4096, idle_s: float = 3600.0) -> None:
        """Keep at most so many that are not over; one that nobody uses for `idle_s` seconds is closed."""
        if most < 1 or not idle_s > 0:
            raise UsageError(f"sessions must be 1 or more and idle_s above 0, got {most} and {idle_s}")
        self._most = most
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._open: dict[str, _Held] = {}
        self._over: OrderedDict[str, _Held] = OrderedDict()
        """The latest that are over, whose last answer may be asked for again."""

    def __len__(self) -> int:
        """Return how many are not over."""
        return len(self._open)

    def open(self, problems: Sequence[tuple[Env, Problem]]) -> list[Opened]:
        """Open a session for each problem, or none; raises Busy, and UsageError for too many."""
        if len(problems) > self._most:
            raise UsageError(f"a server with {self._most} sessions cannot open {len(problems)}")
        held = {secrets.token_urlsafe(16): _Held(env, env.begin(problem)) for env, problem in problems}
        self.close_idle()
        with self._lock:
            if len(self._open) + len(held) > self._most:
                raise Busy(_RETRY_AFTER_S)
            self._open |= held
        return [Opened(name, env, problem) for name, (env, problem) in zip(held, problems, strict=True)]

    def step(self, moves: Sequence[Move]) -> list[Played]:
        """Play a turn in each of several sessions, or in none; raises Gone, InPlay, UsageError."""
        taken = self._take(moves)
        try:
            return [_played(held, move) for held, move in zip(taken, moves, strict=True)]
        finally:
            self._give_back(moves, taken)

    def close(self, names: Sequence[str]) -> int:
        """Close sessions and let go of what was kept for them; returns how many there were."""
        with self._lock:
            for name in names:
                if (held := self._open.get(name)) is not None and held.in_play:
                    raise InPlay("a session that is being played cannot be closed at the same time")
            over = [self._over.pop(name, None) for name in names]
            left = [held for name in names if (held := self._open.pop(name, None)) is not None]
        for held in left:
            _leave(held)
        return len(left) + sum(held is not None for held in over)

    def close_idle(self) -> int:
        """Close what nobody has used for long; returns how many."""
        limit = time.monotonic() - self._idle_s
        with self._lock:
            idle = [name for name, one in self._open.items() if one.used_at < limit and not one.in_play]
            left = [self._open.pop(name) for name in idle]
        for held in left:
            _leave(held)
        return len(left)

    def close_all(self) -> None:
        """Close every session, at the server's end."""
        with self._lock:
            left, self._open = list(self._open.values()), {}
            self._over.clear()
        for held in left:
            _leave(held)

    def _take(self, moves: Sequence[Move]) -> list[_Held]:
        if len({move.session for move in moves}) < len(moves):
            raise UsageError("a batch plays each session once, and one is in it twice")
        with self._lock:
            taken = [self._find(move.session) for move in moves]
            for held, move in zip(taken, moves, strict=True):
                _require_turn(held, move)
            for held in taken:
                held.in_play = True
        return taken

    def _find(self, name: str) -> _Held:
        held = self._open.get(name) or self._over.get(name)
        if held is None:
            raise Gone("the session is gone: it was closed, idle, or of a server before this one")
        if held.in_play:
            raise InPlay("the session is being played by another request")
        return held

    def _give_back(self, moves: Sequence[Move], taken: Sequence[_Held]) -> None:
        now = time.monotonic()
        with self._lock:
            for held, move in zip(taken, moves, strict=True):
                held.in_play, held.used_at = False, now
                if held.session is None and self._open.pop(move.session, None) is not None:
                    self._over[move.session] = held
            while len(self._over) > self._most:
                self._over.popitem(last=False)


def _require_turn(held: _Held, move: Move) -> None:
    if held.last is not None and move.turn == held.num_turns:
        return  # asked for again
    if held.session is None:
        raise UsageError(f"the episode was over with turn {held.num_turns}")
    if move.turn not in (None, held.num_turns + 1):
        raise UsageError(f"the next turn of the session is {held.num_turns + 1}, got {move.turn}")


def _played(held: _Held, move: Move) -> Played:
    if move.turn == held.num_turns and held.last is not None:
        return held.last
    assert held.session is not None
    try:
        step = held.env.advance(held.session, move.action)
    except Exception as error:  # whatever broke is our failure, and the other sessions play on
        return Played("", 0.0, False, False, error=failure(error))
    is_over = step.verdict is not None
    held.session = None if is_over else step.session
    held.num_turns += 1
    held.last = Played(
        step.observation, step.reward, is_over and not step.truncated, step.truncated, step.verdict
    )
    return held.last


def failure(error: Exception) -> str:
    """Say that we failed without a word about this machine; it is written to the log instead."""
    _log.error("an environment failed", exc_info=error)
    return "the sandbox failed" if isinstance(error, Unscored) else "the environment failed"


def _leave(held: _Held) -> None:
    """Let go of what a tool keeps for an episode that is given up."""
    if held.session is None:
        return
    try:
        held.env.give_up(held.session)
    except Exception as error:  # of one, which must not keep the others
        failure(error)

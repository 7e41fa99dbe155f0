"""One episode as an outside trainer plays it: turn by turn, given up at any time, forked where it stands."""

from reasongym import registry
from reasongym.core import Problem, Row, Session, Step, Verdict
from reasongym.errors import UsageError


class Game:
    """An episode in play; whoever ends it before its verdict calls `close`, which frees what a tool holds."""

    def __init__(self, row: Row) -> None:
        self._env = registry.get(row.env_id)
        self.problem: Problem = registry.problem(row)
        self._session: Session = self._env.begin(self.problem)
        self.verdict: Verdict | None = None
        """Not None when the episode is over."""

    @property
    def row(self) -> Row:
        """What the problem is."""
        return self.problem.row

    @property
    def num_turns(self) -> int:
        """Turns played, calls of a tool among them."""
        return self._session.num_turns

    @property
    def state(self) -> object:
        """The environment's own state, for `Env.random_action`; it may hold the answer."""
        return self._session.state

    def play(self, text: str) -> Step:
        """Play one turn as the bare environment does; raises UsageError where the episode is over."""
        if self.verdict is not None:
            raise UsageError(f"the episode is over ({self.verdict.reason}): open another")
        step = self._env.advance(self._session, text)
        self._session, self.verdict = step.session, step.verdict
        return step

    def fork(self) -> "Game":
        """Return an episode that stands where this one does and goes on by itself."""
        other = Game.__new__(Game)
        other._env, other.problem = self._env, self.problem
        other._session, other.verdict = self._session, self.verdict
        return other

    def close(self) -> None:
        """Free what an unfinished episode holds; does nothing to a finished one."""
        if self.verdict is None:
            self._env.give_up(self._session)

"""A person's game without the terminal: the problem, the position, what was played, the score."""

from dataclasses import replace

from reasongym.core import Env, Problem, Row, Session, Verdict
from reasongym.errors import UsageError


class Game:
    """Problem after problem of one environment; positions are values, so that moves can be taken back."""

    def __init__(self, env: Env, first: Row) -> None:
        self.env = env
        self.row = first
        self.num_played = 0
        self.total = 0.0
        self._last: Row | None = None
        self._open(first)

    def _open(self, row: Row) -> None:
        size = self.env.size(row.level, row.split, self._options(row))
        if size:
            row = replace(row, seed=row.seed % size)
        self.row = row
        self.problem: Problem = self.env.problem(row)
        self.texts: list[str] = []
        self._sessions = [self.env.begin(self.problem)]
        self._observations: list[str | None] = [None]
        self._solution: list[str] | None = None

    def _options(self, row: Row) -> dict[str, object]:
        return {option.name: option.default for option in self.env.parameters} | row.options

    # -- the episode ----------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """Where the episode stands."""
        return self._sessions[-1]

    @property
    def observation(self) -> str | None:
        """What was observed last; None before the first move."""
        return self._observations[-1]

    @property
    def max_turns(self) -> int:
        """How many moves the episode may have."""
        return self.env.turn_limit(self.row)

    @property
    def has_turns(self) -> bool:
        """Say whether an episode has several turns."""
        return self.max_turns > 1

    @property
    def turn(self) -> int:
        """The number of the next move, from 1."""
        return len(self.texts) + 1

    @property
    def solution(self) -> list[str]:
        """The moves of a whole solution from the start."""
        if self._solution is None:
            self._solution = self.env.oracle(self.problem.data)
        return self._solution

    @property
    def takes_lines(self) -> bool:
        """Say whether an answer has several lines."""
        return not self.has_turns and "\n" in self.solution[0]

    @property
    def score(self) -> str:
        """The score so far in a sentence."""
        return f"{self.total:g} of {self.num_played} solved."

    def act(self, text: str) -> Verdict | None:
        """Play a move; the verdict where it ends the episode."""
        step = self.env.advance(self.session, text)
        self.texts.append(text)
        self._sessions.append(step.session)
        self._observations.append(step.observation)
        if step.verdict is not None:
            self.num_played += 1
            self.total += step.verdict.reward
        return step.verdict

    def undo(self, num: int) -> None:
        """Take moves back."""
        if not 1 <= num <= len(self.texts):
            raise UsageError(f"there are {len(self.texts)} moves to take back, not {num}")
        del self.texts[-num:], self._sessions[-num:], self._observations[-num:]

    # -- the next one ---------------------------------------------------------------------------------

    def next(self) -> None:
        """Go on to the next seed."""
        self._last = self.row
        self._open(replace(self.row, seed=self.row.seed + 1))

    def again(self) -> None:
        """Begin this problem again, or the last one where nothing is played yet."""
        self._open(self._last if not self.texts and self._last is not None else self.row)

    def to_level(self, level: int) -> None:
        """Go to another level, in the same split where that level has it."""
        row, splits = self.row, self.env.splits(level) if 0 <= level < len(self.env.levels) else ()
        split = row.split if row.split in splits else None
        self._open(self.env.row_of(row.seed, level, split, row.options))

    def to_style(self, style: str) -> None:
        """Word the problem otherwise and begin it again."""
        row = self.row
        self._open(self.env.row_of(row.seed, row.level, row.split, row.options | {"style": style}))

    # -- hints ----------------------------------------------------------------------------------------

    def hint(self) -> str:
        """Return one next move, or the answer where one answer is all; else how to come back to a way."""
        if not self.has_turns:
            return self.solution[0]
        way = self._way
        for num_back in range(len(self._sessions)):
            move = self._winning_move(self._sessions[-1 - num_back], way)
            if move is not None:
                return move if num_back == 0 else f"/undo {num_back} leads back to where a way is known"
        return "no way is known from here; /again begins the problem again"

    @property
    def _way(self) -> list[str]:
        """The moves of the solution, one by one where several may be played in a turn."""
        words = " ".join(self.solution).split()
        return words if self._wins(self._sessions[0], words) else self.solution

    def _winning_move(self, session: Session, way: list[str]) -> str | None:
        """Return the first of the way's last moves, where these lead from here to the goal.

        As many of them as there are turns in the way are left out, if that wins, else a few more or fewer.
        """
        for start in sorted(range(len(way)), key=lambda at: abs(at - session.num_turns)):
            if self._wins(session, way[start:]):
                return way[start]
        return None

    def _wins(self, session: Session, texts: list[str]) -> bool:
        for text in texts:
            step = self.env.advance(session, text)
            if step.verdict is not None:
                return step.verdict.correct
            session = step.session
        return False

"""Games of moving one thing at a time, blocks or disks, from a start to a goal in a number of moves."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from reasongym.answers.transfers import Transfer, transferred
from reasongym.core import Data, Env, Json, Turn, Verdict
from reasongym.envs._plans import WholePlan
from reasongym.seeding import Stream

Move: TypeAlias = tuple[str, str]
"""The thing or the place it leaves, and the place it goes to."""


class TransferGame(Env):
    """Play several moves a turn; one that is not legal ends the turn, and those before it count.

    `data` holds `limit` (moves allowed) and `at_once` (moves a turn) besides what the family needs. A
    position is a NamedTuple that has `here`, `goal`, `left` (moves left) and `at_once` among its fields.
    """

    @abstractmethod
    def position(self, data: Data) -> Json:
        """Return the position that a problem starts in."""

    @abstractmethod
    def names(self, position: Json) -> Mapping[str, str]:
        """Return the names that a move may hold, by their spelling in lower case."""

    @abstractmethod
    def moved(self, position: Json, transfer: Transfer) -> Json:
        """Return the position after what was written, one move fewer left, or which rule it breaks."""

    @abstractmethod
    def shortest(self, data: Data) -> list[Move]:
        """Return the moves of a shortest plan."""

    @abstractmethod
    def written(self, moves: Sequence[Move]) -> str:
        """Write moves as words."""

    @abstractmethod
    def terse(self, position: Json) -> str:
        """Write position, goal and moves left, and no more."""

    def start(self, data: Data) -> Json:
        return self.position(data)

    def act(self, state: Json, text: str, rng: Stream) -> Turn:
        read = transferred(text, self.names(state), state.at_once)
        if isinstance(read, str):
            return Turn(state, f"not a move ({read})\n{self.terse(state)}")
        for transfer in read:
            after = self.moved(state, transfer)
            if isinstance(after, str):
                move = self.written([(transfer.what, transfer.to)])
                return Turn(state, f"{move} is illegal ({after})\n{self.terse(state)}")
            state = after
            if state.here == state.goal:
                return Turn(state, self.terse(state), 1.0, Verdict.of("ok", text[:200]))
            if not state.left:
                return Turn(state, self.terse(state), 0.0, Verdict.of("out_of_moves", text[:200]))
        return Turn(state, self.terse(state))

    def oracle(self, data: Data) -> list[str]:
        moves, at_once = self.shortest(data), data["at_once"]
        return [self.written(moves[at : at + at_once]) for at in range(0, len(moves), at_once)]


class TransferPlan(WholePlan, TransferGame):
    """Write all moves from start to goal; any legal plan within the limit is right."""

    def verify(self, data: Data, text: str) -> Verdict:
        position = self.position(data)
        read = transferred(text, self.names(position), 4 * data["limit"])
        if isinstance(read, str):
            return Verdict.of(read)
        answer = self.written([(transfer.what, transfer.to) for transfer in read])
        for transfer in read:
            after = self.moved(position, transfer)
            if isinstance(after, str):
                return Verdict.of(after, answer)
            position = after
        if position.here != position.goal:
            return Verdict.of("misses_goal", answer)
        return Verdict.of("ok" if len(read) <= data["limit"] else "too_many_moves", answer)

    def oracle(self, data: Data) -> list[str]:
        return [self.written(self.shortest(data))]

"""`TowerOfHanoi-v0`: move disks between pegs, several moves a turn, within a number of moves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.transfers import Transfer
from reasongym.core import Data, Json
from reasongym.envs._transfers import Move, TransferGame
from reasongym.envs.hanoi import disks
from reasongym.envs.hanoi.disks import LEVELS, PEGS
from reasongym.registry import register
from reasongym.seeding import Stream

_SPACE = (36, 2_400, 3_200, 24_000, 54_000, 46_000, 740_000)
_CHANCE = (0.23, 0.015, 0.0, 0.0, 0.0, 0.0, 0.0)
_GRACE = 4
"""Turns beyond those that full turns would take, for mistakes."""
_ASK = {
    "plain": "Reply with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}


class Position(NamedTuple):
    """Where the disks are, and what is wanted."""

    pegs: str
    here: str
    """The peg of each disk, from the smallest."""
    goal: str
    left: int
    """Moves left."""
    at_once: int


@register("TowerOfHanoi-v0")
class TowerOfHanoi(TransferGame):
    """Move one disk at a time, never onto a smaller one, until all lie as in the goal.

    `data` holds `pegs` (how many), `start` and `goal` (the peg of each disk, from the smallest), `limit`
    (moves allowed), `optimal` (whether fewer cannot do) and `at_once` (moves a turn).
    """

    family = "tower_of_hanoi"
    levels = tuple(
        f"{level.disks} disks on {level.pegs} pegs, {level.near} to {level.far} moves away, "
        + (f"{level.spare} more allowed" if level.spare else "no more allowed")
        for level in LEVELS
    )
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the rules, and a peg a line",
        "tags": "with <think> and <answer> tags",
        "boxed": "the moves in \\boxed{}",
        "terse": "pegs and disks alone, from the bottom up: `A 3 1 B C 2 goal A B C 3 2 1 left 5 :`",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return disks.draw_problem(rng, LEVELS[level])

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(self.position(data))
        return (
            f"{rules(data)} Each turn, write 1 to {data['at_once']} moves as pairs of pegs: `A C` moves the "
            f"top disk of A to C, `A C , B A` makes two moves. You are then shown the pegs. {_ASK[style]}\n\n"
            f"{picture_in_words(data)}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].far + LEVELS[level].spare + _GRACE

    def position(self, data: Data) -> Position:
        return Position(PEGS[: data["pegs"]], data["start"], data["goal"], data["limit"], data["at_once"])

    def names(self, position: Position) -> Mapping[str, str]:
        return {peg.lower(): peg for peg in position.pegs}

    def moved(self, position: Position, transfer: Transfer) -> Position | str:
        what, to, source, disk = transfer
        if source:
            return "syntax"
        if disk > len(position.here):
            return "no_such_disk"
        leaves = what or position.here[disk - 1]
        if disk and position.here.find(leaves) != disk - 1:
            return "not_on_top"
        after = disks.moved(position.here, leaves, to)
        return after if after.islower() else position._replace(here=after, left=position.left - 1)

    def shortest(self, data: Data) -> list[Move]:
        return disks.shortest(data["start"], data["goal"], PEGS[: data["pegs"]])

    def written(self, moves: Sequence[Move]) -> str:
        """Write moves as words: `A C , B A`."""
        return " , ".join(f"{source} {target}" for source, target in moves)

    def terse(self, position: Position) -> str:
        here, goal = (_line(part, position.pegs) for part in (position.here, position.goal))
        return f"{here} goal {goal} left {position.left} :"

    def canonical(self, data: Data) -> str:
        """Name the pegs by the order in which start and goal come to them."""
        number: dict[str, int] = {}
        both: str = data["start"] + data["goal"]
        return f"{data['pegs']} {''.join(str(number.setdefault(peg, len(number))) for peg in both)}"

    def symmetric(self, data: Data, rng: Stream) -> Data:
        pegs = PEGS[: data["pegs"]]
        renamed = str.maketrans(pegs, "".join(rng.shuffled(pegs)))
        return data | {part: data[part].translate(renamed) for part in ("start", "goal")}

    def space(self, level: int) -> int:
        """Return how many were counted in 60,000 draws; on four pegs, a third of what one in five would be.

        There are 4^2n / 24 pairs of positions of n disks up to the names of the pegs, of which more than
        one in five is as far apart as the level says.
        """
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Position, rng: Stream) -> str:
        return self.written([rng.pick(disks.legal_moves(state.here, state.pegs))])

    def prove(self, data: Data) -> bool:
        """Confirm by breadth-first search that the goal is as many moves away as the limit allows for."""
        fewest, _ = disks.count_positions(data["start"], data["goal"], data["pegs"])
        return 0 < fewest == len(self.shortest(data)) <= data["limit"] and (
            not data["optimal"] or fewest == data["limit"]
        )

    def effort(self, data: Data) -> float:
        """Return the positions that breadth-first search from the start sees until it has the goal."""
        return disks.count_positions(data["start"], data["goal"], data["pegs"])[1]


def rules(data: Data) -> str:
    """Explain the moves and what is wanted."""
    limit, num = data["limit"], len(data["start"])
    return (
        f"Disks of {num} sizes, 1 the smallest, lie on the pegs {', '.join(PEGS[: data['pegs']])}. A move "
        "takes the top disk of one peg and puts it on top of another peg, never onto a smaller disk. In at "
        f"most {limit} move{'s' * (limit > 1)}"
        + (", which is as few as can be" if data["optimal"] else "")
        + ", turn the start into the goal."
    )


def picture_in_words(data: Data) -> str:
    """Write the disks on each peg in start and goal, from the bottom up."""
    pegs = PEGS[: data["pegs"]]
    return "\n".join(
        f"{part} (disks from bottom to top): "
        + "; ".join(
            f"{peg}: {' '.join(map(str, stack)) or 'none'}"
            for peg, stack in zip(pegs, disks.stacks(data[part.lower()], pegs), strict=True)
        )
        for part in ("Start", "Goal")
    )


def _line(position: str, pegs: str) -> str:
    return " ".join(
        " ".join((peg, *map(str, stack)))
        for peg, stack in zip(pegs, disks.stacks(position, pegs), strict=True)
    )

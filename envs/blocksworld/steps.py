"""`Blocksworld-v0`: rebuild stacks of blocks, several moves a turn, within a number of moves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reasongym.answers.transfers import Transfer
from reasongym.core import Data, Json
from reasongym.envs._transfers import Move, TransferGame
from reasongym.envs.blocksworld import identity, proof, towers
from reasongym.envs.blocksworld.towers import LEVELS, TABLE, Stacks
from reasongym.registry import register
from reasongym.seeding import Stream

_SPACE = (78, 5_800, 12_000, 40_000, 23_000, 11_000, 2_300)
_CHANCE = (0.08, 0.001, 0.0, 0.0, 0.0, 0.0, 0.0)
_GRACE = 4
"""Turns beyond one for each move that is allowed."""
_ASK = {
    "plain": "Reply with the moves alone.",
    "tags": "Think in <think> </think> tags, then write the moves in <answer> </answer> tags.",
    "boxed": "Put the moves in \\boxed{}.",
}
_TABLES = dict.fromkeys(("table", "floor", "ground"), TABLE)


class Position(NamedTuple):
    """Where the blocks stand, and what is wanted."""

    here: Stacks
    goal: Stacks
    left: int
    """Moves left."""
    at_once: int


@register("Blocksworld-v0")
class Blocksworld(TransferGame):
    """Move one block at a time, onto another or the table, until all stand as in the goal.

    `data` holds `start` and `goal` (lists of stacks, each from the table upwards), `limit` (moves allowed),
    `optimal` (whether fewer cannot do) and `at_once` (moves a turn). The fewest moves are found by a
    planner and proved by another method, at all sizes here.
    """

    family = "blocksworld"
    levels = tuple(
        f"{level.blocks} blocks, {level.near} to {level.far} moves away, "
        + (f"{level.spare} more allowed" if level.spare else "no more allowed")
        for level in LEVELS
    )
    default_level = 2
    styles = {  # noqa: RUF012
        "plain": "the rules, and a stack a line",
        "tags": "with <think> and <answer> tags",
        "boxed": "the moves in \\boxed{}",
        "terse": "letters alone, stacks from the table upwards: `A C | B goal C B A left 4 :`",
    }

    def generate(self, rng: Stream, level: int, options: Mapping[str, Json]) -> Data:
        return towers.draw_problem(rng, LEVELS[level])

    def prompt(self, data: Data, style: str) -> str:
        if style == "terse":
            return self.terse(self.position(data))
        return (
            f"{rules(data)} Each turn, write 1 to {data['at_once']} moves, such as {example(data)}; you are "
            f"then shown the stacks. {_ASK[style]}\n\n{picture_in_words(data)}"
        )

    def max_turns(self, level: int) -> int:
        return LEVELS[level].far + LEVELS[level].spare + _GRACE

    def position(self, data: Data) -> Position:
        return Position(
            towers.ordered(data["start"]), towers.ordered(data["goal"]), data["limit"], data["at_once"]
        )

    def names(self, position: Position) -> Mapping[str, str]:
        return {block.lower(): block for stack in position.here for block in stack} | _TABLES

    def moved(self, position: Position, transfer: Transfer) -> Position | str:
        what, to, source, disk = transfer
        if disk or not what:
            return "syntax"
        if source and towers.supports(position.here).get(what) != source:
            return "not_there"
        after = towers.moved(position.here, what, to)
        return after if isinstance(after, str) else position._replace(here=after, left=position.left - 1)

    def shortest(self, data: Data) -> list[Move]:
        return _planned(data).moves

    def written(self, moves: Sequence[Move]) -> str:
        """Write moves as words: `A on B , C on table`."""
        return " , ".join(f"{block} on {onto}" for block, onto in moves)

    def terse(self, position: Position) -> str:
        here, goal = (
            " | ".join(" ".join(stack) for stack in part) for part in (position.here, position.goal)
        )
        return f"{here} goal {goal} left {position.left} :"

    def canonical(self, data: Data) -> str:
        return identity.canonical_form(data["start"], data["goal"])

    def symmetric(self, data: Data, rng: Stream) -> Data:
        """Rename the blocks and put the stacks in another order."""
        blocks = [block for stack in data["start"] for block in stack]
        renamed = dict(zip(blocks, rng.shuffled(towers.LETTERS), strict=False))
        return data | {
            part: rng.shuffled([[renamed[block] for block in stack] for stack in data[part]])
            for part in ("start", "goal")
        }

    def space(self, level: int) -> int:
        """Return how many were counted in up to 60,000 draws (rounded down)."""
        return _SPACE[level]

    def chance(self, level: int) -> float:
        """Return what the random legal player earns, measured on 1,000 problems and rounded."""
        return _CHANCE[level]

    def random_action(self, state: Position, rng: Stream) -> str:
        return self.written([rng.pick(towers.legal_moves(state.here))])

    def prove(self, data: Data) -> bool:
        """Confirm without a planner that the goal is as many moves away as the limit allows for."""
        fewest = proof.fewest_moves(data["start"], data["goal"])
        return 0 < fewest == len(self.shortest(data)) <= data["limit"] and (
            not data["optimal"] or fewest == data["limit"]
        )

    def effort(self, data: Data) -> float:
        """Return how many tops of stacks the planner looks at."""
        return _planned(data).looked


def _planned(data: Data) -> towers.Plan:
    return towers.shortest_plan(towers.ordered(data["start"]), towers.ordered(data["goal"]))


def rules(data: Data) -> str:
    """Explain the moves and what is wanted."""
    limit = data["limit"]
    moves = f"{limit} move{'s' * (limit > 1)}"
    return (
        "Blocks stand in stacks on a table. A move takes a block that has none on it and puts it onto "
        f"another block that has none on it, or onto the table. In at most {moves}"
        + (", which is as few as can be" if data["optimal"] else "")
        + ", turn the start into the goal; in which order the stacks stand does not matter."
    )


def example(data: Data) -> str:
    """Write two moves of this problem's blocks, legal or not."""
    first, second, third, *_ = sorted(block for stack in data["start"] for block in stack)
    return f"`{first} on {second}` or `{third} on table`"


def picture_in_words(data: Data) -> str:
    """Write the stacks of start and goal, from the table upwards."""
    return "\n".join(
        f"{part} (each stack from bottom to top): "
        + " | ".join(" ".join(stack) for stack in data[part.lower()])
        for part in ("Start", "Goal")
    )

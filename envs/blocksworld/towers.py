"""Stacks of blocks: how they are drawn, moved and rebuilt in as few moves as can be.

The planner rests on two facts (Gupta and Nau 1992; Slaney and Thiébaux 2001): to move a block to where the
goal wants it, on what is already as the goal wants it, never costs a move; and where no such move is there,
some block that is in the way must go to the table and be moved a second time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from reasongym.core import Data
from reasongym.seeding import Stream

Stacks: TypeAlias = tuple[tuple[str, ...], ...]
"""Stacks from the table upwards, in alphabetical order."""
TABLE = "table"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Names of blocks; I and O look like digits."""
_TRIES = 60


class Level(NamedTuple):
    """What the problems of a level are like."""

    blocks: int
    stacks: int
    """At most so many stacks."""
    near: int
    far: int
    """Bounds of the fewest moves."""
    twice: int
    """At least so many blocks must be moved twice."""
    spare: int
    """Moves that are allowed beyond the fewest."""
    at_once: int
    """Moves a turn."""


LEVELS = (
    Level(4, 3, 2, 3, 0, 3, 2),
    Level(6, 4, 3, 5, 0, 3, 3),
    Level(6, 3, 6, 9, 1, 2, 3),
    Level(8, 3, 8, 11, 1, 1, 4),
    Level(10, 3, 10, 14, 2, 0, 5),
    Level(13, 4, 14, 19, 3, 0, 6),
    Level(17, 4, 19, 23, 4, 0, 8),
)


class Plan(NamedTuple):
    """A shortest plan and what it took to find it."""

    moves: list[tuple[str, str]]
    """Block, and the block or table it goes onto."""
    twice: int
    """How many blocks are moved twice."""
    looked: int
    """How many tops of stacks the planner looked at."""


def ordered(stacks: Sequence[Sequence[str]]) -> Stacks:
    """Return stacks in alphabetical order, without empty ones."""
    return tuple(sorted(tuple(stack) for stack in stacks if stack))


def draw_problem(rng: Stream, level: Level) -> Data:
    """Draw start and goal until the fewest moves are as the level says; then draw smaller demands."""
    names = sorted(rng.shuffled(LETTERS)[: level.blocks])
    least, twice = level.near, level.twice
    while True:
        for _ in range(_TRIES):
            start, goal = _draw_stacks(rng, names, level.stacks), _draw_stacks(rng, names, level.stacks)
            plan = shortest_plan(start, goal)
            num = len(plan.moves)
            if least <= num <= level.far and plan.twice >= twice:
                limit = num + level.spare
                return {
                    "start": [list(stack) for stack in start],
                    "goal": [list(stack) for stack in goal],
                    "limit": limit,
                    "optimal": level.spare == 0,
                    "at_once": level.at_once,
                }
        least, twice = max(1, least - 1), max(0, twice - 1)


def _draw_stacks(rng: Stream, names: Sequence[str], most: int) -> Stacks:
    stacks: list[list[str]] = [[] for _ in range(rng.between(1, most))]
    for name in rng.shuffled(names):
        rng.pick(stacks).append(name)
    return ordered(stacks)


def moved(stacks: Stacks, block: str, onto: str) -> Stacks | str:
    """Return the stacks after a move, or which rule it breaks."""
    source = next((stack for stack in stacks if stack[-1] == block), None)
    if source is None:
        return "not_on_top"
    if onto == block:
        return "onto_itself"
    if onto == TABLE:
        target: tuple[str, ...] | None = ()
        if len(source) == 1:
            return "already_there"
    else:
        target = next((stack for stack in stacks if stack[-1] == onto), None)
        if target is None:
            return "onto_covered"
    rest = [stack for stack in stacks if stack not in (source, target)]
    return ordered([*rest, source[:-1], (*target, block)])


def legal_moves(stacks: Stacks) -> list[tuple[str, str]]:
    """Return every legal move."""
    tops = [stack[-1] for stack in stacks]
    onto_blocks = [(block, onto) for block in tops for onto in tops if onto != block]
    return onto_blocks + [(stack[-1], TABLE) for stack in stacks if len(stack) > 1]


def supports(stacks: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return what each block stands on."""
    return {block: below for stack in stacks for below, block in zip((TABLE, *stack), stack, strict=False)}


def settled(stacks: Sequence[Sequence[str]], goal: dict[str, str]) -> set[str]:
    """Return the blocks that stand on what the goal wants, and all below them too."""
    found: set[str] = set()
    for stack in stacks:
        below = TABLE
        for block in stack:
            if goal[block] != below:
                break
            found.add(block)
            below = block
    return found


def shortest_plan(start: Stacks, goal: Stacks) -> Plan:
    """Search breadth-first over which blocks go to the table when no block can go where it belongs."""
    wanted = supports(goal)
    looked = 0
    frontier: list[tuple[Stacks, list[tuple[str, str]]]] = [(start, [])]
    seen: set[Stacks] = set()
    for twice in range(len(wanted) + 1):
        ahead: list[tuple[Stacks, list[tuple[str, str]]]] = []
        for stacks, moves in frontier:
            stuck, more = _settle(stacks, wanted)
            looked += (len(more) + 1) * len(stacks)
            if stuck == goal:
                return Plan(moves + more, twice, looked)
            if stuck in seen:
                continue
            seen.add(stuck)
            done = settled(stuck, wanted)
            for stack in stuck:
                if len(stack) > 1 and stack[-1] not in done:
                    rest = [one for one in stuck if one is not stack]
                    after = ordered([*rest, stack[:-1], (stack[-1],)])
                    ahead.append((after, [*moves, *more, (stack[-1], TABLE)]))
        frontier = ahead
    raise AssertionError("every goal can be built from the table")


def _settle(stacks: Stacks, wanted: dict[str, str]) -> tuple[Stacks, list[tuple[str, str]]]:
    """Move blocks to where the goal wants them until no more can be."""
    piles = [list(stack) for stack in stacks]
    done = settled(piles, wanted)
    moves: list[tuple[str, str]] = []
    while True:
        ready = {pile[-1]: pile for pile in piles if pile and pile[-1] in done}
        for pile in piles:
            block = pile[-1] if pile else TABLE
            if block in done or block == TABLE:
                continue
            below = wanted[block]
            if below == TABLE or below in ready:
                pile.pop()
                if below == TABLE:
                    piles.append([block])
                else:
                    ready[below].append(block)
                done.add(block)
                moves.append((block, below))
                break
        else:
            return ordered(piles), moves


def random_walk(rng: Stream, stacks: Stacks, num: int) -> Iterator[tuple[str, str]]:
    """Yield random legal moves."""
    for _ in range(num):
        block, onto = rng.pick(legal_moves(stacks))
        yield block, onto
        after = moved(stacks, block, onto)
        stacks = stacks if isinstance(after, str) else after

"""Disks on pegs: how positions are drawn, moved and solved in as few moves as can be.

A position is a text with the peg of each disk, from the smallest to the largest: `ACA` has disks 1 and 3 on
peg A and disk 2 on peg C. Each such text is a legal position.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from reasongym.core import Data
from reasongym.seeding import Stream

PEGS = "ABCD"
_TRIES = 200


class Level(NamedTuple):
    """What the problems of a level are like."""

    pegs: int
    disks: int
    near: int
    far: int
    """Bounds of the fewest moves."""
    spare: int
    """Moves that are allowed beyond the fewest."""
    at_once: int
    """Moves a turn."""


LEVELS = (
    Level(3, 3, 2, 3, 4, 2),
    Level(3, 5, 4, 11, 4, 4),
    Level(3, 5, 12, 20, 3, 5),
    Level(3, 6, 24, 40, 2, 8),
    Level(3, 7, 56, 100, 0, 16),
    Level(4, 6, 11, 17, 0, 4),
    Level(4, 7, 14, 25, 0, 5),
)


def draw_problem(rng: Stream, level: Level) -> Data:
    """Draw start and goal until the fewest moves are as the level says; then take fewer."""
    pegs = PEGS[: level.pegs]
    least = level.near
    while True:
        for _ in range(_TRIES):
            start = "".join(rng.pick(pegs) for _ in range(level.disks))
            goal = "".join(rng.pick(pegs) for _ in range(level.disks))
            num = len(shortest(start, goal, pegs))
            if least <= num <= level.far:
                return {
                    "pegs": level.pegs,
                    "start": start,
                    "goal": goal,
                    "limit": num + level.spare,
                    "optimal": level.spare == 0,
                    "at_once": level.at_once,
                }
        least = max(1, least - 1)


def moved(position: str, source: str, target: str) -> str:
    """Return the position after a move, or which rule it breaks, as a code in lower case."""
    disk = position.find(source)
    if disk < 0:
        return "empty_peg"
    if source == target:
        return "same_peg"
    if 0 <= position.find(target) < disk:
        return "onto_smaller"
    return position[:disk] + target + position[disk + 1 :]


def legal_moves(position: str, pegs: str) -> list[tuple[str, str]]:
    """Return every legal move as source and target."""
    pairs = [(source, target) for source in pegs for target in pegs if source != target]
    return [pair for pair in pairs if moved(position, *pair)[0].isupper()]


def stacks(position: str, pegs: str) -> list[list[int]]:
    """Return the disks on each peg, from the bottom up; disk 1 is the smallest."""
    sizes = range(len(position), 0, -1)
    return [[size for size in sizes if position[size - 1] == peg] for peg in pegs]


def shortest(start: str, goal: str, pegs: str) -> list[tuple[str, str]]:
    """Return the moves of a shortest way."""
    return _three_pegs(start, goal) if len(pegs) == 3 else _meet(start, goal, pegs)


def _three_pegs(start: str, goal: str) -> list[tuple[str, str]]:
    """Compare the two ways there are: the largest disk that must move does so once or twice.

    (Hinz, "The Tower of Hanoi", L'Enseignement Mathématique 35, 1989; it never pays to move it thrice, nor
    to move a larger one that is where it should be.)
    """
    num = len(start)
    while num and start[num - 1] == goal[num - 1]:
        num -= 1
    if not num:
        return []
    small, wanted, source, target = start[: num - 1], goal[: num - 1], start[num - 1], goal[num - 1]
    [other] = set("ABC") - {source, target}
    once = [*_gather(small, other), (source, target), *_spread(other, wanted)]
    if _least(small, target) + _least(wanted, source) + 2 ** (num - 1) + 1 >= len(once):
        return once
    between = _gather(target * (num - 1), source)
    return [*_gather(small, target), (source, other), *between, (other, target), *_spread(source, wanted)]


def _gather(position: str, peg: str) -> list[tuple[str, str]]:
    """Return the moves that bring all disks to one peg."""
    if not position:
        return []
    small, source = position[:-1], position[-1]
    if source == peg:
        return _gather(small, peg)
    [other] = set("ABC") - {source, peg}
    return [*_gather(small, other), (source, peg), *_gather(other * len(small), peg)]


def _spread(peg: str, position: str) -> list[tuple[str, str]]:
    return [(target, source) for source, target in reversed(_gather(position, peg))]


def _least(position: str, peg: str) -> int:
    """Count the moves that bring all disks to one peg."""
    moves = 0
    for disk in range(len(position), 0, -1):
        source = position[disk - 1]
        if source != peg:
            moves += 2 ** (disk - 1)
            [peg] = set("ABC") - {source, peg}
    return moves


def _meet(start: str, goal: str, pegs: str) -> list[tuple[str, str]]:
    """Search breadth-first from both ends, always from the smaller side, until they meet."""
    came: tuple[dict[str, str], dict[str, str]] = ({start: ""}, {goal: ""})
    fronts = ([start], [goal])
    meeting = start if start == goal else ""
    while not meeting:
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        ahead: list[str] = []
        for here in fronts[side]:
            for after in _neighbours(here, pegs):
                if after not in came[side]:
                    came[side][after] = here
                    ahead.append(after)
        meeting = min((one for one in ahead if one in came[1 - side]), default="")
        fronts[side][:] = ahead
    way = [*_chain(came[0], meeting)[::-1], *_chain(came[1], meeting)[1:]]
    return [_step(before, after) for before, after in pairwise(way)]


def _neighbours(position: str, pegs: str) -> Iterator[str]:
    tops = [(disk, peg) for peg in pegs if (disk := position.find(peg)) >= 0]
    free = [peg for peg in pegs if peg not in position]
    for disk, _ in tops:
        for target in (*free, *(peg for other, peg in tops if other > disk)):
            yield position[:disk] + target + position[disk + 1 :]


def _chain(came: dict[str, str], here: str) -> list[str]:
    way = [here]
    while came[way[-1]]:
        way.append(came[way[-1]])
    return way


def _step(before: str, after: str) -> tuple[str, str]:
    return next((source, target) for source, target in zip(before, after, strict=True) if source != target)


def count_positions(start: str, goal: str, num_pegs: int) -> tuple[int, int]:
    """Return the fewest moves and the positions seen by breadth-first search from the start alone.

    Positions are numbers in base four, two bits a disk, and share no code with what `shortest` uses.
    """
    code = {peg: number for number, peg in enumerate(PEGS)}
    first, last = (sum(code[peg] << 2 * disk for disk, peg in enumerate(one)) for one in (start, goal))
    seen, front, away = {first}, [first], 0
    while last not in seen:
        away += 1
        ahead: list[int] = []
        for here in front:
            blocked = 0  # pegs on which a smaller disk lies
            for disk in range(len(start)):
                peg = here >> 2 * disk & 3
                if not blocked >> peg & 1:
                    for target in range(num_pegs):
                        if not blocked >> target & 1 and target != peg:
                            after = here + ((target - peg) << 2 * disk)
                            if after not in seen:
                                seen.add(after)
                                ahead.append(after)
                    blocked |= 1 << peg
        front = ahead
    return away, len(seen)


def random_walk(rng: Stream, position: str, pegs: str, num: int) -> Iterator[tuple[str, str]]:
    """Yield random legal moves."""
    for _ in range(num):
        move = rng.pick(legal_moves(position, pegs))
        yield move
        position = moved(position, *move)

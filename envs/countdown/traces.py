"""Searches for an answer as texts to learn from: what is tried, what fails, and the way back.

The idea is Stream of Search (Gandhi et al., arXiv 2404.03683, section 3): depth-first and breadth-first
search, guided by the distance to the target or to its divisors, written down with its mistakes. The notation
is ours, words between single spaces; 26 from 3 5 7:

    <think> have 3 5 7 ; 5 * 3 = 15 , have 7 15 ; 15 + 7 = 22 , not 26 ; 15 - 7 = 8 , not 26 ; at 3 5 7 ;
    7 * 3 = 21 , have 5 21 ; 21 + 5 = 26 , yes ; so 7 * 3 = 21 , 21 + 5 = 26 </think>
    <answer> 7 * 3 + 5 </answer>

Every result is at most the largest number with as many digits as the target, as in the generator's own
solution; without that a search wanders, and a small model would need a word for every number.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from typing import NamedTuple, TypeAlias

from reasongym.core import Data
from reasongym.envs.countdown.problems import OPERATORS, Step, expression, operate, read_steps
from reasongym.seeding import Stream

KINDS = {
    "search": "a depth-first or a breadth-first search, drawn for each problem",
    "dfs": "a depth-first search, the most promising step first",
    "bfs": "a breadth-first search that keeps the 1 to 5 most promising positions",
    "path": "the way to the answer and nothing else",
}
MAX_TRIES = 60
"""Steps a search may try before it gives up."""
WIDTHS = range(1, 6)
"""Positions a breadth-first search keeps (Stream of Search's 1 to 5)."""

Numbers: TypeAlias = tuple[int, ...]
Heuristic: TypeAlias = Callable[[Numbers, int], int]


class Node(NamedTuple):
    """Where a search stands: the numbers that are left, ascending, and the steps to here."""

    numbers: Numbers
    steps: tuple[Step, ...] = ()


class _Solved(Exception):
    """Ends a search at its goal."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__()
        self.steps = steps


class _GaveUp(Exception):
    """Ends a search that has tried enough."""


def trace(data: Data, kind: str, rng: Stream) -> str:
    """Write down how the problem is worked on; a search that gives up ends without an answer."""
    numbers: list[int] = data["numbers"]
    if kind == "path":
        return f"<think> have {_listed(sorted(numbers))} {_ending(numbers, read_steps(data['solution']))}"
    if kind == "search":
        kind = rng.pick(("dfs", "bfs"))
    search = _Search(data, rng)
    try:
        search.depth_first(search.start) if kind == "dfs" else search.breadth_first(rng.pick(WIDTHS))
    except _Solved as solved:
        return f"<think> {search.told} {_ending(numbers, solved.steps)}"
    except _GaveUp:
        pass
    return f"<think> {search.told} ; nothing found </think> no answer"


class _Search:
    """One search and what it has told so far."""

    def __init__(self, data: Data, rng: Stream) -> None:
        self.target: int = data["target"]
        self.use_all: bool = data["use_all"]
        self.start = self._place = Node(tuple(sorted(data["numbers"])))
        self.largest = max(10 ** len(str(self.target)) - 1, *self.start.numbers)
        self._rng = rng
        self._distance = rng.pick((_to_target, _to_divisors))
        self._seen: set[Numbers] = {self.start.numbers}
        self._words = [f"have {_listed(self.start.numbers)}"]
        self._num_tries = 0

    @property
    def told(self) -> str:
        return " ; ".join(self._words)

    def depth_first(self, node: Node) -> None:
        """Follow each step to its end before the next one is tried."""
        for child in self._children(node):
            self._try(node, child)
            if len(child.numbers) > 1:
                self.depth_first(child)

    def breadth_first(self, width: int) -> None:
        """Try the best steps of every position kept, then keep the best positions they lead to."""
        kept = [self.start]
        while kept:
            reached: list[Node] = []
            for node in kept:
                for child in islice(self._children(node), 2 * width):
                    self._try(node, child)
                    reached.append(child)
            kept = [node for node in self._best(reached)[:width] if len(node.numbers) > 1]

    def _try(self, node: Node, child: Node) -> None:
        """Tell one step; raises _Solved or _GaveUp where it is the last."""
        if self._num_tries >= MAX_TRIES:
            raise _GaveUp
        self._num_tries += 1
        self._seen.add(child.numbers)
        if node != self._place:
            self._words.append(f"at {_listed(node.numbers)}")
        step, is_last = child.steps[-1], len(child.numbers) == 1
        self._place = node if is_last else child
        outcome = f"not {self.target}" if is_last else f"have {_listed(child.numbers)}"
        self._words.append(f"{step.text} = {step.result} , {'yes' if self._wins(child) else outcome}")
        if self._wins(child):
            raise _Solved(child.steps)

    def _children(self, node: Node) -> Iterator[Node]:
        """Yield the positions one step away that no step has led to yet, the most promising first."""
        for child in self._best([Node(*move) for move in self._moves(node)]):
            if child.numbers not in self._seen:  # looked up late: a search below may have been there
                yield child

    def _moves(self, node: Node) -> Iterator[tuple[Numbers, tuple[Step, ...]]]:
        for first, second in combinations(range(len(node.numbers)), 2):
            small, large = node.numbers[first], node.numbers[second]
            rest = (*node.numbers[:first], *node.numbers[first + 1 : second], *node.numbers[second + 1 :])
            for operator in OPERATORS:
                result = operate(large, operator, small)
                is_idle = small == 1 and operator in "*/"
                if 0 < result <= self.largest and not is_idle:
                    step = Step(large, operator, small, result)
                    yield tuple(sorted((*rest, result))), (*node.steps, step)

    def _best(self, nodes: Sequence[Node]) -> list[Node]:
        return sorted(
            self._rng.shuffled(nodes), key=lambda node: (not self._wins(node), self._far(node.numbers))
        )

    def _wins(self, node: Node) -> bool:
        is_last = len(node.numbers) == 1
        return node.steps[-1].result == self.target and (is_last or not self.use_all)

    def _far(self, numbers: Numbers) -> int:
        return self._distance(numbers, self.target)


def _to_target(numbers: Numbers, target: int) -> int:
    """Sum up how far the numbers are from the target."""
    return sum(abs(target - number) for number in numbers)


def _to_divisors(numbers: Numbers, target: int) -> int:
    """Sum up how far the numbers are from what divides the target, 1 left out."""
    divisors = [one for one in range(2, target + 1) if target % one == 0] or [target]
    return sum(min(abs(one - number) for one in divisors) for number in numbers)


def _ending(numbers: Sequence[int], steps: Sequence[Step]) -> str:
    way = " , ".join(f"{step.text} = {step.result}" for step in steps)
    answer = expression(numbers, steps).replace("(", "( ").replace(")", " )")
    return f"; so {way} </think> <answer> {answer} </answer>"


def _listed(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))

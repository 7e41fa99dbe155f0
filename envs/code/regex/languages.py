"""Regular languages: drawn as trees, told in words, written as patterns, and decided by automata.

A tree is `["set", letters]`, `["text", letters]`, `["run", tree, low, high]` (high -1 for no bound),
`["either", tree, ...]` or `["all", tree, ...]`, one after the other.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from reasongym.core import Json
from reasongym.seeding import Stream

Tree: TypeAlias = list[Json]
ALPHABETS = ("ab01", "abc-", "xy01", "abc1", "01.-")
_MANY = -1


def written(tree: Tree) -> str:
    """Write the pattern of a tree."""
    kind, *parts = tree
    if kind == "set":
        return parts[0] if len(parts[0]) == 1 and parts[0].isalnum() else f"[{_escaped(parts[0])}]"
    if kind == "text":
        return "".join(one if one.isalnum() else f"\\{one}" for one in parts[0])
    if kind == "either":
        return f"(?:{'|'.join(map(written, parts))})"
    if kind == "all":
        return "".join(map(written, parts))
    inner, low, high = parts
    body = written(inner) if inner[0] in ("set", "either") else f"(?:{written(inner)})"
    return body + _QUANTIFIERS.get(
        (low, high), f"{{{low},{'' if high == _MANY else high}}}" if low != high else f"{{{low}}}"
    )


_QUANTIFIERS = {(0, _MANY): "*", (1, _MANY): "+", (0, 1): "?"}


def _escaped(letters: str) -> str:
    return "".join(one if one.isalnum() else f"\\{one}" for one in letters)


def told(tree: Tree) -> str:
    """Tell a tree in words, as what a string consists of."""
    kind, *parts = tree
    if kind == "set":
        return (
            f"one of the characters {' '.join(parts[0])}"
            if len(parts[0]) > 1
            else f"the character {parts[0]}"
        )
    if kind == "text":
        return f"the text {parts[0]!r}"
    if kind == "either":
        return f"either {' or '.join(f'({told(one)})' for one in parts)}"
    if kind == "all":
        return ", then ".join(f"({told(one)})" if one[0] in ("either", "all") else told(one) for one in parts)
    inner, low, high = parts
    return f"{_times(low, high)} ({told(inner)})"


def _times(low: int, high: int) -> str:
    if (low, high) == (0, 1):
        return "optionally"
    if high == _MANY:
        return f"{low} or more times"
    return f"exactly {low} times" if low == high else f"{low} to {high} times"


# -- drawing --------------------------------------------------------------------------------------------


def drawn(rng: Stream, alphabet: str, num_parts: int, depth: int) -> Tree:
    """Draw a language: parts one after the other, with others inside them down to a depth."""
    return ["all", *(_part(rng, alphabet, depth) for _ in range(num_parts))]


def is_nested(part: Tree) -> bool:
    """Say whether a part has others inside it."""
    return part[0] == "either" or (part[0] == "run" and part[1][0] != "set")


def _part(rng: Stream, alphabet: str, depth: int) -> Tree:
    way = rng.below(5)
    if way == 0:
        return _text(rng, alphabet)
    if way < 3 or depth < 1:
        return ["run", _set(rng, alphabet), *_bounds(rng)]
    if way == 3:
        choices = [_inner(rng, alphabet, depth - 1) for _ in range(rng.between(2, 3))]
        return ["either", *choices] if choices[0] != choices[1] else choices[0]
    return ["run", _inner(rng, alphabet, depth - 1), *_bounds(rng)]


def _inner(rng: Stream, alphabet: str, depth: int) -> Tree:
    if depth < 1:
        return ["all", _set(rng, alphabet), _text(rng, alphabet)] if rng.below(2) else _text(rng, alphabet)
    return ["all", _part(rng, alphabet, depth), _part(rng, alphabet, depth - 1)]


def _set(rng: Stream, alphabet: str) -> Tree:
    letters = rng.shuffled(alphabet)[: rng.between(1, len(alphabet) - 1)]
    return ["set", "".join(sorted(letters))]


def _text(rng: Stream, alphabet: str) -> Tree:
    return ["text", "".join(rng.pick(alphabet) for _ in range(rng.between(1, 3)))]


def _bounds(rng: Stream) -> tuple[int, int]:
    return rng.pick(((0, 1), (0, _MANY), (1, _MANY), (2, _MANY), (2, 2), (1, 2), (1, 3), (2, 3), (3, 3)))


def in_another_order(tree: Tree, rng: Stream) -> Tree:
    """Shuffle the alternatives of a tree."""
    kind, *parts = tree
    if kind in ("set", "text"):
        return tree
    if kind == "run":
        return [kind, in_another_order(parts[0], rng), *parts[1:]]
    moved = [in_another_order(one, rng) for one in parts]
    return [kind, *(rng.shuffled(moved) if kind == "either" else moved)]


# -- deciding -------------------------------------------------------------------------------------------


class Automaton(NamedTuple):
    """The least deterministic automaton of a language, its states numbered as they are first reached."""

    alphabet: str
    moves: tuple[tuple[int, ...], ...]
    """The next state by state and letter; state 0 is the first."""
    accepting: frozenset[int]

    def accepts(self, text: str) -> bool:
        """Say whether a string over the alphabet is in the language."""
        state = 0
        for letter in text:
            state = self.moves[state][self.alphabet.index(letter)]
        return state in self.accepting


class _Nondeterministic:
    """Thompson's construction: states with moves by letter, and moves that read nothing."""

    def __init__(self) -> None:
        self.moves: list[dict[str, int]] = []
        self.silent: list[list[int]] = []

    def state(self) -> int:
        self.moves.append({})
        self.silent.append([])
        return len(self.moves) - 1

    def add(self, tree: Tree, start: int) -> int:
        """Add a tree behind a state; returns the state at its end."""
        kind, *parts = tree
        if kind == "set":
            end = self.state()
            self.moves[start] |= dict.fromkeys(parts[0], end)
            return end
        if kind == "text":
            for letter in parts[0]:
                start = self.add(["set", letter], start)
            return start
        if kind == "all":
            for one in parts:
                start = self._apart(one, start)
            return start
        if kind == "either":
            end = self.state()
            for one in parts:
                self.silent[self._apart(one, start)].append(end)
            return end
        return self._repeat(parts[0], parts[1], parts[2], start)

    def _apart(self, tree: Tree, start: int) -> int:
        """Add a tree behind a state of its own, so that its moves are not mixed with others."""
        own = self.state()
        self.silent[start].append(own)
        return self.add(tree, own)

    def _repeat(self, inner: Tree, low: int, high: int, start: int) -> int:
        for _ in range(low):
            start = self._apart(inner, start)
        end = self.state()
        self.silent[start].append(end)
        if high == _MANY:
            self.silent[self._apart(inner, end)].append(end)
        for _ in range(high - low):
            start = self._apart(inner, start)
            self.silent[start].append(end)
        return end

    def closed(self, states: Iterable[int]) -> frozenset[int]:
        """Add the states that are reached by reading nothing."""
        found = set(states)
        waiting = list(found)
        while waiting:
            for other in self.silent[waiting.pop()]:
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)


def automaton(tree: Tree, alphabet: str) -> Automaton:
    """Return the least automaton of a tree's language; equal languages have equal ones."""
    machine = _Nondeterministic()
    first = machine.state()
    last = machine.add(tree, first)
    subsets = {machine.closed([first]): 0}
    moves: list[list[int]] = []
    for states in (waiting := list(subsets)):
        row: list[int] = []
        for letter in alphabet:
            after = machine.closed(
                machine.moves[one][letter] for one in states if letter in machine.moves[one]
            )
            if after not in subsets:
                subsets[after] = len(subsets)
                waiting.append(after)
            row.append(subsets[after])
        moves.append(row)
    accepting = {number for states, number in subsets.items() if last in states}
    return _least(alphabet, moves, accepting)


def _least(alphabet: str, moves: Sequence[Sequence[int]], accepting: set[int]) -> Automaton:
    """Merge states that no continuation tells apart (Moore's refinement), and number them breadth first."""
    block = [int(state in accepting) for state in range(len(moves))]
    while True:
        names: dict[tuple[int, ...], int] = {}
        finer = [
            names.setdefault((block[state], *(block[one] for one in row)), len(names))
            for state, row in enumerate(moves)
        ]
        if len(names) == len(set(block)):
            break
        block = finer
    order = {block[0]: 0}
    representative = [0]
    rows: list[tuple[int, ...]] = []
    for state in representative:
        for other in moves[state]:
            if block[other] not in order:
                order[block[other]] = len(order)
                representative.append(other)
        rows.append(tuple(order[block[other]] for other in moves[state]))
    return Automaton(
        alphabet, tuple(rows), frozenset(order[block[one]] for one in accepting if block[one] in order)
    )

"""A search for counterexamples that shares nothing with truth tables: it decides one fact after the other."""

from collections.abc import Iterator
from typing import TypeAlias

from reasongym.core import Data
from reasongym.envs._formulas import ATOMS

Tree: TypeAlias = "tuple[str, tuple[Tree, ...]]"


class Search:
    """The search over one problem; `num_positions` counts the partial cases looked at so far."""

    def __init__(self, data: Data) -> None:
        self.premises = [_tree(iter(formula.split())) for formula, _ in data["premises"]]
        self.num_positions = 0

    def is_consistent(self) -> bool:
        """Say whether some case makes all premises true."""
        return self._is_open(self.premises, {})

    def entails(self, formula: str) -> bool:
        """Say whether no case makes all premises true and this formula false."""
        return not self._is_open([*self.premises, ("not", (_tree(iter(formula.split())),))], {})

    def _is_open(self, wanted: list[Tree], decided: dict[str, bool]) -> bool:
        self.num_positions += 1
        undecided: list[Tree] = []
        for one in wanted:
            value = _value(one, decided)
            if value is False:
                return False
            if value is None:
                undecided.append(one)
        if not undecided:
            return True
        atom = ATOMS[len(decided)]
        return any(self._is_open(undecided, decided | {atom: value}) for value in (True, False))


def _tree(words: Iterator[str]) -> Tree:
    word = next(words)
    if word[0] == "~":
        return "not", ((word[1:], ()),)
    num_parts = 0 if word in ATOMS else 1 if word == "not" else 2
    return word, tuple([_tree(words) for _ in range(num_parts)])


def _value(tree: Tree, decided: dict[str, bool]) -> bool | None:
    """Evaluate a formula by what is decided; None where that does not settle it."""
    word, parts = tree
    if not parts:
        return decided.get(word)
    first = _value(parts[0], decided)
    if word == "not":
        return None if first is None else not first
    second = _value(parts[1], decided)
    if word == "if":
        word, first = "or", None if first is None else not first
    if word in ("and", "or"):
        decisive = word == "or"
        if first is decisive or second is decisive:
            return decisive
        return None if first is None or second is None else not decisive
    if first is None or second is None:
        return None
    return (first == second) == (word == "iff")

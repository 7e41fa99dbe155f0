"""A plain search that shares nothing with the generator's truth tables: formulas as trees, case by case."""

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

from reasongym.core import Data

Tree: TypeAlias = "tuple[str, tuple[Tree, ...]]"


def solutions(data: Data) -> list[tuple[bool, ...]]:
    """Return every way to give out the roles in which exactly the honest speak the truth."""
    said: list[tuple[int, Tree]] = [
        (speaker, _tree(iter(formula.split()))) for speaker, formula, _ in data["statements"]
    ]
    return [
        roles
        for roles in product((False, True), repeat=len(data["names"]))
        if all(_holds(tree, roles) == roles[speaker] for speaker, tree in said)
    ]


def num_looks(data: Data) -> int:
    """Count the words of the statements it looks at, trying all roles, each until a statement fails."""
    said = [
        (speaker, _tree(iter(formula.split())), len(formula.split()))
        for speaker, formula, _ in data["statements"]
    ]
    looks = 0
    for roles in product((False, True), repeat=len(data["names"])):
        for speaker, tree, num_words in said:
            looks += num_words
            if _holds(tree, roles) != roles[speaker]:
                break
    return looks


def _tree(words: Iterator[str]) -> Tree:
    word = next(words)
    num_parts = {"not": 1, "and": 2, "or": 2, "xor": 2, "if": 2, "iff": 2}.get(word, 0)
    return word, tuple([_tree(words) for _ in range(num_parts)])


def _holds(tree: Tree, roles: tuple[bool, ...]) -> bool:
    word, parts = tree
    if not parts:
        return _atom_holds(word, roles)
    first = _holds(parts[0], roles)
    match word:
        case "not":
            return not first
        case "and":
            return first and _holds(parts[1], roles)
        case "or":
            return first or _holds(parts[1], roles)
        case "if":
            return not first or _holds(parts[1], roles)
        case "iff":
            return first == _holds(parts[1], roles)
        case _:
            return first != _holds(parts[1], roles)


def _atom_holds(word: str, roles: tuple[bool, ...]) -> bool:
    num_honest = sum(roles)
    if word == "more":
        return 2 * num_honest > len(roles)
    if word.startswith(">="):
        return num_honest >= int(word[2:])
    if word.startswith("<="):
        return num_honest <= int(word[2:])
    if word.startswith("="):
        return num_honest == int(word[1:])
    person = ord(word[-1]) - ord("A")
    return roles[person] != word.startswith("~")

"""The word list, how guesses are marked and read, and which words fit the marks.

`words.txt` holds lower-case words of four to six letters from SCOWL (Spell Checker Oriented Word Lists) by
Kevin Atkinson, whose notice stands in the LICENSE beside it.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TypeAlias

Guess: TypeAlias = Sequence[str]
"""A word and its marks: per letter `G` (in place), `Y` (elsewhere) or `-` (not in it, or not again)."""

_MOST_CHARS = 400
_WORDS = re.compile(r"[A-Za-z]+")
_CHOICE = re.compile(r"\b(?:or|not)\b|n['’]t\b", re.IGNORECASE)


@cache
def words(length: int) -> tuple[str, ...]:
    """Return all words of a length, in alphabetical order."""
    listed = files("reasongym.envs.wordle").joinpath("words.txt").read_text("ascii").split()
    return tuple(word for word in listed if len(word) == length)


@cache
def secrets(length: int) -> tuple[str, ...]:
    """Return the words that may be hidden: no plurals, no forms of verbs in -s or -ed."""
    return tuple(
        word
        for word in words(length)
        if not word.endswith("ed") and (word[-1] != "s" or word.endswith(("ss", "us", "is")))
    )


def mark(guess: str, secret: str) -> str:
    """Mark a guess; a letter is marked as often as the secret has it, first where it is in place."""
    marks = ["-"] * len(guess)
    remaining: list[str] = []
    for at, letter in enumerate(secret):
        if guess[at] == letter:
            marks[at] = "G"
        else:
            remaining.append(letter)
    for at, letter in enumerate(guess):
        if marks[at] == "-" and letter in remaining:
            marks[at] = "Y"
            remaining.remove(letter)
    return "".join(marks)


def read_guess(answer: str, length: int) -> str | tuple[str]:
    """Read the one guess in a line, its letters together or apart; a tuple says why there is none."""
    if len(answer) > _MOST_CHARS:
        return ("over_limit",)
    if _CHOICE.search(answer):
        return ("hedged",)
    found = [word.lower() for word in _WORDS.findall(answer.rpartition(":")[2])]
    letters = 0
    while letters < len(found) and len(found[-1 - letters]) == 1:
        letters += 1
    if letters > 1:
        return "".join(found[-letters:]) if letters == length else ("wrong_length",)
    if not found or len(found[-1]) != length:
        return ("wrong_length",)
    return ("hedged",) if len(found) > 1 and {len(word) for word in found} == {length} else found[-1]


def hard_fault(guess: str, known: Sequence[Guess]) -> str:
    """Return which hint a guess leaves unused, or nothing."""
    for word, marks in known:
        for at, (letter, marked) in enumerate(zip(word, marks, strict=True)):
            if marked == "G" and guess[at] != letter:
                return f"letter {at + 1} must be {letter}"
        hinted = [letter for letter, marked in zip(word, marks, strict=True) if marked != "-"]
        for letter in hinted:
            if guess.count(letter) < hinted.count(letter):
                return (
                    f"{letter} must be used {hinted.count(letter)} times"
                    if hinted.count(letter) > 1
                    else (f"{letter} must be used")
                )
    return ""


def consistent_sizes(pool: Sequence[str], known: Sequence[Guess], secret: str) -> list[int]:
    """Return how many words fit the marks before each guess of who guesses the first that does.

    The last guess is the secret; empty where the secret does not fit.
    """
    fitting = [word for word in pool if all(mark(guess, word) == marks for guess, marks in known)]
    if secret not in fitting:
        return []
    sizes = [len(fitting)]
    while fitting[0] != secret:
        guess = fitting[0]
        marks = mark(guess, secret)
        fitting = [word for word in fitting if mark(guess, word) == marks]
        sizes.append(len(fitting))
    return sizes

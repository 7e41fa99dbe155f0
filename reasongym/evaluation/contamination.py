"""Which problems of a suite stand in a training set: the same text, or a run of 13 words in common."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NUM_WORDS = 13
"""The length of a run that is hardly ever shared by chance (Brown et al., arXiv 2005.14165, appendix C)."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """A problem of the suite that a training text has to do with."""

    problem: int
    """Its place in the suite."""
    is_exact: bool
    """The same words in the same order, whatever stands between them; else a run of words is shared."""
    text: int
    """The place of the training text, the first exact one if there is any."""
    shared: str
    """The words that both have, of runs the first."""


def overlaps(problems: Sequence[str], texts: Iterable[str]) -> list[Overlap]:
    """Find the problems that texts overlap with, in the order of the suite; the texts are read once.

    A problem of fewer than 13 words is found by exact equality alone.
    """
    wholes, runs = _index(problems)
    exact: dict[int, Overlap] = {}
    partial: dict[int, Overlap] = {}
    for place, text in enumerate(texts):
        words = _words(text)
        for problem in wholes.get(tuple(words), ()):
            exact.setdefault(problem, Overlap(problem, True, place, " ".join(words)))
        for run in _runs(words):
            for problem in runs.get(run, ()):
                partial.setdefault(problem, Overlap(problem, False, place, " ".join(run)))
    return [one for _, one in sorted((partial | exact).items())]


def _index(
    problems: Sequence[str],
) -> tuple[dict[tuple[str, ...], list[int]], dict[tuple[str, ...], set[int]]]:
    """Return the problems by all their words, and by each run of 13."""
    wholes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    runs: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for place, problem in enumerate(problems):
        words = _words(problem)
        wholes[tuple(words)].append(place)
        for run in _runs(words):
            runs[run].add(place)
    return wholes, runs


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(words[at : at + NUM_WORDS]) for at in range(len(words) - NUM_WORDS + 1))

"""Does thinking again help? Episodes with words of self-reflection against those without, by outcome.

After Oat-Zero (Liu et al., "There May Not be Aha Moment in R1-Zero-like Training", 2025): a reflection is a
keyword, *effective* where the answer is right in the end and *superficial* where it is not. As hard problems
make a model both reflect and fail, the difference is taken within problems that have episodes of both kinds.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from reasongym.episodes import Episode
from reasongym.evaluation.statistics import Interval, paired_interval

KEYWORDS = (
    *("recheck", "rethink", "reassess", "reevaluate", "reexamine", "reconsider", "reanalyze"),
    *("double-check", "check again", "think again", "verify again", "go over the steps"),
)
"""Oat-Zero's, whatever their endings; `re-` and a space for the hyphen count too."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """What episodes with and without reflection came to."""

    num_episodes: int
    num_effective: int
    """Episodes that reflect and are right."""
    num_superficial: int
    """Episodes that reflect and are wrong."""
    solved_without: float | None
    """The solve rate of episodes that do not reflect; None where all do."""
    keywords: dict[str, int]
    """How many episodes hold each keyword, the commonest first."""
    characters: tuple[float | None, float | None]
    """The mean length of episodes with and without reflection."""
    num_mixed: int
    """Problems that have episodes of both kinds."""
    effect: float | None
    """Within these problems, the solve rate with less that without."""
    effect_interval: Interval | None

    @property
    def num_reflecting(self) -> int:
        """Episodes that reflect."""
        return self.num_effective + self.num_superficial

    @property
    def solved_with(self) -> float | None:
        """The solve rate of episodes that reflect; None where none does."""
        return self.num_effective / self.num_reflecting if self.num_reflecting else None


def reflection(episodes: Sequence[Episode]) -> Reflection:
    """Report on judged episodes in the order (problem, sample)."""
    found = [_keywords(one) for one in episodes]
    with_, without = (
        [one for one, words in zip(episodes, found, strict=True) if bool(words) == is_reflecting]
        for is_reflecting in (True, False)
    )
    counts = Counter(word for words in found for word in words)
    effective = sum(map(_is_right, with_))
    rates = _mixed_rates(list(zip(episodes, found, strict=True)))
    return Reflection(
        num_episodes=len(episodes),
        num_effective=effective,
        num_superficial=len(with_) - effective,
        solved_without=_mean([_is_right(one) for one in without]),
        keywords=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        characters=(_mean(list(map(_length, with_))), _mean(list(map(_length, without)))),
        num_mixed=len(rates),
        effect=_mean([one - other for one, other in rates]),
        effect_interval=paired_interval(*zip(*rates, strict=True)) if len(rates) > 1 else None,
    )


def _keywords(episode: Episode) -> set[str]:
    text = " ".join(completion.text for completion in episode.completions).lower()
    return {word for word, pattern in _PATTERNS.items() if pattern.search(text)}


def _pattern(word: str) -> re.Pattern[str]:
    stem = re.escape(word).replace(r"\-", "[- ]").replace(r"\ ", r"\s+")
    return re.compile(r"\b" + re.sub(r"^re(?=[a-z])", "re-?", stem.removesuffix("e")))


_PATTERNS = {word: _pattern(word) for word in KEYWORDS}


def _mixed_rates(judged: Sequence[tuple[Episode, set[str]]]) -> list[tuple[float, float]]:
    """Return the solve rates with and without reflection of each problem that has both."""
    rates: list[tuple[float, float]] = []
    for _, members in groupby(judged, key=lambda pair: pair[0].group):
        outcomes: tuple[list[bool], list[bool]] = ([], [])
        for episode, words in members:
            outcomes[bool(words)].append(_is_right(episode))
        if all(outcomes):
            rates.append((fmean(outcomes[True]), fmean(outcomes[False])))
    return rates


def _is_right(episode: Episode) -> bool:
    return bool(episode.verdict and episode.verdict.correct)


def _length(episode: Episode) -> int:
    return sum(len(completion.text) for completion in episode.completions)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None

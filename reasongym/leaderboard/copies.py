"""Runs that are one another: the same completions under another name, or most of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

from reasongym import registry
from reasongym.episodes import Episode, read_episodes
from reasongym.errors import DataError
from reasongym.evaluation.findings import Finding
from reasongym.evaluation.rescoring import completions_digest
from reasongym.evaluation.runs import EPISODES_FILE, Run, read_run
from reasongym.leaderboard.baselines import BASELINES
from reasongym.leaderboard.plausibility import LONG_TEXT, VERY_LONG_TEXT

FEWEST_SHARED = 10
SHARED = 0.5
"""Of the long completions of the smaller run: above it, two runs are one that was touched up."""


@dataclass(frozen=True)
class Played:
    """A run folder as far as comparing it needs."""

    folder: Path
    run: Run
    episodes: Sequence[Episode]

    @property
    def is_baseline(self) -> bool:
        """Whether a program played it."""
        return self.run.player.policy in BASELINES

    @cached_property
    def digest(self) -> str:
        """Names the completions."""
        return completions_digest(self.episodes)

    @cached_property
    def texts(self) -> frozenset[tuple[int, str]]:
        """Completions that two models do not share: very long ones, and long ones that are wrong.

        The right answer alone may be long, and is the same for all.
        """
        return frozenset(
            (one.group, text)
            for one in self.episodes
            if (text := "\n".join(one.actions)) and len(text) >= _least_length(one)
        )

    @property
    def is_the_answers(self) -> bool:
        """Whether it says the right answers and nothing else, as any perfect model may."""
        return all(one.actions == _answers(one) for one in self.episodes)


def _least_length(episode: Episode) -> int:
    return VERY_LONG_TEXT if episode.verdict and episode.verdict.correct else LONG_TEXT


def _answers(episode: Episode) -> list[str]:
    problem = registry.problem(episode.row)
    return list(registry.get(problem.row.env_id).oracle(problem.data))


def read_played(folder: Path) -> Played:
    """Read a run folder without judging it; raises DataError."""
    stored = sorted(read_episodes(folder / EPISODES_FILE), key=lambda one: (one.group, one.member))
    return Played(folder, read_run(folder), stored)


def played_beside(board: Path, run: Run) -> list[Played]:
    """Read the board's runs on the same suite; raises DataError where one cannot be read."""
    if not board.exists():
        return []
    if not board.is_dir():
        raise DataError(f"{board} is a file, not the folder of the board's runs")
    folders = sorted(path for path in board.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [read_played(path) for path in folders if read_run(path).suite_digest == run.suite_digest]


def find_copies(played: Sequence[Played]) -> Iterator[tuple[Path, Finding]]:
    """Compare all pairs of runs on one suite; of a pair the later folder is the copy."""
    for first, second in combinations(played, 2):
        if first.run.suite_digest == second.run.suite_digest and (told := _shared(first, second)):
            yield second.folder, Finding("copied_run", f"{told} {first.folder.name}")


def _shared(first: Played, second: Played) -> str:
    """Say what two runs share; baselines may coincide with one another, as constant and random do."""
    if first.is_baseline and second.is_baseline and first.run.player.policy != second.run.player.policy:
        return ""
    if first.digest == second.digest:
        return "" if second.is_the_answers else "has the completions of"
    if first.run.player == second.run.player:
        return ""
    shared = len(first.texts & second.texts)
    distinct = len({text for _, text in first.texts & second.texts})
    if distinct >= FEWEST_SHARED and shared > SHARED * min(len(first.texts), len(second.texts)):
        return f"has {shared} long completions of"
    return ""

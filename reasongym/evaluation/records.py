"""A judged run, problem by problem, in the terms of other programs' files: name, text, answer, samples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from reasongym import registry
from reasongym.core import Json, Problem
from reasongym.episodes import Completion, Episode
from reasongym.evaluation.suites import Suite, problem_names


@dataclass(frozen=True, slots=True)
class Record:
    """A problem and everything that was played on it."""

    name: str
    """Its own in the benchmark, else its number in the suite; no two are equal."""
    problem: Problem
    episodes: Sequence[Episode]

    @property
    def text(self) -> str:
        """The problem as its source has it, without what a template or a style puts around it."""
        return cast(str, self.problem.data.get("problem", self.problem.prompt))

    @property
    def answer(self) -> str:
        """The right answer, or one of them; of several turns, a line each."""
        told: Json = self.problem.data.get("answer")
        oracle = registry.get(self.problem.row.env_id).oracle
        return told if isinstance(told, str) else "\n".join(oracle(self.problem.data))

    @property
    def texts(self) -> list[str]:
        """The text of each episode's last turn, with what the template began it with."""
        return list(map(last_text, self.episodes))

    @property
    def last_turns(self) -> list[Completion]:
        """The last completion of each episode."""
        return list(map(last_turn, self.episodes))

    @property
    def solve_rate(self) -> float:
        """The share of the episodes that are correct."""
        return sum(bool(one.verdict and one.verdict.correct) for one in self.episodes) / len(self.episodes)

    @property
    def kept(self) -> dict[str, Json]:
        """What no other program has a field for and reading the file back needs."""
        return {
            "finish": [one.finish for one in self.last_turns],
            "token_ids": [one.token_ids for one in self.last_turns],
        }


def records(suite: Suite, episodes: Iterable[Episode]) -> list[Record]:
    """Arrange complete, judged episodes in the order (problem, sample) by problem."""
    grouped = [list(members) for _, members in groupby(episodes, key=lambda one: one.group)]
    return [
        Record(name, problem, members)
        for name, problem, members in zip(_names(suite), suite.problems, grouped, strict=True)
    ]


def last_turn(episode: Episode) -> Completion:
    """Return an episode's last completion; an empty one where its prompt filled the context."""
    return episode.completions[-1] if episode.completions else Completion("", "length")


def last_text(episode: Episode) -> str:
    """Return what was said last, as the environment read it."""
    return episode.actions[-1] if episode.actions else ""


def _names(suite: Suite) -> list[str]:
    names = problem_names(suite)
    are_own = all(names) and len(set(names)) == len(names)
    return names if are_own else [str(place) for place in range(len(names))]

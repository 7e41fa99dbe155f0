"""A judged run, problem by problem, in the terms of other programs' files: name, text, answer, samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from reasongym import registry
from reasongym.core import Json, Problem
from reasongym.episodes import Completion, Episode
from reasongym.evaluation.rescoring import Report
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
        return [one.actions[-1] for one in self.episodes]

    @property
    def last_turns(self) -> list[Completion]:
        """The last completion of each episode."""
        return [one.completions[-1] for one in self.episodes]

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


def records(report: Report) -> list[Record]:
    """Arrange the episodes of a judged run by problem, in the order of the suite."""
    suite = report.run.suite
    grouped = [list(members) for _, members in groupby(report.episodes, key=lambda one: one.group)]
    return [
        Record(name, problem, members)
        for name, problem, members in zip(_names(suite), suite.problems, grouped, strict=True)
    ]


def _names(suite: Suite) -> list[str]:
    names = problem_names(suite)
    are_own = all(names) and len(set(names)) == len(names)
    return names if are_own else [str(place) for place in range(len(names))]

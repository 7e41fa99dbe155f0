"""What the viewer of completions shows of a run, as JSON for its page."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from reasongym.core import Problem
from reasongym.episodes import Episode
from reasongym.evaluation.benchmarks import ENV_ID
from reasongym.evaluation.consensus import answer_form
from reasongym.evaluation.metrics import is_cut
from reasongym.leaderboard.rows import BoardRow


def viewer_data(row: BoardRow) -> dict[str, Any]:
    """Return what the viewer shows of a run, each prompt once."""
    problems = row.run.suite.problems
    return {
        "problems": [
            {"row": one.row.as_dict(), "opening": opening(one), "gold": _gold(problems[group])}
            for group, one in firsts(row)
        ],
        "episodes": [_shown(one) for one in row.episodes],
    }


def firsts(row: BoardRow) -> Iterator[tuple[int, Episode]]:
    """Give the first episode of each problem."""
    for group, members in groupby(row.episodes, key=lambda episode: episode.group):
        yield group, next(members)


def opening(episode: Episode) -> list[list[str]]:
    """Return the messages before the first completion, as (role, content)."""
    return [[m.role, m.content] for m in episode.messages[: len(episode.messages) - _num_played(episode)]]


def _shown(episode: Episode) -> dict[str, Any]:
    verdict = episode.verdict
    assert verdict is not None, "a board row holds judged episodes only"
    return {
        "problem": episode.group,
        "sample": episode.member,
        "turns": [
            [m.role, m.content] for m in episode.messages[len(episode.messages) - _num_played(episode) :]
        ],
        "tokens": sum(len(completion.token_ids) for completion in episode.completions),
        "correct": verdict.correct,
        "reward": verdict.reward,
        "reason": verdict.reason,
        "answer": verdict.answer,
        "form": _form(episode.row.env_id, verdict.answer),
        "cut": is_cut(episode),
    }


def _num_played(episode: Episode) -> int:
    """Count the messages from the first completion on; none where the prompt alone filled the context."""
    roles = [message.role for message in episode.messages]
    return len(roles) - roles.index("assistant") if "assistant" in roles else 0


def _gold(problem: Problem) -> dict[str, str] | None:
    """Return the right answer of a problem of mathematics and its normal form; None elsewhere.

    Other environments check rules: what they take is not one answer.
    """
    gold = problem.data.get("answer") if problem.row.env_id == ENV_ID else None
    return {"answer": gold, "form": answer_form(gold)} if isinstance(gold, str) else None


def _form(env_id: str, answer: str | None) -> str | None:
    return answer_form(answer) if env_id == ENV_ID and answer is not None else None

"""What may be wrong with a run folder: each check compares what is stored with what must have been."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from reasongym.core import Verdict
from reasongym.episodes import Episode, Message
from reasongym.evaluation.runs import Run
from reasongym.rollouts import Seat, play
from reasongym.thinking import stages


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a run folder is not what it claims to be."""

    kind: str
    """`other_problems`, `missing`, `duplicate`, `foreign`, `edited_prompt`, `edited_completion`,
    `edited_flag`, `token_count`, `flipped` or `typed_score`; the board has more."""
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Played(NamedTuple):
    """What the completions of an episode lead to."""

    messages: list[Message]
    verdict: Verdict | None
    """None where the episode goes on after the last of them."""
    is_truncated: bool = True
    """What goes on was cut off."""


def find_other_problems(run: Run) -> Iterator[Finding]:
    """Compare the suite's problems with the ones that the run was made on."""
    if run.suite.digest != run.suite_digest:
        yield Finding(
            "other_problems",
            f"{run.suite.name} has digest {run.suite.digest} here, the run was made on {run.suite_digest}",
        )


def find_misplaced(run: Run, stored: Sequence[Episode]) -> Iterator[Finding]:
    """Check that there is exactly one episode for each (problem, sample), on that problem's row."""
    problems = run.suite.problems
    due = {(group, member) for group in range(len(problems)) for member in range(run.protocol.samples)}
    seen: set[tuple[int, int]] = set()
    for one in stored:
        spot = (one.group, one.member)
        if spot not in due or problems[one.group].row != one.row:
            yield Finding("foreign", f"{place(one)} is on row {one.row.as_dict()}, which is not the suite's")
        elif spot in seen:
            yield Finding("duplicate", f"{place(one)} is there twice")
        seen.add(spot)
    for group, member in sorted(due - seen):
        yield Finding("missing", f"problem {group}, sample {member} is not there")


def find_edits(run: Run, episode: Episode, played: Played) -> Iterator[Finding]:
    """Compare every message with the one that the stored completions lead to."""
    told = _wrong_number(run, episode)
    if told:
        yield Finding("edited_completion", f"{place(episode)} {told}")
        return
    for stored, true in zip_longest(episode.messages, played.messages):
        if stored != true:
            roles = {message.role for message in (stored, true) if message is not None}
            kind = "edited_completion" if roles == {"assistant"} else "edited_prompt"
            told = " or ".join(sorted(roles))
            yield Finding(kind, f"{place(episode)}: a message of role {told} is not the one that was played")
            return
    if episode.is_truncated != played.is_truncated:
        told = "cut off" if played.is_truncated else "not cut off"
        yield Finding("edited_flag", f"{place(episode)} was {told}, and says otherwise")


def _wrong_number(run: Run, episode: Episode) -> str:
    """Say where completions lack or are too many: each action ends with one of its own."""
    placed = list(stages(run.protocol.thinking, episode.completions))
    num_answers = sum(before.is_over for _, before in placed)
    if num_answers != len(episode.actions):
        what = "completions" if run.protocol.thinking is None else "answers"
        return f"has {num_answers} {what} for {len(episode.actions)} actions"
    return "stops in the middle of a turn" if placed and not placed[-1].before.is_over else ""


def find_over_budget(run: Run, episode: Episode) -> Iterator[Finding]:
    """Check that no segment of a turn has more tokens than its thinking budget and the turn leave it."""
    budget = run.protocol.thinking
    if budget is None:
        return
    for completion, before in stages(budget, episode.completions):
        most = (run.protocol.max_tokens if before.is_over else budget.tokens) - before.spent
        if len(completion.token_ids) > most:
            what = "an answer" if before.is_over else "thinking"
            told = f"{what} of {len(completion.token_ids)} tokens, the protocol leaves {most}"
            yield Finding("token_count", f"{place(episode)} has {told}")
            return


def place(episode: Episode) -> str:
    """Say which episode of a run this is."""
    return f"problem {episode.group}, sample {episode.member}"


def played_again(run: Run, episode: Episode) -> Played:
    """Play the stored completions of an episode again."""
    problem = run.suite.problems[episode.group]
    game = play(problem, run.protocol.setting(), Seat())
    messages = list(next(game).messages)
    for completion in episode.completions:
        try:
            request = game.send(completion)
        except StopIteration as end:
            again: Episode = end.value
            return Played(again.messages, again.verdict, again.is_truncated)
        messages = list(request.messages)
    return Played(messages, None)

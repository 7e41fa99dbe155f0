"""Playing a suite: every problem k times through one policy, each episode kept as soon as it ends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from reasongym.episodes import Episode, Policy
from reasongym.errors import Unscored
from reasongym.evaluation.journal import forget, remembering
from reasongym.evaluation.logs import EpisodeLog, open_log
from reasongym.evaluation.rescoring import Report, rescore
from reasongym.evaluation.runs import Run, open_folder
from reasongym.rollouts import Play, Seat, play, rollout
from reasongym.templates import Renderer, Tokenizer
from reasongym.turns import Setting


class Progress(NamedTuple):
    """How far a run is."""

    done: int
    total: int
    solve_rate: float
    """Of the episodes that are done."""


def evaluate(
    policy: Policy,
    run: Run,
    folder: Path,
    *,
    tokenizer: Tokenizer | None = None,
    context_length: int | None = None,
    max_live: int = 256,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Play what is missing of a run and score it; a run that was interrupted ends as if it had not been.

    `tokenizer` is None for policies that read messages. Raises DataError where the folder holds another
    run, Unscored where episodes could not be judged (they are left out and played again next time).
    """
    open_folder(folder, run)
    unscored: list[Episode] = []
    with open_log(folder, run) as log, remembering(policy, folder, run) as remembered:
        keep = _keeper(log, unscored, run, on_progress)
        setting = setting_of(run, tokenizer, context_length)
        rollout(remembered, _missing_plays(run, setting, log.present), max_live=max_live, on_episode=keep)
        if unscored:
            raise Unscored(
                f"{len(unscored)} of {run.num_episodes} episodes could not be judged "
                f"(first: {unscored[0].error}); the same command plays them again"
            )
        log.sort()
    forget(folder)
    return rescore(folder)


def setting_of(run: Run, tokenizer: Tokenizer | None, context_length: int | None) -> Setting:
    """Say how a run puts its problems to a policy; `tokenizer` is None for policies that read messages."""
    renderer = Renderer(tokenizer, run.protocol.template) if tokenizer is not None else None
    return run.protocol.setting(renderer, context_length)


def _missing_plays(run: Run, setting: Setting, present: set[tuple[int, int]]) -> Iterator[Play]:
    """Yield the plays in order; the noise of each is keyed by its place, never by what was played before."""
    there = frozenset(present)
    for group, problem in enumerate(run.suite.problems):
        for member in range(run.protocol.samples):
            if (group, member) not in there:
                yield play(problem, setting, Seat(group, member, run.salt))


def _keeper(
    log: EpisodeLog, unscored: list[Episode], run: Run, on_progress: Callable[[Progress], None]
) -> Callable[[Episode], None]:
    def keep(episode: Episode) -> None:
        if episode.verdict is None:
            unscored.append(episode)
            return
        log.append(episode)
        done = len(log.present)
        on_progress(Progress(done, run.num_episodes, log.num_correct / done))

    return keep

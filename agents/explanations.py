"""What a step taught, from a run's folder alone: its logged groups with advantages and losses by token.

Advantages are computed again by the run's own estimator, losses by its own pieces at the weights that
sampled, where every ratio is 1: that is what the first update of the step minimised.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from reasongym.agents.advantages import ESTIMATORS
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.batch import WeightedRow, rows_of
from reasongym.agents.config import TrainConfig
from reasongym.agents.curves import figure
from reasongym.agents.losses import CLIPS, RATIOS, Terms
from reasongym.agents.metrics import Metrics, read_metrics
from reasongym.agents.models import load_tokenizer
from reasongym.agents.played import Lesson, lesson
from reasongym.agents.recipes import load_recipe
from reasongym.agents.run_folder import EPISODES_FILE
from reasongym.episodes import Episode, flatten, read_episodes
from reasongym.errors import DataError, UsageError
from reasongym.leaderboard.viewing import opening

MODELS = {"critic": "the critic", "reference": "the reference model", "reward model": "the reward model"}
"""What an estimator may need that a run's folder does not keep for each step."""
ACROSS_GROUPS = ("reinforce++", "reinforce++-baseline")
"""Estimators that look at all groups of a step at once, and the folder may hold some of them only."""
DIGITS = 5
"""Significant ones kept of each number on the page."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A step: its metrics, what must be known to read the numbers, and its groups as JSON for the page."""

    step: int
    num_steps: int
    metrics: Metrics
    notes: list[str]
    groups: list[dict[str, Any]]
    words: dict[int, str]
    """The texts of all token ids on the page; empty without a tokenizer."""


def explain(folder: Path, step: int | None = None) -> Explanation:
    """Explain a step of a run, its last one where none is named; raises UsageError where it is not there."""
    config = load_recipe(str(folder / "config.toml"))
    metrics = _metrics_of(folder, step)
    step = int(metrics["step"])
    groups = [list(members) for _, members in groupby(_episodes_of(folder, step), key=lambda one: one.group)]
    if not groups:
        raise UsageError(
            f"no episode of step {step} was kept in {folder}: run.log_groups says of how many groups they are"
        )
    lessons, notes = _lessons(groups, config)
    notes += _left_out(groups, config)
    shown = [
        _shown_group(group, own, config) for group, own in zip(groups, _laid(lessons, config), strict=True)
    ]
    tokenizer = _tokenizer(folder, config)
    if tokenizer is None:
        notes.append(
            "No tokenizer was found where the config names the model, so tokens are shown by their ids."
        )
    words = {} if tokenizer is None else {token: tokenizer.decode([token]) for token in _ids(shown)}
    return Explanation(step, config.run.steps, metrics, notes, shown, words)


def _metrics_of(folder: Path, step: int | None) -> Metrics:
    stream = read_metrics(folder)
    if not stream:
        raise UsageError(f"{folder} holds no step yet")
    if step is None:
        return stream[-1]
    for metrics in stream:
        if metrics["step"] == step:
            return metrics
    raise UsageError(f"{folder} holds steps {stream[0]['step']:.0f} to {stream[-1]['step']:.0f}, not {step}")


def _episodes_of(folder: Path, step: int) -> list[Episode]:
    """Pick the episodes that the weights before a step's update sampled.

    One without completions has no weights to tell; it stands between others of its step.
    """
    found: list[Episode] = []
    version = 0
    for episode in read_episodes(folder / EPISODES_FILE):
        if episode.completions:
            version = episode.completions[0].weights_version
        if version >= step:
            break
        if version == step - 1:
            found.append(episode)
    return found


# -- what is learned --------------------------------------------------------------------------------------


def _lessons(groups: Sequence[list[Episode]], config: TrainConfig) -> tuple[list[list[Lesson]], list[str]]:
    """Return the lessons of each group with their advantages; none of groups that teach nothing."""
    estimator = ESTIMATORS[config.algorithm.advantage]
    lessons = [
        [
            lesson(episode, episode.reward, place, with_turns="turns" in estimator.needs)
            for episode in group
            if episode.verdict is not None and not (config.algorithm.mask_truncated and episode.is_truncated)
        ]
        for place, group in enumerate(groups)
    ]
    played = [[one.played for one in group] for group in lessons]
    lessons = [group if estimator.is_live(own) else [] for group, own in zip(lessons, played, strict=True)]
    told = _unknowable(config)
    if told:
        return [[replace(one, advantage=None) for one in group] for group in lessons], [told]
    chosen = [
        [group[place] for place in estimator.members([one.played for one in group])]
        if estimator.members
        else group
        for group in lessons
    ]
    advantages = estimator.estimate([[one.played for one in group] for group in chosen], config.algorithm)
    estimated = [
        [replace(one, advantage=advantage) for one, advantage in zip(group, own, strict=True)]
        for group, own in zip(chosen, advantages, strict=True)
    ]
    return estimated, []


def _unknowable(config: TrainConfig) -> str:
    """Say why advantages cannot be computed again from the folder; nothing where they can."""
    if config.rollout.branches:
        return "Episodes of this run fork, and advantages are of the pieces between forks; they are left out."
    needs = ESTIMATORS[config.algorithm.advantage].needs
    missing = [name for need, name in MODELS.items() if need in needs]
    if "current" in needs:
        missing.append("the weights of each update")
    what = " and ".join(missing)
    named = f"Advantages by {config.algorithm.advantage} need {what}, which the folder does not keep."
    return named if missing else ""


def _left_out(groups: Sequence[list[Episode]], config: TrainConfig) -> list[str]:
    """Say what the numbers of the page leave out."""
    algorithm, num_played = config.algorithm, config.rollout.groups
    notes: list[str] = []
    if len(groups) < num_played:
        share = f"{len(groups)} of {num_played} groups were kept (run.log_groups)"
        notes.append(f"{share}; what a token weighs in the loss is its share among these.")
        if algorithm.advantage in ACROSS_GROUPS:
            notes.append(f"{algorithm.advantage} looks at all groups of a step; here it saw these alone.")
    if algorithm.kl:
        notes.append(f"The term for KL (weight {algorithm.kl:g}) needs the reference model and is left out.")
    if algorithm.entropy:
        notes.append(f"The entropy bonus (weight {algorithm.entropy:g}) is left out of the losses.")
    return notes


def _laid(groups: Sequence[list[Lesson]], config: TrainConfig) -> list[dict[int, list[WeightedRow]]]:
    """Lay lessons out as weighted rows, by group and member."""
    lessons = [one for group in groups for one in group]
    rows = rows_of(
        lessons,
        config.algorithm.aggregation,
        normaliser=config.algorithm.normaliser or config.rollout.max_tokens,
    )
    laid: list[dict[int, list[WeightedRow]]] = [{} for _ in groups]
    for row in rows:
        one = lessons[row.episode]
        laid[one.group].setdefault(one.episode.member, []).append(row)
    return laid


def losses_at_start(row: WeightedRow, settings: AlgorithmSettings) -> list[float]:
    """Return the losses of a row's sampled tokens at the weights that sampled them, each by its weight."""
    logprobs = torch.tensor(_of_mask(row.row.logprobs, row.row.mask), dtype=torch.float64)  # [n]
    advantages = torch.tensor(_advantages(row), dtype=torch.float64)  # [n]
    terms = Terms(logprobs, logprobs, advantages, torch.zeros_like(logprobs))
    losses: Tensor = row.weight * CLIPS[settings.clip](RATIOS[settings.ratio](terms), terms, settings)
    return cast(list[float], losses.tolist())


def _advantages(row: WeightedRow) -> list[float]:
    num = sum(row.row.mask)
    return [row.advantage] * num if isinstance(row.advantage, float | int) else list(row.advantage)


def _of_mask(values: Sequence[float], mask: Sequence[bool]) -> list[float]:
    return [value for value, on in zip(values, mask, strict=True) if on]


# -- as JSON ----------------------------------------------------------------------------------------------


def _shown_group(
    group: Sequence[Episode], laid: dict[int, list[WeightedRow]], config: TrainConfig
) -> dict[str, Any]:
    first = group[0]
    return {
        "row": first.row.as_dict(),
        "opening": opening(first),
        "episodes": [_shown_episode(one, laid.get(one.member, []), config.algorithm) for one in group],
    }


def _shown_episode(
    episode: Episode, weighted: Sequence[WeightedRow], settings: AlgorithmSettings
) -> dict[str, Any]:
    verdict = episode.verdict
    advantages = [value for row in weighted for value in _advantages(row)]
    losses = [losses_at_start(row, settings) for row in weighted]
    rows = flatten(episode)
    scores = [score for row in rows for score in _of_mask(row.logprobs, row.mask)]
    return {
        "member": episode.member,
        "reward": episode.reward if verdict else None,
        "correct": bool(verdict and verdict.correct),
        "reason": verdict.reason if verdict else "unscored",
        "cut": episode.is_truncated,
        "tokens": len(scores),
        "logprob": _short(sum(scores) / len(scores)) if scores else None,
        "advantage": _short(sum(advantages) / len(advantages)) if advantages else None,
        "loss": _short(sum(map(sum, losses))) if losses else None,
        "rows": [
            {
                "ids": row.ids,
                "mask": [int(on) for on in row.mask],
                "logprobs": [_short(value) for value in _of_mask(row.logprobs, row.mask)],
                "advantages": [_short(value) for value in _advantages(weighted[at])] if weighted else None,
                "losses": [_short(value) for value in losses[at]] if weighted else None,
            }
            for at, row in enumerate(rows)
        ],
    }


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _ids(groups: Sequence[dict[str, Any]]) -> list[int]:
    return sorted({id_ for g in groups for e in g["episodes"] for row in e["rows"] for id_ in row["ids"]})


def _tokenizer(folder: Path, config: TrainConfig) -> Any:
    """Load the run's tokenizer from where its model came from or went to; None where it is at neither."""
    for place in (Path(config.model.path or folder / "model"), folder / "model", folder.parent / "primed"):
        try:
            return load_tokenizer(place)
        except DataError:
            continue
    return None


def figures_of(metrics: Metrics) -> list[tuple[str, str]]:
    """Write the metrics of a step for reading."""
    return [(name, figure(value)) for name, value in metrics.items() if name != "step"]

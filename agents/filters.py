"""Filters: which groups of a step are learned from, and how many more problems are played for the others.

A filter sees the groups that can teach something (`Estimator.is_live`); what it drops costs no forward and
counts nowhere. With `refills` a step plays further problems until it has as many groups as it was asked for:
DAPO's dynamic sampling, arXiv 2503.14476, section 3.2. Problems are keyed by their place in the step, so the
same run plays the same ones, however often it is interrupted. Where the rounds are used up, a step goes on
with what it has; DAPO's recipe (verl-recipe/dapo) ends the run there, which `on_exhausted` asks for.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import TypeAlias

from reasongym.agents.advantages import has_contrast
from reasongym.agents.algorithms import AlgorithmSettings
from reasongym.agents.played import Played
from reasongym.errors import UsageError

Group: TypeAlias = Sequence[Played]
Filter: TypeAlias = Callable[[Sequence[Group], AlgorithmSettings], list[bool]]
"""Says of each group whether it is kept."""


def keep_all(groups: Sequence[Group], settings: AlgorithmSettings) -> list[bool]:
    """Keep every group."""
    return [True] * len(groups)


def contrast(groups: Sequence[Group], settings: AlgorithmSettings) -> list[bool]:
    """Keep groups whose rewards differ; DAPO, arXiv 2503.14476, eq. 11."""
    return [has_contrast(group) for group in groups]


def band(groups: Sequence[Group], settings: AlgorithmSettings) -> list[bool]:
    """Keep groups whose solve rate is from `filter_low` to `filter_high`; PRIME, arXiv 2502.01456."""
    rates = [statistics.fmean(one.solved for one in group) for group in groups]
    return [settings.filter_low <= rate <= settings.filter_high for rate in rates]


def variance(groups: Sequence[Group], settings: AlgorithmSettings) -> list[bool]:
    """Keep the share `filter_high` of groups, rounded up, whose rewards vary most; RAGEN, arXiv 2504.20073.

    Of equal ones the first.
    """
    spreads = [statistics.pstdev(one.reward for one in group) for group in groups]
    ranked = sorted(range(len(groups)), key=lambda place: (-spreads[place], place))
    kept = set(ranked[: math.ceil(settings.filter_high * len(groups))])
    return [place in kept for place in range(len(groups))]


FILTERS: dict[str, Filter] = {
    "none": keep_all,
    "contrast": contrast,
    "band": band,
    "variance": variance,
}


def refill_size(*, wanted: int, kept: int, played: int) -> int:
    """Return how many problems to play for the groups that are missing, at the share that was kept so far.

    At most `wanted`: a round is no larger than the step itself.
    """
    missing = wanted - kept
    return min(wanted, math.ceil(missing * played / kept)) if kept else wanted


def missing_groups(settings: AlgorithmSettings, *, wanted: int, live: int) -> int:
    """Count the groups that refills did not make up for; raises UsageError where that is to end the run."""
    missing = max(0, wanted - live)
    if missing and settings.on_exhausted == "stop":
        raise UsageError(
            f"only {live} of {wanted} groups can teach something after {settings.refills} refills: take "
            "problems that are solved at times, larger groups or more refills, or set "
            "algorithm.on_exhausted to 'continue', which learns from those there are"
        )
    return missing

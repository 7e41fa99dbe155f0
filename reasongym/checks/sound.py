"""Soundness: what is asked can be answered, and harder levels are harder."""

import json
from collections.abc import Sequence
from itertools import pairwise
from math import hypot, sqrt
from statistics import fmean, pstdev

from reasongym.checks.result import Finding, Sample, Scale, draw, within
from reasongym.core import Env

_ENOUGH = 1_000
_SEARCH_TIMES = 2
"""Searching is slow and its effort varies widely, so a mean needs more time than other checks."""


def oracle_wins(sample: Sample) -> Finding:
    """Every oracle's texts earn 1.0, in every split, and no text of it is left over."""
    num, env = 0, sample.env
    first, *others = env.splits(sample.level)
    for split in (first, *others):
        asked = sample.scale.num if split == first else max(1, sample.scale.num // 10)
        for problem in sample.within(sample.problems(asked, split)):
            texts = env.oracle(problem.data)
            verdict = env.judge(problem, texts)
            early = env.judge(problem, texts[:-1])
            if verdict.reward != 1.0 or not verdict.correct or early.reason != "unfinished":
                detail = f"{problem.row}: oracle {texts} gets {verdict}, and {early} without its last text"
                return Finding(False, detail)
            num += 1
    return Finding(True, figures={"problems": num})


def problems_are_proved(sample: Sample) -> Finding:
    """An independent method confirms that problems are sound."""
    num = 0
    try:
        for problem in sample.within(sample.problems(max(1, sample.scale.num // 10))):
            if not sample.env.prove(problem.data):
                return Finding(False, f"no proof of {problem.row}: {problem.data}")
            num += 1
    except NotImplementedError as error:
        return Finding(None, str(error))
    return Finding(True, figures={"problems": num})


def data_survive_json(sample: Sample) -> Finding:
    """Data are what JSON gives back, so that an exported problem is the problem."""
    for problem in sample.within(sample.problems(), 0.2):
        if json.loads(json.dumps(problem.data)) != problem.data:
            return Finding(False, f"{problem.row}: {problem.data}")
    return Finding(True)


def effort_rises_with_level(env: Env, levels: Sequence[int], scale: Scale) -> Finding:
    """The mean effort of the solver that the environment names rises strictly with the level.

    Where fewer than 1,000 problems were solved, two standard errors are allowed for.
    """
    efforts: list[list[float]] = []
    try:
        for level in levels:
            problems = within(draw(env, level, scale.num), _SEARCH_TIMES * scale.limit_s)
            efforts.append([env.effort(problem.data) for problem in problems])
    except NotImplementedError as error:
        return Finding(None, str(error))
    means = [fmean(found) for found in efforts]
    falls = [
        f"{fmean(low):.6g} then {fmean(high):.6g}" for low, high in pairwise(efforts) if _falls(low, high)
    ]
    figures = {f"level {level}": mean for level, mean in zip(levels, means, strict=True)}
    return Finding(not falls, "; ".join(falls), figures)


def _falls(low: Sequence[float], high: Sequence[float]) -> bool:
    if min(len(low), len(high)) >= _ENOUGH:
        return fmean(high) <= fmean(low)
    errors = (pstdev(found) / sqrt(len(found)) for found in (low, high))
    return fmean(high) + 2 * hypot(*errors) < fmean(low)

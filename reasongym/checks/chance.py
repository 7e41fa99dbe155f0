"""What play without reasoning earns: the best constant answer and the random legal player."""

from collections import Counter
from math import sqrt
from statistics import fmean

from reasongym.checks.result import Finding, Sample, draw, play, play_randomly

TOLERANCE = 0.02
_NUM_CONSTANTS = 3
_OTHER_SEEDS = 10**6
"""Where the seeds begin whose problems name the constant answers: others than those these are tried on."""
_FIXED = ("0", "1", "yes", "A")


def chance_is_measured(sample: Sample) -> Finding:
    """`chance(level)` is what the better of the two players earns, within 0.02 and the sampling error."""
    env, level = sample.env, sample.level
    problems = sample.problems()
    rewards = [play_randomly(env, problem)[1].reward for problem in sample.within(problems, 0.5)]
    played = [(fmean(rewards), len(rewards))]
    for texts in constant_answers(sample):
        earned = [play(env, problem, texts).reward for problem in sample.within(problems, 0.05)]
        played.append((fmean(earned), len(earned)))
    measured, num = max(played)
    figures = {"random": played[0][0], "constant": max(played[1:])[0], "declared": env.chance(level)}
    ok = abs(measured - env.chance(level)) <= allowance(max(measured, env.chance(level)), num)
    detail = "" if ok else f"{measured:.4f} was measured, chance({level}) says {env.chance(level)}"
    return Finding(ok, detail, figures)


def constant_answers(sample: Sample) -> list[list[str]]:
    """Return the answers that are right most often, and some that need no look at the environment."""
    env = sample.env
    problems = sample.within(draw(env, sample.level, min(sample.scale.num, 500), start=_OTHER_SEEDS))
    common = Counter(tuple(env.oracle(problem.data)) for problem in problems)
    return [list(texts) for texts, _ in common.most_common(_NUM_CONSTANTS)] + [[text] for text in _FIXED]


def allowance(mean: float, num: int) -> float:
    """Return the tolerance with three standard errors of a mean of rewards in [0, 1] over `num` draws."""
    return TOLERANCE + 3 * sqrt(max(mean * (1 - mean), 1 / num) / num)

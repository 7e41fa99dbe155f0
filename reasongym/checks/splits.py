"""Identity: one canonical form a problem, and no problem in both splits."""

import json

from reasongym.checks.result import Finding, Sample, draw, own_stream, within
from reasongym.core import Env, Problem
from reasongym.seeding import is_eval

_MAX_PAIRS = 20
_MAX_GUISES = 400
"""Draws of guises of a problem; fewer than half as many different ones are taken to be all of them."""


def canonical_ignores_guise(sample: Sample) -> Finding:
    """The canonical form is the same in every guise, and every guise can be worded and judged."""
    num, env = 0, sample.env
    try:
        for problem in sample.within(sample.problems(), 0.3):
            guise = env.symmetric(problem.data, own_stream("guise", problem))
            env.prompt(guise, next(iter(env.styles)))
            if env.canonical(guise) != env.canonical(problem.data):
                detail = f"{problem.row}: {problem.data} and {guise} have different canonical forms"
                return Finding(False, detail)
            num += 1
    except NotImplementedError as error:
        return Finding(None, str(error))
    return Finding(True, figures={"guises": num})


def splits_share_no_problem(sample: Sample) -> Finding:
    """No problem of one split comes up in the other: by canonical form, in any guise, or by its data.

    At full scale that is a million draws a level, or one CPU minute for the environment.
    """
    env = sample.env
    if env.splits(sample.level) == ("all",):
        return Finding(True, "too few problems to hold some out")
    num, limit_s = sample.scale.num_split, 3 * sample.scale.limit_s / len(env.levels)
    held_out: set[str] = set()
    data: set[str] = set()
    for problem in within(draw(env, sample.level, num, "eval"), limit_s):
        held_out.add(env.canonical(problem.data))
        data.add(json.dumps(problem.data))
    distinct: set[str] = set()
    for problem in within(draw(env, sample.level, num, "train"), limit_s):
        names = {env.canonical(problem.data), *_guise(env, problem)}
        held = any(name in held_out or is_eval(env.family, name) for name in names)
        if held or json.dumps(problem.data) in data:
            return Finding(False, f"{problem.row} is held out for eval too")
        distinct |= names
    figures: dict[str, float] = {"train problems": len(distinct), "eval problems": len(held_out)}
    return Finding(True, figures=figures)


def canonical_separates(sample: Sample) -> Finding:
    """Problems that share a canonical form are one problem: random guises of both meet.

    Where the guises of a problem are too many to be drawn out, a pair that did not meet is only counted.
    """
    by_name: dict[str, Problem] = {}
    figures = {"pairs": 0.0, "one problem": 0.0, "too many guises": 0.0}
    try:
        for problem in sample.within(sample.problems(), 0.3):
            first = by_name.setdefault(sample.env.canonical(problem.data), problem)
            if first.prompt != problem.prompt:
                figures["pairs"] += 1
                found = _comparison(sample.env, first, problem)
                if found == "two problems":
                    detail = f"{first.row} and {problem.row} share a canonical form and are {found}"
                    return Finding(False, detail, figures)
                figures[found] += 1
            if figures["pairs"] == _MAX_PAIRS:
                break
    except NotImplementedError as error:
        return Finding(None, str(error))
    return Finding(True, figures=figures)


def _comparison(env: Env, first: Problem, second: Problem) -> str:
    guises, others = (_prompts_of_guises(env, problem) for problem in (first, second))
    if guises & others:
        return "one problem"
    return "two problems" if len(guises) < _MAX_GUISES // 2 else "too many guises"


def _prompts_of_guises(env: Env, problem: Problem) -> set[str]:
    rng = own_stream("separate", problem)
    style = next(iter(env.styles))
    guises = (env.symmetric(problem.data, rng) for _ in range(_MAX_GUISES))
    return {env.prompt(guise, style) for guise in guises} | {problem.prompt}


def _guise(env: Env, problem: Problem) -> set[str]:
    try:
        return {env.canonical(env.symmetric(problem.data, own_stream("split", problem)))}
    except NotImplementedError:
        return set()

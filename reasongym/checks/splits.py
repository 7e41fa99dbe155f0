"""Identity: one canonical form a problem, and no problem in both splits."""

import json

from reasongym.checks.result import Finding, Scale, draw, own_stream, within
from reasongym.core import Env, Problem
from reasongym.seeding import is_eval


def canonical_ignores_guise(env: Env, level: int, scale: Scale) -> Finding:
    """The canonical form is the same in every guise, and every guise can be worded and judged."""
    num = 0
    try:
        for problem in within(draw(env, level, scale.num), scale.limit_s):
            guise = env.symmetric(problem.data, own_stream("guise", problem))
            env.prompt(guise, next(iter(env.styles)))
            if env.canonical(guise) != env.canonical(problem.data):
                detail = f"{problem.row}: {problem.data} and {guise} have different canonical forms"
                return Finding(False, detail)
            num += 1
    except NotImplementedError as error:
        return Finding(None, str(error))
    return Finding(True, figures={"guises": num})


def splits_share_no_problem(env: Env, level: int, scale: Scale) -> Finding:
    """No problem of one split comes up in the other: by canonical form, in any guise, or by its data."""
    if env.splits(level) == ("all",):
        return Finding(True, "too few problems to hold some out")
    held_out: set[str] = set()
    data: set[str] = set()
    for problem in within(draw(env, level, scale.num, "eval"), scale.limit_s):
        held_out.add(env.canonical(problem.data))
        data.add(json.dumps(problem.data))
    distinct: set[str] = set()
    for problem in within(draw(env, level, scale.num, "train"), scale.limit_s):
        names = {env.canonical(problem.data), *_guise(env, problem)}
        held = any(name in held_out or is_eval(env.family, name) for name in names)
        if held or json.dumps(problem.data) in data:
            return Finding(False, f"{problem.row} is held out for eval too")
        distinct |= names
    figures: dict[str, float] = {"train problems": len(distinct), "eval problems": len(held_out)}
    return Finding(True, figures=figures)


def _guise(env: Env, problem: Problem) -> set[str]:
    try:
        return {env.canonical(env.symmetric(problem.data, own_stream("split", problem)))}
    except NotImplementedError:
        return set()

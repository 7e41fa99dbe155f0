"""Identity: one canonical form a problem, and no problem in both splits."""

from reasongym.checks.result import Result, Scale, draw, own_stream, within
from reasongym.core import Env, Problem
from reasongym.seeding import is_eval


def canonical_ignores_guise(env: Env, level: int, scale: Scale) -> Result:
    """The canonical form is the same in every guise, and every guise can be worded and judged."""
    num = 0
    try:
        for problem in within(draw(env, level, scale.num), scale.limit_s):
            guise = env.symmetric(problem.data, own_stream("guise", problem))
            env.prompt(guise, next(iter(env.styles)))
            if env.canonical(guise) != env.canonical(problem.data):
                detail = f"{problem.row}: {problem.data} and {guise} have different canonical forms"
                return Result("canonical form", False, detail, level=level)
            num += 1
    except NotImplementedError as error:
        return Result("canonical form", None, str(error), level=level)
    return Result("canonical form", True, figures={"guises": num}, level=level)


def splits_share_no_problem(env: Env, level: int, scale: Scale) -> Result:
    """No problem of one split comes up in the other: by canonical form, in any guise, or by its prompt."""
    if env.splits(level) == ("all",):
        return Result("splits", True, "too few problems to hold some out", level=level)
    held_out: set[str] = set()
    prompts: set[str] = set()
    for problem in within(draw(env, level, scale.num, "eval"), scale.limit_s):
        held_out.add(env.canonical(problem.data))
        prompts.add(problem.prompt)
    distinct: set[str] = set()
    for problem in within(draw(env, level, scale.num, "train"), scale.limit_s):
        names = {env.canonical(problem.data), *_guise(env, problem)}
        held = any(name in held_out or is_eval(env.family, name) for name in names)
        if held or problem.prompt in prompts:
            return Result("splits", False, f"{problem.row} is held out for eval too", level=level)
        distinct |= names
    figures: dict[str, float] = {"train problems": len(distinct), "eval problems": len(held_out)}
    return Result("splits", True, figures=figures, level=level)


def _guise(env: Env, problem: Problem) -> set[str]:
    try:
        return {env.canonical(env.symmetric(problem.data, own_stream("split", problem)))}
    except NotImplementedError:
        return set()

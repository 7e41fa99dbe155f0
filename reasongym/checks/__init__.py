"""The kit behind `reasongym check ID`: is an environment sound, reproducible and hard to cheat?

Every check is one small function. Those in `LEVEL_CHECKS` look at one level of an environment, those in
`ENV_CHECKS` at all of it; each returns a `Finding`. They use nothing but the public face of `Env`, so they
hold for third-party environments of one turn or many.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from reasongym.checks import chance, face, hostile, repeat, sound, splits
from reasongym.checks.result import FULL, NORMAL, QUICK, Finding, Result, Scale
from reasongym.core import Env

LEVEL_CHECKS = (
    sound.oracle_wins,
    sound.problems_are_proved,
    sound.data_survive_json,
    splits.canonical_ignores_guise,
    splits.splits_share_no_problem,
    chance.chance_is_measured,
    hostile.hostile_texts_are_survived,
    hostile.canaries_earn_nothing,
    repeat.replay_equals_stepping,
    repeat.play_leaves_states_alone,
    repeat.threads_agree,
)
ENV_CHECKS = (
    repeat.processes_agree,
    sound.effort_rises_with_level,
    face.gymnasium_accepts_it,
    face.rows_come_back,
)


NAMES = tuple(function.__name__.replace("_", " ") for function in (*LEVEL_CHECKS, *ENV_CHECKS))


def check(
    env: Env,
    levels: Sequence[int] | None = None,
    scale: Scale = NORMAL,
    names: Collection[str] = NAMES,
) -> Iterator[Result]:
    """Run the named checks on these levels (all by default), yielding each result as it is there."""
    levels = range(len(env.levels)) if levels is None else levels
    finds = [(one, level, partial(one, env, level, scale)) for level in levels for one in LEVEL_CHECKS]
    finds += [(one, None, partial(one, env, levels, scale)) for one in ENV_CHECKS]
    for function, level, find in finds:
        name = function.__name__.replace("_", " ")
        if name in names:
            yield Result(name, level, _finding(find))


def _finding(find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Exception as fault:  # an environment that raises fails the check; the others still run
        return Finding(False, f"raised {type(fault).__name__}: {fault}")


__all__ = ["ENV_CHECKS", "FULL", "LEVEL_CHECKS", "NORMAL", "QUICK", "Finding", "Result", "Scale", "check"]

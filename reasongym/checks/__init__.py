"""The kit behind `reasongym check ID`: is an environment sound, reproducible and hard to cheat?

Every check is one small function. Those in `LEVEL_CHECKS` look at a sample of one level, those in
`ENV_CHECKS` at a whole environment; each returns a `Finding`. They use nothing but the public face of
`Env`, so they hold for third-party environments of one turn or many.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from reasongym.checks import chance, face, hostile, repeat, sound, splits
from reasongym.checks.result import FULL, NORMAL, QUICK, Finding, Result, Sample, Scale
from reasongym.core import Env

LEVEL_CHECKS = (
    sound.oracle_wins,
    sound.problems_are_proved,
    sound.data_survive_json,
    splits.canonical_ignores_guise,
    splits.canonical_separates,
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


NAMES = tuple(check.__name__.replace("_", " ") for check in (*LEVEL_CHECKS, *ENV_CHECKS))


def check(
    env: Env,
    levels: Sequence[int] | None = None,
    scale: Scale = NORMAL,
    names: Collection[str] = NAMES,
) -> Iterator[Result]:
    """Run the named checks on these levels (all by default), yielding each result as it is there."""
    levels = range(len(env.levels)) if levels is None else levels
    for level in levels:
        sample = Sample(env, level, scale)
        for one in LEVEL_CHECKS:
            if _name(one) in names:
                yield Result(_name(one), level, _finding(partial(one, sample)))
    for one in ENV_CHECKS:
        if _name(one) in names:
            yield Result(_name(one), None, _finding(partial(one, env, levels, scale)))


def _name(check: Callable[..., Finding]) -> str:
    return check.__name__.replace("_", " ")


def _finding(find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Exception as fault:  # an environment that raises fails the check; the others still run
        return Finding(False, f"raised {type(fault).__name__}: {fault}")


__all__ = ["ENV_CHECKS", "FULL", "LEVEL_CHECKS", "NORMAL", "QUICK", "Finding", "Result", "Scale", "check"]

"""The kit behind `reasongym check ID`: is an environment sound, reproducible and hard to cheat?

Every check is one small function. Those in `LEVEL_CHECKS` look at one level of an environment, those in
`ENV_CHECKS` at all of it; each returns a `Result`. They use nothing but the public face of `Env`, so they
hold for third-party environments of one turn or many.
"""

from collections.abc import Iterator, Sequence

from reasongym.checks import chance, face, hostile, repeat, sound, splits
from reasongym.checks.result import FULL, NORMAL, QUICK, Result, Scale
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


def check(env: Env, levels: Sequence[int] | None = None, scale: Scale = NORMAL) -> Iterator[Result]:
    """Run every check on these levels (all by default), yielding each result as it is there."""
    levels = range(len(env.levels)) if levels is None else levels
    for level in levels:
        for check_level in LEVEL_CHECKS:
            yield check_level(env, level, scale)
    for check_env in ENV_CHECKS:
        yield check_env(env, levels, scale)


__all__ = ["ENV_CHECKS", "FULL", "LEVEL_CHECKS", "NORMAL", "QUICK", "Result", "Scale", "check"]

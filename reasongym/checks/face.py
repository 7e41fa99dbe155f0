"""The Gymnasium face: what outside code relies on."""

import warnings
from collections.abc import Sequence

import gymnasium
from gymnasium.utils.env_checker import check_env

from reasongym.checks.result import Finding, Scale
from reasongym.core import Env, Row


def gymnasium_accepts_it(env: Env, levels: Sequence[int], scale: Scale) -> Finding:
    """`check_env` of Gymnasium passes without a warning, and so does an episode of `gymnasium.make`."""
    for level in levels:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                made = gymnasium.make(env.env_id, level=level)
                check_env(made.unwrapped, skip_render_check=True)
                made.reset(seed=0)
                made.step("")
                made.close()
            except Exception as fault:  # the checker raises many kinds; each is the finding
                return Finding(False, f"level {level}: {type(fault).__name__}: {fault}")
    return Finding(True)


def rows_come_back(env: Env, levels: Sequence[int], scale: Scale) -> Finding:
    """A reset from `info["row"]`, through JSON, reproduces the problem in every style and split."""
    made = type(env)()
    for level in levels:
        for split in env.splits(level):
            for style in env.styles:
                asked = {"level": level, "split": split, "style": style}
                observation, info = made.reset(seed=7, options=asked)
                row = Row.from_dict(info["row"].as_dict())
                again, info_again = made.reset(options={"row": row.as_dict()})
                if (again, info_again["row"]) != (observation, row):
                    return Finding(False, f"{info['row']} gives another problem")
    return Finding(True)

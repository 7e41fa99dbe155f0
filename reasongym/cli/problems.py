"""What verbs about environments share: an environment by its id, and the problems asked for."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Annotated

import tyro

from reasongym import registry
from reasongym.core import Env, Json, Problem, Split
from reasongym.errors import UsageError

EnvId = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="ID")]
"""An environment id; `Countdown-v0` stands for `reasongym/Countdown-v0`, `module:ID` imports first."""


def environment(env_id: str) -> Env:
    """Return the environment of an id; `module:ID` imports the module that registers it first."""
    module, colon, bare_id = env_id.rpartition(":")
    if colon:
        if not all(part.isidentifier() for part in module.split(".")):
            raise UsageError(f"{module!r} is not the name of a module; write module:ID or ID alone")
        try:
            importlib.import_module(module)
        except Exception as error:  # importing runs the module, which may raise anything
            raise UsageError(
                f"cannot import {module!r}: {type(error).__name__}: {error}; is its folder on PYTHONPATH?"
            ) from error
    return registry.get(bare_id)


def problems(
    env: Env,
    *,
    seed: int,
    num: int,
    level: int | None,
    split: Split | None,
    options: Mapping[str, Json],
) -> Iterator[Problem]:
    """Return the problems of `num` seeds, having checked the request at once."""
    if num < 1:
        raise UsageError(f"--num must be at least 1, got {num}")
    rows = [env.row_of(one, level, split, options) for one in range(seed, seed + num)]
    return map(env.problem, rows)

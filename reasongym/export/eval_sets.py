"""The public set of problems to evaluate on: one for each id and level, fixed, named by a digest.

It holds the first problems of the eval split that differ in their canonical form, from seed 0 upwards. The
digests of all ids are recorded in `eval_sets.json`; `reasongym eval-sets` computes them again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import msgspec

from reasongym import registry
from reasongym.core import Env, Problem, Row
from reasongym.errors import DataError, UsageError
from reasongym.export.records import digest

NUM = 200
"""Problems of a set, fewer where the level has fewer."""
_MAX_SEEDS_PER_PROBLEM = 20
RECORD = Path(str(files("reasongym.export"))) / "eval_sets.json"


@dataclass(frozen=True)
class EvalSet:
    """Some distinct problems of one environment and level."""

    env_id: str
    level: int
    rows: list[Row]

    @cached_property
    def digest(self) -> str:
        """32 hex digits that name the rows, their data and their prompts, in order."""
        return digest(self.rows)

    @property
    def problems(self) -> Iterator[Problem]:
        """The problems, in order."""
        return map(registry.problem, self.rows)


class Recorded(msgspec.Struct, frozen=True):
    """What is recorded of a set."""

    num: int
    digest: str


def eval_set(env_id: str, level: int | None = None, *, num: int = NUM) -> EvalSet:
    """Return the set of an environment at a level: `num` distinct problems, or all that there are.

    They are of the split `eval`, or `all` where the level has no other.
    """
    if num < 1:
        raise UsageError(f"an eval set needs at least 1 problem, got num={num}")
    env = registry.get(env_id)
    level = env.row(0, level=level).level
    return EvalSet(env.env_id, level, list(_distinct(env, level, num)))


def _distinct(env: Env, level: int, num: int) -> Iterator[Row]:
    splits = env.splits(level)
    split = "eval" if "eval" in splits else splits[-1]
    met: set[str] = set()
    for seed in range(_num_seeds(env, env.row(0, level=level, split=split), num)):
        row = env.row(seed, level=level, split=split)
        canonical = env.canonical(env.problem(row).data)
        if canonical not in met:
            met.add(canonical)
            yield row
            if len(met) == num:
                return


def _num_seeds(env: Env, row: Row, num: int) -> int:
    """Return how many seeds may be tried: all of a finite source, else enough to meet what there is."""
    size = env.size(row.level, row.split, {option.name: option.default for option in env.parameters})
    return _MAX_SEEDS_PER_PROBLEM * num if size is None else size


def compute(env_id: str) -> dict[str, Recorded]:
    """Return what to record of an id, level by level."""
    sets = ((level, eval_set(env_id, level)) for level in range(len(registry.get(env_id).levels)))
    return {str(level): Recorded(len(one.rows), one.digest) for level, one in sets}


@cache
def recorded() -> dict[str, dict[str, Recorded]]:
    """Return the recorded digests by id and level; nothing where none are recorded."""
    if not RECORD.exists():
        return {}
    try:
        return msgspec.json.decode(RECORD.read_bytes(), type=dict[str, dict[str, Recorded]])
    except msgspec.DecodeError as error:
        raise DataError(f"{RECORD} does not record digests: {error}") from error


def record(found: dict[str, dict[str, Recorded]]) -> None:
    """Write what was computed as what is recorded."""
    RECORD.write_bytes(msgspec.json.format(msgspec.json.encode(found, order="sorted"), indent=1) + b"\n")
    recorded.cache_clear()


def verify(env_id: str) -> list[str]:
    """Compute the sets of an id again; return in words which differ from what is recorded."""
    full_id = registry.get(env_id).env_id
    known = recorded().get(full_id)
    if known is None:
        return [f"{full_id}: no digests are recorded"]
    found = compute(full_id)
    return [
        f"{full_id} level {level}: recorded {known.get(level)}, computed {found.get(level)}"
        for level in sorted(known.keys() | found.keys(), key=int)
        if known.get(level) != found.get(level)
    ]

"""Problems as tasks of OpenEnv's server: a split is `Gcd-v0:train`, and a seed is an index.

It is the optional TaskProvider of openenv.core.env_server.interfaces; `reset(row=task["row"])` plays a task,
and so does `reset(split=..., index=...)`.
"""

import sys
from typing import Any, NamedTuple

from reasongym import registry
from reasongym.agents.adapters.serving.desk import Desk
from reasongym.agents.adapters.serving.wire import RowAsked
from reasongym.core import Env, Json, Split
from reasongym.errors import ReasongymError, UnknownName, UsageError

_TYPES: dict[Split, str] = {"train": "train", "eval": "test", "all": "train"}


class _Part(NamedTuple):
    env: Env
    split: Split
    num: int
    """Seeds of a family that makes its problems; else how many its source has."""

    @property
    def name(self) -> str:
        return f"{self.env.env_id.removeprefix(registry.NAMESPACE + '/')}:{self.split}"


class Tasks:
    """What an environment of OpenEnv has so that its server lists tasks, at each family's default level."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list_splits(self) -> list[dict[str, str]]:
        """List the splits of every environment that is served."""
        return [{"name": name, "type": _TYPES[part.split]} for name, part in self._parts().items()]

    def num_tasks(self, split: str) -> int:
        """Return how many problems or seeds a split has; raises UsageError."""
        return self._part(split).num

    def get_task(self, split: str, index: int) -> dict[str, Json]:
        """Return a task with its row; raises IndexError, UsageError."""
        part = self._part(split)
        if index not in range(part.num):
            raise IndexError(index)
        return _task(part, index)

    def get_task_range(
        self, split: str, start: int | None = None, stop: int | None = None
    ) -> list[dict[str, Json]]:
        """Return tasks by the bounds of a slice; raises UsageError for more than a request may have."""
        part = self._part(split)
        places = range(part.num)[start:stop]
        if len(places) > self._desk.limits.max_batch:
            raise UsageError(f"a request may have {self._desk.limits.max_batch} tasks, got {len(places)}")
        return [_task(part, index) for index in places]

    def list_tasks(self, split: str) -> list[dict[str, Json]]:
        """Return the first tasks of a split, as many as a request may have."""
        return self.get_task_range(split, stop=self._desk.limits.max_batch)

    def row_of_task(self, split: Json, index: Json) -> RowAsked:
        """Return the row of a task; raises UsageError."""
        if type(index) is not int or not isinstance(split, str):
            raise UsageError(f"a task has a split and an index, got {split!r} and {index!r}")
        try:
            return RowAsked.read(self.get_task(split, index)["row"])
        except IndexError as error:
            raise UsageError(f"{split} has {self.num_tasks(split)} tasks, got index {index}") from error

    def _parts(self) -> dict[str, _Part]:
        found = (part for env in self._desk.permissions.served() for part in _parts_of(env))
        return {part.name: part for part in found}

    def _part(self, split: str) -> _Part:
        parts = self._parts()
        if split not in parts:
            raise UnknownName("split", split, parts)
        return parts[split]


def _parts_of(env: Env) -> list[_Part]:
    """Return the splits of an environment; none where its source is not here."""
    level, options = env.default_level, {one.name: one.default for one in env.parameters}
    try:
        splits = env.splits_of(level, options)
        sizes = [env.size(level, split, options) for split in splits]
    except ReasongymError:
        return []
    return [
        _Part(env, split, sys.maxsize if size is None else size)
        for split, size in zip(splits, sizes, strict=True)
    ]


def _task(part: _Part, index: int) -> dict[str, Any]:
    row = part.env.row(index, split=part.split)
    return {"id": f"{part.name}:{index}", "index": index, "row": row.as_dict()}

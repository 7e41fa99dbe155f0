"""Folders to push to the Hugging Face Hub: an environment's levels as configurations, its splits as splits.

`datasets.load_dataset(FOLDER, "level-1")` reads one from disk as the Hub would serve it. Each split is an
export of its own (see `shards`), so that an interrupted command continues with what is not there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from reasongym import registry
from reasongym.core import Env, Json, Split
from reasongym.errors import DataError, UsageError
from reasongym.export.card import hub_card
from reasongym.export.records import Rows, rows
from reasongym.export.shards import CARD, MANIFEST, Manifest, write

PER_FILE = 100_000
"""Problems of a parquet file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one level."""

    config: str
    """`level-N`, the name of a configuration."""
    split: Split
    folder: str
    """Where its files are, from the folder of all."""
    manifest: Manifest


def write_hub(
    env_id: str,
    output: Path,
    *,
    num: int,
    levels: Sequence[int] | None = None,
    template: str = "default",
    show: Callable[[int], None] = lambda done: None,
    **options: Json,
) -> list[Part]:
    """Write `num` problems of every split of levels (all, where None), or what a finite source has of them.

    The folder is a data set's repository: parquet files, a card, and a manifest with every part's digest.
    `show` is told how many problems are done. Raises DataError where the folder holds something else.
    """
    env = registry.get(env_id)
    chosen = range(len(env.levels)) if levels is None else levels
    wanted = {_folder(one): one for level in chosen for one in _splits(env, level, num, options)}
    if not wanted:
        raise UsageError(f"{env.env_id} has no problems at levels {list(chosen)}")
    is_there = output.exists()
    if is_there and {str(path.parent.relative_to(output)) for path in output.glob("*/*/" + MANIFEST)} != set(
        wanted
    ):
        raise DataError(f"{output} exists and is not this export; choose another place or remove it")
    work = output if is_there else output.resolve().with_name(f".{output.name}.partial")
    parts = list(_written(wanted, work, template, show))
    if not is_there:
        _describe(env, output.name, work, parts)
        work.rename(output)
    return parts


def _folder(rows: Rows) -> str:
    return f"level-{rows.first.level}/{rows.first.split}"


def _written(
    wanted: dict[str, Rows], work: Path, template: str, show: Callable[[int], None]
) -> Iterator[Part]:
    done = 0
    for folder, part in wanted.items():
        num_files = -(-len(part) // PER_FILE)
        manifest = write(part, work / folder, form="hub", num_shards=num_files, template=template)
        (work / folder / CARD).unlink(missing_ok=True)
        yield Part(folder.partition("/")[0], part.first.split, folder, manifest)
        done += len(part)
        show(done)


def _splits(env: Env, level: int, num: int, options: dict[str, Json]) -> Iterator[Rows]:
    """Yield the rows of each split that a level has."""
    if num < 1:
        raise UsageError(f"an export needs at least 1 problem of a split, got num={num}")
    default = env.row(0, level=level, **options)
    filled = {name: option.default for name, option in env.options().items()} | default.options
    for split in env.splits_of(level, filled):
        size = env.size(level, split, filled)
        most = num if size is None else min(num, size)
        if most:
            yield rows(env.env_id, num=most, level=level, split=split, **options)


def _describe(env: Env, name: str, work: Path, parts: Sequence[Part]) -> None:
    """Write what the folder holds, for machines and for people."""
    told: list[dict[str, Any]] = msgspec.to_builtins(list(parts))
    whole = msgspec.json.encode({"env_id": env.env_id, "parts": told})
    (work / MANIFEST).write_bytes(msgspec.json.format(whole) + b"\n")
    (work / CARD).write_text(hub_card(env, name, told), encoding="utf-8")

"""Verbs that write problems as data: generate, eval-sets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from reasongym import export, registry
from reasongym.cli.options import named_options
from reasongym.cli.problems import EnvId, environment
from reasongym.cli.progress import progress
from reasongym.core import Row, Split
from reasongym.errors import UsageError
from reasongym.export import eval_sets

Format = Literal["jsonl", "parquet", "dataset"]
_SUFFIXES: dict[str, Format] = {".parquet": "parquet"}
_LONG = 2_000
"""From so many problems on, the progress is shown."""


def generate(
    env_id: EnvId,
    *,
    num: Annotated[int | None, tyro.conf.arg(aliases=["--n"])] = None,
    output: Path | None = None,
    level: int | None = None,
    split: Split | None = None,
    style: str | None = None,
    seed_start: int = 0,
    form: Annotated[Format | None, tyro.conf.arg(name="format")] = None,
    shards: int | None = None,
    shard_size: int | None = None,
    template: str = "default",
    options: tuple[str, ...] = (),
    eval_set: bool = False,
) -> None:
    """Write problems for trainers: each with its row, its prompt, the prompt as a chat, and its data.

    A folder of shards that is interrupted is continued by the same command. A manifest with a digest is
    written beside a file, and into a folder.

    Args:
        env_id: the environment, such as Countdown-v0
        num: how many problems
        output: the file or folder to write, which appears when it is complete (it need not be named)
        level: the level; the environment's default if left out
        split: train or eval (or all, where a level has only that)
        style: the wording
        seed_start: the first problem's seed
        form: jsonl, parquet, or dataset (a folder for datasets.load_from_disk)
        shards: write a folder of so many files
        shard_size: write a folder of files of at most so many problems
        template: the template of the chat (default, r1, boxed)
        options: options of the environment, such as num_numbers=4
        eval_set: write the environment's public eval set: distinct problems of the eval split
    """
    env = environment(env_id)
    named = named_options(options) | ({} if style is None else {"style": style})
    if eval_set:
        if split is not None or seed_start or named:
            raise UsageError("an eval set is fixed: it takes --level and --n alone")
        rows: Sequence[Row] = export.eval_set(
            env.env_id, level, num=eval_sets.NUM if num is None else num
        ).rows
    else:
        rows = export.rows(
            env.env_id, num=_required(num), level=level, split=split, seed_start=seed_start, **named
        )
    form = form or _SUFFIXES.get("" if output is None else output.suffix, "jsonl")
    num_shards = _num_shards(len(rows), shards, shard_size)
    if output is None:
        output = _named_after(rows[0], form, is_folder=num_shards is not None or form == "dataset")
    console = Console(stderr=True)
    with progress(console, f"generating {env.env_id}", len(rows)) as show:
        manifest = export.write(
            rows,
            output,
            form=form,
            num_shards=num_shards,
            template=template,
            show=show if len(rows) >= _LONG else lambda done: None,
        )
    console.print(
        f"wrote {len(rows):,} problems of {env.env_id} to {output} (digest {manifest.digest})",
        highlight=False,
        soft_wrap=True,
    )


def _required(num: int | None) -> int:
    if num is None:
        raise UsageError("say how many problems: --n 1000")
    if num < 1:
        raise UsageError(f"--num must be at least 1, got {num}")
    return num


def _num_shards(num: int, shards: int | None, shard_size: int | None) -> int | None:
    if shards is not None and shard_size is not None:
        raise UsageError("give one of --shards and --shard-size")
    if shard_size is None:
        return shards
    if shard_size < 1:
        raise UsageError(f"--shard-size must be at least 1, got {shard_size}")
    return -(-num // shard_size)


def _named_after(row: Row, form: str, *, is_folder: bool) -> Path:
    name = f"{row.env_id.replace('/', '-')}-level-{row.level}-{row.split}"
    return Path(name if is_folder else f"{name}{export.FORMS[form].suffix}")


def check_eval_sets(
    names: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[TEXT]")] = "", *, write: bool = False
) -> None:
    """Compute the digests of the public eval sets again and compare them with those recorded.

    Args:
        names: only ids that contain this text
        write: record what is computed instead
    """
    ids = [one for one in registry.specs() if one.startswith(registry.NAMESPACE) and names in one]
    if not ids:
        raise UsageError(f"no id contains {names!r}; `reasongym list` shows them")
    console = Console()
    found = dict(export.recorded()) if write and names else {}
    wrong: list[str] = []
    with progress(console, "computing eval sets", len(ids)) as show:
        for number, env_id in enumerate(ids, 1):
            if write:
                found[env_id] = eval_sets.compute(env_id)
            else:
                wrong += export.verify(env_id)
            show(number)
    for line in wrong:
        console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
    if write:
        eval_sets.record(found)
    console.print(
        f"{'recorded' if write else 'compared'} the eval sets of {len(ids)} ids, {len(wrong)} differ"
    )
    if wrong:
        raise SystemExit(1)

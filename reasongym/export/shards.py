"""An export as a whole: one file, or a folder of shards that an interrupted command continues.

Nothing takes its name before it is complete. A folder is built beside its final place, as
`.NAME.partial`; the shards found there are read again, not written again, when the same request comes back.
"""

import importlib
import os
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from reasongym import registry
from reasongym.core import Json, Row
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.export.card import card
from reasongym.export.files import FORMS
from reasongym.export.records import Digest, Record, Rows, record, template_named

Show = Callable[[int], None]
"""Takes how many problems are done."""

MANIFEST, CARD, _REQUEST = "manifest.json", "README.md", "request.json"
_SHOW_EVERY = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: two equal requests write the same records."""

    env_id: str
    level: int
    split: str
    options: dict[str, Json]
    first_seed: int
    num_problems: int
    rows: str
    """`consecutive`, or the digest of rows that are not."""
    form: str
    template: str
    num_files: int
    reasongym: str
    """The version that wrote it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written."""

    request: Request
    digest: str
    """Of rows, data and prompts, in order; the same for every form and number of files."""
    files: list[str]
    columns: tuple[str, ...]
    """What the files hold of a record."""


def write(
    rows: Sequence[Row],
    output: Path,
    *,
    form: str = "jsonl",
    num_shards: int | None = None,
    template: str = "default",
    show: Show = lambda done: None,
) -> Manifest:
    """Write the problems of rows of one environment and level, and what describes them.

    Args:
        rows: the rows, best as `Rows`, which takes no memory
        output: a file, or a folder where there are shards and for the form `dataset`
        form: `jsonl`, `parquet`, `dataset` (a folder for `datasets.load_from_disk`) or `hub` (parquet
            without the column `data`)
        num_shards: into how many files the problems are divided; None writes one file
        template: the template of the column `messages`
        show: is told how many problems are done

    Raises DataError where the output cannot be written or holds something else.
    """
    if form not in FORMS:
        raise UnknownName("form", form, FORMS)
    if num_shards is not None and not 1 <= num_shards <= len(rows):
        raise UsageError(f"the number of shards must be from 1 to the {len(rows)} problems, got {num_shards}")
    template_named(template)
    request = _request(rows, form, template, num_shards or 1)
    with _told(output):
        is_file = num_shards is None and form != "dataset"
        manifest = (_write_file if is_file else _write_folder)(rows, output, request, show)
    show(len(rows))
    return manifest


def _request(rows: Sequence[Row], form: str, template: str, num_files: int) -> Request:
    first = rows[0]
    listed = "consecutive" if isinstance(rows, Rows) else _named(rows)
    return Request(
        env_id=first.env_id,
        level=first.level,
        split=first.split,
        options=first.options,
        first_seed=first.seed,
        num_problems=len(rows),
        rows=listed,
        form=form,
        template=template,
        num_files=num_files,
        reasongym=version("reasongym"),
    )


def _named(rows: Sequence[Row]) -> str:
    found = blake2b(digest_size=16)
    for row in rows:
        found.update(msgspec.json.encode(row.as_dict(), order="sorted"))
    return found.hexdigest()


# -- one file ---------------------------------------------------------------------------------------------


def _write_file(rows: Sequence[Row], output: Path, request: Request, show: Show) -> Manifest:
    digest = Digest()
    with replacing(output) as partial:
        FORMS[request.form].write(partial, _records(rows, request, digest, 0, show))
    manifest = Manifest(request, digest.hexdigest(), [output.name], FORMS[request.form].columns)
    with replacing(output.with_name(f"{output.name}.{MANIFEST}")) as partial:
        partial.write_bytes(_pretty(manifest))
    return manifest


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """Give a file to write that takes the path's name when it is complete."""
    if path.exists() and not path.is_file():  # a device or a pipe must not lose its name to a file
        raise DataError(f"cannot write {path}: it is not a regular file; choose another")
    path = path.resolve()  # a link stays one
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _records(
    rows: Iterable[Row], request: Request, digest: Digest, num_done: int, show: Show
) -> Iterator[Record]:
    template = template_named(request.template)
    for number, row in enumerate(rows, num_done + 1):
        one = record(registry.problem(row), template)
        digest.add(one)
        yield one
        if number % _SHOW_EVERY == 0 and number < request.num_problems:
            show(number)


# -- a folder of files ------------------------------------------------------------------------------------


def _write_folder(rows: Sequence[Row], output: Path, request: Request, show: Show) -> Manifest:
    if output.exists():
        return _found(output, request)
    work = output.resolve().with_name(f".{output.name}.partial")
    work.mkdir(parents=True, exist_ok=True)
    _claim(work, request)
    digest, files = Digest(), _file_names(request)
    for number, name in enumerate(files):
        start, end = (at * len(rows) // len(files) for at in (number, number + 1))
        part = rows[start:end]
        if (work / name).exists():
            _read(work / name, part, request, digest)
        else:
            with replacing(work / name) as partial:
                FORMS[request.form].write(partial, _records(part, request, digest, start, show))
        if end < len(rows):
            show(end)
    manifest = Manifest(request, digest.hexdigest(), files, FORMS[request.form].columns)
    if request.form == "dataset":
        _save_dataset(work, files, request.split)
    env = registry.get(request.env_id)
    (work / MANIFEST).write_bytes(_pretty(manifest))
    (work / CARD).write_text(card(env, msgspec.to_builtins(manifest)), encoding="utf-8")
    (work / _REQUEST).unlink()
    work.rename(output)
    return manifest


def _found(output: Path, request: Request) -> Manifest:
    """Return the manifest of an export that is there already, if it is the one asked for."""
    path = output / MANIFEST
    if path.is_file():
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except msgspec.DecodeError as error:
            raise DataError(f"{path} is not a manifest of an export: {error}") from error
        if manifest.request == request and all((output / name).exists() for name in manifest.files):
            return manifest
    raise DataError(f"{output} exists and is not this export; choose another place or remove it")


def _claim(work: Path, request: Request) -> None:
    path = work / _REQUEST
    if not path.exists():
        with replacing(path) as partial:
            partial.write_bytes(_pretty(request))
    if path.read_bytes() != _pretty(request):
        raise DataError(f"{work} holds the beginning of another export; remove it or choose another place")


def _file_names(request: Request) -> list[str]:
    stem = "data" if request.form == "dataset" else request.split
    suffix, num = FORMS[request.form].suffix, request.num_files
    return [f"{stem}-{number:05d}-of-{num:05d}{suffix}" for number in range(num)]


def _read(path: Path, rows: Sequence[Row], request: Request, digest: Digest) -> None:
    """Take the records of a shard that is there, having made its first one anew to compare."""
    template = template_named(request.template)
    num = 0
    for number, one in enumerate(_intact(path, request)):
        if number == 0 and one._replace(messages=[]) != record(registry.problem(rows[0]), template)._replace(
            messages=[]
        ):
            raise DataError(f"{path} holds other problems than are made for its rows; remove it")
        digest.add(one)
        num += 1
    if num != len(rows):
        raise DataError(f"{path} holds {num} problems instead of {len(rows)}; remove it")


def _intact(path: Path, request: Request) -> Iterator[Record]:
    try:
        yield from FORMS[request.form].read(path)
    except (AttributeError, KeyError, OSError, ValueError, msgspec.MsgspecError) as error:
        # These are what the readers raise for damaged files.
        raise DataError(f"{path} is damaged ({error}); remove it") from error


def _save_dataset(work: Path, files: Sequence[str], split: str) -> None:
    """Turn the Arrow files of a folder into one data set on disk; they stay mapped, never loaded."""
    try:
        datasets: Any = importlib.import_module("datasets")
    except ModuleNotFoundError as error:
        raise UsageError("a data set needs datasets: pip install 'reasongym[datasets]'") from error
    shows_bars = datasets.are_progress_bars_disabled() is False
    datasets.disable_progress_bars()
    parts = [datasets.Dataset.from_file(str(work / name), split=split) for name in files]
    whole = datasets.concatenate_datasets(parts)
    saved = work / "saved"
    shutil.rmtree(saved, ignore_errors=True)
    whole.save_to_disk(str(saved), num_shards=len(files))
    if shows_bars:
        datasets.enable_progress_bars()
    for path in saved.iterdir():
        path.replace(work / path.name)  # its files bear the names of those they were made of
    saved.rmdir()


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value)) + b"\n"


@contextmanager
def _told(output: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"cannot write {output}: {error.strerror}; choose a place you may write to"
        ) from error

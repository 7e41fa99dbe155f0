"""Rows of data files: JSON lines found by their offsets; parquet, Arrow and Hugging Face's through libraries.

A file of JSON lines is read through once, to find where each line begins and what its digest is; a row is
read from its place when it is asked for, so that a file may be larger than memory.
"""

import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import msgspec

from reasongym.core import Json, Split
from reasongym.errors import DataError

JSON_LINES = (".jsonl", ".ndjson")
PARQUET = (".parquet",)
ARROW = (".arrow",)
ENDINGS = (*JSON_LINES, *PARQUET, *ARROW)
_EVAL_NAMES = ("test", "eval", "validation", "valid", "dev")
_DIGEST_BYTES = 16
_MAX_LINE_BYTES = 512 << 20
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Rows(Protocol):
    """Rows in the order of their source."""

    digest: str
    """Of everything that a row may hold."""
    where: str
    """What the rows come from, for messages."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def __iter__(self) -> Iterator[Mapping[str, Json]]:
        """Yield all rows."""
        ...

    def __getitem__(self, index: int) -> Mapping[str, Json]:
        """Return one row."""
        ...


class JsonLines:
    """A file with one JSON object a line; raises DataError where it is not, and where it changes in use."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self._path = path
        self._offsets = array("Q")
        hashed = blake2b(digest_size=_DIGEST_BYTES)
        with _opened(path) as file:
            self._stamp = _stamp(file.fileno())
            at = 0
            while line := file.readline(_MAX_LINE_BYTES):
                hashed.update(line)
                if line.strip():
                    self._offsets.append(at)
                at += len(line)
        self.digest = hashed.hexdigest()

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[Mapping[str, Json]]:
        with self._checked() as file:
            for number, offset in enumerate(self._offsets):
                file.seek(offset)
                yield self._decoded(file.readline(_MAX_LINE_BYTES), number)

    def __getitem__(self, index: int) -> Mapping[str, Json]:
        with self._checked() as file:
            file.seek(self._offsets[index])
            return self._decoded(file.readline(_MAX_LINE_BYTES), index)

    def _checked(self) -> Any:
        file = _opened(self._path)
        if _stamp(file.fileno()) != self._stamp:
            file.close()
            raise DataError(
                f"{self.where} has changed since it was first read; start again to use what it is"
            )
        return file

    def _decoded(self, line: bytes, index: int) -> Mapping[str, Json]:
        try:
            return _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            told = f"item {index} (at byte {self._offsets[index]})"
            raise DataError(f"{self.where}: {told} is no JSON object: {error}") from error


class Columns:
    """A table of pyarrow, from a parquet file or a data set of Hugging Face."""

    def __init__(self, table: Any, where: str, digest: str) -> None:
        self.where, self.digest, self._table = where, digest, table

    def __len__(self) -> int:
        return self._table.num_rows

    def __iter__(self) -> Iterator[Mapping[str, Json]]:
        for batch in self._table.to_batches(max_chunksize=1_000):
            yield from batch.to_pylist()

    def __getitem__(self, index: int) -> Mapping[str, Json]:
        return self._table.slice(index, 1).to_pylist()[0]


class Chosen:
    """Those of other rows that fit."""

    def __init__(self, rows: Rows, fits: Callable[[Mapping[str, Json]], bool]) -> None:
        self.where, self.digest, self._rows = rows.where, rows.digest, rows
        self._indices = array("Q", (index for index, row in enumerate(rows) if fits(row)))

    def __len__(self) -> int:
        return len(self._indices)

    def __iter__(self) -> Iterator[Mapping[str, Json]]:
        return (self._rows[index] for index in self._indices)

    def __getitem__(self, index: int) -> Mapping[str, Json]:
        return self._rows[self._indices[index]]


def read_file(path: Path) -> Rows:
    """Read a file by the ending of its name; raises DataError for another ending."""
    if path.suffix in JSON_LINES:
        return JsonLines(path)
    if path.suffix in (*PARQUET, *ARROW):
        return _columns(path)
    raise DataError(f"{path} is none of the files that can be read ({', '.join(ENDINGS)})")


def read_folder(folder: Path) -> dict[Split, Rows]:
    """Read the files of a folder whose names say which split they are; `all` where there is but one."""
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS)
    train = [path for path in files if path.stem.startswith("train")]
    held = [path for path in files if path.stem.startswith(_EVAL_NAMES)]
    if len(train) > 1 or len(held) > 1 or not train + held:
        names = ", ".join(path.name for path in files) or "nothing to read"
        raise DataError(f"{folder} must hold one file train.* or one test.* or both, it has: {names}")
    named: list[tuple[Split, Path]] = [*(("train", one) for one in train), *(("eval", one) for one in held)]
    parts: dict[Split, Rows] = {split: read_file(path) for split, path in named}
    return parts if len(parts) > 1 else {"all": next(iter(parts.values()))}


def read_hub(repository: str, config: str, split: str, columns: Sequence[str]) -> Rows:
    """Read one split of a data set with the library `datasets`; its digest is of these columns, or of all."""
    try:
        import datasets
    except ImportError as error:
        raise DataError(
            f"the data set {repository} needs the library datasets: pip install 'reasongym[datasets]'"
        ) from error
    where = f"{repository} ({', '.join(filter(None, (config, split)))})"
    load: Callable[..., Any] = datasets.load_dataset  # pyright: ignore[reportUnknownVariableType]
    try:
        loaded = load(repository, config or None, split=split)
    except Exception as error:  # the library raises errors of many kinds, of the network too
        raise DataError(f"the data set {where} cannot be loaded: {type(error).__name__}: {error}") from error
    table = loaded.with_format("arrow")[:]
    rows = Columns(table, where, "")
    hashed = blake2b(digest_size=_DIGEST_BYTES)
    for row in rows:
        told = [field(row, column, where) for column in columns or row]
        hashed.update(msgspec.json.encode(told, order="sorted"))
    rows.digest = hashed.hexdigest()
    return rows


def field(row: Mapping[str, Json], column: str, where: str) -> Json:
    """Return what a row holds in a column, `a.b` or `a.0` being a part of it; raises DataError."""
    if column in row:
        return row[column]
    value: Json = row
    for name in column.split("."):
        try:
            value = value[int(name) if name.isdigit() and type(value) is list else name]
        except (KeyError, IndexError, TypeError) as error:
            told = f"{where} has no column {column!r}; it has: {', '.join(map(str, row))}"
            raise DataError(told) from error
    return value


def _columns(path: Path) -> Rows:
    try:
        import pyarrow  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DataError(f"{path} needs pyarrow: pip install 'reasongym[datasets]'") from error
    hashed = blake2b(digest_size=_DIGEST_BYTES)
    with _opened(path) as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    kind = "parquet" if path.suffix in PARQUET else "Arrow"
    try:
        table = _parquet(path) if path.suffix in PARQUET else _arrow(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        raise DataError(f"{path} is no {kind} file: {error}") from error
    return Columns(table, str(path), hashed.hexdigest())


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as parquet

    read: Callable[..., Any] = parquet.read_table  # pyright: ignore[reportUnknownVariableType]
    return read(path, memory_map=True)


def _arrow(path: Path) -> Any:
    """Read an Arrow file: a stream, as the library `datasets` saves it, or of the file format."""
    import pyarrow

    arrow: Any = pyarrow  # it is untyped
    with _opened(path) as file:
        is_file = file.read(6) == b"ARROW1"
    with arrow.memory_map(str(path)) as mapped:
        return (arrow.ipc.open_file if is_file else arrow.ipc.open_stream)(mapped).read_all()


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _stamp(fd: int) -> tuple[int, int]:
    told = os.fstat(fd)
    return told.st_size, told.st_mtime_ns

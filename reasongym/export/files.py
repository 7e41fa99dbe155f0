"""One file of records: JSON lines, parquet or an Arrow stream, written and read back in bounded memory."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from reasongym import registry
from reasongym.core import Row
from reasongym.errors import UsageError
from reasongym.export.records import Record, record
from reasongym.templates import TEMPLATES

NUM_BATCHED = 1_000
"""Records that are held at a time."""
PUBLISHED = tuple(name for name in Record._fields if name != "data")
"""Columns of what is published: the data of many families hold a solution."""


class Form(NamedTuple):
    """A kind of file."""

    suffix: str
    write: Callable[[Path, Iterable[Record]], None]
    read: Callable[[Path], Iterator[Record]]
    """Read the records back, without their messages."""
    columns: tuple[str, ...] = Record._fields


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Write one record a line."""
    with path.open("wb") as file:
        for record in records:
            file.write(record.line + b"\n")


def read_jsonl(path: Path) -> Iterator[Record]:
    """Read what `write_jsonl` wrote."""
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    with path.open("rb") as file:
        for line in file:
            found = decode(line)
            prompt = msgspec.json.decode(found["prompt"], type=str)
            yield Record(bytes(found["row"]), prompt, [], bytes(found["data"]))


def write_parquet(path: Path, records: Iterable[Record], columns: Sequence[str] = Record._fields) -> None:
    """Write a row group a batch."""
    pyarrow, parquet = _arrow("pyarrow"), _arrow("pyarrow.parquet")
    schema = _schema(pyarrow, columns)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(records):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def read_parquet(path: Path) -> Iterator[Record]:
    """Read what `write_parquet` wrote."""
    with _arrow("pyarrow.parquet").ParquetFile(path) as file:
        for batch in file.iter_batches(NUM_BATCHED, columns=["row", "prompt", "data"]):
            yield from _records(batch)


def read_published(path: Path) -> Iterator[Record]:
    """Read parquet without data, which are made again from the rows."""
    with _arrow("pyarrow.parquet").ParquetFile(path) as file:
        for batch in file.iter_batches(NUM_BATCHED, columns=["row", "prompt"]):
            for one in batch.to_pylist():
                row = Row.from_dict(msgspec.json.decode(one["row"]))
                made = record(registry.problem(row), TEMPLATES["default"])
                yield made._replace(prompt=one["prompt"], messages=[])


def write_arrow(path: Path, records: Iterable[Record]) -> None:
    """Write an Arrow stream, the file that a Hugging Face `Dataset` maps into memory."""
    pyarrow = _arrow("pyarrow")
    schema = _schema(pyarrow, Record._fields)
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_stream(file, schema) as writer:
        for batch in _batches(records):
            writer.write_batch(pyarrow.RecordBatch.from_pylist(batch, schema=schema))


def read_arrow(path: Path) -> Iterator[Record]:
    """Read what `write_arrow` wrote."""
    pyarrow = _arrow("pyarrow")
    with pyarrow.memory_map(str(path)) as file, pyarrow.ipc.open_stream(file) as reader:
        for batch in reader:
            yield from _records(batch)


FORMS = {
    "jsonl": Form(".jsonl", write_jsonl, read_jsonl),
    "parquet": Form(".parquet", write_parquet, read_parquet),
    "dataset": Form(".arrow", write_arrow, read_arrow),
    "hub": Form(".parquet", partial(write_parquet, columns=PUBLISHED), read_published, PUBLISHED),
}


def _batches(records: Iterable[Record]) -> Iterator[list[dict[str, Any]]]:
    columns = (record.columns for record in records)
    while batch := list(islice(columns, NUM_BATCHED)):
        yield batch


def _records(batch: Any) -> Iterator[Record]:
    for one in batch.select(["row", "prompt", "data"]).to_pylist():
        yield Record(one["row"].encode(), one["prompt"], [], one["data"].encode())


def _schema(pyarrow: Any, columns: Sequence[str]) -> Any:
    text = pyarrow.string()
    chat = pyarrow.list_(pyarrow.struct([("role", text), ("content", text)]))
    return pyarrow.schema([(name, chat if name == "messages" else text) for name in columns])


def _arrow(module: str) -> Any:
    """Import a module of pyarrow, which only these formats need."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError("this format needs pyarrow: pip install 'reasongym[datasets]'") from error

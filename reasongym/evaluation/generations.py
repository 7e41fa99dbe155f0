"""Completions that other programs saved, read from their own files without those programs.

inspect-ai      `.eval` (a zip) or `.json` log: samples with their input, epoch and output
lighteval       details as `.parquet` or `.json`: a document and the model's texts a row
lm-eval         `samples_*.jsonl`: `doc`, `arguments` and `resps` a line
plain           `.jsonl`: `id` or `problem`, and `completion` or `completions` a line

What they scored is not looked at. Files of `reasongym export` also say how each text ended and which token
ids were sampled, under `reasongym` or in the program's own fields.
"""

import importlib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from struct import unpack
from typing import Any, NamedTuple, cast

import msgspec

from reasongym.core import Json
from reasongym.episodes import Finish
from reasongym.errors import DataError

Fields = Mapping[str, Json]
_PROBLEMS = ("problem", "question", "Problem", "Question", "original_query", "prompt", "query", "input")
_ZSTANDARD = 93
_MAX_MEMBER_BYTES = 1 << 30
_IDS = ("unique_id", "id", "problem_id", "question_id")


class Text(NamedTuple):
    """One completion."""

    text: str
    finish: Finish = "stop"
    token_ids: tuple[int, ...] = ()
    """What was sampled, where the file keeps it."""


class Generation(NamedTuple):
    """Completions of one problem, which is named in as many ways as the file does."""

    problems: tuple[str, ...]
    """Texts that are or hold the problem, the barest first."""
    ids: tuple[str, ...]
    texts: tuple[Text, ...]


class Saved(NamedTuple):
    """What a file holds."""

    program: str
    """`inspect-ai`, `lighteval`, `lm-eval` or `plain`."""
    model: str
    """As the file calls it; empty where it does not."""
    generations: list[Generation]


def read_generations(path: Path) -> Saved:
    """Read a file by what it holds; raises DataError where it is of no known kind."""
    try:
        return _read(path)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is cut off or not what its name says: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:  # a record of another shape
        told = "{id or problem, completion} a line, inspect-ai, lighteval and lm-eval are read"
        raise DataError(f"{path} has a record of an unknown shape ({error!r}); {told}") from error


def _read(path: Path) -> Saved:
    if path.suffix == ".eval":
        return _inspect_zip(path)
    if path.suffix == ".parquet":
        return _lighteval(_parquet_rows(path))
    if path.suffix == ".json":
        whole: Json = msgspec.json.decode(path.read_bytes())
        if isinstance(whole, list):
            return _rows(path, cast(list[Json], whole))
        return _inspect(whole["eval"], whole["samples"])
    if path.suffix in (".jsonl", ".ndjson"):
        return _rows(path, list(_lines(path)))
    raise DataError(f"{path} is none of .eval, .json, .jsonl and .parquet")


def _rows(path: Path, rows: Sequence[Fields]) -> Saved:
    if not rows:
        raise DataError(f"{path} holds no completions")
    if "resps" in rows[0]:
        return _lm_eval(rows)
    if any(name in rows[0] for name in ("doc", "__doc__", "full_prompt")):
        return _lighteval(rows)
    return Saved("plain", "", list(map(_plain, rows)))


def _lines(path: Path) -> Iterator[Fields]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield msgspec.json.decode(line, type=dict[str, object])
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise DataError(f"{path}:{number} is no JSON object: {error}") from error


# -- plain ------------------------------------------------------------------------------------------------


def _plain(row: Fields) -> Generation:
    said = row["completions"] if "completions" in row else [row["completion"]]
    return Generation(_problems_in(row), _ids_in(row), tuple(Text(_str(text)) for text in said))


def _problems_in(row: Fields) -> tuple[str, ...]:
    return tuple(row[name] for name in _PROBLEMS if isinstance(row.get(name), str))


def _ids_in(row: Fields) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in _IDS if isinstance(row.get(name), str | int))


def _str(text: Json) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a completion is text, got {type(text).__name__}")
    return text


def _texts(said: Sequence[Json], kept: Fields) -> tuple[Text, ...]:
    """Put to each text how it ended and its token ids, where the file keeps as many of these as of texts."""
    ends, ids = _as_many(kept.get("finish"), said), _as_many(kept.get("token_ids"), said)
    return tuple(
        Text(_str(text), _finish(end), _token_ids(sampled))
        for text, end, sampled in zip(said, ends, ids, strict=True)
    )


def _ours(record: Json) -> Fields:
    """Return what `reasongym export` put into a record for itself."""
    ours: Json = cast(Fields, record).get("reasongym") if isinstance(record, dict) else None
    return cast(Fields, ours) if isinstance(ours, dict) else {}


def _as_many(values: Json, said: Sequence[Json]) -> list[Json]:
    listed = cast(list[Json], values) if isinstance(values, list) else []
    return listed if len(listed) == len(said) else [None] * len(said)


def _finish(end: Json) -> Finish:
    return end if end in ("length", "cancelled") else "stop"


def _token_ids(sampled: Json) -> tuple[int, ...]:
    listed = cast(list[Json], sampled) if isinstance(sampled, list) else []
    return tuple(listed) if all(type(one) is int for one in listed) else ()


# -- lm-eval ----------------------------------------------------------------------------------------------


def _lm_eval(rows: Sequence[Fields]) -> Saved:
    """Read `resps`; a document is there once a filter, with the same ones: the first filter's are taken."""
    first = rows[0].get("filter")
    return Saved("lm-eval", "", [_lm_eval_row(row) for row in rows if row.get("filter") == first])


def _lm_eval_row(row: Fields) -> Generation:
    doc: Fields = row["doc"]
    texts = _texts([text for some in row["resps"] for text in _listed(some)], _ours(row))
    return Generation((*_problems_in(doc), *_prompts_in(row.get("arguments"))), _ids_in(doc), texts)


def _prompts_in(arguments: Json) -> Iterator[str]:
    """Yield the texts among the arguments of a request, lists of lists or `gen_args_0: {arg_0: ...}`."""
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, dict):
        for inner in cast(dict[str, Json], arguments).values():
            yield from _prompts_in(inner)
    elif isinstance(arguments, list):
        for inner in cast(list[Json], arguments):
            yield from _prompts_in(inner)


def _listed(value: Json) -> list[Json]:
    return cast(list[Json], value) if isinstance(value, list) else [value]


# -- lighteval --------------------------------------------------------------------------------------------


def _lighteval(rows: Sequence[Fields]) -> Saved:
    return Saved("lighteval", "", list(map(_lighteval_row, rows)))


def _lighteval_row(row: Fields) -> Generation:
    """Read a row of either layout: `doc` and `model_response`, or `full_prompt` and `predictions`."""
    doc: Fields | None = row.get("doc") or row.get("__doc__")
    if doc is None:
        prompts = tuple(row[name] for name in ("example", "full_prompt") if isinstance(row.get(name), str))
        return Generation(prompts, (), tuple(Text(_str(text)) for text in _listed(row["predictions"])))
    said: Fields = row.get("model_response") or row["__model_response__"]
    kept = {"token_ids": said.get("output_tokens"), **_ours(doc.get("specific"))}
    return Generation(_problems_in(doc), _ids_in(doc), _texts(_listed(said["text"]), kept))


def _parquet_rows(path: Path) -> list[Fields]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise DataError(f"{path} needs pyarrow: pip install 'reasongym[datasets]'") from error
    read: Callable[..., Any] = parquet.read_table  # pyright: ignore[reportUnknownVariableType]
    try:
        return read(path).to_pylist()
    except ValueError as error:  # pyarrow's own errors are ValueErrors
        raise DataError(f"{path} is no parquet file: {error}") from error


# -- inspect-ai -------------------------------------------------------------------------------------------


def _inspect_zip(path: Path) -> Saved:
    with zipfile.ZipFile(path) as log:
        names = sorted(name for name in log.namelist() if name.startswith("samples/"))
        if "header.json" not in log.namelist():
            raise DataError(f"{path} has no header.json: the evaluation that wrote it has not ended")
        header: Json = msgspec.json.decode(_member(path, log.getinfo("header.json")))
        samples: list[Json] = [msgspec.json.decode(_member(path, log.getinfo(name))) for name in names]
    return _inspect(header["eval"], samples)


def _member(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Read a file of a zip; inspect-ai packs by Zstandard, which Python's own zipfile learns in 3.14."""
    if member.compress_type != _ZSTANDARD:
        with zipfile.ZipFile(path) as log:
            return log.read(member)
    try:
        pyarrow = importlib.import_module("pyarrow")
    except ImportError as error:
        raise DataError(f"{path} is packed by Zstandard: pip install 'reasongym[datasets]'") from error
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)  # the lengths of the name and of what else precedes the content
        name_bytes, extra_bytes = unpack("<HH", file.read(4))
        file.seek(name_bytes + extra_bytes, 1)
        packed = file.read(member.compress_size)
    if member.file_size > _MAX_MEMBER_BYTES:
        raise DataError(f"{path} holds {member.filename} of {member.file_size:,} bytes, which is too much")
    return pyarrow.CompressedInputStream(pyarrow.BufferReader(packed), "zstd").read(member.file_size)


def _inspect(about: Fields, samples: Sequence[Fields]) -> Saved:
    ordered = sorted(samples, key=lambda sample: int(sample.get("epoch", 1)))
    return Saved("inspect-ai", str(about.get("model", "")), list(map(_inspect_sample, ordered)))


def _inspect_sample(sample: Fields) -> Generation:
    asked = sample["input"]
    messages = [asked] if isinstance(asked, str) else [_content(message["content"]) for message in asked]
    if not sample["output"]["choices"]:
        told = f"sample {sample['id']}, epoch {sample.get('epoch', 1)}"
        raise DataError(f"{told} of the log has no completion: the evaluation failed there")
    choice: Fields = sample["output"]["choices"][0]
    finish: Finish = "length" if choice.get("stop_reason") in ("max_tokens", "model_length") else "stop"
    metadata: Fields = sample.get("metadata") or {}
    ids = (*_ids_in(metadata), str(sample["id"]))
    (text,) = _texts([_content(choice["message"]["content"])], {"finish": [finish], **_ours(metadata)})
    return Generation((*_problems_in(metadata), *messages), ids, (text,))


def _content(content: Json) -> str:
    """Return the text of a message; reasoning that the log keeps apart stands in think tags before it."""
    if isinstance(content, str):
        return content
    parts: list[str] = []
    for part in content:
        if part["type"] == "reasoning":
            parts.append(f"<think>\n{part['reasoning']}\n</think>\n")
        elif part["type"] == "text":
            parts.append(part["text"])
    return "".join(parts)

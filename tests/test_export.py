"""Exports hold the problems of their rows, whatever the form, and an interrupted one continues."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import reasongym
from reasongym import export, registry
from reasongym.core import Problem, Row
from reasongym.errors import DataError, UsageError
from reasongym.export import Manifest, eval_sets, files
from reasongym.export.files import FORMS

COUNTDOWN = "reasongym/Countdown-v0"
LISTED = sorted(FORMS)


def table(path: Path) -> list[dict[str, Any]]:
    """Read an export by the libraries that its readers use."""
    if (path / "state.json").exists():
        datasets: Any = pytest.importorskip("datasets")
        return list(datasets.load_from_disk(str(path)))
    files = sorted(path.glob("train-*")) if path.is_dir() else [path]
    if files[0].read_bytes().startswith(b"PAR1"):
        parquet: Any = pytest.importorskip("pyarrow.parquet")
        return [one for file in files for one in parquet.read_table(file).to_pylist()]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def manifest_of(path: Path) -> Manifest:
    beside = path.with_name(f"{path.name}.manifest.json")
    return msgspec.json.decode(
        (path / "manifest.json" if path.is_dir() else beside).read_bytes(), type=Manifest
    )


@pytest.mark.parametrize("form", LISTED)
@pytest.mark.parametrize("num_shards", [None, 1, 3])
def test_every_form_holds_the_problems_in_order(form: str, num_shards: int | None, tmp_path: Path) -> None:
    rows = export.rows(COUNTDOWN, num=25, level=1, split="train", seed_start=7, style="terse")
    written = export.write(rows, tmp_path / "out", form=form, num_shards=num_shards)
    found = table(tmp_path / "out")
    assert [Row.from_dict(parsed(one["row"])) for one in found] == list(rows)
    for row, one in zip(rows, found, strict=True):
        problem = reasongym.problem(row)
        assert problem.prompt == one["prompt"]
        assert form == "hub" or problem.data == parsed(one["data"])
        assert one["messages"] == [{"role": "user", "content": problem.prompt}]
    assert written == manifest_of(tmp_path / "out")
    assert set(written.columns) == set(found[0])
    assert written.digest == export.digest(rows)
    assert len(written.files) == (num_shards or 1)


def test_records_are_for_tables_in_memory() -> None:
    datasets: Any = pytest.importorskip("datasets")
    rows = export.rows(COUNTDOWN, num=3)
    held = datasets.Dataset.from_list(list(export.records(rows, template="r1")))
    assert [message["role"] for message in held[0]["messages"]] == ["system", "user"]
    assert Row.from_dict(json.loads(held[2]["row"])) == rows[2]


def test_a_folder_is_one_that_the_hub_reads(tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    rows = export.rows(COUNTDOWN, num=10, split="eval")
    export.write(rows, tmp_path / "out", form="parquet", num_shards=2)
    loaded = datasets.load_dataset(str(tmp_path / "out"), split="eval", cache_dir=str(tmp_path / "cache"))
    assert [json.loads(row)["seed"] for row in loaded["row"]] == list(range(10))


@pytest.mark.parametrize("form", LISTED)
def test_an_interrupted_folder_is_continued(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = export.rows(COUNTDOWN, num=400, level=1)
    whole = export.write(rows, tmp_path / "whole", form=form, num_shards=4)

    def stop(done: int) -> None:
        if done >= 250:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export.write(rows, tmp_path / "out", form=form, num_shards=4, show=stop)
    assert not (tmp_path / "out").exists()
    made: list[Row] = []

    def problem(row: Row) -> Problem:
        made.append(row)
        return reasongym.problem(row)

    monkeypatch.setattr(registry, "problem", problem)
    assert export.write(rows, tmp_path / "out", form=form, num_shards=4) == whole
    kept = [row.seed for row in made if row.seed < 200]
    assert form == "hub" or kept == [0, 100], "of a shard that is there only the first problem is made again"
    assert table(tmp_path / "out") == table(tmp_path / "whole")
    assert not list(tmp_path.glob(".*"))
    made.clear()
    assert export.write(rows, tmp_path / "out", form=form, num_shards=4) == whole
    assert made == []


def test_another_export_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export.write(export.rows(COUNTDOWN, num=10, level=1), out, num_shards=2)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(DataError, match="exists and is not this export"):
        export.write(export.rows(COUNTDOWN, num=10, level=2), out, num_shards=2)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def interrupt(done: int) -> None:
    raise KeyboardInterrupt


def test_the_beginning_of_another_export_is_not_continued(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        export.write(export.rows(COUNTDOWN, num=10), tmp_path / "out", num_shards=2, show=interrupt)
    with pytest.raises(DataError, match="the beginning of another export"):
        export.write(export.rows(COUNTDOWN, num=11), tmp_path / "out", num_shards=2)


@pytest.mark.parametrize(
    ("start", "end", "added"),
    [(0, -1, b"{"), (0, 1000, b""), (200, None, b""), (0, 0, b"")],
)
@pytest.mark.parametrize("form", LISTED)
def test_a_damaged_shard_is_not_taken(
    form: str, start: int, end: int | None, added: bytes, tmp_path: Path
) -> None:
    rows = export.rows(COUNTDOWN, num=10)
    with pytest.raises(KeyboardInterrupt):
        export.write(rows, tmp_path / "out", form=form, num_shards=2, show=interrupt)
    (shard,) = (tmp_path / ".out.partial").glob("*-00000-*")
    shard.write_bytes(shard.read_bytes()[start:end] + added)
    with pytest.raises(DataError, match="-00000-of-00002"):
        export.write(rows, tmp_path / "out", form=form, num_shards=2)


def test_a_shard_of_other_problems_is_not_taken(tmp_path: Path) -> None:
    rows = export.rows(COUNTDOWN, num=10)
    with pytest.raises(KeyboardInterrupt):
        export.write(rows, tmp_path / "out", num_shards=2, show=interrupt)
    (shard,) = (tmp_path / ".out.partial").glob("train-*")
    shard.write_bytes(shard.read_bytes().replace(b'"prompt":"', b'"prompt":"!', 1))
    with pytest.raises(DataError, match="holds other problems"):
        export.write(rows, tmp_path / "out", num_shards=2)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_memory_does_not_grow_with_the_problems(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "NUM_BATCHED", 50)
    export.write(export.rows(COUNTDOWN, num=10, level=1), tmp_path / "first", form=form)  # imports
    peaks: list[int] = []
    for num in (200, 800):
        rows = export.rows(COUNTDOWN, num=num, level=1, style="terse")
        tracemalloc.start()
        export.write(rows, tmp_path / f"{form}-{num}", form=form)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"form": "csv"}, "unknown form 'csv'"),
        ({"num_shards": 0}, "from 1 to the 5 problems"),
        ({"num_shards": 6}, "from 1 to the 5 problems"),
        ({"template": "think"}, "templates default, r1, boxed"),
        ({"template": "no"}, "templates default, r1, boxed"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        export.write(export.rows(COUNTDOWN, num=5), tmp_path / "out", **arguments)
    assert list(tmp_path.iterdir()) == []


def test_rows_are_a_sequence_that_takes_no_memory() -> None:
    env = reasongym.get(COUNTDOWN)
    rows = export.rows(COUNTDOWN, num=10**9, level=2, seed_start=5)
    assert len(rows) == 10**9
    assert rows[3] == env.row(8, level=2)
    assert rows[-1] == env.row(10**9 + 4, level=2)
    assert rows[2:4] == [env.row(7, level=2), env.row(8, level=2)]
    with pytest.raises(IndexError):
        rows[10**9]


def test_eval_sets_hold_distinct_problems_of_the_eval_split() -> None:
    env = reasongym.get(COUNTDOWN)
    one = export.eval_set(COUNTDOWN, 0, num=50)
    assert {row.split for row in one.rows} == {"eval"}
    assert len({env.canonical(problem.data) for problem in one.problems}) == 50
    assert one.digest == export.eval_set("Countdown-v0", 0, num=50).digest
    assert one.digest != export.eval_set(COUNTDOWN, 0, num=49).digest
    assert one.digest != export.eval_set(COUNTDOWN, 1, num=50).digest


def test_a_level_with_few_problems_gives_all_it_has(plant: Any, documented_source: str) -> None:
    env = plant(documented_source, ("range(1000)", "range(5)"), ("comb(1000, 4 * 2**level)", "5"))
    one = export.eval_set(env.env_id, 0, num=200)
    assert len(one.rows) == 5
    assert {row.split for row in one.rows} == {"all"}


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(eval_sets, "RECORD", tmp_path / "eval_sets.json")
    eval_sets.recorded.cache_clear()
    yield tmp_path / "eval_sets.json"
    eval_sets.recorded.cache_clear()


def test_recorded_eval_sets_are_verified(record: Path, plant: Any, documented_source: str) -> None:
    env = plant(documented_source, ("1000", "60"))
    assert export.verify(env.env_id) == ["acme/Sort-v0: no digests are recorded"]
    eval_sets.record({env.env_id: eval_sets.compute(env.env_id)})
    assert export.verify(env.env_id) == []
    record.write_text(record.read_text().replace('"num": 200', '"num": 199', 1))
    eval_sets.recorded.cache_clear()
    (wrong,) = export.verify(env.env_id)
    assert wrong.startswith("acme/Sort-v0 level 0: recorded")

"""Suites of public benchmarks: named, checked against digests, the same row wherever the file lies."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reasongym.envs._rows import read_file
from reasongym.envs.math_problems import benchmarks
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark, open_benchmark
from reasongym.envs.math_problems.sources import Asked, Source
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.evaluation import Slice, Suite, named_suite
from reasongym.evaluation.benchmarks import BUNDLES, PARTS
from tests.benchmark_files import FOLDER, needs_files

ROWS = [{"id": f"a-{n}", "problem": f"What is {n} + {n}?", "answer": str(2 * n)} for n in range(30)]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write rows as the file of aime24, for which ROWS stand from here on."""

    def to_file(rows: list[dict[str, str]], name: str = "aime24.jsonl") -> Path:
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        return tmp_path

    to_file(ROWS)
    source = Source(
        Asked("x", "problem", "answer", "", "", False), {"all": read_file(tmp_path / "aime24.jsonl")}
    )
    known = Benchmark(30, source.content_digest(), "sums", hub="AIME-2024")
    monkeypatch.setitem(BENCHMARKS, "aime24", known)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return to_file


@pytest.mark.usefixtures("write")
def test_a_suite_is_the_whole_benchmark_in_its_order() -> None:
    suite = named_suite("aime24")
    assert [problem.prompt for problem in suite.problems] == [row["problem"] for row in ROWS]
    assert suite.name == "aime24"


def test_rows_do_not_say_where_the_file_lies_nor_in_which_format(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = named_suite("aime24")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    spaced = [{"problem": row["problem"].replace(" ", "  "), "answer": f" {row['answer']} "} for row in ROWS]
    write(spaced).joinpath("aime24.jsonl").rename(moved / "aime24.ndjson")
    monkeypatch.setenv(FOLDER_VARIABLE, str(moved))
    assert named_suite("aime24").slices == first.slices


def test_parquet_is_the_same_suite(tmp_path: Path, write: Write) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    slices = named_suite("aime24").slices
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "aime24.parquet")
    (tmp_path / "aime24.jsonl").unlink()
    assert named_suite("aime24").slices == slices


def test_a_cut_off_file_is_refused_as_such(write: Write, tmp_path: Path) -> None:
    write(ROWS[:29])
    with pytest.raises(DataError, match="holds 29 of the 30 problems of aime24: it is cut off"):
        named_suite("aime24")
    whole = "".join(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "aime24.jsonl").write_text(whole[:-20])
    with pytest.raises(DataError, match=r"item 29 .* is no JSON object"):
        named_suite("aime24")


@pytest.mark.parametrize(
    "changed",
    [
        [*ROWS[:29], ROWS[29] | {"answer": "59"}],
        [*ROWS[:29], ROWS[29] | {"problem": "What is 29 + 30?"}],
        [ROWS[1], ROWS[0], *ROWS[2:]],
        [*ROWS, {"problem": "One more?", "answer": "1"}],
    ],
    ids=["answer", "problem", "order", "more"],
)
def test_other_data_is_refused(write: Write, changed: list[dict[str, str]]) -> None:
    write(changed)
    with pytest.raises(DataError, match="is other data than aime24"):
        named_suite("aime24")


def test_a_missing_file_is_named(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aime24.jsonl").unlink()
    with pytest.raises(DataError, match=r"holds no aime24\.jsonl"):
        named_suite("aime24")
    monkeypatch.delenv(FOLDER_VARIABLE)
    with pytest.raises(
        DataError, match=r"minerva is read from a file minerva\.jsonl: give its folder as --data"
    ):
        named_suite("minerva")


def test_without_a_folder_the_hub_is_asked_and_checked_alike(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def hub(asked_for: Asked, config: str, names: dict[str, str]) -> Source:
        asked.append((asked_for.data, names["all"]))
        return Source(asked_for, {"all": read_file(folder / "aime24.jsonl")})

    folder = write(ROWS)
    slices = named_suite("aime24").slices
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setattr(benchmarks, "of_hub", hub)
    try:
        assert named_suite("aime24").slices == slices
        assert asked == [("HuggingFaceH4/aime_2024", "train")]
    finally:
        benchmarks._open.cache_clear()  # pyright: ignore[reportPrivateUsage]


@pytest.mark.usefixtures("write")
def test_a_part_of_a_benchmark_does_not_go_by_its_name() -> None:
    few = named_suite("aime24", num_problems=10)
    assert len(few.problems) == 10
    assert few.name == "aime24, 10 problems"
    (whole,) = named_suite("aime24").slices
    for changed in ({"style": "boxed"}, {"digest": "0" * 32}):
        one = Slice(whole.env_id, whole.level, "all", 30, options=whole.options | changed)
        assert Suite((one,)).name != "aime24"


def test_a_hub_out_of_reach_is_told_with_the_way_out(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def hub(*_: object) -> Source:
        raise DataError("the data set cannot be loaded: ConnectionError")

    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setattr(benchmarks, "of_hub", hub)
    with pytest.raises(DataError, match=r"ConnectionError; --data .* names a folder with aime24\.jsonl"):
        named_suite("aime24")


@pytest.mark.usefixtures("write")
def test_unknown_suites_suggest_the_near_one_and_none_is_taken_twice() -> None:
    with pytest.raises(UnknownName, match="did you mean 'aime24'"):
        named_suite("aime-24")
    with pytest.raises(UsageError, match="holds a benchmark twice"):
        named_suite("aime24+aime24")


def test_bundles_are_made_of_suites() -> None:
    assert all(set(members) <= PARTS.keys() for members in BUNDLES.values())
    assert not BUNDLES.keys() & PARTS.keys()


@needs_files
@pytest.mark.parametrize("name", sorted(BENCHMARKS.keys() - {"gpqa-diamond"}))
def test_the_published_files_are_the_known_ones(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(FOLDER))
    source = open_benchmark(name)
    assert source.digest == BENCHMARKS[name].digest
    parts = [part for part in PARTS.values() if part.data == name]
    assert [source.size(part.level, "all") for part in parts] == [part.num_problems for part in parts]


@needs_files
def test_a_bundle_of_published_files_is_one_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(FOLDER))
    suite = named_suite("olympiad")
    assert (suite.name, len(suite.problems)) == ("olympiad", 160)
    assert named_suite("aime24+amc23").name == "aime24 + amc23"

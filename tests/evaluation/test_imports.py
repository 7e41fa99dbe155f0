"""What other programs saved is read in their own layouts, put to its problems and judged by our grader."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import Suite, named_suite, rescore
from reasongym.evaluation.imports import Imported, import_generations
from reasongym.evaluation.presets import load_preset

PROBLEMS = [
    {"id": f"sum-{n}", "problem": f"What is  {n} + {n}\nin full?", "answer": str(2 * n)} for n in range(30)
]
Row = dict[str, Any]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Let 30 sums stand for aime24."""
    (tmp_path / "aime24.jsonl").write_text("".join(json.dumps(row) + "\n" for row in PROBLEMS))
    monkeypatch.setitem(BENCHMARKS, "aime24", Benchmark(30, "", "sums"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return named_suite("aime24")


def said(n: int, member: int) -> str:
    """Answer a problem: the first sample is right, the second where n is even, in a chain of thought."""
    value = 2 * n if member == 0 or n % 2 == 0 else 2 * n + 1
    return f"<think>\nIs it {n}? No.\n</think>\nThe answer is \\boxed{{{value}}}."


def lines(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def plain(folder: Path) -> Path:
    rows = [{"id": f"sum-{n}", "completion": said(n, m)} for m in range(2) for n in range(30)]
    return lines(folder / "mine.jsonl", rows)


def plain_by_problem(folder: Path) -> Path:
    rows = [
        {"problem": f"What is {n} + {n} in full?", "completions": [said(n, 0), said(n, 1)]}
        for n in reversed(range(30))
    ]
    return lines(folder / "mine.jsonl", rows)


def lm_eval(folder: Path) -> Path:
    """Write what lm-eval 0.4 does with two filters and two repeats."""
    rows: list[Row] = [
        {
            "doc_id": n,
            "doc": {"question": PROBLEMS[n]["problem"], "answer": "?"},
            "target": "0",
            "arguments": {
                "gen_args_0": {"arg_0": f"Question: {PROBLEMS[n]['problem']}\nAnswer:", "arg_1": {}}
            },
            "resps": [[said(n, 0), said(n, 1)]],
            "filtered_resps": ["-1"],
            "filter": name,
            "exact_match": 0.0,
        }
        for name in ("strict-match", "flexible-extract")
        for n in range(30)
    ]
    return lines(folder / "samples_aime24.jsonl", rows)


def lighteval(folder: Path) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [
        {
            "doc": {"query": f"Solve this.\n\n{PROBLEMS[n]['problem']}", "id": str(n), "task_name": "aime24"},
            "model_response": {"text": [said(n, 0), said(n, 1)], "input": "..."},
            "metric": {"extractive_match": 0},
        }
        for n in range(30)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "details.parquet")
    return folder / "details.parquet"


def lighteval_of_old(folder: Path) -> Path:
    rows = [
        {"full_prompt": f"Solve this.\n\n{PROBLEMS[n]['problem']}", "predictions": [said(n, 0), said(n, 1)]}
        for n in range(30)
    ]
    path = folder / "details.json"
    path.write_text(json.dumps(rows))
    return path


def inspect_samples() -> list[Row]:
    """Write samples as inspect-ai does, reasoning apart from the text."""
    samples: list[Row] = []
    for n in range(30):
        for member in range(2):
            _, _, text = said(n, member).partition("</think>\n")
            content = [{"type": "reasoning", "reasoning": f"Is it {n}?"}, {"type": "text", "text": text}]
            samples.append(
                {
                    "id": n + 1,
                    "epoch": member + 1,
                    "input": [{"role": "user", "content": f"Solve: {PROBLEMS[n]['problem']}"}],
                    "target": "0",
                    "output": {
                        "model": "m",
                        "choices": [
                            {"message": {"role": "assistant", "content": content}, "stop_reason": "stop"}
                        ],
                    },
                    "scores": {"match": {"value": "I"}},
                }
            )
    return samples


def inspect_json(folder: Path) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps({"version": 2, "eval": {"model": "a/m"}, "samples": inspect_samples()}))
    return path


def inspect_eval(folder: Path) -> Path:
    path = folder / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        log.writestr("header.json", json.dumps({"version": 2, "eval": {"model": "a/m"}}))
        for sample in inspect_samples():
            log.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
    return path


def inspect_eval_of_zstandard(folder: Path) -> Path:
    """Write the log as inspect-ai 0.3.285 does, its members packed by a method that zipfile cannot write."""
    pyarrow = pytest.importorskip("pyarrow")
    stored = io.BytesIO()
    with zipfile.ZipFile(inspect_eval(folder)) as log, zipfile.ZipFile(stored, "w") as packed:
        sizes = [info.file_size for info in log.infolist()]
        for name in log.namelist():
            packed.writestr(name, pyarrow.compress(log.read(name), codec="zstd", asbytes=True))
        local = [info.header_offset for info in packed.infolist()]
    whole = bytearray(stored.getvalue())
    listed = whole.find(b"PK\1\2")
    for start, size in zip(local, sizes, strict=True):
        for at, method, length in ((start, 8, 22), (listed, 10, 24)):
            struct.pack_into("<H", whole, at + method, 93)
            struct.pack_into("<I", whole, at + length, size)
        listed = whole.find(b"PK\1\2", listed + 4)
    (folder / "log.eval").write_bytes(whole)
    return folder / "log.eval"


WRITERS = [
    (inspect_eval_of_zstandard, "inspect-ai"),
    (plain, "plain"),
    (plain_by_problem, "plain"),
    (lm_eval, "lm-eval"),
    (lighteval, "lighteval"),
    (lighteval_of_old, "lighteval"),
    (inspect_json, "inspect-ai"),
    (inspect_eval, "inspect-ai"),
]


@pytest.mark.parametrize(("write", "program"), WRITERS, ids=lambda one: getattr(one, "__name__", one))
def test_every_layout_gives_the_same_scores(
    suite: Suite, tmp_path: Path, write: Callable[[Path], Path], program: str
) -> None:
    found = import_generations(write(tmp_path), suite, tmp_path / "run")
    assert (found.program, found.num_left_out) == (program, 0)
    assert found.report.findings == []
    assert found.report.result is not None
    scores = found.report.result.scores
    assert (scores.num_problems, scores.samples, scores.solve_rate) == (30, 2, 0.75)
    assert scores.any_at == 1.0
    assert [one.group for one in found.report.episodes] == sorted([*range(30)] * 2)


def imported(suite: Suite, tmp_path: Path, rows: list[Row]) -> Imported:
    return import_generations(lines(tmp_path / "mine.jsonl", rows), suite, tmp_path / "run")


def test_the_folder_stands_by_itself_and_is_made_only_once(suite: Suite, tmp_path: Path) -> None:
    path = plain(tmp_path)
    import_generations(path, suite, tmp_path / "run")
    before = {one.name: one.read_bytes() for one in (tmp_path / "run").iterdir()}
    assert rescore(tmp_path / "run").findings == []
    import_generations(path, suite, tmp_path / "run")
    assert {one.name: one.read_bytes() for one in (tmp_path / "run").iterdir()} == before


def test_what_nobody_told_is_not_made_up(suite: Suite, tmp_path: Path) -> None:
    run = import_generations(plain(tmp_path), suite, tmp_path / "run").report.run
    assert run.protocol.title == "settings not told, 2 samples"
    assert (run.player.policy, run.player.model) == ("imported", "mine")
    assert (
        import_generations(inspect_json(tmp_path), suite, tmp_path / "other").report.run.player.model == "a/m"
    )


def test_a_protocol_that_opens_the_thinking_is_respected(suite: Suite, tmp_path: Path) -> None:
    """The text is cut off inside its thinking: with `<think>` in the template it is no answer, not 2n."""
    texts = ["Perhaps \\boxed{%d}, let me check", "<think>\nPerhaps \\boxed{%d}, let me check"]
    rows = [
        {"id": f"sum-{n}", "completions": [text % (2 * n) for text in texts]} for n in range(30)
    ]  # fmt: skip
    path = lines(tmp_path / "mine.jsonl", rows)
    protocol = load_preset("deepscaler").protocol()
    report = import_generations(path, suite, tmp_path / "run", protocol=protocol).report
    assert report.result is not None
    assert report.result.scores.reasons == {"no_answer": 60}
    assert (report.run.protocol.samples, report.run.protocol.temperature) == (2, 0.6)


def test_a_protocol_with_a_thinking_budget_is_refused(suite: Suite, tmp_path: Path) -> None:
    """One text does not show what was put into it; playing it again would put that in once more."""
    protocol = load_preset("s1-wait-2").protocol()
    with pytest.raises(UsageError, match="does not say what a thinking budget put into them"):
        import_generations(plain(tmp_path), suite, tmp_path / "run", protocol=protocol)
    assert not (tmp_path / "run").exists()


def test_a_cut_off_completion_is_counted_as_truncated(suite: Suite, tmp_path: Path) -> None:
    samples = inspect_samples()
    samples[0]["output"]["choices"][0]["stop_reason"] = "max_tokens"
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"eval": {}, "samples": samples}))
    report = import_generations(path, suite, tmp_path / "run").report
    assert report.result is not None
    assert report.result.scores.truncation_rate == pytest.approx(1 / 60)


def test_a_log_of_an_evaluation_that_failed_says_so(suite: Suite, tmp_path: Path) -> None:
    samples = inspect_samples()
    samples[3]["output"]["choices"] = []
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"eval": {}, "samples": samples}))
    with pytest.raises(DataError, match="sample 2, epoch 2 of the log has no completion"):
        import_generations(path, suite, tmp_path / "run")
    with zipfile.ZipFile(tmp_path / "log.eval", "w") as log:
        log.writestr("_journal/start.json", "{}")
    with pytest.raises(DataError, match="the evaluation that wrote it has not ended"):
        import_generations(tmp_path / "log.eval", suite, tmp_path / "run")


def test_records_on_other_problems_are_left_out_and_counted(suite: Suite, tmp_path: Path) -> None:
    rows = [{"id": f"sum-{n}", "completion": said(n, 0)} for n in range(30)]
    found = imported(suite, tmp_path, [*rows, {"id": "other", "completion": "?"}])
    assert found.num_left_out == 1


WHOLE: list[Row] = [{"id": f"sum-{n}", "completion": said(n, 0)} for n in range(30)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (WHOLE[:28], "has completions for 28 of the 30 problems of aime24; the first without: 'What is  28"),
        ([*WHOLE[:29], {"id": "x", "completion": ""}], "1 records are on other problems, the first: 'x'"),
        ([*WHOLE, WHOLE[4]], "has 1 completions for problem .* and 2 for problem 4; every problem needs"),
        ([], "holds no completions"),
        ([{"id": "sum-0", "answer": "0"}], "has a record of an unknown shape .*'completion'"),
        ([{"id": "sum-0", "completion": 5}], "a completion is text, got int"),
        ([{"id": "sum-0", "resps": [[1.0]]}], "unknown shape"),
    ],
)
def test_what_is_not_whole_is_refused_and_leaves_nothing(
    suite: Suite, tmp_path: Path, rows: list[Row], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        imported(suite, tmp_path, rows)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"id": "sum-0", "comp', "a.jsonl:1 is no JSON object"),
        ("a.json", '[{"id": ', "is cut off or not what its name says"),
        ("a.eval", "PK", "is cut off or not what its name says"),
        ("a.parquet", "PAR1", "is no parquet file"),
        ("a.txt", "4", "is none of .eval, .json, .jsonl and .parquet"),
        ("a.json", "{}", "unknown shape"),
    ],
)
def test_files_that_are_none_are_refused_in_a_sentence(
    suite: Suite, tmp_path: Path, name: str, content: str, told: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=told):
        import_generations(tmp_path / name, suite, tmp_path / "run")


def test_a_missing_file_is_named(suite: Suite, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nowhere\.jsonl: No such file"):
        import_generations(tmp_path / "nowhere.jsonl", suite, tmp_path / "run")

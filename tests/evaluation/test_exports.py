"""What is exported for another program is in its layout, and read back it is the same run."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
from reasongym.episodes import Completion, Finish, Request
from reasongym.errors import DataError, UsageError
from reasongym.evaluation import Player, Protocol, Run, Suite, evaluate, named_suite, planned
from reasongym.evaluation.exports import FILES, Format, export_run
from reasongym.evaluation.imports import import_generations
from reasongym.templates import Template
from tests.evaluation.conftest import Halfway, plan

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FORMATS = list(FILES)
PLAIN = Protocol(Template("bare"), max_tokens=64, samples=2)
THINKING = replace(PLAIN, template=Template("think", "Be brief.", "Solve: {prompt}\nBox it.", "<think>\n"))
Said = tuple[str, Finish]


def reciter(texts: Sequence[Said]) -> ScriptedPolicy:
    """Say given texts, one after the other and again from the first, a token a character."""
    said = cycle(texts)

    def say(_: Request) -> Completion:
        text, finish = next(said)
        return Completion(text, finish, [1, 2], [ord(char) for char in text])

    return ScriptedPolicy(say)


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Let 30 sums stand for aime24; every second problem holds the text of the one before."""
    rows = [
        {"id": f"sum/{n}", "problem": f"{'Say: ' * (n % 2)}{n // 2} + 5?", "answer": str(n // 2 + 5)}
        for n in range(30)
    ]
    (tmp_path / "aime24.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setitem(BENCHMARKS, "aime24", Benchmark(30, "", "sums"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return named_suite("aime24")


def recited(folder: Path, suite: Suite, texts: Sequence[Said], protocol: Protocol = PLAIN) -> Path:
    player = Player("torch", "org/model-1B", "ab12" * 4, {"device": "cpu"})
    evaluate(reciter(texts), planned(suite, protocol, player), folder)
    return folder


RIGHT: Said = ("<think>\nhm, 6\n</think>\nIt is \\boxed{6}.", "stop")
CUT: Said = ("\\boxed{7} or", "length")


TEXTS = st.lists(
    st.tuples(
        st.one_of(
            st.integers(5, 8).map(lambda n: f"so \\boxed{{{n}}}"),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
            st.sampled_from(["", "<think>\n", "<think>\n<think>\n\\boxed{5}</think>", "\\boxed{6}\r\n\x00"]),
        ),
        st.sampled_from(("stop", "length")),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, protocol=st.sampled_from((PLAIN, THINKING)))
def test_what_is_read_back_has_the_same_completions_verdicts_and_scores(
    suite: Suite, kind: Format, texts: list[Said], protocol: Protocol
) -> None:
    with TemporaryDirectory() as inside:
        run = recited(Path(inside, "run"), suite, texts, protocol)
        path = Path(inside, FILES[kind].format("run"))
        before = export_run(run, kind, path, WHEN)
        after = import_generations(path, suite, Path(inside, "back"), protocol=protocol).report
    assert before.result is not None
    assert after.result is not None
    assert after.findings == []
    assert [one.verdict for one in after.episodes] == [one.verdict for one in before.episodes]
    assert after.result.scores == before.result.scores
    assert after.result.completions_digest == before.result.completions_digest


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_run_gives_the_same_bytes(suite: Suite, tmp_path: Path, kind: Format) -> None:
    run = recited(tmp_path / "run", suite, [RIGHT, CUT])
    paths = [tmp_path / f"{n}{Path(FILES[kind]).suffix}" for n in range(2)]
    for path in paths:
        export_run(run, kind, path, WHEN)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_log_of_inspect_has_what_its_reader_demands(suite: Suite, tmp_path: Path) -> None:
    """Fields without a default in `EvalLog`, `EvalSpec`, `EvalSample` of inspect_ai 0.3.285."""
    export_run(recited(tmp_path / "run", suite, [RIGHT, CUT], THINKING), "inspect", tmp_path / "a.json", WHEN)
    log = json.loads((tmp_path / "a.json").read_bytes())
    assert (log["version"], log["status"]) == (2, "success")
    assert {"created", "task", "dataset", "model", "config"} <= set(log["eval"])
    assert log["eval"]["created"] == "2026-01-02T03:04:05+00:00"
    assert {"total_samples", "completed_samples", "scores"} <= set(log["results"])
    assert len(log["samples"]) == 60
    for sample in log["samples"]:
        assert {"id", "epoch", "input", "target", "messages", "output"} <= set(sample)
    first = log["samples"][0]
    assert [one["role"] for one in first["input"]] == ["system", "user"]
    assert first["output"]["choices"][0]["message"]["content"] == "<think>\n" + RIGHT[0]
    assert first["scores"]["reasongym"]["value"] in ("C", "I")
    assert {sample["output"]["choices"][0]["stop_reason"] for sample in log["samples"]} == {
        "stop",
        "max_tokens",
    }


def test_a_game_of_several_turns_is_whole_in_a_log_of_inspect(tmp_path: Path) -> None:
    run: Run = plan("CountdownSteps-v0", num_problems=3)
    report = evaluate(Halfway(), run, tmp_path / "run")
    export_run(tmp_path / "run", "inspect", tmp_path / "a.json", WHEN)
    samples = json.loads((tmp_path / "a.json").read_bytes())["samples"]
    told = {(int(one["id"]), one["epoch"] - 1): [m["content"] for m in one["messages"]] for one in samples}
    assert told == {(one.group, one.member): [m.content for m in one.messages] for one in report.episodes}


@pytest.mark.parametrize("kind", ["lighteval", "lm-eval"])
def test_several_turns_do_not_fit_where_an_episode_has_one_text(tmp_path: Path, kind: Format) -> None:
    evaluate(Halfway(), plan("CountdownSteps-v0", num_problems=3), tmp_path / "run")
    path = tmp_path / FILES[kind].format("run")
    with pytest.raises(UsageError, match=f"{kind} keeps one text an episode and this run has up to"):
        export_run(tmp_path / "run", kind, path, WHEN)
    assert not path.exists()


def test_a_line_of_lm_eval_has_the_fields_that_it_has_there(suite: Suite, tmp_path: Path) -> None:
    """The fixed keys of `SampleResult` in lm_eval 0.4.13; hashes are SHA-256 of the text."""
    path = tmp_path / "samples_a.jsonl"
    export_run(recited(tmp_path / "run", suite, [RIGHT, CUT]), "lm-eval", path, WHEN)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["doc_id"] for row in rows] == list(range(30))
    row = rows[3]
    assert set(row) == {
        "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash",
        "prompt_hash", "target_hash", "solve_rate", "reasongym",
    }  # fmt: skip
    assert row["resps"] == [[RIGHT[0], CUT[0]]]
    assert (row["target"], row["solve_rate"]) == ("6", 0.5)
    assert row["prompt_hash"] == sha256(b"Say: 1 + 5?").hexdigest()
    assert row["arguments"]["gen_args_0"]["arg_0"] == "Say: 1 + 5?"


def test_a_row_of_lighteval_has_the_fields_that_it_has_there(suite: Suite, tmp_path: Path) -> None:
    """The fields of `Doc` and `ModelResponse` of lighteval 0.13.0 that have no default, and their types."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "details_a.parquet"
    export_run(recited(tmp_path / "run", suite, [RIGHT, CUT]), "lighteval", path, WHEN)
    rows = parquet.read_table(path).to_pylist()
    assert len(rows) == 30
    assert set(rows[0]) == {"doc", "metric", "model_response"}
    assert (rows[3]["doc"]["query"], rows[3]["doc"]["choices"], rows[3]["doc"]["gold_index"]) == (
        "Say: 1 + 5?",
        ["6"],
        [0],
    )
    assert rows[3]["model_response"]["text"] == [RIGHT[0], CUT[0]]
    assert rows[3]["model_response"]["output_tokens"][1] == [ord(char) for char in CUT[0]]


def test_a_run_with_findings_is_not_exported(suite: Suite, tmp_path: Path) -> None:
    run = recited(tmp_path / "run", suite, [RIGHT])
    log = run / "episodes.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match="refused: missing: problem 29, sample 1 is not there; nothing was"):
        export_run(run, "inspect", tmp_path / "a.json", WHEN)
    assert not (tmp_path / "a.json").exists()


def test_a_file_that_its_reader_would_not_look_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a file of lighteval ends in \.parquet, got a\.json"):
        export_run(tmp_path, "lighteval", tmp_path / "a.json", WHEN)


@pytest.mark.parametrize(
    "kept",
    [{"finish": ["length"], "token_ids": [[1], [2]]}, {"finish": 3, "token_ids": "ab"}, [], "x", None],
)
def test_a_record_of_ours_that_does_not_fit_the_texts_is_left_out(
    suite: Suite, tmp_path: Path, kept: Any
) -> None:
    path = tmp_path / "samples_a.jsonl"
    export_run(recited(tmp_path / "run", suite, [RIGHT, CUT], PLAIN), "lm-eval", path, WHEN)
    rows = [json.loads(line) | {"reasongym": kept} for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = import_generations(path, suite, tmp_path / "back").report
    completions = [one.completions[0] for one in report.episodes]
    assert {one.finish for one in completions} == {"stop"}
    expected = {(1,), (2,)} if isinstance(kept, dict) and kept["token_ids"] == [[1], [2]] else {()}
    assert {tuple(one.token_ids) for one in completions} == expected

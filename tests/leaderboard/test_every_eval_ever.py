"""The board as records of every_eval_ever: what its schema demands, and files that fit together."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from reasongym.agents.policies.scripted import ScriptedPolicy
from reasongym.evaluation import Player, env_suite, evaluate, planned
from reasongym.evaluation.protocol import Protocol
from reasongym.leaderboard import collect
from reasongym.leaderboard.every_eval_ever import export_records
from tests.leaderboard.runs import think

MakeRun = Callable[..., Path]

# `required` of every_eval_ever 0.3.0, schemas/eval.schema.json and schemas/instance_level_eval.schema.json.
AGGREGATE: dict[str, set[str]] = {
    "": {
        "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "eval_library",
        "model_info", "evaluation_results",
    },
    "source_metadata": {"source_type", "source_organization_name", "evaluator_relationship"},
    "eval_library": {"name", "version"},
    "model_info": {"name", "id", "additional_details"},
    "detailed_evaluation_results": {"format", "file_path"},
}  # fmt: skip
RESULT = {"evaluation_name", "source_data", "metric_config", "score_details"}
SAMPLE = {
    "schema_version", "evaluation_id", "model_id", "evaluation_name", "sample_id", "interaction_type",
    "input", "answer_attribution", "evaluation",
}  # fmt: skip
SAMPLE_ALLOWED = SAMPLE | {
    "evaluation_result_id", "sample_hash", "output", "messages", "token_usage", "performance", "error",
    "metadata",
}  # fmt: skip
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = 1_767_225_600


def exported(folder: Path, output: Path) -> tuple[Path, dict[str, Any], list[dict[str, Any]]]:
    (path,) = export_records(collect([folder]), output, retrieved=TIME)
    lines = path.with_name(f"{path.stem}_samples.jsonl").read_text().splitlines()
    return path, json.loads(path.read_bytes()), [json.loads(line) for line in lines]


def test_an_aggregate_has_what_the_schema_demands(make_run: MakeRun, tmp_path: Path) -> None:
    path, whole, samples = exported(make_run("org/model 1"), tmp_path / "out")
    for name, required in AGGREGATE.items():
        assert required <= set(whole[name] if name else whole)
    (result,) = whole["evaluation_results"]
    assert set(result) >= RESULT
    rate = sum(one["evaluation"]["is_correct"] for one in samples) / len(samples)
    assert result["score_details"]["score"] == rate
    assert {"pass@1", "cons@2", "best@2, the shortest"} <= set(result["score_details"]["details"])
    assert whole["schema_version"] == "0.3.0"
    assert whole["evaluation_id"].split("/")[1:] == ["org", "model-1", str(TIME)]
    assert path.relative_to(tmp_path / "out").parts[:4] == ("data", "reasongym", "org", "model-1")
    assert UUID4.fullmatch(path.stem)


def test_samples_have_what_the_schema_demands_and_nothing_else(make_run: MakeRun, tmp_path: Path) -> None:
    path, whole, samples = exported(make_run("model"), tmp_path / "out")
    assert len(samples) == 80
    for one in samples:
        assert SAMPLE <= set(one) <= SAMPLE_ALLOWED
        assert (one["evaluation_id"], one["model_id"]) == (whole["evaluation_id"], whole["model_info"]["id"])
        assert (one["interaction_type"], len(one["output"]["raw"])) == ("single_turn", 1)
        assert all(isinstance(value, str) for value in one["metadata"].values())
    detail = whole["detailed_evaluation_results"]
    companion = tmp_path / "out" / detail["file_path"]
    assert companion.parent == path.parent
    assert detail["checksum"] == sha256(companion.read_bytes()).hexdigest()
    assert detail["total_rows"] == 80


def test_a_game_of_several_turns_has_its_messages_and_no_output(tmp_path: Path) -> None:
    suite = env_suite("CountdownSteps-v0", level=0, num_problems=5)
    run = planned(suite, Protocol(samples=2, max_tokens=200), Player("torch", "m", "ab12"))
    report = evaluate(ScriptedPolicy(think), run, tmp_path / "run")
    _, _, samples = exported(tmp_path / "run", tmp_path / "out")
    assert {one["interaction_type"] for one in samples} == {"multi_turn", "single_turn"} - {
        "single_turn" if all(len(one.completions) > 1 for one in report.episodes) else ""
    }
    for one, episode in zip(samples, report.episodes, strict=True):
        assert one["evaluation"]["num_turns"] == len(episode.completions)
        if one["interaction_type"] == "multi_turn":
            assert "output" not in one
            assert [m["content"] for m in one["messages"]] == [m.content for m in episode.messages]
            assert [m["turn_idx"] for m in one["messages"]] == list(range(len(episode.messages)))


def test_the_same_rows_give_the_same_files_and_other_rows_other_ones(
    make_run: MakeRun, tmp_path: Path
) -> None:
    runs = [make_run("one"), make_run("two", skill=0.9)]
    for output in ("first", "second"):
        export_records(collect(runs), tmp_path / output, retrieved=TIME)
    trees = [
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.json*")}
        for root in (tmp_path / "first", tmp_path / "second")
    ]
    assert trees[0] == trees[1]
    assert len(trees[0]) == 4

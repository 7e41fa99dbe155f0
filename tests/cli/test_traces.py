"""From a policy to a taught model, as a user types it: generate-traces, sft, export-model, prime --play."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import reasongym as package
from reasongym.agents.conversations import read_conversations
from reasongym.agents.models import load_model, save_model
from reasongym.agents.policies import scripted
from tests.agents.openai_server import MODEL, serving
from tests.agents.test_sft import chat_model
from tests.cli.conftest import Reasongym

SEARCHES = ("generate-traces", "Countdown-v0", "--level", "1", "--policy", "search", "--num-problems", "12")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "base"
    save_model(chat_model("chatml"), folder)
    return folder


def test_every_trace_is_right_by_the_environments_own_verifier_and_of_the_train_split(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    code, out, error = reasongym(*SEARCHES, "--samples", "3", "--output", tmp_path)
    assert (code, error) == (0, "")
    found = lines(tmp_path / "traces.jsonl")
    counts = json.loads((tmp_path / "counts.json").read_text())
    assert counts["kept"] == len(found) > 12
    assert counts["episodes"] == 36
    assert counts["kept"] + sum(counts["dropped"].values()) == 36
    assert f"{len(found)} traces in" in out
    for line in found:
        row = package.Row.from_dict(line["row"])
        assert row.split == "train"
        assert package.replay(row, [line["messages"][-1]["content"]]).correct
    assert len(read_conversations(tmp_path / "traces.jsonl")) == len(found)


def test_an_interrupted_command_continues_to_the_same_bytes(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reasongym(*SEARCHES, "--output", tmp_path / "whole")[0] == 0
    told: Any = scripted._worked_text  # pyright: ignore[reportPrivateUsage]
    asked = 0

    def interrupted(*given: object) -> str:
        nonlocal asked
        asked += 1
        if asked == 6:
            raise KeyboardInterrupt
        return told(*given)

    monkeypatch.setattr(scripted, "_worked_text", interrupted)
    code, _, error = reasongym(*SEARCHES, "--output", tmp_path / "cut")
    assert code == 130
    assert "the same command continues where it stopped" in error
    assert not (tmp_path / "cut" / "traces.jsonl").exists()
    assert reasongym(*SEARCHES, "--output", tmp_path / "cut")[0] == 0
    assert asked == 6 + 7
    for name in ("traces.jsonl", "counts.json", "run/episodes.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_that_is_there_is_chosen_from_and_nothing_is_played(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    flags = ("--level", "0", "--num-problems", "9", "--samples", "4", "--output", run)
    assert reasongym("eval", "Countdown-v0", "--policy", "random", *flags)[0] == 0
    code, out, _ = reasongym("generate-traces", "--run", run, "--most", "1", "--output", tmp_path)
    assert code == 0
    right = {line["group"] for line in lines(run / "episodes.jsonl") if line["verdict"]["correct"]}
    assert len(lines(tmp_path / "traces.jsonl")) == len(right)
    assert "left out: wrong_value" in out


def test_a_server_gives_traces_too(reasongym: Reasongym, tmp_path: Path) -> None:
    with serving() as server:
        code, out, error = reasongym(
            "generate-traces", "Countdown-v0", "--num-problems", "4", "--policy", server.url,
            "--keep", "all", "--output", tmp_path,
        )  # fmt: skip
        assert (code, len(server.asked)) == (0, 4), error
    assert "used by all starts" in out
    assert {line["policy"] for line in lines(tmp_path / "traces.jsonl")} == {MODEL}


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ((), "takes the id of an environment or --run FOLDER"),
        (("Countdown-v0", "--run", "somewhere"), "takes the id of an environment or --run FOLDER"),
        (("Countdown-v0", "--policy", "serach"), "did you mean 'search'"),
        (("Gcd-v0", "--policy", "search"), "unknown policy 'search'"),
        (("Countdown-v0", "--most", "-1"), "most must be 0"),
        (("--run", "nowhere"), "nowhere is not a run folder"),
    ],
)
def test_slips_are_told_in_one_sentence(
    reasongym: Reasongym, tmp_path: Path, args: tuple[str, ...], complaint: str
) -> None:
    code, _, error = reasongym("generate-traces", *args, "--output", tmp_path / "out")
    assert code == 2
    assert complaint in error
    assert error.count("\n") == 1


# -- learning from them -------------------------------------------------------------------------------------


def test_a_model_is_taught_by_traces_and_exported(reasongym: Reasongym, base: Path, tmp_path: Path) -> None:
    assert reasongym(*SEARCHES, "--output", tmp_path)[0] == 0
    run = tmp_path / "sft"
    code, out, error = reasongym(
        "sft", "s1", "--model", base, "--data", tmp_path / "traces.jsonl", "--max-length", "0",
        "--dtype", "float32", "--no-gradient-checkpointing", "--epochs", "2", "--output", run,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert "left out" in out  # searches longer than the small model's context
    config = (run / "config.toml").read_text()
    assert "weight_decay = 0.0001" in config
    taught = load_model(run / "model").digest()
    assert taught != load_model(base).digest()
    assert reasongym("export-model", run, "--output", tmp_path / "exported")[0] == 0
    assert load_model(tmp_path / "exported").digest() == taught


def test_a_run_with_adapters_leaves_both_forms_and_exports_either(
    reasongym: Reasongym, base: Path, tmp_path: Path
) -> None:
    pytest.importorskip("peft")
    run = tmp_path / "run"
    code, _, error = reasongym(
        "train", "--model", base, "--env", "Countdown-v0", "--level", "1", "--lora-rank", "2",
        "--lora-targets", "q_proj", "v_proj", "--kl", "0.1", "--steps", "1", "--groups", "2",
        "--group-size", "2", "--max-tokens", "5", "--checkpoint-every", "1", "--output", run,
    )  # fmt: skip
    assert (code, error) == (0, "")
    assert (run / "adapter" / "adapter_config.json").is_file()
    exported, adapter = tmp_path / "exported", tmp_path / "adapter"
    assert reasongym("export-model", run, "--output", exported)[0] == 0
    assert reasongym("export-model", run, "--adapter", "--output", adapter)[0] == 0
    assert load_model(exported).digest() == load_model(run / "model").digest()
    record = run / "config.toml"
    record.write_text(record.read_text().replace('device = "cpu"', 'device = "cuda:99"'))
    assert reasongym("export-model", run, "--output", exported)[0] == 0, "as from a machine with a GPU"
    assert load_model(exported).digest() == load_model(run / "model").digest()
    config = json.loads((adapter / "adapter_config.json").read_text())
    assert sorted(config["target_modules"]) == ["q_proj", "v_proj"]


def test_what_cannot_be_exported_is_told(reasongym: Reasongym, base: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    short = ("--steps", "1", "--groups", "2", "--group-size", "2", "--max-tokens", "3", "--output", run)
    assert reasongym("train", "--model", base, "--env", "Countdown-v0", *short)[0] == 0
    code, _, error = reasongym("export-model", run, "--adapter")
    assert (code, "trains no adapter" in error) == (2, True)
    for checkpoint in (run / "checkpoints").iterdir():
        checkpoint.unlink()
    code, _, error = reasongym("export-model", run)
    assert (code, "has no checkpoint yet" in error) == (2, True)
    code, _, error = reasongym("export-model", tmp_path)
    assert (code, "config.toml" in error) == (2, True)


def test_a_small_model_is_primed_on_searches_and_knows_their_words(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    code, _, error = reasongym(
        "prime", "Countdown-v0", "--level", "1", "--play", "search", "--steps", "3", "--groups", "4",
        "--group-size", "2", "--context", "512", "--output", tmp_path / "run",
    )  # fmt: skip
    assert (code, error) == (0, "")
    loaded = load_model(tmp_path / "run" / "model", dtype="float32")
    ids = loaded.tokenizer.encode(
        "<think> have 3 5 ; 5 * 3 = 15 , yes ; so </think> <answer> ( 5 ) </answer>"
    )
    assert loaded.tokenizer.unk_token_id not in ids
    assert torch.isfinite(next(loaded.model.parameters())).all()
    code, _, error = reasongym("prime", "Gcd-v0", "--play", "search", "--output", tmp_path / "other")
    assert (code, "unknown play for Gcd-v0 'search'" in error) == (2, True)

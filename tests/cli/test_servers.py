"""`reasongym eval --policy URL` as a user types it, kills it, and misspells it."""

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from reasongym.agents.models import LoadedModel, load_model
from reasongym.agents.policies.torch_policy import TorchPolicy
from reasongym.episodes import Sampling, generate
from tests.agents.openai_server import (
    MODEL,
    Trouble,
    error,
    said,
    serving,
    text_of,
    written,
)
from tests.agents.served_models import CONTEXT, save_served_model
from tests.agents.small_models import request
from tests.cli.conftest import Reasongym

ROOT = Path(__file__).parents[2]
URL = "http://localhost:8000/v1"
PROGRAM = [sys.executable, "-c", "from reasongym.cli import main; main()"]
GAME = ("eval", "CountdownSteps-v0", "--level", "2", "--num-problems", "30")
TURNS = 6
"""Of each of its episodes: a text that is no legal step costs a turn and ends nothing."""


def contents(folder: Path, *, but: tuple[str, ...] = ("usage.json",)) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in but}


def slowly(body: dict[str, Any]) -> dict[str, Any]:
    time.sleep(0.05)
    return said(text_of(body))


def served(loaded: LoadedModel) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answer `/completions` by a real model, as vLLM's server would."""

    def complete(body: dict[str, Any]) -> dict[str, Any]:
        sampling = Sampling(body["temperature"], 1.0, body["max_tokens"], tuple(body.get("stop", ())))
        (done,) = generate(TorchPolicy(loaded), [request(0, body["prompt"], sampling)])
        return written("the server's own text", done.token_ids, done.finish)

    return complete


def test_a_chat_is_evaluated_counted_and_not_asked_again(reasongym: Reasongym, tmp_path: Path) -> None:
    with serving() as server:
        run = tmp_path / "run"
        flags = ("--policy", server.url, "--price-in", "2", "--price-out", "8", "--output", run)
        code, out, _ = reasongym("eval", "Countdown-v0", "--num-problems", "7", *flags)
        assert code == 0
        assert f"{MODEL} on Countdown-v0" in out
        assert "cost 0.0004" in out  # 7 * (10 * 2 + 5 * 8) / a million
        assert "used by all starts: 70 tokens in, 35 out" in out
        before = contents(run, but=())
        assert reasongym("eval", "Countdown-v0", "--num-problems", "7", *flags)[0] == 0
        assert contents(run, but=()) == before
        assert len(server.asked) == 7
    player = json.loads(before["run.json"])["player"]
    assert (player["policy"], player["model"]) == ("http", MODEL)
    assert player["engine"] == {"model": MODEL, "prompts": "chat"}
    assert "127.0.0.1" not in before["run.json"].decode()
    assert set(before) == {"episodes.jsonl", "run.json", "scores.json", "usage.json"}


def test_by_tokens_a_served_model_says_what_it_says_in_this_process(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    model = save_served_model(tmp_path / "model")
    flags = ["eval", "CountdownSteps-v0", "--num-problems", "6", "--temperature", "0", "--max-tokens", "30"]
    assert reasongym(*flags, "--policy", model, "--output", tmp_path / "torch")[0] == 0
    with serving(served(load_model(model))) as server:
        server.models = [{"id": MODEL, "owned_by": "vllm", "root": str(model), "max_model_len": CONTEXT}]
        asked = ("--policy", server.url, "--tokenizer", model, "--output", tmp_path / "http")
        code, _, err = reasongym(*flags, *asked)
        assert code == 0, err
    here, there = (json.loads((tmp_path / name / "scores.json").read_bytes()) for name in ("torch", "http"))
    assert here["completions_digest"] == there["completions_digest"]
    assert here["scores"] == there["scores"]
    engine = json.loads((tmp_path / "http" / "run.json").read_bytes())["player"]["engine"]
    assert (engine["server"], engine["root"], engine["prompts"]) == ("vllm 9.9.9", "model", "tokens")


def test_kill_9_asks_again_for_no_more_than_was_in_flight(tmp_path: Path) -> None:
    with serving(slowly) as server:
        flags = [*PROGRAM, *GAME, "--policy", server.url, "--concurrency", "4", "--output"]
        subprocess.run([*flags, str(tmp_path / "whole")], check=True, capture_output=True, timeout=900)
        needed = len(server.asked)
        server.asked.clear()
        for at_least in (needed // 4, needed // 2):
            killed([*flags, str(tmp_path / "parts")], lambda least=at_least: len(server.asked) >= least)
        kept = (tmp_path / "parts" / "journal.jsonl").read_bytes().count(b"\n")
        assert kept >= len(server.asked) - 2 * 4
        subprocess.run([*flags, str(tmp_path / "parts")], check=True, capture_output=True, timeout=900)
    assert needed == 30 * TURNS
    assert needed <= len(server.asked) <= needed + 2 * 4
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")
    usage = json.loads((tmp_path / "parts" / "usage.json").read_bytes())
    assert 0 < usage["completions"] <= needed


def killed(command: list[str], is_time: Callable[[], bool]) -> None:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 600
        while not is_time():
            assert process.poll() is None, "the run ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
        assert process.wait() == -signal.SIGKILL


def test_a_server_that_dies_for_good_costs_nothing_that_was_there(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    flags = (*GAME, "--model", MODEL, "--retries", "0", "--output", tmp_path / "run")
    with serving(trouble=lambda number: error(500, "dying") if number >= 40 else None) as server:
        code, _, err = reasongym(*flags, "--policy", server.url, "--concurrency", "1")
        assert code == 2
        assert "answered 500: dying; what is done is kept, and the same command continues" in err
        assert len(err.splitlines()) == 1
        assert (len(server.asked), server.num_answered) == (41, 42)
    with serving() as another:
        assert reasongym(*flags, "--policy", another.url)[0] == 0
        assert len(another.asked) == 30 * TURNS - 40


def test_a_full_disk_is_told_and_the_same_command_goes_on_where_there_is_room(tmp_path: Path) -> None:
    with serving() as server:
        flags = [*PROGRAM, *GAME, "--policy", server.url, "--output"]
        subprocess.run([*flags, str(tmp_path / "whole")], check=True, capture_output=True, timeout=900)
        needed = len(server.asked)
        command = [*flags, str(tmp_path / "full")]
        limited = ["bash", "-c", 'ulimit -f 16; exec "$@"', "bash", *command]  # files of 16 KiB
        full = subprocess.run(limited, capture_output=True, text=True, timeout=900)
        assert full.returncode == 2
        assert (
            "journal.jsonl: File too large; what is there is kept, the same command continues" in full.stderr
        )
        assert len(full.stderr.splitlines()) == 1
        kept = (tmp_path / "full" / "journal.jsonl").read_bytes().count(b"\n")
        server.asked.clear()
        subprocess.run(command, check=True, capture_output=True, timeout=900)
        assert 0 < kept < needed
        assert len(server.asked) == needed - kept, "what is written down is not asked again"
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


def test_costs_add_up_over_starts_and_stop_them(reasongym: Reasongym, tmp_path: Path) -> None:
    with serving() as server:
        flags = ["eval", "Countdown-v0", "--num-problems", "40", "--policy", server.url, "--concurrency", "1"]
        flags += ["--price-out", "100000", "--output", str(tmp_path)]  # half a unit for each completion
        for spent, limit in ((5.0, "5"), (7.5, "7.4")):
            code, out, err = reasongym(*flags, "--max-cost", limit)
            assert code == 2
            assert f"the run has cost {spent:.4f} of --max-cost {limit}" in err
            assert f"cost {spent:.4f}" in out
        assert reasongym(*flags)[0] == 0
        assert len(server.asked) == 40


def test_a_run_goes_on_at_another_address_and_not_with_another_model(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    flags = ("eval", "Countdown-v0", "--num-problems", "3", "--output", tmp_path / "run")
    for _ in range(2):
        with serving() as server:
            assert reasongym(*flags, "--policy", server.url)[0] == 0
    with serving() as server:
        server.models = [{"id": "another"}]
        code, _, err = reasongym(*flags, "--policy", server.url)
        assert code == 2
        assert f'player.model was "{MODEL}", is "another"' in err


def test_the_key_is_read_from_the_environment_and_written_nowhere(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-42-secret")
    with serving() as server:
        server.key = "sk-42-secret"
        flags = ("eval", "Countdown-v0", "--num-problems", "3", "--policy", server.url, "--output", tmp_path)
        code, _, err = reasongym(*flags)
        assert code == 2
        assert "$OPENAI_API_KEY gives it and is empty" in err
        code, out, err = reasongym(*flags, "--api-key-env", "MY_KEY")
        assert code == 0
    assert not any(b"sk-42" in content for content in [*contents(tmp_path, but=()).values(), out.encode()])


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            ["--policy", "random", "--concurrency", "4"],
            "--concurrency is for servers, whose --policy is a URL",
        ),
        (["--policy", "random", "--engine", "vllm"], "--engine is for a model directory; --policy is random"),
        (["--policy", "URL", "--dtype", "float64"], "--dtype is for a model directory"),
        (["--policy", "URL", "--max-cost", "3"], "--max-cost needs --price-in and --price-out"),
        (["--policy", "URL", "--price-in", "-1"], "--price-in must be a number from 0 up, got -1.0"),
        (["--policy", "URL", "--timeout", "0"], "--timeout must be above 0, got 0.0"),
        (["--policy", "URL", "--retries", "-1"], "--retries must be at least 0, got -1"),
        (
            ["--policy", "URL", "--template", "think"],
            "this server's chat cannot take: choose another --template",
        ),
        (
            ["--policy", "URL", "--tokenizer", "nowhere"],
            "there is no directory nowhere to load a tokenizer from",
        ),
        (["--policy", "URL", "--tokenizer", "."], "cannot load a tokenizer from ."),
        (["--policy", "URL", "--model", "other"], "it has the models test/small"),
        (["--policy", "ftp://host"], "a server is named by its URL, such as http://localhost:8000/v1"),
    ],
    ids=str,
)
def test_a_bad_request_is_one_sentence(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving() as server:
        typed = [server.url if flag == "URL" else flag for flag in flags]
        code, _, err = reasongym("eval", "Countdown-v0", "--num-problems", "3", *typed)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_model_without_a_chat_template_is_asked_by_tokens(reasongym: Reasongym, tmp_path: Path) -> None:
    model = save_served_model(tmp_path / "model", chat_template=None)
    loaded = load_model(model, dtype="float32")
    assert loaded.dtype == torch.float32

    def no_chat(number: int) -> Trouble | None:
        body = server.asked[number]
        is_chat = body["path"] == "/chat/completions"
        told = "default chat template is no longer allowed, so you must provide a chat template"
        return error(400, told) if is_chat else None

    with serving(served(loaded), no_chat) as server:
        server.models = [{"id": MODEL, "owned_by": "vllm", "max_model_len": CONTEXT}]
        flags = ("eval", "Countdown-v0", "--num-problems", "3", "--max-tokens", "9", "--policy", server.url)
        code, _, err = reasongym(*flags, "--output", tmp_path / "chat")
        assert code == 2
        assert "ask it by tokens: --tokenizer DIR names the model's tokenizer" in err
        assert reasongym(*flags, "--tokenizer", model, "--output", tmp_path / "tokens")[0] == 0


def test_the_commands_of_the_page_about_servers_work(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = save_served_model(tmp_path / "path" / "to" / "model")
    page = (ROOT / "docs" / "engines.md").read_text().replace("\\\n", "")
    lines = [line for line in page.splitlines() if line.startswith("reasongym eval") and URL in line]
    assert len(lines) == 3
    with serving(served(load_model(model))) as by_tokens, serving() as by_chat:
        by_tokens.models = [{"id": MODEL, "owned_by": "vllm", "max_model_len": CONTEXT}]
        for line in lines:
            server = by_tokens if "--tokenizer" in line else by_chat
            words = shlex.split(line.replace(URL, server.url))[1:]
            code, _, err = reasongym(*words, "--num-problems", "2", "--requests-per-minute", "6000")
            assert code == 0, f"{line}: {err}"

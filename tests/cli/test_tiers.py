"""The verbs export, board export, board replay and board round, as they are typed."""

import csv
import json
import shlex
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import torch

from reasongym.agents.models import save_model
from reasongym.leaderboard.round_records import Terms, read_reveal
from reasongym.leaderboard.rounds import commit, open_round
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym
from tests.leaderboard.runs import countdown

SECRET = "5ec4e7" * 10 + "5ec4"
FUTURE = ("--closes", "2999-01-08T00:00+00:00", "--due", "2999-01-09T00:00+00:00")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    loaded = small("qwen2, tied, grouped", torch.float32)
    loaded.config.max_position_embeddings = 4096
    folder = tmp_path_factory.mktemp("models") / "babbler"
    save_model(loaded, folder)
    return folder


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return countdown(tmp_path_factory.mktemp("scripted") / "run", samples=1)


@pytest.fixture
def played(reasongym: Reasongym, model: Path, tmp_path: Path) -> Path:
    """A short run of the model, which may serve as a rehearsal."""
    run = tmp_path / "played"
    flags = ("--level", "0", "--num-problems", "20", "--max-tokens", "6", "--output", run)
    assert reasongym("eval", "Countdown-v0", "--policy", model, *flags)[0] == 0
    return run


@pytest.mark.parametrize(
    ("kind", "name"),
    [("inspect", "run.json"), ("lighteval", "details_run.parquet"), ("lm-eval", "samples_run.jsonl")],
)
def test_a_run_is_exported_beside_its_folder_under_a_name_that_the_program_knows(
    reasongym: Reasongym, scripted: Path, kind: str, name: str
) -> None:
    code, out, _ = reasongym("export", scripted, "--format", kind)
    assert (code, out) == (0, f"200 completions in {scripted.parent / name}\n")
    assert (scripted.parent / name).is_file()


def test_an_export_of_another_kind_is_refused(reasongym: Reasongym, scripted: Path, tmp_path: Path) -> None:
    assert reasongym("export", scripted, "--format", "helm")[0] == 2
    code, _, err = reasongym("export", scripted, "--format", "inspect", "--output", tmp_path / "a.eval")
    assert (code, err) == (2, "reasongym: a file of inspect ends in .json, got a.eval\n")


def test_the_board_is_exported_in_three_ways(reasongym: Reasongym, scripted: Path, tmp_path: Path) -> None:
    for kind, name in (("json", "b.json"), ("csv", "b.csv"), ("every-eval-ever", "eee")):
        code, out, _ = reasongym("board", "export", scripted, "--format", kind, "--output", tmp_path / name)
        assert (code, out) == (0, f"1 row in {tmp_path / name}\n")
    (row,) = json.loads((tmp_path / "b.json").read_bytes())
    (line,) = csv.DictReader((tmp_path / "b.csv").read_text().splitlines())
    (aggregate,) = (tmp_path / "eee").glob("data/reasongym/some/model-1B/*.json")
    (result,) = json.loads(aggregate.read_bytes())["evaluation_results"]
    rate = row["result"]["scores"]["solve_rate"]
    assert rate == float(line["solve_rate"]) == result["score_details"]["score"]


def test_a_run_is_replayed_and_again_by_its_nonce(reasongym: Reasongym, played: Path, model: Path) -> None:
    code, out, err = reasongym("board", "replay", played, "--policy", model, "--by", "a reader")
    assert (code, err) == (0, "")
    assert out.startswith("16 of 20 episodes came again, nonce ")
    record = (played / "replay.json").read_bytes()
    nonce = json.loads(record)["nonce"]
    code, *_ = reasongym("board", "replay", played, "--policy", model, "--by", "a reader", "--nonce", nonce)
    assert (code, (played / "replay.json").read_bytes()) == (0, record)


def test_a_run_of_another_model_does_not_come_again(
    reasongym: Reasongym, played: Path, scripted: Path, tmp_path: Path
) -> None:
    save_model(small("qwen2, tied, grouped", torch.float32, seed=1), tmp_path / "other")
    code, _, err = reasongym("board", "replay", played, "--policy", tmp_path / "other", "--by", "a reader")
    assert code == 2
    assert "another model was played: torch" in err
    code, _, err = reasongym("board", "replay", scripted, "--policy", tmp_path / "other", "--by", "a reader")
    assert (code, "it was played in an unknown dtype" in err) == (2, True)


def test_a_round_is_opened_and_committed_to(reasongym: Reasongym, played: Path, tmp_path: Path) -> None:
    secret, rounds = tmp_path / "secret.txt", tmp_path / "rounds"
    flags = ("--env", "Countdown-v0", "--level", "1", *FUTURE, "--secret-file", secret, "--folder", rounds)
    code, out, _ = reasongym("board", "round", "open", "january", *flags)
    assert (code, f"{rounds / 'january'} is open; keep {secret} to yourself" in out) == (0, True)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().strip() not in (rounds / "january" / "round.json").read_text()
    code, out, _ = reasongym("board", "round", "commit", rounds / "january", played, "--who", "me")
    assert (code, out) == (0, f"committed as {rounds / 'january' / 'commitments' / 'me.json'}\n")
    code, _, err = reasongym("board", "round", "reveal", rounds / "january", "--secret-file", secret)
    assert (code, "takes commitments until 2999-01-08 00:00 UTC" in err) == (2, True)
    code, _, err = reasongym("board", "round", "open", "january", *flags)
    assert (code, "cannot write the secret" in err) == (2, True)


def test_a_secret_is_not_left_where_no_round_was_opened(reasongym: Reasongym, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    flags = ("--env", "TowerOfHanoi-v0", "--level", "0", *FUTURE, "--secret-file", secret)
    code, _, err = reasongym("board", "round", "open", "january", *flags, "--folder", tmp_path)
    assert (code, "has no eval split" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_closed_round_is_revealed_played_submitted_and_verified(
    reasongym: Reasongym, played: Path, model: Path, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    times = (now - timedelta(days=2), now - timedelta(days=1), now + timedelta(days=1))
    terms = Terms("january", "reasongym/Countdown-v0", 1, 8, {"num_numbers": 3}, *times)
    folder = open_round(tmp_path / "rounds", terms, SECRET)
    commit(folder, played, "me", now - timedelta(days=1, hours=1))
    (tmp_path / "secret.txt").write_text(SECRET + "\n")
    assert reasongym("board", "round", "reveal", folder, "--secret-file", tmp_path / "secret.txt")[0] == 0
    code, out, command = reasongym("board", "round", "rows", folder)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, [row["seed"] - read_reveal(folder).first_seed for row in rows]) == (0, list(range(8)))
    program, *args = shlex.split(command)
    flags = ("--policy", model, "--max-tokens", "6", "--output", tmp_path / "live")
    assert program == "reasongym"
    assert reasongym(*args, *flags)[0] == 0
    code, out, _ = reasongym("board", "round", "submit", folder, tmp_path / "live", "--who", "me")
    assert (code, out) == (0, f"{tmp_path / 'live'} is in the round as me\n")
    code, out, _ = reasongym("board", "round", "verify", folder, "--times", "records")
    assert (code, out) == (0, "live: 1 of 1 participant\n")
    reasongym("board", "export", tmp_path / "rounds", "--format", "csv", "--output", tmp_path / "b.csv")
    assert [line["tier"] for line in csv.DictReader((tmp_path / "b.csv").read_text().splitlines())] == [
        "live"
    ]
    (folder / "commitments" / "me.json").unlink()
    code, out, _ = reasongym("board", "round", "verify", folder, "--times", "records")
    assert (code, "me: uncommitted: " in out) == (1, True)


def test_a_live_run_is_refused_in_words(reasongym: Reasongym, played: Path, tmp_path: Path) -> None:
    code, _, err = reasongym("board", "round", "submit", tmp_path / "nowhere", played, "--who", "me")
    assert (code, "cannot read" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "board round takes one of open, commit, reveal, rows, submit, verify; --help says more"),
        (["revael"], "unknown verb of board round 'revael'; did you mean 'reveal'?"),
        (["open", "a", "--env", "Countdown-v0", "--closes", "soon", "--due", "x"], "a time is written like"),
        (["open", "a", "--env", "Countdown-v0", "--closes", "2027-01-01", "--due", "x"], "needs its offset"),
    ],
)
def test_bad_requests_get_a_sentence(
    reasongym: Reasongym, tmp_path: Path, words: list[str], said: str
) -> None:
    flags = ["--secret-file", str(tmp_path / "secret.txt")] if words[:1] == ["open"] else []
    code, _, err = reasongym("board", "round", *words, *flags)
    assert (code, said in err) == (2, True)

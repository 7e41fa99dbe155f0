"""The verb board: a run is submitted, verified and shown; a forged one is refused in words."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Reasongym
from tests.leaderboard.runs import countdown


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return countdown(tmp_path_factory.mktemp("mine") / "run", samples=1)


def test_a_run_is_submitted_verified_and_shown(reasongym: Reasongym, run: Path, tmp_path: Path) -> None:
    board = tmp_path / "board"
    code, out, _ = reasongym("board", "submit", run, "--board", board)
    assert code == 0
    place = board / "countdown-v0-level-0-some-model-1b"
    assert f"{run} is on the board as {place}" in out
    assert {path.name for path in place.iterdir()} == {"run.json", "episodes.jsonl", "scores.json"}
    assert [path.name for path in board.iterdir()] == [place.name]
    code, out, _ = reasongym("board", "verify", board)
    assert (code, out) == (0, "nothing speaks against 1 run\n")
    code, out, _ = reasongym("board", "build", board, "--output", tmp_path / "site")
    assert code == 0
    assert "some/model-1B" in (tmp_path / "site" / "index.html").read_text()


def test_what_was_submitted_once_is_refused_as_a_copy(
    reasongym: Reasongym, run: Path, tmp_path: Path
) -> None:
    assert reasongym("board", "submit", run, "--board", tmp_path)[0] == 0
    code, out, err = reasongym("board", "submit", run, "--board", tmp_path)
    assert code == 2
    assert "copied_run: has the completions of countdown-v0-level-0-some-model-1b" in out
    assert "is refused for 1 reason; nothing was copied" in err
    assert len(list(tmp_path.iterdir())) == 1


def test_a_forged_run_is_told_every_reason(reasongym: Reasongym, run: Path, tmp_path: Path) -> None:
    forged = tmp_path / "board" / "forged"
    forged.mkdir(parents=True)
    for path in run.iterdir():
        (forged / path.name).write_bytes(path.read_bytes())
    scores = json.loads((run / "scores.json").read_text())
    (forged / "scores.json").write_text(json.dumps(scores | {"key": "0" * 12}))
    described = json.loads((run / "run.json").read_text())
    described["protocol"]["template"]["system"] = "Think."
    (forged / "run.json").write_text(json.dumps(described))
    code, out, _ = reasongym("board", "verify", tmp_path / "board")
    assert code == 1
    assert "edited_template: default is a known template and does not say this" in out
    assert "typed_score: scores.json differs from the episodes in key, protocol_digest" in out
    assert "edited_prompt: problem 0, sample 0" in out
    assert "edited_prompt: 195 more like these" in out
    assert out.endswith("refused: 1 of 1 run\n")


def test_the_curve_comes_along_and_the_submitters_folders_do_not(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "metrics.jsonl").write_text('{"step": 1, "solve_rate": 0.1}\n')
    mine = countdown(tmp_path / "run", samples=1)
    described = json.loads((mine / "run.json").read_text()) | {"training": str(tmp_path / "training")}
    (mine / "run.json").write_text(json.dumps(described))
    assert reasongym("board", "submit", mine, "--board", tmp_path / "board")[0] == 0
    (place,) = (tmp_path / "board").iterdir()
    assert (place / "metrics.jsonl").is_file()
    assert str(tmp_path) not in (place / "run.json").read_text()


def test_a_baseline_played_again_takes_the_place_of_the_older(reasongym: Reasongym, tmp_path: Path) -> None:
    command = ("board", "baselines", "Gcd-v0", "--policies", "oracle", "--board", tmp_path)
    for _ in range(2):
        assert reasongym(*command)[:2] == (0, "gcd-v0-level-3-oracle: 100.0%\n")
        assert [path.name for path in tmp_path.iterdir()] == ["gcd-v0-level-3-oracle"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            [],
            "board takes one of submit, verify, replay, regrade, baselines, build, export, round; "
            "--help says more",
        ),
        (["sumbit"], "unknown verb of board 'sumbit'; did you mean 'submit'?"),
        (["verify", "missing"], "there is no folder missing to verify"),
        (["submit", "missing"], "missing is not a run folder"),
    ],
)
def test_a_bad_request_gets_one_sentence(reasongym: Reasongym, words: list[str], said: str) -> None:
    code, _, err = reasongym("board", *words)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1

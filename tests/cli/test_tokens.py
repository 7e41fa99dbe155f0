"""Thinking budgets and the verb tokens as a user types them, with a small real model."""

import json
from pathlib import Path

import pytest
import torch

from reasongym.agents.models import save_model
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym


@pytest.fixture
def model(tmp_path: Path) -> Path:
    loaded = small("llama", torch.float32)
    loaded.config.max_position_embeddings = 4096
    save_model(loaded, tmp_path / "model")
    return tmp_path / "model"


def test_budgets_are_played_judged_and_drawn(reasongym: Reasongym, model: Path, tmp_path: Path) -> None:
    usual = ("--policy", model, "--level", "0", "--num-problems", "4", "--samples", "2", "--max-tokens", "40")
    runs = [tmp_path / f"run{tokens}" for tokens in (5, 20)]
    for run, tokens in zip(runs, ("5", "20"), strict=True):
        forced = ("--thinking-tokens", tokens, "--waits", "1")
        code, out, err = reasongym("eval", "Gcd-v0", *usual, *forced, "--output", run)
        assert code == 0, err
        assert "best@2, the likeliest" in out
        assert "best@2, the shortest" in out
        assert json.loads((run / "run.json").read_bytes())["protocol"]["thinking"]["tokens"] == int(tokens)
        assert reasongym("rescore", run)[0] == 0
    code, out, err = reasongym("tokens", *runs, "--output", tmp_path / "curve.png")
    assert code == 0, err
    rows = [line.split() for line in out.splitlines() if line.strip().startswith("model ")]
    assert [row[1:4] for row in rows[1:]] == [["5,", "waits", "1"], ["20,", "waits", "1"]]
    assert [float(row[5]) for row in rows[1:]] == pytest.approx([5, 20], abs=2)
    assert "what had ended" in reasongym("tokens", runs[0])[1]
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    for output, said in (
        (tmp_path / "curve.xyz", "cannot draw curve.xyz"),
        (tmp_path / "no" / "a.png", "cannot write"),
    ):
        code, _, err = reasongym("tokens", runs[0], "--output", output)
        assert (code, said in err) == (2, True), err


def test_runs_that_make_no_curve_are_refused(reasongym: Reasongym, model: Path, tmp_path: Path) -> None:
    few = ("--level", "0", "--num-problems", "3", "--max-tokens", "9")
    for name, policy, env in (
        ("model", model, "Gcd-v0"),
        ("other", model, "Countdown-v0"),
        ("none", "oracle", "Gcd-v0"),
    ):
        assert reasongym("eval", env, *few, "--policy", policy, "--output", tmp_path / f"r-{name}")[0] == 0
    code, _, err = reasongym("tokens", tmp_path / "r-model", tmp_path / "r-other")
    assert (code, "a curve is of runs on the same problems" in err) == (2, True)
    code, _, err = reasongym("tokens", tmp_path / "r-none")
    assert (code, "holds no tokens: oracle samples none" in err) == (2, True)

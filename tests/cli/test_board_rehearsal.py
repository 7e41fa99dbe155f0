"""The way from nothing to a row on the board, as the page of a suite that nobody measured tells it."""

import html
import json
import re
import shlex
from pathlib import Path

import pytest
import torch

from reasongym.agents.models import save_model
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
from reasongym.evaluation.benchmarks import PARTS, Part
from reasongym.leaderboard import ReportedRow, build
from tests.agents.small_models import small
from tests.cli.conftest import Reasongym

NUM_PROBLEMS = 12
QUICKER = ("--samples", "2", "--max-tokens", "8")
"""A model of a few thousand weights says nothing worth waiting for."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a few products stand for math500, which is not ours to ship."""
    rows = [
        {"id": f"p{n}", "problem": f"What is $7 \\cdot {n}$?", "answer": str(7 * n)}
        for n in range(NUM_PROBLEMS)
    ]
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "math500.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setitem(BENCHMARKS, "math500", Benchmark(NUM_PROBLEMS, "", "products"))
    monkeypatch.setitem(PARTS, "math500", Part("math500", PARTS["math500"].level, NUM_PROBLEMS))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "elsewhere"))
    return folder


def test_the_commands_that_the_page_tells_put_a_model_on_the_board(
    data: Path, reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = small("qwen2, tied, grouped", torch.float32)
    loaded.config.max_position_embeddings = 4096
    save_model(loaded, tmp_path / "path" / "to" / "model")
    told = ReportedRow("theirs-7B", "math500", 80.2, "percent", "a readme", "greedy", 1)

    build([], tmp_path / "site", [told])
    for line in commands((tmp_path / "site" / "suite-math500.html").read_text()):
        program, verb, *words = shlex.split(line)
        assert program == "reasongym"
        code, _, error = reasongym(verb, *words, "--data", data, *(QUICKER if verb == "eval" else ()))
        assert code == 0, error

    code, out, _ = reasongym("board", "verify", "--data", data)
    assert (code, out) == (0, "nothing speaks against 1 run\n")
    (tmp_path / "leaderboards" / "reported.jsonl").write_text(json.dumps(as_json(told)) + "\n")
    assert reasongym("board", "build", "--data", data)[0] == 0
    page = (tmp_path / "site" / "suite-math500.html").read_text()
    assert "Nobody has measured it yet" not in page
    assert re.findall(r'<a href="model-[^"]*">([^<]*)</a>', page) == ["my-model", "theirs-7B"]
    assert f"{NUM_PROBLEMS} problems" in page
    (run_page,) = (tmp_path / "site").glob("run-*.html")
    shown = json.loads(run_page.read_text().partition('id="data">')[2].partition("</script>")[0])
    assert shown["problems"][3]["gold"] == {"answer": "21", "form": "21"}


def commands(page: str) -> list[str]:
    """Read the commands that a suite's page tells."""
    (text,) = re.findall(r'<pre class="command">(.*?)</pre>', page, re.DOTALL)
    return html.unescape(text).splitlines()


def as_json(row: ReportedRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ReportedRow.__slots__}

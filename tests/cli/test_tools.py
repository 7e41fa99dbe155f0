"""Tools from the command line: a person calls them, and runs that used them are rescored and published."""

import json
from pathlib import Path

from reasongym import registry
from reasongym.core import Row
from reasongym.episodes import read_episodes
from tests.cli.conftest import Reasongym
from tests.cli.test_play import played

ENV = registry.get("Arithmetic-v0")


def test_a_person_calls_python_on_one_line_or_several() -> None:
    answer = ENV.oracle(ENV.problem(ENV.row(0, level=2, tools="python")).data)[0]
    out = played(
        *(
            "<python>print(6 * 7)</python>",
            "<python>",
            "x = 4",
            "x + 1",
            "</python>",
            "/undo",
            "<python>1</python>",
        ),
        *("/hint", answer),
        env_id="Arithmetic-v0",
        flags="--level 2 --tools python",
    )
    assert "turn 1 of 5" in out
    assert "│ 42 " in out
    assert "│ 5 " in out
    assert "✓ Right." in out
    assert "1 of 1 solved." in out


def test_a_run_with_tools_is_scored_rescored_and_published(reasongym: Reasongym, tmp_path: Path) -> None:
    run = tmp_path / "run"
    flags = "--policy oracle --level 1 --num-problems 6 --options tools=python tool_format=json tool_calls=2"
    code, out, error = reasongym("eval", "Arithmetic-v0", *flags.split(), "--output", run)
    assert (code, error) == (0, "")
    assert "100.0% of 6 problems" in out
    scores = (run / "scores.json").read_bytes()
    (run / "scores.json").unlink()
    assert reasongym("rescore", run)[0] == 0
    assert (run / "scores.json").read_bytes() == scores
    for episode in read_episodes(run / "episodes.jsonl"):
        assert episode.row.options == {"tool_calls": 2, "tool_format": "json", "tools": "python"}
        assert "<tool_call>" in episode.messages[0].content
    assert reasongym("board", "build", run, "--output", tmp_path / "site")[0] == 0
    assert "tools python" in (tmp_path / "site" / "index.html").read_text()


def test_problems_are_written_out_with_what_tells_of_their_tool(reasongym: Reasongym, tmp_path: Path) -> None:
    file = tmp_path / "problems.jsonl"
    flags = ("--num", "2", "--options", "tools=python", "--output", str(file))
    assert reasongym("generate", "Arithmetic-v0", *flags)[0] == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert "<python>" in line["prompt"]
        assert Row.from_dict(line["row"]).options == {"tools": "python"}


def test_a_tool_that_is_not_there_is_refused_in_one_sentence(reasongym: Reasongym) -> None:
    code, _, error = reasongym("play", "Arithmetic-v0", "--tools", "pyhton")
    assert code == 2
    assert "did you mean 'python'?" in error
    code, _, error = reasongym("eval", "Arithmetic-v0", "--options", "tools=search", "corpus=missing.jsonl")
    assert code == 2
    assert "cannot read the corpus missing.jsonl" in error

"""The verbs eval, rescore and board build as a user types them, kills them, and misspells them."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reasongym.envs.math_problems.benchmarks import FOLDER_VARIABLE
from reasongym.evaluation import second_opinion
from tests.benchmark_files import FOLDER, needs_files
from tests.cli.conftest import Reasongym

PROGRAM = [sys.executable, "-c", "from reasongym.cli import main; main()"]


@pytest.fixture(autouse=True)
def no_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test the folder that `--data` names."""
    monkeypatch.setenv(FOLDER_VARIABLE, "")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_eval_scores_rescore_agrees_and_board_shows_it(reasongym: Reasongym, tmp_path: Path) -> None:
    run = tmp_path / "run"
    code, out, _ = reasongym(
        "eval", "Countdown-v0", "--policy", "oracle", "--level", "0", "--num-problems", "20", "--output", run
    )
    assert code == 0
    assert "100.0% of 20 problems" in out
    before = contents(run)
    (run / "scores.json").unlink()
    assert reasongym("rescore", run)[0] == 0
    assert contents(run) == before
    code, out, _ = reasongym("board", "build", run, "--output", tmp_path / "site")
    assert code == 0
    assert "Countdown-v0 level 0" in (tmp_path / "site" / "index.html").read_text()
    assert (tmp_path / "site" / "index.html").as_uri() in out


def test_flags_reach_suite_and_protocol(reasongym: Reasongym, tmp_path: Path) -> None:
    flags = "--level 1 --split train --num-problems 3 --first-seed 5 --options num_numbers=4 style=boxed"
    more = "--samples 2 --temperature 0.5 --top-p 0.9 --top-k 7 --max-tokens 9 --template boxed --seed 4"
    code, *_ = reasongym("eval", "Countdown-v0", *flags.split(), *more.split(), "--output", tmp_path / "run")
    assert code == 0
    run = json.loads((tmp_path / "run" / "run.json").read_bytes())
    assert run["suite"]["slices"] == [
        {
            "env_id": "reasongym/Countdown-v0",
            "level": 1,
            "split": "train",
            "num_problems": 3,
            "first_seed": 5,
            "options": {"num_numbers": 4, "style": "boxed"},
        }
    ]
    protocol = run["protocol"]
    assert (protocol["temperature"], protocol["top_p"], protocol["max_tokens"]) == (0.5, 0.9, 9)
    assert protocol["top_k"] == 7
    assert (protocol["samples"], protocol["template"]["name"], run["seed"]) == (2, "boxed", 4)


def test_kill_9_in_the_middle_loses_nothing_that_was_finished(tmp_path: Path) -> None:
    flags = ["eval", "CountdownSteps-v0", "--level", "2", "--num-problems", "1000", "--samples", "2"]
    whole = [*PROGRAM, *flags, "--output", str(tmp_path / "whole")]
    parts = [*PROGRAM, *flags, "--output", str(tmp_path / "parts")]
    subprocess.run(whole, check=True, capture_output=True, timeout=120)
    kept = kill_when(parts, tmp_path / "parts" / "episodes.jsonl", num_bytes=30_000)
    kept = kill_when(parts, tmp_path / "parts" / "episodes.jsonl", num_bytes=len(kept) + 30_000, begins=kept)
    assert kept.count(b"\n") < 2_000, "the run was over before it was killed"
    subprocess.run(parts, check=True, capture_output=True, timeout=120)
    resumed, undisturbed = contents(tmp_path / "parts"), contents(tmp_path / "whole")
    for name in ("episodes.jsonl", "scores.json"):
        assert resumed[name] == undisturbed[name]


def kill_when(command: list[str], log: Path, *, num_bytes: int, begins: bytes = b"") -> bytes:
    """Start a command, kill it once its log has so many bytes, and return what the log then holds."""
    deadline = time.monotonic() + 60
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not log.exists() or log.stat().st_size < num_bytes:
            assert process.poll() is None, "the run ended by itself"
            assert time.monotonic() < deadline
        process.kill()
        assert process.wait() == -signal.SIGKILL
    kept = log.read_bytes()
    assert kept.startswith(begins[: begins.rfind(b"\n") + 1])
    return kept


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["eval", "Countdwn-v0"], "did you mean 'reasongym/Countdown-v0'?"),
        (["eval", "Countdown-v0", "--level", "99"], "has levels 0 to"),
        (["eval", "Countdown-v0", "--policy", "orcale"], "unknown policy 'orcale'; did you mean 'oracle'?"),
        (["eval", "Countdown-v0", "--policy", "./missing"], "there is no model directory"),
        (["eval", "Countdown-v0", "--options", "stile=boxed"], "did you mean 'style'?"),
        (["eval", "Countdown-v0", "--options", "boxed"], "an option is NAME=VALUE"),
        (["eval", "Countdown-v0", "--template", "boxd"], "did you mean 'boxed'?"),
        (["eval", "Countdown-v0", "--samples", "0"], "samples must be at least 1, got 0"),
        (["eval", "Countdown-v0", "--num-problems", "0"], "at least 1 problem"),
        (["eval"], "takes the id of an environment or --suite NAME, got neither"),
        (["eval", "Countdown-v0", "--suite", "aime24"], "got both Countdown-v0 and --suite aime24"),
        (["eval", "--suite", "aime2"], "unknown suite 'aime2'; did you mean 'aime25'?"),
        (["eval", "--suite", "aime24", "--level", "1"], "--level is for environments"),
        (["eval", "--suite", "aime24", "--data", "nowhere"], "there is no folder nowhere"),
        (["eval", "--suite", "aime24", "--data", "."], "holds no aime24.jsonl"),
        (
            ["eval", "Countdown-v0", "--protocol", "justlr"],
            "unknown protocol 'justlr'; did you mean 'justrl'?",
        ),
        (["eval", "Countdown-v0", "--protocol", "my.toml"], "cannot read my.toml"),
        (["eval", "Countdown-v0", "--thinking-tokens", "256"], "more than the 256 tokens of thinking"),
        (["eval", "Countdown-v0", "--thinking-tokens", "-1"], "at least 1 token, got -1"),
        (["eval", "Countdown-v0", "--waits", "2"], "give --thinking-tokens too"),
        (["eval", "Countdown-v0", "--thinking-tokens", "9", "--waits", "-1"], "0 to 100, got -1"),
        (["eval", "Countdown-v0", "--thinking-tokens", "0", "--waits", "1"], "got one of 0 tokens"),
        (["eval", "--twin-of", "missing"], "missing is not a run folder"),
        (["tokens"], "needs at least 1 run folder"),
        (["tokens", "missing"], "missing is not a run folder"),
        (["rescore", ".", "--suite", "aime24"], "says itself what it is on; --suite is for files"),
        (["rescore", __file__], "say which benchmark they are on as --suite NAME"),
        (["rescore", "missing"], "missing is not a run folder"),
        (["board", "build", "missing"], "missing holds no run folder"),
        (["bord"], "unknown verb 'bord'; did you mean 'board'?"),
    ],
    ids=str,
)
def test_a_bad_request_is_one_sentence_and_exit_code_2(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = reasongym(*args)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_is_named(reasongym: Reasongym, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = reasongym("eval", "Countdown-v0", "--output", tmp_path / "file" / "run")
    assert code == 2
    assert "cannot write to" in err
    code, _, err = reasongym("eval", "Countdown-v0", "--output", tmp_path / "file")
    assert code == 2
    assert "is a file, not a folder" in err


def test_a_model_directory_without_a_model_is_named(reasongym: Reasongym, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    code, _, err = reasongym("eval", "Countdown-v0", "--policy", tmp_path / "model")
    assert code == 2
    assert "has no config.json" in err


def test_a_model_directory_is_played_and_named_by_its_weights(reasongym: Reasongym, tmp_path: Path) -> None:
    from reasongym.agents.from_scratch import ModelShape, build
    from reasongym.agents.models import save_model
    from reasongym.curriculum import Curriculum, Source

    shape = ModelShape(hidden=16, layers=1, heads=2, intermediate=32)
    save_model(build(Curriculum([Source("Countdown-v0")]), shape=shape, seed=0), tmp_path / "m")
    flags = ["--level", "0", "--num-problems", "4", "--samples", "2", "--max-tokens", "5"]
    code, out, _ = reasongym(
        "eval",
        "Countdown-v0",
        "--policy",
        tmp_path / "m",
        "--name",
        "tiny",
        *flags,
        "--output",
        tmp_path / "run",
    )
    assert code == 0
    assert "tiny on Countdown-v0 level 0" in out
    player = json.loads((tmp_path / "run" / "run.json").read_bytes())["player"]
    assert (player["policy"], player["model"], len(player["digest"])) == ("torch", "tiny", 16)
    episode = json.loads((tmp_path / "run" / "episodes.jsonl").read_bytes().splitlines()[0])
    assert 1 <= len(episode["completions"][0]["token_ids"]) <= 5


def test_a_refused_folder_prints_every_finding(reasongym: Reasongym, tmp_path: Path) -> None:
    reasongym("eval", "Countdown-v0", "--num-problems", "5", "--output", tmp_path / "run")
    log = tmp_path / "run" / "episodes.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:3]))
    code, out, err = reasongym("rescore", tmp_path / "run")
    assert code == 2
    assert out.count("missing: problem") == 2
    assert "is refused for 2 findings" in err


@pytest.mark.parametrize("option", ["level=2", "split=all", "seed=3", "style=\udcff", "style"])
def test_what_is_no_option_is_refused_in_one_sentence(reasongym: Reasongym, option: str) -> None:
    code, _, err = reasongym("eval", "Countdown-v0", "--policy", "oracle", "--options", option)
    assert code == 2
    assert err.count("\n") == 1


def test_the_name_of_a_model_cannot_steer_the_terminal(reasongym: Reasongym, tmp_path: Path) -> None:
    run = tmp_path / "run"
    flags = ("--policy", "oracle", "--level", "0", "--num-problems", "2", "--output", run)
    assert reasongym("eval", "Countdown-v0", *flags)[0] == 0
    described = json.loads((run / "run.json").read_bytes())
    described["player"]["model"] = "\x1b[2J[/][red]x"
    (run / "run.json").write_text(json.dumps(described))
    code, out, _ = reasongym("rescore", run)
    assert code == 0
    assert "\x1b[2J" not in out
    assert "[/][red]x" in out


def test_figures_at_more_samples_than_there_are_are_refused(reasongym: Reasongym, tmp_path: Path) -> None:
    run = tmp_path / "run"
    flags = ("--level", "0", "--num-problems", "5", "--samples", "8", "--output", run)
    assert reasongym("eval", "Countdown-v0", *flags)[0] == 0
    code, out, _ = reasongym("rescore", run, "--at", "1", "8")
    assert code == 0
    assert re.search(r"avg@8 [\d.]+%  pass@8 [\d.]+%  cons@8 [\d.]+%  best@8, the shortest [\d.]+%", out)
    code, _, err = reasongym("rescore", run, "--at", "64")
    assert code == 2
    assert "avg@64 needs at least 64 samples of each problem, there are 8" in err


def test_a_protocol_is_taken_by_name_or_file_and_flags_override_it(
    reasongym: Reasongym, tmp_path: Path
) -> None:
    (tmp_path / "my.toml").write_text("max_tokens = 7\nsamples = 3\n[template]\nname = 'mine'\n")
    for index, (flags, expected) in enumerate(
        [
            (["--protocol", "oat-zero"], ("oat-zero", 0.0, 3000, 1)),
            (["--protocol", "justrl", "--samples", "2"], ("justrl", 0.7, 31744, 2)),
            (["--protocol", tmp_path / "my.toml", "--template", "boxed"], ("boxed", 1.0, 7, 3)),
        ]
    ):
        run = tmp_path / str(index)
        common = ("--level", "0", "--num-problems", "2", "--output", run)
        assert reasongym("eval", "Countdown-v0", *common, *flags)[0] == 0
        told = json.loads((run / "run.json").read_bytes())["protocol"]
        assert (
            told["template"]["name"],
            told["temperature"],
            told["max_tokens"],
            told["samples"],
        ) == expected


def test_the_suites_are_listed(reasongym: Reasongym) -> None:
    code, out, _ = reasongym("eval", "--list-suites")
    assert code == 0
    assert all(name in out for name in ("aime24", "math500", "olympiad", "1,319", "deepscaler"))


@needs_files
def test_a_benchmark_is_played_and_rescored_from_any_folder(reasongym: Reasongym, tmp_path: Path) -> None:
    run = tmp_path / "run"
    code, out, _ = reasongym(
        "eval", "--suite", "aime24", "--data", FOLDER, "--policy", "oracle", "--output", run
    )
    assert code == 0
    assert "oracle on aime24" in out
    assert "100.0% of 30 problems" in out
    before = contents(run)
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "aime24.jsonl").write_bytes((FOLDER / "aime24.jsonl").read_bytes())
    assert reasongym("rescore", run, "--data", copied)[0] == 0
    assert contents(run) == before
    assert str(FOLDER) not in (run / "run.json").read_text() + (run / "episodes.jsonl").read_text()


@needs_files
@pytest.mark.parametrize("policy", ["random", "constant"])
def test_baselines_play_benchmarks_too(reasongym: Reasongym, tmp_path: Path, policy: str) -> None:
    flags = ("--policy", policy, "--data", FOLDER, "--output", tmp_path / "run")
    code, out, _ = reasongym("eval", "--suite", "aime24+amc23", *flags)
    assert code == 0
    assert "on aime24 + amc23" in out


@needs_files
def test_saved_completions_become_a_run_that_the_board_takes(reasongym: Reasongym, tmp_path: Path) -> None:
    problems = [json.loads(line) for line in (FOLDER / "aime24.jsonl").read_text().splitlines()]
    saved = tmp_path / "saved.jsonl"
    rows = [{"id": one["id"], "completion": f"So it is \\boxed{{{one['answer']}}}."} for one in problems]
    saved.write_text("".join(json.dumps(row) + "\n" for row in rows))
    flags = ("--suite", "aime24", "--data", FOLDER, "--name", "theirs", "--output", tmp_path / "run")
    code, out, _ = reasongym("rescore", saved, *flags)
    assert code == 0
    assert "read as plain" in out
    assert "theirs on aime24" in out
    assert "100.0% of 30 problems" in out
    assert reasongym("board", "build", tmp_path / "run", "--output", tmp_path / "site")[0] == 0
    (page,) = (tmp_path / "site").glob("suite-*.html")
    assert "settings not told, 1 sample" in page.read_text()
    saved.write_text(saved.read_text()[:-30])
    code, _, err = reasongym("rescore", saved, *flags[:-1], tmp_path / "other")
    assert code == 2
    assert "saved.jsonl:30 is no JSON object" in err
    assert len(err.splitlines()) == 1


@needs_files
def test_second_opinions_of_a_run_are_counted_and_listed_and_change_nothing(
    reasongym: Reasongym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("math_verify")
    monkeypatch.setattr(second_opinion, "LIMIT_S", 60.0)  # the machine that tests may be busy
    problems = [json.loads(line) for line in (FOLDER / "aime24.jsonl").read_text().splitlines()]
    saved, run = tmp_path / "saved.jsonl", tmp_path / "run"
    texts = [f"So it is \\boxed{{{one['answer']}}}." for one in problems]
    texts[3] = f"So it is \\boxed{{{problems[3]['answer']} \\text{{ or more}}}}."
    rows = [{"id": one["id"], "completion": text} for one, text in zip(problems, texts, strict=True)]
    saved.write_text("".join(json.dumps(row) + "\n" for row in rows))
    flags = ("--suite", "aime24", "--data", FOLDER, "--output", run)
    assert reasongym("rescore", saved, *flags)[0] == 0
    before = contents(run)
    code, out, _ = reasongym("rescore", run, "--data", FOLDER, "--second-opinion")
    assert code == 0
    assert contents(run) == before
    assert "math-verify on 30 different completions: 29 agree, 1 disagree" in out
    assert "sympy on 30 different completions: 30 agree" in out
    [listed] = [line for line in out.splitlines() if "math-verify says" in line]
    assert listed.startswith(f"problem 3, sample 0: gold {problems[3]['answer']}, ")
    assert "we say wrong" in listed


def test_a_run_without_mathematics_has_no_second_opinion(reasongym: Reasongym, tmp_path: Path) -> None:
    pytest.importorskip("math_verify")
    flags = ("--level", "0", "--num-problems", "2", "--output", tmp_path / "run")
    assert reasongym("eval", "Countdown-v0", *flags)[0] == 0
    code, out, _ = reasongym("rescore", tmp_path / "run", "--second-opinion")
    assert code == 0
    assert "no episode of mathematics to have a second opinion of" in out

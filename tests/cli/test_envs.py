"""The verbs about environments, run as a user runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import reasongym
from reasongym import cli, export
from reasongym.core import Row


def reasongym_cli(*args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from reasongym.cli import main; main()", *args]
    environ = {"COLUMNS": "200", "NO_COLOR": "1", "HOME": "/nonexistent", **env}
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environ)


def test_list_names_every_id() -> None:
    listed = reasongym_cli("list", "--no-speed").stdout
    assert all(env_id.removeprefix("reasongym/") in listed for env_id in reasongym.specs())


def test_list_tells_what_is_asked_for_and_how_fast_it_is() -> None:
    lines = [json.loads(line) for line in reasongym_cli("list", "countdown", "--json").stdout.splitlines()]
    assert [line["id"] for line in lines] == ["reasongym/Countdown-v0", "reasongym/CountdownSteps-v0"]
    assert all(line["problems_per_s"] > 100 for line in lines)
    assert lines[0]["levels"] == list(reasongym.get("Countdown-v0").levels)
    assert lines[1]["max_turns"] == 14


def test_show_prints_the_prompt_and_the_answer() -> None:
    env = reasongym.get("Countdown-v0")
    problem = env.problem(env.row(4, level=2, style="terse"))
    shown = reasongym_cli(
        "show", "Countdown-v0", "--seed", "4", "--level", "2", "--style", "terse", "--answers"
    )
    assert problem.prompt in shown.stdout
    assert env.oracle(problem.data)[0] in shown.stdout


def test_show_describes_levels_and_every_wording() -> None:
    env = reasongym.get("Countdown-v0")
    shown = reasongym_cli("show", "Countdown-v0", "--levels", "--styles", "--level", "1").stdout
    assert all(about in shown for about in [*env.levels, *env.styles, *env.styles.values()])
    for style in env.styles:
        assert env.problem(env.row(0, level=1, style=style)).prompt[:60] in shown


def test_show_takes_options() -> None:
    shown = reasongym_cli("show", "Countdown-v0", "--options", "num_numbers=3", "style=terse").stdout
    env = reasongym.get("Countdown-v0")
    assert env.problem(env.row(0, num_numbers=3, style="terse")).prompt in shown


def test_check_passes_and_writes_its_results(tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    checked = reasongym_cli("check", "Countdown-v0", "--level", "1", "--quick", "--json", str(path))
    assert checked.returncode == 0, checked.stdout
    results = json.loads(path.read_text())
    assert {result["ok"] for result in results} == {True}
    assert {"env_id", "level", "check", "ok", "detail", "figures"} == set(results[0])


def test_a_check_that_is_not_offered_does_not_count_as_passed(tmp_path: Path, documented_source: str) -> None:
    (tmp_path / "acme_sort.py").write_text(documented_source)
    checked = reasongym_cli(
        "check", "acme_sort:acme/Sort-v0", "--level", "0", "--num", "5", PYTHONPATH=str(tmp_path)
    )
    assert checked.returncode == 0, checked.stdout
    assert "acme/Sort-v0: 13 of 16 checks pass, 3 not offered" in checked.stdout


@pytest.mark.parametrize("verb", ["train", "prime", "demo"])
def test_a_verb_that_needs_a_model_library_says_how_to_get_it(verb: str, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text('raise ModuleNotFoundError("No module named torch", name="torch")')
    refused = reasongym_cli(verb, PYTHONPATH=str(tmp_path))
    assert refused.returncode == 2
    assert refused.stderr == "reasongym: models need torch, which is not installed: " + (
        "pip install 'reasongym[train]'\n"
    )


def test_check_of_a_faulty_environment_fails(tmp_path: Path, documented_source: str) -> None:
    faulty = documented_source.replace("Verdict(float(correct)", "Verdict(0.5")
    (tmp_path / "acme_sort.py").write_text(faulty)
    checked = reasongym_cli(
        "check", "acme_sort:acme/Sort-v0", "--level", "0", "--num", "5", PYTHONPATH=str(tmp_path)
    )
    assert checked.returncode == 1
    assert "FAIL" in checked.stdout


def test_generate_writes_rows_that_make_their_problems(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    args = ("--num", "20", "--split", "eval", "--level", "3", "--seed-start", "7", "--output", str(path))
    assert reasongym_cli("generate", "Countdown-v0", *args).returncode == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["row"]["seed"] for line in lines] == list(range(7, 27))
    for line in lines:
        problem = reasongym.problem(Row.from_dict(line["row"]))
        assert (problem.prompt, problem.data) == (line["prompt"], line["data"])


def test_generate_names_its_output_and_writes_other_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ("generate", "Countdown-v0", "--level", "1", "--split", "train", "--n", "9")
    said = [
        reasongym_cli(*common).stderr,
        reasongym_cli(*common, "--output", "p.parquet").stderr,
        reasongym_cli(*common, "--shard-size", "4", "--output", "shards").stderr,
    ]
    digests = {line.rpartition("digest ")[2] for line in said}
    assert len(digests) == 1, said
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "reasongym-Countdown-v0-level-1-train.jsonl",
        "p.parquet",
        "shards/train-00002-of-00003.jsonl",
        "shards/manifest.json",
        "shards/README.md",
    } <= names
    assert (tmp_path / "p.parquet").read_bytes().startswith(b"PAR1")


def test_generate_writes_the_eval_set(tmp_path: Path) -> None:
    path = tmp_path / "eval.jsonl"
    args = ("generate", "Countdown-v0", "--level", "0", "--eval-set", "--n", "30", "--output", str(path))
    assert reasongym_cli(*args).returncode == 0
    rows = [Row.from_dict(json.loads(line)["row"]) for line in path.read_text().splitlines()]
    assert rows == export.eval_set("Countdown-v0", 0, num=30).rows


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["show", "Countdwn-v0"], "did you mean 'reasongym/Countdown-v0'?"),
        (["show", "Countdown-v0", "--level", "9"], "has levels 0 to 7, got 9"),
        (["show", "Countdown-v0", "--split", "all"], "has only: train, eval"),
        (["show", "Countdown-v0", "--style", "plian"], "did you mean 'plain'?"),
        (["show", "no_such_module:Sort-v0"], "cannot import 'no_such_module'"),
        (["check", "Countdown-v0", "--quick", "--full"], "give one of --quick, --full and --num"),
        (["check", "Countdown-v0", "--num", "0"], "--num must be at least 1, got 0"),
        (["generate", "Countdown-v0", "--num", "-1", "--output", "x"], "--num must be at least 1, got -1"),
        (["generate", "Countdown-v0"], "say how many problems: --n 1000"),
        (
            ["generate", "Countdown-v0", "--n", "5", "--shards", "9"],
            "must be from 1 to the 5 problems, got 9",
        ),
        (
            ["generate", "Countdown-v0", "--n", "5", "--shards", "1", "--shard-size", "1"],
            "give one of --shards",
        ),
        (["generate", "Countdown-v0", "--eval-set", "--split", "train"], "an eval set is fixed"),
        (["show", "Countdown-v0", "--pictures"], "draws no pictures"),
        (["show", "Countdown-v0", "--styles", "--style", "terse"], "give one of --style and --styles"),
        (
            ["generate", "Countdown-v0", "--num", "1", "--output", "/proc/nowhere/x"],
            "cannot write /proc/nowhere/x",
        ),
    ],
)
def test_a_bad_request_is_one_sentence_and_exit_code_2(args: list[str], message: str) -> None:
    refused = reasongym_cli(*args)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert refused.stderr.startswith("reasongym: ")
    assert refused.stderr.count("\n") == 1


def test_a_failed_generate_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text("old\n")
    assert reasongym_cli(
        "generate", "Countdown-v0", "--num", "5", "--level", "99", "--output", str(path)
    ).returncode
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("env_id", [":Countdown-v0", ".x:Countdown-v0", "a b:Countdown-v0", "this:No-v0"])
def test_ids_with_a_module_that_is_none_are_refused_in_one_sentence(env_id: str) -> None:
    refused = reasongym_cli("show", env_id)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1


def test_a_module_that_fails_when_it_is_imported_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken_module.py").write_text("1 / 0")
    refused = reasongym_cli("show", "broken_module:My-v0", PYTHONPATH=str(tmp_path))
    assert refused.returncode == 2
    assert "cannot import 'broken_module': ZeroDivisionError" in refused.stderr


@pytest.mark.parametrize("output", ["", ".", "/dev/null"])
def test_output_goes_to_regular_files_only(output: str) -> None:
    refused = reasongym_cli("generate", "Countdown-v0", "--num", "1", "--output", output)
    assert refused.returncode == 2
    assert "not a regular file" in refused.stderr
    assert Path("/dev/null").is_char_device()


def test_a_link_to_the_output_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert (
        reasongym_cli("generate", "Countdown-v0", "--num", "1", "--output", f"{tmp_path}/link").returncode
        == 0
    )
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text().startswith("{")


def test_no_problems_cannot_be_shown() -> None:
    refused = reasongym_cli("show", "Countdown-v0", "--num", "0")
    assert (refused.returncode, "--num must be at least 1" in refused.stderr) == (2, True)


@pytest.mark.parametrize(("verb", "continues"), [("generate", False), ("eval", True)])
def test_only_what_continues_is_said_to_continue(
    verb: str, continues: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["reasongym", verb])
    monkeypatch.setattr(cli, "_run", interrupt)
    with pytest.raises(SystemExit, match="130"):
        cli.main()
    assert ("continues" in capsys.readouterr().err) is continues

"""Submissions that are not what they claim are refused, each for its reason; honest ones are accepted.

Where `reseal` is called the forger recomputed verdicts and scores, so that nothing but the forgery is wrong.
"""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from reasongym import registry
from reasongym.agents.policies import scripted
from reasongym.core import Row
from reasongym.envs.math_problems.benchmarks import BENCHMARKS, FOLDER_VARIABLE, Benchmark
from reasongym.evaluation import Player, Protocol, Suite, env_suite, evaluate, named_suite, planned
from reasongym.evaluation.imports import import_generations
from reasongym.leaderboard import check, verify
from reasongym.templates import Template
from tests.leaderboard.runs import (
    LIMIT,
    Line,
    Lines,
    change_episodes,
    countdown,
    play_run,
    reseal,
    say,
    set_value,
)

Forge = Callable[[Path], object]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a model on the public suite of Countdown, 2 samples each."""
    return countdown(tmp_path_factory.mktemp("honest") / "run")


@pytest.fixture
def folder(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "run"))


def kinds(folder: Path) -> set[str]:
    return {finding.kind for finding in check(folder).findings}


def in_run(*path: str | int, value: object) -> Forge:
    return lambda folder: set_value(folder, "run.json", *path, value=value)


def in_episodes(change: Callable[[Lines], object]) -> Forge:
    return lambda folder: change_episodes(folder, change)


def right_text(line: Line) -> str:
    problem = registry.problem(Row.from_dict(line["row"]))
    return registry.get(problem.row.env_id).oracle(problem.data)[0]


def wrong_one(lines: Lines) -> Line:
    return next(line for line in lines if not line["verdict"]["correct"])


def call_right(lines: Lines) -> None:
    wrong_one(lines)["verdict"] = {"reward": 1.0, "correct": True, "reason": "ok"}


def answer_rightly(lines: Lines) -> None:
    line = wrong_one(lines)
    say(line, right_text(line))
    line["verdict"] = {"reward": 1.0, "correct": True, "reason": "ok", "answer": right_text(line)}


def edit_message_only(lines: Lines) -> None:
    line = wrong_one(lines)
    line["messages"][-1]["content"] = right_text(line)


def leak_in_prompt(lines: Lines) -> None:
    lines[0]["messages"][0]["content"] += f" The answer is {right_text(lines[0])}."


def count_unjudged(lines: Lines) -> None:
    wrong_one(lines).update(verdict={"reward": 1.0, "correct": True, "reason": "ok"}, error="worker died")


def relabel(folder: Path) -> None:
    """Claim another level with the episodes of an easy one."""
    set_value(folder, "run.json", "suite", "slices", 0, "level", value=3)
    change_episodes(folder, lambda lines: [line["row"].update(level=3) for line in lines])


def call_by_another_grader(folder: Path) -> None:
    change_episodes(folder, call_right)
    set_value(folder, "run.json", "grader", value="0123456789ab")


def type_score_of_another_grader(folder: Path) -> None:
    set_value(folder, "scores.json", "grader", value="0123456789ab")
    set_value(folder, "scores.json", "scores", "solve_rate", value=0.99)


def link_elsewhere(folder: Path) -> None:
    shutil.move(folder / "episodes.jsonl", folder.parent / "elsewhere")
    (folder / "episodes.jsonl").symlink_to(folder.parent / "elsewhere")


def name_twice(folder: Path) -> None:
    text = (folder / "run.json").read_text()
    (folder / "run.json").write_text('{"seed": 7,' + text.strip().removeprefix("{"))


def append(content: bytes) -> Forge:
    def forge(folder: Path) -> None:
        with (folder / "episodes.jsonl").open("ab") as file:
            file.write(content)

    return forge


FORGERIES: dict[str, tuple[Forge, str]] = {
    "a typed score": (
        lambda f: set_value(f, "scores.json", "scores", "solve_rate", value=0.99),
        "typed_score",
    ),
    "a typed score of another grader": (type_score_of_another_grader, "typed_score"),
    "a changed verdict": (in_episodes(call_right), "flipped"),
    "a changed verdict by an unknown grader": (call_by_another_grader, "flipped"),
    "a right completion under the old digest": (in_episodes(answer_rightly), "typed_score"),
    "a right message over the old completion": (in_episodes(edit_message_only), "edited_completion"),
    "a dropped episode": (in_episodes(lambda lines: lines.remove(wrong_one(lines))), "missing"),
    "a doubled episode": (in_episodes(lambda lines: lines.append(lines[0])), "duplicate"),
    "a right episode in a wrong one's place": (
        in_episodes(lambda lines: wrong_one(lines).update(row=lines[-1]["row"])),
        "foreign",
    ),
    "a right answer in the prompt": (in_episodes(leak_in_prompt), "edited_prompt"),
    "an unjudged episode counted as right": (in_episodes(count_unjudged), "unscored"),
    "no word on being cut off": (
        in_episodes(lambda lines: [line.update(is_truncated=False) for line in lines]),
        "edited_flag",
    ),
    "the digest of other data": (in_run("suite_digest", value="0123456789ab"), "other_problems"),
    "an easy level called a hard one": (relabel, "other_problems"),
    "an environment nobody has": (
        in_run("suite", "slices", 0, "env_id", value="reasongym/Easy-v0"),
        "own_suite",
    ),
    "another temperature": (in_run("protocol", "temperature", value=0.0), "typed_score"),
    "a template with a line of its own": (
        in_run("protocol", "template", "system", value="Think."),
        "edited_template",
    ),
    "more samples than there are": (in_run("protocol", "samples", value=4), "missing"),
    "a model called by a path": (in_run("player", "model", value="../../../site/index"), "unsafe_name"),
    "a model whose name steers the terminal": (in_run("player", "model", value="m\x1b[2J"), "unsafe_name"),
    "a folder of training elsewhere": (in_run("training", value="/etc"), "foreign_path"),
    "data read from a path": (
        in_run("suite", "slices", 0, "options", value={"data": "../../secret.jsonl"}),
        "foreign_path",
    ),
    "a model that hides as a baseline": (in_run("player", "policy", value="random"), "disguise"),
    "a model that calls itself a baseline": (in_run("player", "model", value="Oracle"), "disguise"),
    "a model without a name": (in_run("player", "model", value=""), "disguise"),
    "a grader that is none": (in_run("grader", value="newest"), "wrong_grader"),
    "a field of its own": (in_run("verified", value=True), "unknown_field"),
    "a field that is there twice": (name_twice, "unreadable"),
    "no scores": (lambda folder: (folder / "scores.json").unlink(), "missing"),
    "an extra file": (lambda folder: (folder / "conftest.py").write_text(""), "extra_file"),
    "a link instead of a file": (link_elsewhere, "extra_file"),
    "a corrupt line": (append(b'{"row": \xff\n'), "unreadable"),
    "a line that nests without end": (append(b"[" * 200_000 + b"\n"), "unreadable"),
    "a line of 17 MB": (append(b'"' + b"a" * (17 << 20) + b'"\n'), "too_large"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_submission_is_refused_for_its_reason(folder: Path, name: str) -> None:
    forge, reason = FORGERIES[name]
    forge(folder)
    assert reason in kinds(folder)


# -- by forgers who recompute what follows ---------------------------------------------------------------


def move_right_ones(lines: Lines) -> None:
    """Put the completion of a right episode in the place of wrong ones of other problems."""
    right = next(line for line in lines if line["verdict"]["correct"])
    for wrong in [line for line in lines if not line["verdict"]["correct"]][:10]:
        wrong["completions"], wrong["is_truncated"] = right["completions"], False
        wrong["messages"][-1] = right["messages"][-1]


def take_other_tokens(lines: Lines) -> None:
    lines[1]["completions"][0] |= {
        name: lines[0]["completions"][0][name] for name in ("token_ids", "logprobs")
    }


def spend_more_tokens(lines: Lines) -> None:
    for number, line in enumerate(lines):
        say(line, line["completions"][0]["text"][-10:])
        line["completions"][0] |= {"token_ids": [number] * 150, "logprobs": []}


def end_by_itself(lines: Lines) -> None:
    for line in lines:
        line["is_truncated"] = False
        line["completions"][0]["finish"] = "stop"


def improve_logprobs(lines: Lines) -> None:
    lines[0]["completions"][0]["logprobs"][3] = 0.7


def sample_once(lines: Lines) -> None:
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        for name in ("messages", "completions", "verdict", "is_truncated"):
            second[name] = deepcopy(first[name])


RESEALED: dict[str, tuple[Forge, str]] = {
    "another problem's completion": (in_episodes(move_right_ones), "moved_completion"),
    "tokens of another text": (in_episodes(take_other_tokens), "token_text"),
    "more tokens than the text has": (in_episodes(spend_more_tokens), "token_count"),
    "fewer tokens allowed than were used": (in_run("protocol", "max_tokens", value=50), "token_count"),
    "an end that was none": (in_episodes(end_by_itself), "token_count"),
    "log-probabilities above 0": (in_episodes(improve_logprobs), "token_count"),
    "samples that are one sample": (in_episodes(sample_once), "repeated_samples"),
    "a model that plays as the oracle": (
        in_run("player", value={"policy": "oracle"}),
        "disguise",
    ),
}


@pytest.mark.parametrize("name", RESEALED)
def test_a_forgery_whose_scores_were_recomputed_is_refused_too(folder: Path, name: str) -> None:
    forge, reason = RESEALED[name]
    forge(folder)
    reseal(folder)
    assert kinds(folder) == {reason}


def few_seeds() -> Suite:
    return env_suite("Countdown-v0", level=0, num_problems=20, first_seed=700)


def picked_seeds() -> Suite:
    (whole,) = env_suite("Countdown-v0", level=0).slices
    return Suite(tuple(replace(whole, num_problems=1, first_seed=seed) for seed in (3, 14, 15, 92)))


@pytest.mark.parametrize("suite", [few_seeds, picked_seeds])
def test_problems_of_ones_own_choice_are_refused(tmp_path: Path, suite: Callable[[], Suite]) -> None:
    assert kinds(play_run(tmp_path / "run", suite())) == {"own_suite"}


@pytest.mark.parametrize("is_touched_up", [False, True])
def test_a_run_under_another_name_is_a_copy(honest: Path, folder: Path, is_touched_up: bool) -> None:
    in_run("player", value={"policy": "torch", "model": "mine"})(folder)
    if is_touched_up:
        change_episodes(folder, answer_rightly)
    reseal(folder)
    assert kinds(folder) == set()
    first, second = verify([honest, folder])
    assert first.findings == []
    assert [finding.kind for finding in second.findings] == ["copied_run"]


def test_answers_in_the_template_are_found(sums: Suite, tmp_path: Path) -> None:
    hint = Template("helpful", system="Some answers: " + ", ".join(str(2 * n) for n in range(30)))
    assert kinds(play_run(tmp_path / "run", sums, template=hint)) == {"leaked_answer"}


# -- honest ones -----------------------------------------------------------------------------------------


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """Let 30 sums stand for aime24."""
    rows = [{"id": f"sum-{n}", "problem": f"What is {n} + {n}?", "answer": str(2 * n)} for n in range(30)]
    (tmp_path / "aime24.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setitem(BENCHMARKS, "aime24", Benchmark(30, "", "sums"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return named_suite("aime24")


def test_samples_of_one_turn_are_accepted(honest: Path) -> None:
    assert check(honest).findings == []


def test_several_turns_are_accepted(tmp_path: Path) -> None:
    assert check(play_run(tmp_path / "run", env_suite("FrozenLake-v0", level=0), samples=1)).findings == []


def test_greedy_runs_with_a_prefill_are_accepted(tmp_path: Path) -> None:
    run = countdown(
        tmp_path / "run", samples=1, temperature=0.0, template=Template("think", prefill="<think>\n")
    )
    assert check(run).findings == []


def test_imported_samples_of_a_benchmark_are_accepted(sums: Suite, tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    rows = [
        {"id": f"sum-{n}", "completion": f"It is \\boxed{{{2 * n + n % m}}}."}
        for n in range(30)
        for m in (1, 2)
    ]
    saved.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_generations(saved, sums, tmp_path / "run", model="theirs")
    assert check(tmp_path / "run").findings == []


def test_an_older_grader_with_the_same_verdicts_is_accepted(folder: Path) -> None:
    in_run("grader", value="0123456789ab")(folder)
    set_value(folder, "scores.json", "grader", value="0123456789ab")
    set_value(folder, "scores.json", "key", value="0123456789ab")
    assert check(folder).findings == []


def test_the_honest_run_has_completions_that_were_cut_off(honest: Path) -> None:
    lines = [json.loads(line) for line in (honest / "episodes.jsonl").read_bytes().splitlines()]
    assert any(len(line["completions"][0]["token_ids"]) == LIMIT for line in lines)


def test_two_models_that_both_say_the_answers_alone_are_accepted(tmp_path: Path) -> None:
    def perfect(name: str) -> Path:
        suite = env_suite("TowerOfHanoi-v0", level=0)
        run = planned(suite, Protocol(samples=2), Player("torch", name, f"digest of {name}"))
        evaluate(scripted.oracle(), run, tmp_path / name)
        return tmp_path / name

    assert [one.findings for one in verify([perfect("one"), perfect("other")])] == [[], []]

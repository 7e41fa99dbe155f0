"""Nothing a run folder claims is believed: honest folders pass, each kind of forgery is found and named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasongym.errors import DataError
from reasongym.evaluation import Report, Run, evaluate, rescore

Lines = list[dict[str, Any]]


def forge(folder: Path, change: Callable[[Lines], object]) -> None:
    """Rewrite the episodes of a folder by a change of their JSON."""
    log = folder / "episodes.jsonl"
    lines: Lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    change(lines)
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))


def forge_file(folder: Path, name: str, *path: str, value: Any) -> None:
    """Set one value deep inside a JSON file of a folder."""
    whole = json.loads((folder / name).read_bytes())
    inner = whole
    for key in path[:-1]:
        inner = inner[int(key) if isinstance(inner, list) else key]
    inner[path[-1]] = value
    (folder / name).write_text(json.dumps(whole))


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def test_an_honest_folder_is_rescored_to_the_same_bytes(folder: Path) -> None:
    before = (folder / "scores.json").read_bytes()
    (folder / "scores.json").unlink()
    assert rescore(folder).findings == []
    assert (folder / "scores.json").read_bytes() == before


def test_a_typed_score_is_found(folder: Path) -> None:
    forge_file(folder, "scores.json", "scores", "solve_rate", value=0.999)
    report = rescore(folder)
    assert [str(finding) for finding in report.findings] == [
        "typed_score: scores.json differs from the episodes in scores"
    ]


def test_a_flipped_verdict_is_found_and_not_counted(folder: Path) -> None:
    honest = rescore(folder).result
    (folder / "scores.json").unlink()

    def flip(lines: Lines) -> None:
        for line in lines:
            line["verdict"] |= {"reward": 1.0, "correct": True, "reason": "ok"}

    forge(folder, flip)
    report = rescore(folder)
    assert kinds(report) == {"flipped"}
    assert "was judged correct (ok, 1), is wrong" in report.findings[0].detail
    assert report.result == honest
    assert not (folder / "scores.json").exists()


FORGERIES: list[tuple[str, Callable[[Lines], object], str, str]] = [
    ("dropped", lambda lines: lines.pop(3), "missing", "problem 1, sample 1 is not there"),
    ("doubled", lambda lines: lines.append(lines[5]), "duplicate", "problem 2, sample 1 is there twice"),
    ("renumbered", lambda lines: lines[5].update(member=0), "duplicate", "problem 2, sample 0"),
    ("other split", lambda lines: lines[0]["row"].update(split="train"), "foreign", "problem 0, sample 0"),
    ("other seed", lambda lines: lines[0]["row"].update(seed=77), "foreign", "problem 0, sample 0"),
    ("extra sample", lambda lines: lines[0].update(member=2), "foreign", "problem 0, sample 2"),
    ("outside", lambda lines: lines[0].update(group=-1), "foreign", "problem -1, sample 0"),
    ("other text", lambda lines: retell(lines[4]["completions"][0]), "edited_completion", "problem 2"),
    ("other action", lambda lines: retell(lines[4]["messages"][1]), "edited_completion", "problem 2"),
    ("extra turn", lambda lines: double_last(lines[4]["completions"]), "edited_completion", "2 completions"),
    ("other prompt", lambda lines: retell(lines[4]["messages"][0]), "edited_prompt", "problem 2, sample 0"),
    ("extra hint", lambda lines: double_first(lines[4]["messages"]), "edited_prompt", "problem 2, sample 0"),
]  # fmt: skip


def retell(text: dict[str, Any]) -> None:
    """Put other words into a completion or a message."""
    text["text" if "text" in text else "content"] = "1"


def double_last(items: list[Any]) -> None:
    items.append(items[-1])


def double_first(items: list[Any]) -> None:
    items.insert(0, items[0])


@pytest.mark.parametrize(
    ("change", "kind", "detail"), [forgery[1:] for forgery in FORGERIES], ids=[name for name, *_ in FORGERIES]
)
def test_forged_episodes_are_found_and_named(
    folder: Path, change: Callable[[Lines], object], kind: str, detail: str
) -> None:
    scores = (folder / "scores.json").read_bytes()
    forge(folder, change)
    report = rescore(folder)
    assert kind in kinds(report)
    assert any(detail in finding.detail for finding in report.findings if finding.kind == kind)
    assert (folder / "scores.json").read_bytes() == scores


def test_a_completion_made_right_everywhere_shows_against_the_scores(folder: Path) -> None:
    """Who rewrites text, message and verdict alike is caught by the digest in `scores.json`."""
    answers = {one.group: one.actions[0] for one in rescore(folder).episodes if one.reward == 1}

    def improve(lines: Lines) -> None:
        wrong = next(one for one in lines if not one["verdict"]["correct"] and one["group"] in answers)
        text = answers[wrong["group"]]
        wrong["completions"][0]["text"] = wrong["messages"][1]["content"] = text
        wrong["verdict"] = {"reward": 1.0, "correct": True, "reason": "ok", "answer": text, "parts": {}}

    forge(folder, improve)
    (finding,) = rescore(folder).findings
    assert finding.kind == "typed_score"
    assert "completions_digest" in finding.detail


@pytest.mark.parametrize(
    ("path", "value", "kind"),
    [
        (("protocol", "samples"), 1, "foreign"),
        (("protocol", "samples"), 3, "missing"),
        (("protocol", "max_tokens"), 9, "typed_score"),
        (("protocol", "template", "user"), "{prompt}!", "edited_prompt"),
        (("suite", "slices", "0", "split"), "train", "other_problems"),
        (("suite", "slices", "0", "num_problems"), 5, "other_problems"),
        (("suite_digest",), "000000000000", "other_problems"),
        (("player", "digest"), "ffff", "typed_score"),
    ],
)
def test_a_forged_description_of_the_run_is_found(
    folder: Path, path: tuple[str, ...], value: Any, kind: str
) -> None:
    forge_file(folder, "run.json", *path, value=value)
    assert kind in kinds(rescore(folder))


def test_an_edited_observation_is_found(
    tmp_path: Path, planned_run: Callable[..., Run], halfway: Callable[[], Any]
) -> None:
    run = planned_run("CountdownSteps-v0")
    report = evaluate(halfway(), run, tmp_path / "run")
    long = next(at for at, one in enumerate(report.episodes) if len(one.messages) > 3)
    forge(tmp_path / "run", lambda lines: lines[long]["messages"][2].update(content="you are nearly there"))
    assert kinds(rescore(tmp_path / "run")) == {"edited_prompt"}


def test_an_episode_that_filled_the_context_counts_as_wrong_and_cut(
    tmp_path: Path, planned_run: Callable[..., Run], halfway: Callable[[], Any]
) -> None:
    report = evaluate(halfway(), planned_run("CountdownSteps-v0"), tmp_path / "run")
    long = next(at for at, one in enumerate(report.episodes) if len(one.messages) > 3)
    (tmp_path / "run" / "scores.json").unlink()

    def fill(lines: Lines) -> None:
        del lines[long]["messages"][3:], lines[long]["completions"][1:]
        lines[long]["verdict"] = {"reward": 0.0, "correct": False, "reason": "context_full"}
        lines[long]["is_truncated"] = True

    forge(tmp_path / "run", fill)
    report = rescore(tmp_path / "run")
    assert report.findings == []
    assert report.result is not None
    assert report.result.scores.reasons["context_full"] == 1
    assert report.result.scores.truncation_rate == pytest.approx(1 / 12)


def test_verdicts_of_an_older_grader_are_regraded_not_refused(folder: Path) -> None:
    forge_file(folder, "run.json", "grader", value="older")
    forge(folder, lambda lines: lines[0]["verdict"].update(correct=not lines[0]["verdict"]["correct"]))
    report = rescore(folder)
    assert report.findings == []
    assert len(report.flips) == 1
    assert "problem 0, sample 0 was judged" in str(report.flips[0])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run.json", b"{", "does not describe a run"),
        ("run.json", b'{"suite": {"slices": []}}', "does not describe a run"),
        ("run.json", b"\xff\xfe", "does not describe a run"),
        ("episodes.jsonl", b"{}\n", r"episodes\.jsonl:1 is not an episode"),
        ("episodes.jsonl", b"\xff\n", r"episodes\.jsonl:1 is not an episode"),
    ],
)
def test_corrupt_files_are_named(folder: Path, name: str, content: bytes, said: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        rescore(folder)


def test_missing_files_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a run folder"):
        rescore(tmp_path / "nothing")
    (folder / "episodes.jsonl").unlink()
    with pytest.raises(DataError, match=r"cannot read .*episodes\.jsonl"):
        rescore(folder)


def test_a_run_of_an_environment_nobody_has_is_refused(folder: Path) -> None:
    whole = json.loads((folder / "run.json").read_bytes())
    whole["suite"]["slices"][0]["env_id"] = "other/Secret-v0"
    (folder / "run.json").write_text(json.dumps(whole))
    with pytest.raises(DataError, match="names problems that do not exist: unknown environment"):
        rescore(folder)


@pytest.mark.parametrize(
    "options", [{"seed": 1}, {"level": 1}, {"split": "train"}, {"self": 1}, {"num_numbers": 4.0}]
)
def test_options_that_are_none_name_no_problems(folder: Path, options: dict[str, Any]) -> None:
    forge_file(folder, "run.json", "suite", "slices", "0", "options", value=options)
    with pytest.raises(DataError, match="names problems that do not exist"):
        rescore(folder)


@pytest.mark.parametrize(
    ("path", "value"),
    [(("suite", "slices", "0", "num_problems"), 10**12), (("protocol", "samples"), 10**15)],
)
def test_a_run_that_claims_a_host_of_episodes_is_refused_before_they_are_counted(
    folder: Path, path: tuple[str, ...], value: int
) -> None:
    forge_file(folder, "run.json", *path, value=value)
    with pytest.raises(DataError, match="and holds 12"):
        rescore(folder)


def test_scores_that_cannot_be_read_are_found(folder: Path) -> None:
    (folder / "scores.json").unlink()
    (folder / "scores.json").mkdir()
    assert kinds(rescore(folder)) == {"typed_score"}

"""Playing a suite: complete, kept as it goes, and the same with and without interruptions."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasongym import registry
from reasongym.core import Verdict
from reasongym.errors import DataError, Unscored
from reasongym.evaluation import Progress, Run, evaluate
from reasongym.evaluation.logs import open_log

Planned = Callable[..., Run]
Halfway = Callable[..., Any]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("env_id", ["Countdown-v0", "CountdownSteps-v0"])
def test_every_problem_is_played_k_times_in_order(
    tmp_path: Path, planned_run: Planned, halfway: Halfway, env_id: str
) -> None:
    report = evaluate(halfway(), planned_run(env_id), tmp_path / "run")
    assert [(one.group, one.member) for one in report.episodes] == [
        (p, s) for p in range(6) for s in range(2)
    ]
    assert report.findings == []
    assert report.result is not None
    assert (report.result.scores.num_problems, report.result.scores.samples) == (6, 2)


@pytest.mark.parametrize("env_id", ["Countdown-v0", "CountdownSteps-v0"])
def test_an_interrupted_run_ends_with_the_bytes_of_an_undisturbed_one(
    tmp_path: Path, planned_run: Planned, halfway: Halfway, env_id: str
) -> None:
    run = planned_run(env_id)
    evaluate(halfway(), run, tmp_path / "whole")
    for stop_after in (0, 1, 5):
        with pytest.raises(KeyboardInterrupt):
            evaluate(halfway(stop_after), run, tmp_path / "parts")
    evaluate(halfway(), run, tmp_path / "parts")
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_a_log_cut_at_any_byte_is_completed_to_the_same_bytes(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    run = planned_run(num_problems=3, samples=1)
    evaluate(halfway(), run, tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    log = whole["episodes.jsonl"]
    for length in {*range(0, len(log), 97), len(log) - 1, len(log)}:
        (tmp_path / "whole" / "episodes.jsonl").write_bytes(log[:length])
        evaluate(halfway(), run, tmp_path / "whole")
        assert contents(tmp_path / "whole") == whole


def test_the_order_of_completion_leaves_no_trace(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    for max_live in (1, 5, 100):
        evaluate(halfway(), planned_run(), tmp_path / str(max_live), max_live=max_live)
    assert contents(tmp_path / "1") == contents(tmp_path / "5") == contents(tmp_path / "100")


def test_another_seed_samples_other_completions(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    one, other = (evaluate(halfway(), planned_run(seed=seed), tmp_path / str(seed)).result for seed in (0, 1))
    assert one is not None
    assert other is not None
    assert one.completions_digest != other.completions_digest


def test_progress_counts_what_was_there_before(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    seen: list[Progress] = []
    with pytest.raises(KeyboardInterrupt):
        evaluate(halfway(6), planned_run(), tmp_path / "run")
    evaluate(halfway(), planned_run(), tmp_path / "run", on_progress=seen.append)
    assert [(now.done, now.total) for now in seen] == [(done, 12) for done in range(7, 13)]


def test_a_finished_run_is_not_played_again(folder: Path, planned_run: Planned, halfway: Halfway) -> None:
    before = contents(folder)
    evaluate(halfway(0), planned_run(), folder)
    assert contents(folder) == before


def test_a_folder_of_another_run_is_refused_by_what_differs(
    folder: Path, planned_run: Planned, halfway: Halfway
) -> None:
    before = contents(folder)
    with pytest.raises(DataError, match=r"protocol\.samples was 2, is 3; seed was 0, is 1"):
        evaluate(halfway(), planned_run(samples=3, seed=1), folder)
    assert contents(folder) == before


def test_a_folder_of_other_files_is_left_alone(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match=r"is not empty and holds no run\.json"):
        evaluate(halfway(), planned_run(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_corrupt_line_is_named_and_nothing_is_lost(
    folder: Path, planned_run: Planned, halfway: Halfway
) -> None:
    log = folder / "episodes.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:4], b'{"row": 3}\n', *lines[4:]]))
    damaged = log.read_bytes()
    with pytest.raises(DataError, match=r"episodes\.jsonl:5 is not an episode"):
        evaluate(halfway(), planned_run(), folder)
    assert log.read_bytes() == damaged


def test_two_processes_do_not_write_to_one_folder(
    folder: Path, planned_run: Planned, halfway: Halfway
) -> None:
    with (
        open_log(folder, planned_run()),
        pytest.raises(DataError, match="another process is writing"),
    ):
        evaluate(halfway(), planned_run(), folder)


def test_a_full_disk_is_told_and_costs_nothing_that_was_finished(
    tmp_path: Path, planned_run: Planned, halfway: Halfway
) -> None:
    run = planned_run()
    evaluate(halfway(), run, tmp_path / "whole")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, limits[1]))
        with pytest.raises(DataError, match=r"cannot write .*episodes\.jsonl: File too large"):
            evaluate(halfway(), run, tmp_path / "full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "full" / "episodes.jsonl").stat().st_size == 3_000
    evaluate(halfway(), run, tmp_path / "full")
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


def test_an_unscored_episode_is_no_wrong_answer_and_is_played_again(
    tmp_path: Path, planned_run: Planned, halfway: Halfway, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned_run()
    env = registry.get("Countdown-v0")
    verify, sick = type(env).verify, run.suite.problems[2].data

    def failing(self: Any, data: Any, text: str) -> Verdict:
        if data == sick:
            raise Unscored("the sandbox died")
        return verify(self, data, text)

    with monkeypatch.context() as patch:
        patch.setattr(type(env), "verify", failing)
        with pytest.raises(Unscored, match="2 of 12 episodes could not be judged"):
            evaluate(halfway(), run, tmp_path / "run")
    assert evaluate(halfway(), run, tmp_path / "run").findings == []

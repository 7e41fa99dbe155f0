"""Folders for the Hugging Face Hub load offline, hold problems without answers, and are never mixed."""

import json
from pathlib import Path
from typing import Any

import pytest

import reasongym
from reasongym import export
from reasongym.core import Row
from reasongym.errors import DataError, UsageError

datasets: Any = pytest.importorskip("datasets")

QUICK = ("reasongym/Countdown-v0", "reasongym/Gcd-v0", "reasongym/Mastermind-v0")
SOURCES = ("MathProblems-v0", "CodeProblems-v0")
"""Environments of files, which a reader brings along."""
IDS = [env_id for env_id in reasongym.specs() if not env_id.endswith(SOURCES)]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def loaded(folder: Path, part: Any, cache: Path) -> Any:
    split = "train" if part.split == "all" else part.split
    return datasets.load_dataset(str(folder), part.config, split=split, cache_dir=str(cache))


def check_folder(env_id: str, tmp_path: Path, num: int) -> None:
    folder = tmp_path / "folder"
    env = reasongym.get(env_id)
    parts = export.write_hub(env_id, folder, num=num)
    assert {part.config for part in parts} == {f"level-{level}" for level in range(len(env.levels))}
    for part in parts:
        problems = loaded(folder, part, tmp_path / "cache")
        assert tuple(problems.column_names) == part.manifest.columns == ("row", "prompt", "messages")
        rows = [Row.from_dict(json.loads(text)) for text in problems["row"]]
        assert rows == list(export.rows(env_id, num=num, level=rows[0].level, split=part.split))
        assert part.manifest.digest == export.digest(rows)
        assert problems["prompt"] == [reasongym.problem(row).prompt for row in rows]
    assert set(env.splits(0)) == {part.split for part in parts if part.config == "level-0"}


@pytest.mark.parametrize("env_id", QUICK)
def test_a_folder_loads_offline_with_the_problems_of_its_rows(env_id: str, tmp_path: Path) -> None:
    check_folder(env_id, tmp_path, 3)


@pytest.mark.slow
@pytest.mark.parametrize("env_id", IDS)
def test_every_environments_folder_loads_offline(env_id: str, tmp_path: Path) -> None:
    check_folder(env_id, tmp_path, 2)


def test_the_reward_that_a_card_shows_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export.write_hub("Gcd-v0", tmp_path / "gcd", num=4, levels=[1])
    card = (tmp_path / "gcd" / "README.md").read_text(encoding="utf-8")
    _, _, behind = card.partition("```python\n")
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    exec(behind.partition("```")[0], told)
    row = Row.from_dict(json.loads(told["problems"][2]["row"]))
    (best,) = reasongym.get("Gcd-v0").oracle(reasongym.problem(row).data)
    assert told["reward"](told["problems"][2]["row"], best) == 1.0


def test_the_same_command_finds_what_is_there_and_another_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    parts = export.write_hub("Countdown-v0", folder, num=3, levels=[0, 1])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert export.write_hub("Countdown-v0", folder, num=3, levels=[0, 1]) == parts
    for num, levels in ((4, [0, 1]), (3, [0]), (3, [0, 1, 2])):
        with pytest.raises(DataError, match="exists and is not this export"):
            export.write_hub("Countdown-v0", folder, num=num, levels=levels)
    with pytest.raises(DataError, match="exists and is not this export"):
        export.write_hub("Countdown-v0", folder, num=3, levels=[0, 1], style="terse")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_interrupted_command_continues_and_shows_nothing_before_it_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "folder"

    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export.write_hub("Countdown-v0", folder, num=3, levels=[0], show=interrupt)
    assert not folder.exists()
    parts = export.write_hub("Countdown-v0", folder, num=3, levels=[0])
    assert parts == export.write_hub("Countdown-v0", tmp_path / "whole", num=3, levels=[0])


@pytest.mark.parametrize("wrong", [{"num": 0}, {"num": 3, "levels": [99]}, {"num": 3, "levels": []}])
def test_what_cannot_be_written_is_told(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export.write_hub("Countdown-v0", tmp_path / "folder", **wrong)
    assert not (tmp_path / "folder").exists()

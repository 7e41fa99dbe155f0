"""Workflows call commands of this repository and no others: whatever they do can be done by hand."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Reasongym, reasongym

yaml: Any = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

__all__ = ["reasongym"]


def steps(path: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(path.read_text())["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def recipes() -> dict[str, str]:
    """Return each target of the Makefile with its recipe."""
    text = (ROOT / "Makefile").read_text()
    found: list[tuple[str, str]] = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)*)", text, re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_only_what_the_repository_has(path: Path) -> None:
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert commands
    for command in commands:
        program, *words = command.split()
        if program == "make":
            assert words[0] in recipes()
        else:
            assert (ROOT / program).is_file()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_says_what_it_may_touch_and_when_it_stops(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"]["contents"] == "read"
    assert all(job["timeout-minutes"] for job in workflow["jobs"].values())


def test_the_published_folder_is_the_one_that_is_built() -> None:
    pages = steps(ROOT / ".github" / "workflows" / "pages.yml")
    (uploaded,) = [step["with"]["path"] for step in pages if "upload-pages-artifact" in step.get("uses", "")]
    assert f"--output {uploaded} " in recipes()["site"]


@pytest.mark.parametrize("target", ["site", "board-verify", "board-baselines"])
def test_targets_of_the_board_call_verbs_that_exist(target: str, reasongym: Reasongym) -> None:
    (verb,) = re.findall(r"reasongym board (\w+)", recipes()[target])
    code, out, _ = reasongym("board", verb, "--help")
    assert (code, f"board {verb}" in out) == (0, True)

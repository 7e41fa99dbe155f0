"""The verb new writes an environment that works, and the next commands it names work too."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import reasongym
from reasongym.cli.new import Names, read, render
from reasongym.errors import UsageError
from tests.cli.conftest import Reasongym
from tests.cli.test_envs import reasongym_cli
from tests.conftest import Plant

ROOT = Path(__file__).parents[2]


def test_what_is_written_passes_every_check_and_the_commands_it_names(tmp_path: Path) -> None:
    path = tmp_path / "coin_sums.py"
    written = reasongym_cli("new", "acme/CoinSums-v0", "--output", str(path))
    assert written.returncode == 0, written.stderr
    commands = re.findall(r"^  PYTHONPATH=(\S+) reasongym (.*)$", written.stdout, re.MULTILINE)
    assert [command.split()[0] for _, command in commands] == ["show", "play", "check"]
    for folder, command in commands:
        done = reasongym_cli(*shlex.split(command), PYTHONPATH=folder)
        assert done.returncode == 0, done.stdout
    assert re.search(r"(\d+) of \1 checks pass\n", done.stdout), done.stdout  # pyright: ignore[reportPossiblyUnboundVariable]


def test_what_is_written_keeps_the_rules_of_this_repository(tmp_path: Path) -> None:
    path = tmp_path / "coins.py"
    path.write_text(render(read("acme/Coins-v0")))
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), str(path)]
        done = subprocess.run(ruff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_any_choice_of_coins_that_adds_up_is_right(plant: Plant) -> None:
    env = plant(render(read("acme/Coins-v0")))
    data = {"coins": [1, 2, 3, 7], "amount": 3}
    for text in ("3", "1 2", "2, 1", "1 + 2", "\\boxed{1 2}", "I take two.\n\n1 2"):
        assert env.verify(data, text).correct, text
    for text in ("1 1 1", "1 2 3", "4", "1 2 = 3 = 3", "3 or 1 2", "", "1 " * 500):
        assert not env.verify(data, text).correct, text


@pytest.mark.parametrize(
    ("env_id", "names"),
    [
        ("acme/Coins-v0", Names("acme/Coins-v0", "Coins", "coins")),
        ("acme/CoinSums-v3", Names("acme/CoinSums-v3", "CoinSums", "coin_sums")),
        ("coinSums", Names("reasongym/CoinSums-v0", "CoinSums", "coin_sums")),
        ("My-Lab/XYZWing2-v1", Names("My-Lab/XYZWing2-v1", "XYZWing2", "xyz_wing2")),
    ],
)
def test_ids_are_read(env_id: str, names: Names) -> None:
    assert read(env_id) == names


@pytest.mark.parametrize(
    "env_id", ["", "acme/", "a b", "acme/Coins-v", "1Coins", "a/b/c", "Countdown-v0", "../x", "é"]
)
def test_ids_that_cannot_be_or_are_taken_are_refused(env_id: str) -> None:
    with pytest.raises(UsageError):
        read(env_id)


def test_no_module_of_python_is_hidden() -> None:
    assert read("acme/Random-v0").module == "random_env"


def test_a_file_that_is_there_is_left_alone(reasongym: Reasongym, tmp_path: Path) -> None:
    path = tmp_path / "coins.py"
    path.write_text("mine\n")
    code, _, said = reasongym("new", "acme/Coins-v0", "--output", path)
    assert (code, path.read_text()) == (2, "mine\n")
    assert "exists; choose another --output" in said


def test_the_template_is_another_game_than_the_documentations(documented_source: str) -> None:
    assert "ascending" in documented_source
    assert "acme/Coins-v0" not in reasongym.specs()

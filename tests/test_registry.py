"""Ids: who registers them, how they are found, and what happens to a broken checkout."""

import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest

import reasongym
from reasongym import registry
from reasongym.core import Row
from reasongym.errors import UnknownName, UsageError
from tests.conftest import Plant


def test_our_namespace_may_be_left_out() -> None:
    assert reasongym.get("Countdown-v0") is reasongym.get("reasongym/Countdown-v0")


@pytest.mark.parametrize("env_id", ["Countdwn-v0", "countdown-v0", "reasongym/Countdown-v9"])
def test_an_unknown_id_suggests_the_nearest(env_id: str) -> None:
    with pytest.raises(UnknownName, match="did you mean 'reasongym/Countdown-v0'"):
        reasongym.get(env_id)


def test_every_id_is_in_gymnasiums_registry_too() -> None:
    assert set(reasongym.specs()) <= set(gymnasium.registry)


def test_make_gives_an_environment_of_its_own() -> None:
    made = reasongym.make("Countdown-v0", level=2, split="eval", style="terse")
    assert made is not reasongym.make("Countdown-v0")
    assert made.reset(seed=0)[1]["row"] == reasongym.get("Countdown-v0").row(
        0, level=2, split="eval", style="terse"
    )


def test_problem_and_replay_find_the_environment_of_a_row() -> None:
    env = reasongym.get("Countdown-v0")
    row = env.row(0)
    assert reasongym.problem(row) == env.problem(row)
    assert reasongym.replay(row, env.oracle(env.problem(row).data)).correct


def test_ids_of_others_keep_their_namespace_and_can_be_forgotten(
    plant: Plant, documented_source: str
) -> None:
    planted = plant(documented_source)
    assert planted.env_id == "acme/Sort-v0"
    assert reasongym.get("acme/Sort-v0") is planted
    registry.unregister("acme/Sort-v0")
    assert "acme/Sort-v0" not in reasongym.specs()
    assert "acme/Sort-v0" not in gymnasium.registry
    registry.register("acme/Sort-v0")(type(planted))


def test_a_parameter_may_not_have_the_name_of_an_option_of_all(plant: Plant, documented_source: str) -> None:
    named = ('family = "sort"', 'family = "sort"\n    parameters = (Option("corpus", "", "words"),)')
    imported = ("import Data, Env", "import Data, Option, Env")
    with pytest.raises(UsageError, match="Sort has a parameter 'corpus', which is an option of every"):
        plant(documented_source, named, imported)


def test_entry_points_of_other_packages_are_loaded(tmp_path: Path, documented_source: str) -> None:
    (tmp_path / "acme_sort.py").write_text(documented_source)
    package = tmp_path / "acme-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[reasongym.envs]\nacme = acme_sort\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import reasongym; print(reasongym.specs())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "acme/Sort-v0" in run.stdout


def test_a_broken_entry_point_of_another_package_leaves_ours_alone(tmp_path: Path) -> None:
    (tmp_path / "acme_broken.py").write_text("1 / 0\n")
    package = tmp_path / "acme-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[reasongym.envs]\nacme = acme_broken\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import reasongym; print(reasongym.specs())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "reasongym/Countdown-v0" in run.stdout
    assert "entry point 'acme_broken' are left out: ZeroDivisionError" in run.stderr


def test_an_id_registered_again_means_the_new_class_everywhere(plant: Plant, documented_source: str) -> None:
    planted = plant(documented_source)
    again = type("Again", (type(planted),), {})
    with pytest.warns(UserWarning, match="Overriding environment"):
        registry.register("acme/Sort-v0")(again)
    assert type(reasongym.get("acme/Sort-v0")) is again
    assert type(gymnasium.make("acme/Sort-v0").unwrapped) is again


def test_ids_are_known_before_their_files_are_imported() -> None:
    code = (
        "import sys, reasongym, gymnasium; ids = reasongym.specs(); "
        "early = [name for name in sys.modules if name.startswith('reasongym.envs.countdown')]; "
        "gymnasium.make('reasongym/Countdown-v0'); "
        "print(len(ids), early, 'reasongym.envs.countdown.single' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split(maxsplit=1) == [str(len(reasongym.specs())), "[] True\n"]


def test_every_environment_of_ours_is_found_in_the_source() -> None:
    """Import every file: what is then registered is what was found by reading."""
    code = (
        "import importlib, pkgutil, reasongym; found = reasongym.specs(trusted=None); "
        "import reasongym.envs as envs; "
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(envs.__path__, 'reasongym.envs.') "
        "if not m.name.endswith('worker')]; "
        "from reasongym import registry; print(found == sorted(registry._classes))"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert run.stdout == "True\n", run.stderr


def test_a_class_of_no_module_is_registered_with_gymnasium_too(plant: Plant, documented_source: str) -> None:
    planted = type(plant(documented_source))
    registry.register("acme/Nowhere-v0")(type("Nowhere", (planted,), {"__module__": None}))
    assert gymnasium.make("acme/Nowhere-v0").reset(seed=0)[0]
    registry.unregister("acme/Nowhere-v0")


def test_a_checkout_without_its_links_is_explained(tmp_path: Path) -> None:
    package = tmp_path / "reasongym"
    package.mkdir()
    for file in Path(reasongym.__file__).parent.glob("*.py"):
        (package / file.name).write_text(file.read_text())
    (package / "envs").write_text("../envs")  # what git writes where it may not make symbolic links
    run = subprocess.run(
        [sys.executable, "-c", "import reasongym"], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode
    assert "has lost its symbolic links" in run.stderr


def test_importing_costs_little_beyond_gymnasium() -> None:
    def cpu_s(module: str) -> float:
        code = f"import time; import {module}; print(time.process_time())"
        runs = (
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(3)
        )
        return min(float(run.stdout) for run in runs)

    assert cpu_s("reasongym") <= 2 * cpu_s(
        "gymnasium"
    )  # seconds are the business of benchmarks/prove_imports.py


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (Row("reasongym/Countdown-v0", 99, "train", 0), "has levels 0 to 7, got 99"),
        (Row("reasongym/Countdown-v0", 1, "all", 0), "has only: train, eval"),
        (Row("reasongym/Countdown-v0", 1, "train", -1), "a seed must be"),
        (Row("reasongym/Countdown-v0", 1, "train", 0, {"stile": "boxed"}), "did you mean 'style'"),
        (Row("Contdown-v0", 1, "train", 0), "did you mean"),
    ],
)
def test_a_row_that_cannot_be_is_refused(row: Row, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        registry.problem(row)
    with pytest.raises(UsageError, match=complaint):
        registry.replay(row, ["1 + 1"])

"""The verbs `export verifiers`, `export lm-eval` and `export lighteval`, as they are typed."""

from pathlib import Path

import pytest

from tests.cli.conftest import Reasongym


def test_the_package_of_verifiers_is_written(reasongym: Reasongym, tmp_path: Path) -> None:
    code, out, _ = reasongym("export", "verifiers", "--output", tmp_path / "vf")
    assert (code, out) == (0, f"the taskset reasongym-vf is in {tmp_path}/vf: pip install -e {tmp_path}/vf\n")
    assert {path.name for path in (tmp_path / "vf").rglob("*") if path.is_file()} == {
        "pyproject.toml",
        "README.md",
        "__init__.py",
    }


def test_a_suite_is_written_for_each_evaluator(reasongym: Reasongym, tmp_path: Path) -> None:
    asked = ("Gcd-v0", "--level", "0", "--num-problems", "3")
    code, out, _ = reasongym("export", "lm-eval", *asked, "--output", tmp_path / "tasks" / "gcd.yaml")
    assert (code, out.split(" in ")[0]) == (0, "3 problems")
    assert "task: reasongym_gcd_v0_level_0" in (tmp_path / "tasks" / "gcd.yaml").read_text()
    code, out, _ = reasongym("export", "lighteval", *asked, "--output", tmp_path / "gcd")
    assert (code, out.split()[-1]) == (0, "reasongym_gcd_v0_level_0_all_split|0")
    assert (tmp_path / "gcd" / "tasks.py").is_file()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("lm-eval",), "got neither"),
        (("lm-eval", "Gcd-v0", "--suite", "math500"), "got both"),
        (("lighteval", "Sokoban-v0"), "several turns"),
        (("lm-eval", "Gcd-v0", "--template", "r1"), "system message"),
    ],
)
def test_what_does_not_fit_is_refused(reasongym: Reasongym, args: tuple[str, ...], told: str) -> None:
    code, _, err = reasongym("export", *args)
    assert code == 2
    assert told in err


@pytest.mark.parametrize("kind", ["verifiers", "lm-eval", "lighteval"])
def test_a_folder_that_cannot_be_made_is_told(reasongym: Reasongym, tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("")
    asked = () if kind == "verifiers" else ("Gcd-v0", "--num-problems", "1")
    code, _, err = reasongym("export", kind, *asked, "--output", tmp_path / "file" / "tasks" / "one")
    assert (code, "cannot write in" in err) == (2, True)

"""What is published: the wheel holds the package whole and alone, whichever way it is built."""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]

LIST_IDS = "import reasongym; print(reasongym.__file__); print(reasongym.specs())"


def build(run: Run, source: Path, kind: str, out: Path) -> Path:
    built = run(source, [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(out)])
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.iterdir()
    return path


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources(root: Path) -> set[str]:
    """Name every file of the package as the wheel should: code, tables, recipes, templates."""
    rooms = [path for room in ("envs", "agents", "sandbox") for path in (root / room).rglob("*")]
    names = {f"reasongym/{path.relative_to(root)}" for path in rooms if path.is_file()}
    return names | {str(path.relative_to(root)) for path in (root / "reasongym").rglob("*") if path.is_file()}


def test_the_wheel_is_the_same_built_from_the_tree_and_through_an_sdist(
    tree: Path, tmp_path: Path, run: Run, python: Run
) -> None:
    direct = build(run, tree, "wheel", tmp_path / "direct")
    sdist = build(run, tree, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    through = build(run, unpacked, "wheel", tmp_path / "through")

    assert contents(direct) == contents(through)
    names = set(contents(direct))
    assert sources(tree) <= names
    assert any(name.startswith("reasongym/envs/") for name in names)
    outside = {name for name in names if not name.startswith(("reasongym/", "reasongym-"))}
    assert outside == set()

    site = tmp_path / "site"
    with zipfile.ZipFile(through) as archive:
        archive.extractall(site)
    there, here = (python(directory, LIST_IDS) for directory in (site, tree))
    assert there.returncode == 0, there.stderr
    assert there.stdout.splitlines()[0] == str(site / "reasongym" / "__init__.py")
    assert there.stdout.splitlines()[1] == here.stdout.splitlines()[1] != "[]"


def test_a_checkout_without_symlinks_says_so_in_one_sentence(tree: Path, python: Run) -> None:
    for room in ("envs", "agents", "sandbox"):
        link = tree / "reasongym" / room
        target = link.readlink()
        link.unlink()
        link.write_text(str(target))  # what git writes with core.symlinks=false
    imported = python(tree, "import reasongym")
    assert imported.returncode != 0
    said = imported.stderr.splitlines()[-1]
    assert "ImportError: " in said
    assert "symlink" in said


def test_the_rooms_are_no_packages_of_their_own(root: Path) -> None:
    assert [room for room in ("envs", "agents", "sandbox") if (root / room / "__init__.py").exists()] == []

"""Tracked text speaks to readers anywhere: it names no machine it was built on."""

import re
import subprocess
from pathlib import Path

import pytest

BUILD_MACHINE = re.compile(r"/(?:work|farm)/|pypi\.org|pythonhoste[d]|deb\.debian|registry\.npmjs")


def test_no_tracked_line_names_a_build_machine_or_a_registry_host(root: Path) -> None:
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    files = [root / name for name in listed.stdout.split("\0") if name and not name.endswith(".svg")]
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()[:80]}"
        for path in files
        if path.is_file() and not path.is_symlink()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if BUILD_MACHINE.search(line)
    ]
    assert found == []

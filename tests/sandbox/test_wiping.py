"""A folder is emptied whatever a program left there."""

import os
import stat
from pathlib import Path

from reasongym.sandbox.inside.wiping import wipe


def test_deep_trees_links_and_locked_folders_go(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "file").write_text("x")
    os.mkfifo(folder / "fifo")
    (folder / "locked" / "in").mkdir(parents=True)
    (folder / "locked" / "in" / "file").write_text("x")
    (folder / "locked").chmod(0)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1_500):  # deeper than a path may be long, and than files may be open
        os.mkdir("deep", dir_fd=here)
        deeper = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    wipe(str(folder), 0o700)
    assert os.listdir(folder) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (outside / "kept").read_text() == "kept"


def test_many_files_go(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / str(number)).touch()
    wipe(str(tmp_path), 0o755)
    assert os.listdir(tmp_path) == []

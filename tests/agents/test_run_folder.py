import io
import os
import zipfile
from hashlib import blake2b
from pathlib import Path

import pytest
import torch

from reasongym.agents.run_folder import DIGEST_BYTES, RunFolder
from reasongym.errors import DataError, UsageError


def _folder(path: Path) -> RunFolder:
    folder = RunFolder(path)
    folder.open("seed = 1\n")
    return folder


def test_restoring_cuts_the_logs_back_to_the_checkpoint(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.append_json("metrics.jsonl", {"step": 1})
    kept = (tmp_path / "metrics.jsonl").read_bytes()
    folder.save(1, {"weights": torch.arange(3)})
    folder.append_json("metrics.jsonl", {"step": 2})
    folder.append("episodes.jsonl", b"half a li")
    folder.append("timing.jsonl", b"{}\n")
    restored = _folder(tmp_path).restore()
    assert restored is not None
    assert restored[0] == 1
    assert torch.equal(restored[1]["weights"], torch.arange(3))
    assert (tmp_path / "metrics.jsonl").read_bytes() == kept
    assert (tmp_path / "episodes.jsonl").read_bytes() == b""
    assert (tmp_path / "timing.jsonl").read_bytes() == b"{}\n"


def test_a_run_killed_before_its_first_checkpoint_starts_with_empty_logs(tmp_path: Path) -> None:
    _folder(tmp_path).append_json("metrics.jsonl", {"step": 1})
    assert _folder(tmp_path).restore() is None
    assert (tmp_path / "metrics.jsonl").read_bytes() == b""


def test_two_processes_may_not_run_in_one_folder(tmp_path: Path) -> None:
    folder, other = _folder(tmp_path), _folder(tmp_path)
    with folder.alone(), pytest.raises(DataError, match=r"another process is running in .*wait for it"):
        other.alone().__enter__()
    with other.alone():
        pass


def test_another_config_may_not_continue_a_run(tmp_path: Path) -> None:
    _folder(tmp_path)
    with pytest.raises(UsageError, match="holds a run of another config"):
        RunFolder(tmp_path).open("seed = 2\n")


def test_a_run_may_continue_on_another_device_and_says_which(tmp_path: Path) -> None:
    first, second = (f'[model]\npath = "m"\ndevice = "{device}"\n' for device in ("cuda:1", "cpu"))
    RunFolder(tmp_path).open(first)
    RunFolder(tmp_path).open(second)
    assert (tmp_path / "config.toml").read_text() == second
    with pytest.raises(UsageError, match="holds a run of another config"):
        RunFolder(tmp_path).open(second.replace('"m"', '"n"'))


def test_a_checkpoint_of_a_gpu_is_read_where_there_is_none(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.save(1, {"weights": torch.arange(3.0)})
    (path,) = folder.checkpoints.iterdir()
    content = _moved(path.read_bytes()[DIGEST_BYTES:], b"cpu", b"cuda:1")
    path.write_bytes(blake2b(content, digest_size=DIGEST_BYTES).digest() + content)
    if torch.cuda.device_count() < 2:
        with pytest.raises(RuntimeError, match="CUDA"):
            torch.load(io.BytesIO(content), weights_only=True)
    restored = folder.restore()
    assert restored is not None
    assert restored[1]["weights"].device.type == "cpu"
    assert torch.equal(restored[1]["weights"], torch.arange(3.0))


def _moved(content: bytes, old: bytes, new: bytes) -> bytes:
    """Say in what `torch.save` wrote that every tensor was on another device."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            if entry.filename.endswith("/data.pkl"):
                before_it, after_it = (b"X" + len(name).to_bytes(4, "little") + name for name in (old, new))
                assert before_it in data
                data = data.replace(before_it, after_it)
            after.writestr(entry, data)
    return written.getvalue()


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_corrupt_checkpoint_is_named_and_the_one_before_it_still_serves(
    tmp_path: Path, damage: str
) -> None:
    folder = _folder(tmp_path)
    for step in (1, 2, 3):
        folder.save(step, {"weights": torch.full((100,), step)})
    last = tmp_path / "checkpoints" / "step-0000003.pt"
    content = last.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    last.write_bytes({"cut": content[:middle], "flipped": flipped, "emptied": b""}[damage])
    with pytest.raises(DataError, match=r"step-0000003\.pt is corrupt .*delete that file"):
        folder.restore()
    last.unlink()
    restored = folder.restore()
    assert restored is not None
    assert restored[0] == 2


def test_only_the_last_two_checkpoints_are_kept(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    for step in range(5):
        folder.save(step, {})
    assert sorted(os.listdir(folder.checkpoints)) == ["step-0000003.pt", "step-0000004.pt"]


def test_a_log_shorter_than_its_checkpoint_knew_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    folder.append_json("metrics.jsonl", {"step": 1})
    folder.save(1, {})
    (tmp_path / "metrics.jsonl").write_bytes(b"")
    with pytest.raises(DataError, match="was cut or edited"):
        folder.restore()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot write the run folder"):
        _folder(tmp_path / "file" / "run")


def test_a_full_disk_says_what_to_do() -> None:
    folder = RunFolder(Path("/dev"))
    with pytest.raises(DataError, match="free some space"):
        folder.append("full", b"x" * 10_000)

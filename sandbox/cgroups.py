"""Control groups where this process may make them: a hard limit on a jail's memory and processes.

Both hierarchies are tried, v1 with a folder a controller and v2 with one for all. Without them the zygote's
own watch stops jobs, a moment later.
"""

import itertools
import os
import time
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "reasongym-jail-"
_NUMBERS = itertools.count()
_V1 = {
    "memory": {"memory.limit_in_bytes": "bytes", "memory.memsw.limit_in_bytes": "bytes"},
    "pids": {"pids.max": "pids"},
}
_V2 = {"memory.max": "bytes", "memory.swap.max": "none", "pids.max": "pids"}
_PATIENCE_S = 1.0


class Cgroup:
    """The groups of one jail, one a hierarchy; empty where none can be made."""

    def __init__(self, memory_bytes: int, num_processes: int) -> None:
        wanted = {"bytes": str(memory_bytes), "pids": str(num_processes), "none": "0"}
        name = f"{_PREFIX}{os.getpid()}-{next(_NUMBERS)}"
        self._folders: list[Path] = []
        self.limits_memory = False
        for parent, files in _hierarchies():
            folder = parent / name
            if self._made(folder, {file: wanted[what] for file, what in files.items()}):
                self._folders.append(folder)
                self.limits_memory |= any(file.startswith("memory.") for file in files)

    def _made(self, folder: Path, files: dict[str, str]) -> bool:
        try:
            folder.mkdir()
            for file, value in files.items():
                if (folder / file).exists():  # swap is not accounted everywhere
                    (folder / file).write_text(value)
            return os.access(folder / "cgroup.procs", os.W_OK) and any(
                (folder / file).exists() for file in files
            )
        except OSError:
            with suppress(OSError):
                folder.rmdir()
            return False

    @property
    def folders(self) -> list[str]:
        """Where the groups are."""
        return [str(folder) for folder in self._folders]

    def add(self, pid: int) -> None:
        """Put a process into the groups; what it forks comes along."""
        for folder in self._folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Remove the groups once their processes are gone."""
        deadline = time.monotonic() + _PATIENCE_S
        for folder in self._folders:
            while not _removed(folder) and time.monotonic() < deadline:
                time.sleep(0.01)
        self._folders.clear()


def remove_stale() -> None:
    """Remove the groups of supervisors that were killed."""
    for parent, _ in _hierarchies():
        for folder in parent.glob(f"{_PREFIX}*"):
            pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
            if not Path("/proc", pid).exists():
                _removed(folder)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _hierarchies() -> list[tuple[Path, dict[str, str]]]:
    """List where groups go, with the files that set their limits."""
    found = [(_ROOT / name, files) for name, files in _V1.items() if (_ROOT / name / "cgroup.procs").exists()]
    for root in (_ROOT, _ROOT / "unified"):
        with suppress(OSError):
            controllers = (root / "cgroup.controllers").read_text().split()
            if "memory" in controllers:
                found.append((root, _V2))
    return found

"""What the battery watches: secrets that must not come out, and what must not change or be left behind."""

import json
import os
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.sandbox.battery.settings import ROOT

_PATIENCE_S = 3.0
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
_FOLDERS = ("/tmp", "/dev/shm", "/var/tmp")
_CODE = str(ROOT)
_YOUNG_S = 2.0


def token() -> str:
    """Make a value that nobody guesses."""
    return f"token-{secrets.token_hex(8)}"


class World:
    """Secrets, listeners, a process and a file of the caller's, while it is entered."""

    def __init__(self) -> None:
        self._exits = ExitStack()
        self._processes = _Processes()
        self.contacts: list[str] = []
        self.in_environment, self.in_file, self.in_home = token(), token(), token()

    @property
    def secrets(self) -> list[str]:
        """What no program may print."""
        return [self.in_environment, self.in_file, self.in_home]

    def __enter__(self) -> Self:
        self._folder = Path(self._exits.enter_context(tempfile.TemporaryDirectory(prefix="battery-")))
        self._folder.chmod(0o755)  # the walls must hold it, and not the modes of files
        home = self._folder / "home" / ".ssh" / self.in_home
        home.mkdir(parents=True)
        (self._folder / "secret").write_text(self.in_file)
        self._victim_file = self._folder / "victim"
        self._victim_file.write_text("untouched")
        os.environ["BATTERY_SECRET"] = self.in_environment
        self._listen()
        self._victim = self._exits.enter_context(subprocess.Popen(["sleep", "100000"]))
        self._exits.callback(self._victim.kill)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.environ.pop("BATTERY_SECRET", None)
        self._exits.close()

    def places(self) -> dict[str, str]:
        """Return what hostile programs are told of the world."""
        return {
            "SECRET_FILE": str(self._folder / "secret"),
            "SECRET_FOLDER": str(self._folder),
            "VICTIM_FILE": str(self._victim_file),
            "HOME": str(self._folder / "home"),
            "CHECKOUT": str(ROOT),
            "PORT": str(self._port),
            "ABSTRACT": self._abstract,
            "SOCKET": str(self._folder / "socket"),
            "VICTIM": str(self._victim.pid),
            "TRAINER": str(os.getpid()),
        }

    # -- listeners ------------------------------------------------------------------------------------

    def _listen(self) -> None:
        stream, datagrams = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stream.bind(("127.0.0.1", 0))
        self._port = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", self._port))
        self._abstract = f"battery-{secrets.token_hex(6)}"
        abstract, abstract_datagrams, path = (
            socket.socket(socket.AF_UNIX, kind)
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_DGRAM)
        )
        abstract.bind(f"\0{self._abstract}")
        abstract_datagrams.bind(f"\0{self._abstract}-datagrams")
        path.bind(str(self._folder / "socket"))
        os.chmod(self._folder / "socket", 0o777)
        for sock in (stream, abstract):
            sock.listen()
        for sock in (stream, datagrams, abstract, abstract_datagrams, path):
            self._exits.callback(sock.close)
            threading.Thread(target=self._hear, args=(sock,), daemon=True).start()

    def _hear(self, sock: socket.socket) -> None:
        is_stream = sock.type == socket.SOCK_STREAM
        with suppress(OSError):  # closed at the end
            while True:
                if is_stream:
                    sock.accept()[0].close()
                elif not sock.recv(100):
                    return
                self.contacts.append(str(sock.getsockname()))

    # -- what must stay as it is ----------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Describe what no program may change."""
        files = (self._victim_file, Path(sys.executable).resolve(), Path(os.__file__), self._folder)
        return {
            "files": {str(path): _described(path) for path in files},
            "content": self._victim_file.read_text(),
            "trainer": _process(os.getpid()),
            "victim": _process(self._victim.pid),
            "contacts": list(self.contacts),
        }

    def traces(self) -> dict[str, Any]:
        """Count what programs could leave behind."""
        processes = self._processes.now()
        family = _family(processes, os.getpid())
        return {
            "processes": len(family),
            "orphans": sorted(_orphans(processes, family)),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "mounts": sum(_is_of_jails(line) for line in _text("/proc/self/mountinfo").splitlines()),
            "groups": len(list(Path("/sys/fs/cgroup").glob(f"*/reasongym-jail-{os.getpid()}-*"))),
            "folders": sorted(_ownerless({str(one.config.get("folder")) for one in processes.values()})),
            "files": sorted(str(path) for folder in _FOLDERS for path in Path(folder).glob("*breach*")),
            "system v": {kind: _num_lines(f"/proc/sysvipc/{kind}") for kind in ("shm", "sem", "msg")},
            "abstract": _text("/proc/net/unix").count("@breach"),
        }

    def left(self, before: dict[str, Any]) -> dict[str, str]:
        """Say how the traces differ from those before, once what ends has ended."""
        deadline = time.monotonic() + _PATIENCE_S
        while (after := self.traces()) != before and time.monotonic() < deadline:
            time.sleep(0.05)
        return different(before, after)


def jail_processes(owner: int, *, jobs_too: bool = False) -> set[int]:
    """Return the processes that the jails of a process consist of, without or with the jobs in them."""
    processes = _Processes().now()
    of_jails = {pid for pid in _family(processes, owner) if processes[pid].config}
    if jobs_too:
        return of_jails
    heads = {pid for pid in of_jails if processes[pid].parent == owner}
    has_namespaces = {pid for pid in heads if not processes[pid].config.get("folder")}
    return heads | {pid for pid in of_jails if processes[pid].parent in has_namespaces}


def jail_folders(owner: int) -> set[Path]:
    """Return the working folders of a process's jails that have no mounts of their own."""
    processes = _Processes().now()
    folders = {str(processes[pid].config.get("folder", "")) for pid in _family(processes, owner)}
    return {Path(folder) for folder in folders if folder}


def different(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Name the entries that changed, with both values."""
    return {key: f"{before[key]} -> {after[key]}" for key in before if before[key] != after[key]}


def _described(path: Path) -> tuple[Any, ...]:
    found = path.stat()
    times = () if path.is_dir() else (found.st_mtime_ns, found.st_size)
    return (found.st_mode, found.st_uid, found.st_gid, found.st_nlink, *times, *os.listxattr(path))


def _process(pid: int) -> Any:
    try:
        limits = [resource.prlimit(pid, kind) for kind in _LIMITS]
        return (limits, os.getpriority(os.PRIO_PROCESS, pid), sorted(os.sched_getaffinity(pid)))
    except OSError as error:
        return f"gone: {error}"


class _Process(NamedTuple):
    parent: int
    user: int
    config: dict[str, Any]
    """Of the zygote that it is, or that forked it; empty for others."""


class _Processes:
    """The processes of the machine; what they are is read once."""

    def __init__(self) -> None:
        self._configs: dict[tuple[int, str], dict[str, Any]] = {}

    def now(self) -> dict[int, _Process]:
        """Describe them, zombies left out."""
        found: dict[int, _Process] = {}
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
            if fields and fields[0] != "Z":
                with suppress(OSError):
                    user = os.stat(f"/proc/{pid}").st_uid
                    found[pid] = _Process(int(fields[1]), user, self._config(pid, fields[19]))
        return found

    def _config(self, pid: int, started: str) -> dict[str, Any]:
        if (pid, started) not in self._configs:
            found = _config(_text(f"/proc/{pid}/cmdline"))
            if not found and self._is_young(pid):
                return {}  # it may not have become what it will be
            self._configs[pid, started] = found
        return self._configs[pid, started]

    def _is_young(self, pid: int) -> bool:
        with suppress(OSError):
            return time.time() - os.stat(f"/proc/{pid}").st_ctime < _YOUNG_S
        return True


def _family(processes: dict[int, _Process], ancestor: int) -> set[int]:
    found = {ancestor}
    while more := {pid for pid, one in processes.items() if one.parent in found} - found:
        found |= more
    return found - {ancestor}


def _config(command: str) -> dict[str, Any]:
    if "inside.zygote" in command:
        with suppress(ValueError):
            return json.loads(command.rstrip("\0").rpartition("\0")[2])
    return {}


def _orphans(processes: dict[int, _Process], family: set[int]) -> Iterator[int]:
    """Yield processes of our jails that nobody of ours is the parent of."""
    users = {processes[pid].config.get("user") for pid in family} - {-1, None}
    for pid, one in processes.items():
        is_of_jails = one.user in users or str(one.config.get("code")).startswith(_CODE)
        if is_of_jails and one.parent == 1 and pid not in family:
            yield pid


def _ownerless(used: set[str]) -> Iterator[str]:
    """Yield working folders of ours that no zygote on the machine has."""
    for folder in _FOLDERS:
        for path in Path(folder).glob("reasongym-job-*"):
            with suppress(OSError):
                if path.stat().st_uid == os.getuid() and str(path) not in used:
                    yield str(path)


def _is_of_jails(mount: str) -> bool:
    """Whether a mount lies where jails mount something; others come and go on a machine."""
    point = mount.split()[4]
    return point in ("/tmp", "/dev/shm", "/proc", "/usr", "/bin", "/lib") or "reasongym" in point


def _num_lines(path: str) -> int:
    return len(_text(path).splitlines())


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

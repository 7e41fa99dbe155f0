"""Docker engines for tests: the machine's, and engines of a test's own that it may kill."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest

from reasongym.sandbox.containers import Client
from reasongym.sandbox.engine import Engine
from reasongym.sandbox.jails import JailLost

_START_S = 120.0


def require_engine() -> None:
    """Skip the test where no engine answers, with what it said; in CI, which starts one, fail."""
    try:
        Engine(patience_s=0.0).call(lambda client: client.ping())
    except JailLost as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Docker engine ({error}); .ci/engine starts one")


class OwnEngine:
    """An engine with folders of its own, beside the machine's."""

    def __init__(self, folder: Path) -> None:
        self.host = f"unix://{folder}/socket"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.tcp_host = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        folders = [f"--{name}={self._folder}/{name}" for name in ("data-root", "exec-root", "pidfile")]
        quiet = ["--bridge=none", "--iptables=false", "--ip6tables=false"]
        hosts = [f"--host={self.host}", f"--host={self.tcp_host}", "--tls=false"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(["dockerd", *folders, *quiet, *hosts], stdout=log, stderr=log)
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text()[-2000:])
            time.sleep(0.1)

    def _answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(f"{self._folder}/socket")
            with suppress(docker.errors.DockerException), closing(self.client()) as client:
                return client.ping()
        return False

    def client(self) -> Client:
        """Connect to it; the caller closes the connection."""
        return docker.APIClient(self.host, timeout=120)

    def containers(self) -> list[str]:
        """List the ids of all containers."""
        with closing(self.client()) as client:
            found: list[dict[str, str]] = client.containers(all=True)
            return [one["Id"] for one in found]

    def zygotes(self) -> list[int]:
        """List the first processes of all containers that run."""
        found: list[int] = []
        with closing(self.client()) as client:
            for one in self.containers():
                with suppress(docker.errors.NotFound):  # it has just ended
                    seen: dict[str, Any] = client.inspect_container(one)
                    found.append(seen["State"]["Pid"])
        return [pid for pid in found if pid]

    def remove_containers(self) -> None:
        """Remove all containers, whatever they do."""
        with closing(self.client()) as client:
            for one in self.containers():
                with suppress(docker.errors.APIError):  # it is about to be removed anyway
                    client.remove_container(one, force=True)

    def kill(self) -> None:
        """Kill the engine, and leave its containers to themselves."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._kill_keeper()

    def _kill_keeper(self) -> None:
        """Kill the containerd that the engine keeps: the next engine would rely on one that is not reaped."""
        recorded = self._folder / "exec-root/containerd/containerd.pid"
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(recorded.read_text()), signal.SIGKILL)
        recorded.unlink(missing_ok=True)

    def end(self) -> None:
        """End it with everything in it."""
        if self._process is not None and self._process.poll() is None:
            self.remove_containers()
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_START_S)
        subprocess.run(["umount", "--recursive", "--quiet", str(self._folder)], check=False)
        for mounted in Path("/proc/self/mounts").read_text().splitlines():
            if (where := mounted.split()[1]).startswith(str(self._folder)):
                subprocess.run(["umount", "--lazy", where], check=False)


def require_dockerd() -> None:
    """Skip the test where no engine can be started; in CI fail."""
    if os.geteuid() or not shutil.which("dockerd"):
        if os.environ.get("CI"):
            raise RuntimeError("CI needs dockerd and root, which .ci/engine sees to")
        pytest.skip("only root can start an engine, where dockerd is installed")


@contextmanager
def own_engine() -> Generator[OwnEngine]:
    """Start an engine that may be killed, and end it with everything in it."""
    with tempfile.TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as folder:
        engine = OwnEngine(Path(folder))
        try:
            engine.start()
            yield engine
        finally:
            with suppress(subprocess.TimeoutExpired):
                engine.end()

"""vLLM beside the developer's environment: its interpreter, and a server to start and kill."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = Path(os.environ.get("REASONGYM_VLLM_PYTHON") or ROOT / ".venv-vllm" / "bin" / "python")
"""The interpreter that `make vllm` installs vLLM for; the variable names another one."""
SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # pinned to one core, vLLM would wait for whatever runs there
    "VLLM_NO_USAGE_STATS": "1",
}
PATIENCE_S = 1200.0


@dataclass(slots=True)
class Server:
    """A vLLM server of one model, on a port that stays the same over its starts."""

    model: Path
    name: str
    context: int
    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What `--policy` takes."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        flags = ["--model", self.model, "--served-model-name", self.name, "--max-model-len", self.context]
        flags += ["--dtype", "float32", "--enforce-eager", "--host", "127.0.0.1", "--port", self.port]
        # Not the program `vllm`: the CPU build's distribution has another name than the one it looks for.
        command = [PYTHON, "-m", "vllm.entrypoints.openai.api_server", *flags]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(map(str, command)),
                env=os.environ | SETTINGS,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"vLLM's server does not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.5)

    def kill(self) -> None:
        """Kill the server and the processes it has started."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/models", timeout=5):
                return True
        except (urllib.error.URLError, OSError):  # not yet
            return False


@contextmanager
def server(model: Path, *, name: str, context: int, log: Path) -> Generator[Server]:
    """Serve a model directory until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    served = Server(model, name, context, log, port)
    try:
        served.start()
        yield served
    finally:
        served.kill()

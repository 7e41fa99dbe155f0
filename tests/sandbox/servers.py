"""Sandbox servers for tests, each in a process of its own."""

import os
import re
import signal
import subprocess
import sys

from reasongym.sandbox.remote import RemoteSandbox

TOKEN = "a token of the tests"
_STOP_S = 120


class Server:
    """`reasongym serve sandbox` in a process of its own."""

    def __init__(self, *flags: str, port: int = 0) -> None:
        self.flags = flags
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command_line = [sys.executable, "-m", "reasongym", "serve", "sandbox", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command_line, "--token-env", "JUDGE_TOKEN", *self.flags],
            env={**os.environ, "JUDGE_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)$", told.strip())
        assert found, told
        self.port = int(found[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sandbox(self, patience_s: float = 60.0) -> RemoteSandbox:
        return RemoteSandbox(self.url, token=TOKEN, patience_s=patience_s)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(120)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

"""A real HTTP server on this machine that speaks OpenAI's protocol, well or badly, as a test says."""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
MODEL = "test/small"


@dataclass(frozen=True)
class Trouble:
    """What happens in place of a completion."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    hang_s: float = 0.0
    """Before anything is sent."""
    is_cut: bool = False
    """The connection closes halfway through the body."""


def error(status: int, message: str, **headers: str) -> Trouble:
    body = json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode()
    return Trouble(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


class OpenAIServer:
    """What the server does and what it was asked; `trouble` decides by the number of the request."""

    def __init__(self, complete: Callable[[Json], Json], trouble: Callable[[int], Trouble | None]) -> None:
        self.complete = complete
        self.trouble = trouble
        self.models: list[Json] | None = [{"id": MODEL, "object": "model", "owned_by": "somebody"}]
        """None where the server lists none."""
        self.key = ""
        self.asked: list[Json] = []
        self.begun_s: list[float] = []
        self.num_answered = 0
        self.most_at_once = 0
        self.url = ""
        self._lock = threading.Lock()
        self._at_once = 0

    def answer(self, path: str, body: Json, key: str) -> Trouble:
        """Return what is sent for a request; a good answer is a trouble of status 200."""
        if self.key and key != f"Bearer {self.key}":
            return error(401, f"Incorrect API key provided: {key.removeprefix('Bearer ')}")
        with self._lock:
            self.asked.append({"path": path} | body)
            self.begun_s.append(time.monotonic())
            number = len(self.asked) - 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            trouble = self.trouble(number)
            if trouble is not None:
                time.sleep(trouble.hang_s)
                return trouble
            if self.models is not None and body["model"] not in [one["id"] for one in self.models]:
                return error(404, f"The model `{body['model']}` does not exist.")
            return Trouble(body=json.dumps(self.complete({"path": path} | body)).encode())
        finally:
            with self._lock:
                self._at_once -= 1

    def listed(self, path: str) -> Trouble:
        if path == "/version":
            return Trouble(body=b'{"version": "9.9.9"}')
        if path == "/v1/models" and self.models is not None:
            return Trouble(body=json.dumps({"object": "list", "data": self.models}).encode())
        return error(404, "not found")


@contextmanager
def serving(
    complete: Callable[[Json], Json] = lambda body: said(text_of(body)),
    trouble: Callable[[int], Trouble | None] = lambda number: None,
) -> Generator[OpenAIServer]:
    """Serve until the block ends."""
    scripted = OpenAIServer(complete, trouble)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(scripted.listed(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.removeprefix("/v1")
            self._send(scripted.answer(path, body, self.headers.get("Authorization", "")))

        def _send(self, told: Trouble) -> None:
            try:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body[: len(told.body) // 2] if told.is_cut else told.body)
                self.close_connection = told.is_cut
                scripted.num_answered += 1
            except OSError:  # the other side has gone: it was killed, or it gave up
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        scripted.url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield scripted
        finally:
            server.shutdown()


def text_of(body: Json) -> str:
    """Make a text that depends on the prompt and the seed and on nothing else."""
    asked = json.dumps([body.get("messages"), body.get("prompt")])
    return f"I say \\boxed{{{sum(asked.encode()) % 97 + body['seed'] % 5}}}"


def said(text: str | None, finish: str = "stop", **message: Any) -> Json:
    """Return an answer of `/chat/completions`."""
    content = {"role": "assistant", "content": text} | message
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": content, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def written(text: str, ids: list[int], finish: str = "stop") -> Json:
    """Return an answer of `/completions`."""
    return {
        "object": "text_completion",
        "choices": [{"index": 0, "text": text, "finish_reason": finish, "token_ids": ids}],
        "usage": {"prompt_tokens": 10, "completion_tokens": len(ids)},
    }

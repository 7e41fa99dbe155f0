"""Putting an application on the network."""

import signal
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from reasongym.errors import UsageError

_BACKLOG = 1024
_LOOK_S = 0.01
_GRACE_S = 30
"""For what is under way when the server is stopped."""


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address; raises UsageError where that cannot be done."""
    if not 0 <= port < 1 << 16:
        raise UsageError(f"a port is between 0 and 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise UsageError(f"nothing can listen at port {port} of {host}: {error.strerror}") from error
    # Connections inherit it. asyncio sets it for sockets whose protocol is named, which it is not here, and
    # without it the body of an answer waits 40 ms for the client to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve_until_stopped(app: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM; what is under way is finished."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=_GRACE_S
    )
    server = uvicorn.Server(config)
    with _obeying(server):
        server.run(sockets=[listener])


@contextmanager
def serving(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
    """Answer requests in a thread as long as this lasts, and give the URL; raises UsageError."""
    with listen(host, port) as listener:
        config = uvicorn.Config(app, log_level="critical", lifespan="on", timeout_graceful_shutdown=_GRACE_S)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            if not thread.is_alive():
                raise UsageError("the application did not start")
            time.sleep(_LOOK_S)
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _obeying(server: uvicorn.Server) -> Generator[None]:
    """Let the server take signals that come before it listens for them, and that it raises at its end."""
    before = {kind: signal.signal(kind, server.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)

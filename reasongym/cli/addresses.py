"""Where a server listens, and who may ask it."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from socket import socket
from typing import NamedTuple

from reasongym.errors import UsageError

_LOCAL = ("127.0.0.1", "::1", "localhost")


class Address(NamedTuple):
    """A place to listen at, and the token that requests must bring there."""

    host: str
    port: int
    token: str

    @property
    def is_local(self) -> bool:
        """Whether programs of this machine alone can reach it."""
        return self.host in _LOCAL

    @contextmanager
    def listening(self) -> Generator[tuple[socket, str]]:
        """Listen, and name the URL; raises UsageError where that cannot be done."""
        from reasongym.web.listening import listen

        with listen(self.host, self.port) as listener:
            host = f"[{self.host}]" if ":" in self.host else self.host
            yield listener, f"http://{host}:{listener.getsockname()[1]}"


def address(host: str, port: int, token_env: str, otherwise: str) -> Address:
    """Read an address; at any but this machine's own it needs a token, for else anybody `otherwise`."""
    found = Address(host, port, _token(token_env))
    if not found.is_local and not found.token:
        raise UsageError(
            f"at {host} anybody could {otherwise}: name a token's variable by --token-env, or "
            "listen at 127.0.0.1"
        )
    return found


def _token(variable: str) -> str:
    if not variable:
        return ""
    token = os.environ.get(variable, "")
    if not token:
        raise UsageError(f"the environment variable {variable} holds no token")
    return token

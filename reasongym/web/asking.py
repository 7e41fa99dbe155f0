"""Asking a server of ours, again while it is busy, restarts or cannot be reached."""

import os
import random

import httpx
import tenacity

from reasongym.errors import ReasongymError, UsageError

_MOST_PAUSE_S = 2.0
_CONNECT_S = 10.0
_BUSY = 429
_PASSING = frozenset({409, 502, 503, 504})
"""What proxies say for a server that is away, and servers of ours while the first answer is under way."""


class Away(ReasongymError):
    """The server is busy or away, and may be there the next time."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


class Refused(ReasongymError):
    """The server has answered, and did not do what it was asked."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.content = content


class Server:
    """A server at a URL; nothing is said to it yet. Threads may share it, and so may processes that fork."""

    def __init__(self, url: str, *, token: str, patience_s: float, answer_s: float) -> None:
        """Name the server.

        Args:
            url: such as http://127.0.0.1:8400
            token: that the server asks for; none where empty
            patience_s: how long to ask again while the server is busy or away
            answer_s: how long to wait for one answer
        """
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"a server has a URL such as http://127.0.0.1:8400, got {url!r}")
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = httpx.Timeout(answer_s, connect=_CONNECT_S, pool=None)
        self._patience_s = patience_s
        self._connect()

    def _connect(self) -> None:
        self._owner = os.getpid()
        self._http = httpx.Client(
            base_url=self.url,
            headers=self._headers,
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
            verify=self.url.startswith("https://"),  # certificates take long to load
        )

    def close(self) -> None:
        """Close the connections; they are made again if it is used again."""
        if self._owner == os.getpid():
            self._http.close()
            self._connect()

    def ask(
        self, method: str, path: str, content: bytes | None = None, patience_s: float | None = None
    ) -> bytes:
        """Ask until there is an answer; raises Away where none comes, and Refused."""
        if self._owner != os.getpid():
            self._connect()  # connections of the process that this one was forked from are its own
        asking = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Away),
            stop=tenacity.stop_after_delay(self._patience_s if patience_s is None else patience_s),
            wait=_pause,
            reraise=True,
        )
        return asking(self._ask_once, method, path, content)

    def _ask_once(self, method: str, path: str, content: bytes | None) -> bytes:
        try:
            response = self._http.request(
                method, path, content=content, headers={"Content-Type": "application/json"}
            )
        except httpx.TransportError as error:
            raise Away(f"{type(error).__name__}: {error}") from error
        if response.is_success:
            return response.content
        if response.status_code == _BUSY:
            raise Away("it is busy", float(response.headers.get("Retry-After", _MOST_PAUSE_S)))
        if response.status_code in _PASSING:
            raise Away(f"status {response.status_code}")
        raise Refused(response.status_code, response.content)


def _pause(state: tenacity.RetryCallState) -> float:
    """Return a random pause, so that clients that were turned away together do not come back together."""
    error = state.outcome.exception() if state.outcome is not None else None
    if isinstance(error, Away) and error.pause_s is not None:
        return random.uniform(0.0, error.pause_s)
    return random.uniform(0.0, min(_MOST_PAUSE_S, 0.05 * 2 ** min(state.attempt_number, 10)))

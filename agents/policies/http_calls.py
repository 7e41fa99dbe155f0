"""One call to an OpenAI-compatible server: paced, tried again where that can help, failures told in words."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import msgspec
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from reasongym.agents.policies.pace import Pace
from reasongym.errors import PolicyError, UsageError

T = TypeVar("T")

RETRIED = frozenset({408, 409, 425, 429})
"""Statuses under 500 after which the same request may be answered."""
LONGEST_WAIT_S = 600.0
"""A server that asks for a longer pause is told of, not waited for."""
MOST_TIMEOUTS = 2
"""Tries of one request that may run into the time limit: each costs all of it, and perhaps its tokens."""
MOST_BYTES = 64 << 20
"""Of an answer; 100,000 tokens with their ids are about 1 MB."""
MOST_CHARACTERS = 300
"""Of what a server says that is shown."""
KEPT = "what is done is kept, and the same command continues"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is, and the key that it asks for."""

    url: str
    """Up to and with the version, such as http://localhost:8000/v1."""
    key: str = field(default="", repr=False)
    key_name: str = "OPENAI_API_KEY"
    """The environment variable that the key is from."""

    def __post_init__(self) -> None:
        if not (self.key.isascii() and self.key.isprintable()):
            raise UsageError(f"${self.key_name} holds characters that no key has")
        try:
            parsed = httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise UsageError(f"cannot reach a server at {self.url}: {error}") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise UsageError(
                f"a server is named by its URL, such as http://localhost:8000/v1, got {self.url}"
            )

    @property
    def shown(self) -> str:
        """The URL without a password in it."""
        return str(httpx.URL(self.url).copy_with(userinfo=b"", query=None)).rstrip("/")

    def masked(self, text: str) -> str:
        """Take the key out of what a server says."""
        return text.replace(self.key, "(the key)") if self.key else text


@dataclass(frozen=True, slots=True)
class Limits:
    """How a server may be asked."""

    concurrency: int = 16
    """Most requests at once."""
    requests_per_minute: float = float("inf")
    tokens_per_minute: float = float("inf")
    """Of prompts and completions; a completion counts as its limit until it is there."""
    timeout_s: float = 1200.0
    """Of one try."""
    retries: int = 8
    """After the first try, at growing intervals, about a minute in all."""
    first_wait_s: float = 0.5
    max_cost: float = float("inf")

    def __post_init__(self) -> None:
        positive = ("concurrency", "requests_per_minute", "tokens_per_minute", "timeout_s", "max_cost")
        for name in positive:
            if not getattr(self, name) > 0:
                flag = name.removesuffix("_s").replace("_", "-")
                raise UsageError(f"--{flag} must be above 0, got {getattr(self, name)}")
        if self.retries < 0:
            raise UsageError(f"--retries must be at least 0, got {self.retries}")


class Rejected(PolicyError):
    """The server will not answer this request, however often it is asked."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"the server answered {status}: {told}")
        self.status = status
        self.told = told


class _Transient(Exception):
    """A failure that may not come again."""

    def __init__(self, told: str, *, wait_s: float = 0.0, is_timeout: bool = False) -> None:
        super().__init__(told)
        self.wait_s = wait_s
        self.is_timeout = is_timeout


class _Told(msgspec.Struct):
    """What a server says of an error, at the top or inside `error`."""

    message: str | None = None
    detail: Any = None
    code: str | int | None = None
    error: "_Told | str | None" = None


class Abandoned(Exception):
    """Another request has failed for good, so this one is not tried again."""


class Caller:
    """Sends requests; made and used inside one event loop."""

    def __init__(self, endpoint: Endpoint, limits: Limits, on_retry: Callable[[str], None]) -> None:
        self.stopping = asyncio.Event()
        """Once set, what failed is not tried again."""
        self._endpoint = endpoint
        self._limits = limits
        self._on_retry = on_retry
        self._requests = Pace(limits.requests_per_minute)
        self._tokens = Pace(limits.tokens_per_minute)
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
            timeout=None,  # the time limit is of the whole exchange, which httpx does not know
            limits=httpx.Limits(max_connections=limits.concurrency),
        )

    async def get(self, path: str, read: Callable[[bytes], T]) -> T:
        """Read something about the server; raises PolicyError."""
        return await self._persist("GET", path, None, read, 0)

    async def post(self, path: str, body: dict[str, Any], read: Callable[[bytes], T], tokens: int) -> T:
        """Ask for something that takes about so many tokens; raises Rejected, PolicyError, Abandoned."""
        return await self._persist("POST", path, body, read, tokens)

    def settle(self, surplus: int) -> None:
        """Give back the tokens that a request did not use."""
        self._tokens.settle(surplus)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    async def _persist(
        self, method: str, path: str, body: dict[str, Any] | None, read: Callable[[bytes], T], tokens: int
    ) -> T:
        url = f"{self._endpoint.url.rstrip('/')}{path}"
        content = None if body is None else msgspec.json.encode(body)
        timeouts = 0

        def is_enough(state: RetryCallState) -> bool:
            nonlocal timeouts
            timeouts += _failure(state).is_timeout
            return timeouts >= MOST_TIMEOUTS or state.attempt_number > self._limits.retries

        async def attempt() -> T:
            await self._turn(tokens)
            return await self._attempt(method, url, content, read)

        retrying = AsyncRetrying(
            sleep=self._nap,
            stop=is_enough,
            wait=self._wait_s,
            retry=retry_if_exception_type(_Transient),
            before_sleep=self._tell,
            retry_error_callback=lambda state: self._give_up(method, path, state),
        )
        return await retrying(attempt)

    async def _turn(self, tokens: int) -> None:
        """Wait until the limits per minute let this request begin."""
        now_s = asyncio.get_running_loop().time()
        wait_s = max(self._requests.wait_s(1, now_s), self._tokens.wait_s(tokens, now_s))
        if wait_s > 0:
            await self._nap(wait_s)

    async def _nap(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Abandoned

    def _wait_s(self, state: RetryCallState) -> float:
        """Wait twice as long each time and a little, lest all come back at once; or as the server asks."""
        first_s = self._limits.first_wait_s
        backoff = wait_exponential(multiplier=first_s, max=60) + wait_random(0, first_s)
        return max(_failure(state).wait_s, backoff(state))

    def _tell(self, state: RetryCallState) -> None:
        wait_s = state.next_action.sleep if state.next_action else 0.0
        self._on_retry(f"{_failure(state)}; try {state.attempt_number + 1} in {wait_s:.0f} s")

    def _give_up(self, method: str, path: str, state: RetryCallState) -> Any:
        times = "once" if state.attempt_number == 1 else f"{state.attempt_number} times"
        raise PolicyError(
            f"{method} {self._endpoint.shown}{path} was tried {times}, last: {_failure(state)}; {KEPT}"
        )

    async def _attempt(self, method: str, url: str, content: bytes | None, read: Callable[[bytes], T]) -> T:
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                answer, body = await self._exchange(method, url, content)
        except TimeoutError as error:
            told = f"no answer within {self._limits.timeout_s:g} s (--timeout)"
            raise _Transient(told, is_timeout=True) from error
        except httpx.ConnectError as error:
            raise _Transient(f"nobody answers at {self._endpoint.shown}: {error}") from error
        except httpx.RequestError as error:
            told = self._endpoint.masked(str(error)) or "the connection broke"
            raise _Transient(f"the answer was cut off ({type(error).__name__}: {told})") from error
        if answer.status_code != 200:
            self._refuse(answer, body)
        try:
            return read(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _Transient(f"an answer that is none ({error}): {self._words(body)}") from error

    async def _exchange(self, method: str, url: str, content: bytes | None) -> tuple[httpx.Response, bytes]:
        headers = {"Content-Type": "application/json"} if content is not None else {}
        async with self._client.stream(method, url, content=content, headers=headers) as answer:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise _Transient(f"an answer of more than {MOST_BYTES >> 20} MiB")
        return answer, bytes(body)

    def _refuse(self, answer: httpx.Response, body: bytes) -> None:
        """Raise what a status other than 200 means."""
        status, told = answer.status_code, self._words(body)
        if status in (401, 403):
            raise PolicyError(
                f"{self._endpoint.shown} refuses the key ({status}: {told}); ${self._endpoint.key_name} "
                f"gives it and is {'set' if self._endpoint.key else 'empty'}, --api-key-env names another "
                f"variable; {KEPT}"
            )
        if (status not in RETRIED and status < 500) or "insufficient_quota" in told:
            raise Rejected(status, told)
        wait_s = _asked_wait_s(answer.headers.get("Retry-After", ""))
        if wait_s > LONGEST_WAIT_S:
            raise PolicyError(
                f"{self._endpoint.shown} asks to wait {wait_s:.0f} s ({status}: {told}); {KEPT}"
            )
        if wait_s:
            self._requests.pause(asyncio.get_running_loop().time() + wait_s)
        raise _Transient(f"{self._endpoint.shown} answered {status}: {told}", wait_s=wait_s)

    def _words(self, body: bytes) -> str:
        """Return what a server says in an answer, on one line and without the key."""
        text = self._endpoint.masked(_message(body) or body.decode(errors="replace"))
        line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]} ..."


def _failure(state: RetryCallState) -> _Transient:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, _Transient)
    return error


def _message(body: bytes) -> str:
    """Return the message of an error in JSON, with its code; "" where there is none."""
    try:
        told = msgspec.json.decode(body, type=_Told)
    except (msgspec.DecodeError, UnicodeDecodeError):  # a page of a proxy, or nothing
        return ""
    inner = told if told.error is None else told.error
    if isinstance(inner, str):
        return inner
    return " ".join(str(part) for part in (inner.message, inner.detail, inner.code) if part)


def _asked_wait_s(header: str) -> float:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # nothing, nonsense, or a date without a zone
        return 0.0

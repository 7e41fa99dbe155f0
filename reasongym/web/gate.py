"""What every request of our servers goes through: the token, a body of bounded size, refusals as JSON."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from reasongym.errors import UsageError
from reasongym.web.admission import Busy

Handler: TypeAlias = Callable[[Request], Awaitable[bytes | Response]]
"""Answers a request with JSON."""
_BODY_S = 60.0
"""For a request to arrive."""
_JSON = "application/json"
_TOO_BIG = 1009
"""Of a WebSocket that is closed (RFC 6455, section 7.4.1)."""
_ASKS = "this server asks for a token: Authorization: Bearer TOKEN"
_REFUSED = {401: _ASKS, 413: "the request is larger than it may be"}


class TooLarge(UsageError):
    """The body of a request is larger than it may be."""


class BadToken(UsageError):
    """The request does not bring the token."""


class Refusal(NamedTuple):
    """How an exception is told to a client."""

    error: type[Exception]
    status: int
    kind: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets requests in that bring the token and are not too large."""

    token: str = ""
    """Which every request must bring, where it is not empty."""
    max_body_bytes: int = 32 << 20

    def has_token(self, headers: Headers) -> bool:
        """Say whether a request brings the token, if one is asked for."""
        given = headers.get("authorization", "").encode()
        return not self.token or hmac.compare_digest(given, f"Bearer {self.token}".encode())

    def require_token(self, request: Request) -> None:
        """Raise BadToken where the request does not bring the token."""
        if not self.has_token(request.headers):
            raise BadToken(_ASKS)

    async def body(self, request: Request) -> bytes:
        """Read the body; raises TooLarge, and UsageError where it does not arrive."""
        content = bytearray()
        try:
            async with asyncio.timeout(_BODY_S):
                async for part in request.stream():
                    content += part
                    if len(content) > self.max_body_bytes:
                        raise TooLarge(f"a request may have {self.max_body_bytes} bytes")
        except TimeoutError as error:
            raise UsageError(f"the request did not arrive within {_BODY_S:g} s") from error
        except ClientDisconnect as error:  # common, and no line in the log's worth
            raise UsageError("the request did not arrive: its client is gone") from error
        return bytes(content)


def add_routes(
    app: FastAPI,
    routes: Sequence[tuple[str, str, Handler]],
    refusals: Sequence[Refusal],
    told: Callable[[str, str], bytes],
) -> None:
    """Add routes (method, path, handler); `told` writes the message and kind of what a handler raises.

    The first refusal that fits counts; what fits none is the server's own failure, a plain 500.
    """
    for method, path, answer in routes:
        app.add_route(path, _answering(answer, refusals, told), methods=[method])


def _answering(
    answer: Handler, refusals: Sequence[Refusal], told: Callable[[str, str], bytes]
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            content = await answer(request)
        except tuple(one.error for one in refusals) as error:
            _, status, kind = next(one for one in refusals if isinstance(error, one.error))
            headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, Busy) else None
            return Response(told(str(error), kind), status, headers, _JSON)
        return content if isinstance(content, Response) else Response(content, media_type=_JSON)

    return handle


def guarded(app: ASGIApp, gate: Gate) -> ASGIApp:
    """Put the gate before an application of somebody else; `/health` alone needs no token.

    A body that is too large ends with 413 when its length says so, and as a lost connection otherwise.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = 0 if scope["path"] == "/health" or gate.has_token(headers) else 401
        if int(headers.get("content-length") or 0) > gate.max_body_bytes:
            refused = 413
        if refused:
            answer = Response(f'{{"error": "{_REFUSED[refused]}"}}', refused, media_type=_JSON)
            await (answer if scope["type"] == "http" else WebSocketClose())(scope, receive, send)
            return
        await app(scope, _bounded(receive, gate.max_body_bytes), send)

    return handle


def _bounded(receive: Receive, max_bytes: int) -> Receive:
    num_bytes = 0

    async def counted() -> Message:
        nonlocal num_bytes
        message = await receive()
        if message["type"] == "websocket.receive":
            num_bytes = len(message.get("text") or message.get("bytes") or b"")  # each by itself
        num_bytes += len(message.get("body", b""))
        if num_bytes > max_bytes:
            is_http = "body" in message
            return (
                {"type": "http.disconnect"} if is_http else {"type": "websocket.disconnect", "code": _TOO_BIG}
            )
        return message

    return counted

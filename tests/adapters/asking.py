"""Asking a server of environments with bodies that its client would not write."""

import json
from typing import Any

import httpx

ROW = {"env_id": "Countdown-v0", "seed": 1}


def told(url: str, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    """Post JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(
        url + path, content=content, headers=headers, timeout=60, verify=False
    )  # certificates take long to load

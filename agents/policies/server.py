"""Asking a server what it is and what it has, before a run is planned."""

import asyncio
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from reasongym.agents.policies.http_bodies import Server
from reasongym.agents.policies.http_calls import Caller, Endpoint, Limits, Rejected
from reasongym.errors import PolicyError, UsageError

T = TypeVar("T")

PATIENCE = Limits(timeout_s=30.0, retries=2)
"""A wrong URL is told of within seconds."""


class _Model(msgspec.Struct):
    id: str
    owned_by: str = ""
    root: str | None = None
    max_model_len: int | None = None


class _Models(msgspec.Struct):
    data: list[_Model] = []


class _Version(msgspec.Struct):
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    models: list[_Model]
    version: str


def describe(endpoint: Endpoint, model: str = "") -> Server:
    """Ask a server about a model, or about its only one; raises PolicyError, UsageError."""
    found = asyncio.run(_found(endpoint))
    names = tuple(one.id for one in found.models)
    if not model and len(names) != 1:
        has = f"has {', '.join(names)}" if names else "tells of no model"
        raise UsageError(f"--model names the one to ask {endpoint.shown} for; it {has}")
    known = next((one for one in found.models if one.id == (model or names[0])), None)
    if known is None:  # a server may answer to more names than it lists
        return Server(model, names)
    software = f"{known.owned_by} {found.version}".strip() if known.owned_by == "vllm" else ""
    return Server(known.id, names, _without_folders(known.root or ""), software, known.max_model_len)


async def _found(endpoint: Endpoint) -> _Found:
    caller = Caller(endpoint, PATIENCE, lambda _: None)
    above = replace(endpoint, url=endpoint.url.rstrip("/").removesuffix("/v1"))
    beside = Caller(above, PATIENCE, lambda _: None)
    try:
        models = await _optional(caller, "/models", _Models)
        is_vllm = models is not None and any(one.owned_by == "vllm" for one in models.data)
        version = await _optional(beside, "/version", _Version) if is_vllm else None
    finally:
        await caller.close()
        await beside.close()
    return _Found(models.data if models else [], version.version if version else "")


async def _optional(caller: Caller, path: str, kind: type[T]) -> T | None:
    """Read what not every server has."""
    try:
        return await caller.get(path, msgspec.json.Decoder(kind).decode)
    except Rejected as rejected:
        if rejected.status in (400, 404, 405):
            return None
        raise PolicyError(f"{path}: {rejected}") from rejected


def _without_folders(root: str) -> str:
    """Name a model as its directory is called: where that lies concerns nobody else."""
    return root.rstrip("/").rpartition("/")[2] if root.startswith(("/", ".", "~")) else root

"""Choosing a model behind a URL: how it is asked, what it costs, and what is known of it."""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from reasongym.agents.policies.usage import Prices, read_usage, write_usage
from reasongym.cli.seated import Metered, Seated
from reasongym.errors import UsageError
from reasongym.evaluation import Player
from reasongym.seeding import digest64
from reasongym.templates import Template

UNLIMITED = float("inf")
SECONDS_BETWEEN_TROUBLES = 10.0


@dataclass(frozen=True)
class ServerFlags:
    """How a server is asked, where --policy is a URL such as http://localhost:8000/v1."""

    model: str = ""
    """What the server calls the model; its only one where not given."""
    tokenizer: Path | None = None
    """Directory of the model's tokenizer: prompts are laid out here, as for every other engine, and not by
    the server's chat. Needs vLLM's server."""
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key; nothing is sent where it is empty."""
    concurrency: int = 16
    """Most requests at once."""
    requests_per_minute: float = UNLIMITED
    tokens_per_minute: float = UNLIMITED
    """Of prompts and completions together."""
    timeout: float = 1200.0
    """Seconds for one completion."""
    retries: int = 8
    """Of a request that fails, after growing pauses of a minute in all."""
    price_in: float = 0.0
    """Price of a million prompt tokens."""
    price_out: float = 0.0
    """Price of a million completion tokens."""
    max_cost: float = UNLIMITED
    """Stop asking once the run, all its starts together, has cost this; requests in flight go over it."""


def seat_server(url: str, label: str, template: Template, flags: ServerFlags, console: Console) -> Seated:
    """Connect to a server; raises PolicyError, UsageError, DataError."""
    from reasongym.agents.policies.http_bodies import Dialect
    from reasongym.agents.policies.http_calls import Endpoint, Limits
    from reasongym.agents.policies.http_policy import HttpPolicy
    from reasongym.agents.policies.server import describe

    prices = Prices(flags.price_in, flags.price_out)
    limits = Limits(
        flags.concurrency,
        flags.requests_per_minute,
        flags.tokens_per_minute,
        flags.timeout,
        flags.retries,
        max_cost=flags.max_cost,
    )
    _require_prices(flags, prices)
    endpoint = Endpoint(url, os.environ.get(flags.api_key_env, "").strip(), flags.api_key_env)
    server = describe(endpoint, flags.model)
    tokenizer, tokenizer_digest = _tokenizer(flags.tokenizer)
    dialect = Dialect(server, template, tokenizer and _decoder(tokenizer))
    facts = {
        "model": server.model,
        "prompts": "tokens" if tokenizer else "chat",
        "server": server.software,
        "root": server.root,
        "context": str(server.context_length or ""),
        "tokenizer": tokenizer_digest,
    }
    engine = {name: value for name, value in facts.items() if value}
    player = Player("http", label or server.model, _digest(engine), engine)
    policy = HttpPolicy(endpoint, dialect, limits=limits, prices=prices, on_retry=_teller(console))
    return Seated(policy, player, tokenizer, server.context_length, policy)


def _require_prices(flags: ServerFlags, prices: Prices) -> None:
    if flags.max_cost < UNLIMITED and not prices:
        raise UsageError("--max-cost needs --price-in and --price-out: no server says what it charges")


def _digest(facts: dict[str, str]) -> str:
    """Name a model by what its server says of it: the weights are out of sight."""
    return f"{digest64(msgspec.json.encode(sorted(facts.items()))):016x}"


def _tokenizer(folder: Path | None) -> tuple[Any, str]:
    if folder is None:
        return None, ""
    from reasongym.agents.models import load_tokenizer, tokenizer_digest

    tokenizer = load_tokenizer(folder)
    return tokenizer, tokenizer_digest(tokenizer)


def _decoder(tokenizer: Any) -> Callable[[list[int]], str]:
    return lambda ids: tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def _teller(console: Console) -> Callable[[str], None]:
    """Say why nothing moves, once in a while however many requests wait for the same."""
    last_s = -SECONDS_BETWEEN_TROUBLES

    def tell(trouble: str) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= SECONDS_BETWEEN_TROUBLES:
            last_s = now_s
            console.print(trouble, markup=False, highlight=False, soft_wrap=True)

    return tell


@contextmanager
def metered(
    policy: Metered | None, folder: Path, console: Console
) -> Generator[Callable[[], dict[str, str]]]:
    """Keep `usage.json` of a run up to date; yields what saves it and returns figures to show."""
    if policy is None:
        yield dict
        return
    policy.usage = before = read_usage(folder)

    def save() -> dict[str, str]:
        write_usage(folder, policy.usage)
        cost = {"cost": f"{policy.usage.cost:.4f}"} if policy.usage.cost else {}
        return {"tokens": f"{policy.usage.completion_tokens:,}"} | cost

    try:
        yield save
    finally:
        if policy.usage != before:
            save()
        if policy.usage.completions:
            console.print(f"used by all starts: {policy.usage}", markup=False, highlight=False)

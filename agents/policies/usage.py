"""What a run has asked of a server and what that cost, kept in the run folder beside the episodes.

`usage.json` decides nothing and is in no digest. It adds up over the starts of a run.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from reasongym.errors import DataError, UsageError
from reasongym.evaluation.runs import write_whole

USAGE_FILE = "usage.json"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Price of a million tokens, in whatever currency the server asks."""

    prompt: float = 0.0
    completion: float = 0.0

    def __post_init__(self) -> None:
        for name, price in (("price-in", self.prompt), ("price-out", self.completion)):
            if not 0 <= price < float("inf"):
                raise UsageError(f"--{name} must be a number from 0 up, got {price}")

    def __bool__(self) -> bool:
        return bool(self.prompt or self.completion)


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts of all starts of a run."""

    completions: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unmetered: int = 0
    """Completions of which the server did not say their tokens; they are in no other figure."""
    retries: int = 0
    """Requests sent again after a failure; a server may have charged for the first ones."""
    cost: float = 0.0
    """At the prices given when each completion came."""

    def and_completion(self, prompt_tokens: int, completion_tokens: int, prices: Prices) -> "Usage":
        """Count a completion."""
        cost = (prompt_tokens * prices.prompt + completion_tokens * prices.completion) / MILLION
        return replace(
            self,
            completions=self.completions + 1,
            prompt_tokens=self.prompt_tokens + prompt_tokens,
            completion_tokens=self.completion_tokens + completion_tokens,
            cost=self.cost + cost,
        )

    def and_unmetered(self) -> "Usage":
        """Count a completion whose tokens nobody told."""
        return replace(self, completions=self.completions + 1, unmetered=self.unmetered + 1)

    def and_retry(self) -> "Usage":
        """Count a request that is sent again."""
        return replace(self, retries=self.retries + 1)

    def __str__(self) -> str:
        told = f"{self.prompt_tokens:,} tokens in, {self.completion_tokens:,} out"
        told += f", cost {self.cost:.4f}" if self.cost else ""
        told += f", {self.retries:,} retries" if self.retries else ""
        return told + (f", {self.unmetered:,} completions of unknown length" if self.unmetered else "")


def read_usage(folder: Path) -> Usage:
    """Read what earlier starts of a run have used; raises DataError."""
    path = folder / USAGE_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Usage)
    except FileNotFoundError:
        return Usage()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path} ({error}); delete it to count from zero") from error


def write_usage(folder: Path, usage: Usage) -> None:
    """Write the counts so that a kill leaves the old ones or these; raises DataError."""
    path = folder / USAGE_FILE
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(usage), indent=2) + b"\n")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; the same command continues") from error

"""Protocols: how a policy is asked, as data with a digest; half of what a published number means."""

import math
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from reasongym.core import Json
from reasongym.episodes import Sampling
from reasongym.errors import UnknownName, UsageError
from reasongym.templates import TEMPLATES, Renderer, Template
from reasongym.thinking import Budget
from reasongym.turns import Setting


@dataclass(frozen=True, slots=True)
class Protocol:
    """How every problem of a suite is put to a policy."""

    template: Template = field(default_factory=Template)
    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    max_tokens: int = 256
    """Of one turn."""
    samples: int = 1
    """Episodes played on each problem."""
    is_told: bool = True
    """False where completions were made elsewhere and nobody said how: then only `samples` means anything."""
    thinking: Budget | None = None
    """How long a model thinks before it answers, within `max_tokens`; None leaves that to the model."""
    top_k: int = 0
    """Likeliest tokens that are drawn among; 0 keeps all."""

    def __post_init__(self) -> None:
        _require(0 <= self.temperature < math.inf, "temperature", "0 (greedy) or more", self.temperature)
        _require(0 < self.top_p <= 1, "top_p", "over 0 and at most 1", self.top_p)
        _require(self.top_k >= 0, "top_k", "at least 1, or 0 to keep every token", self.top_k)
        _require(self.max_tokens >= 1, "max_tokens", "at least 1", self.max_tokens)
        _require(self.samples >= 1, "samples", "at least 1", self.samples)
        if self.thinking is not None and self.thinking.tokens >= self.max_tokens:
            raise UsageError(
                f"max_tokens must be more than the {self.thinking.tokens} tokens of thinking, "
                f"as the answer takes what they leave, got {self.max_tokens}"
            )

    @property
    def digest(self) -> str:
        """Twelve hex digits that name the protocol's content."""
        content: dict[str, Json] = msgspec.to_builtins(self)
        if self.is_told:  # protocols from before a field keep their digests
            del content["is_told"]
        if self.thinking is None:
            del content["thinking"]
        if self.top_k == 0:
            del content["top_k"]
        return blake2b(msgspec.json.encode(content), digest_size=6).hexdigest()

    @property
    def sampling(self) -> Sampling:
        """How each completion is sampled."""
        return Sampling(self.temperature, self.top_p, self.max_tokens, self.template.stop, top_k=self.top_k)

    def setting(self, renderer: Renderer | None = None, context_length: int | None = None) -> Setting:
        """Return how a policy is put to play; without a renderer for one that reads messages."""
        return Setting(self.sampling, self.template, renderer, context_length, self.thinking)

    @property
    def title(self) -> str:
        """Say the protocol in words."""
        samples = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        if not self.is_told:
            return f"settings not told, {samples}"
        heat = "greedy" if self.temperature == 0 else f"T {self.temperature:g}"
        cut = f", top-k {self.top_k}" if self.top_k else ""
        cut += "" if self.top_p == 1 else f", top-p {self.top_p:g}"
        return f"{self.template.name}, {heat}{cut}, {self.max_tokens} tokens{self._thinking}, {samples}"

    @property
    def _thinking(self) -> str:
        if self.thinking is None:
            return ""
        waits = {0: "", 1: ", 1 wait"}.get(self.thinking.waits, f", {self.thinking.waits} waits")
        return f" with {self.thinking.tokens} to think{waits}"


def named_template(name: str) -> Template:
    """Return a template by name; raises UnknownName with the nearest one."""
    if name not in TEMPLATES:
        raise UnknownName("template", name, TEMPLATES)
    return TEMPLATES[name]


def _require(holds: bool, name: str, range_: str, value: float) -> None:
    if not holds:
        raise UsageError(f"{name} must be {range_}, got {value}")

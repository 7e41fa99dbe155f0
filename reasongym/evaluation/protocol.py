"""Protocols: how a policy is asked, as data with a digest; half of what a published number means."""

import math
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from reasongym.core import Json
from reasongym.episodes import Sampling
from reasongym.errors import UnknownName, UsageError
from reasongym.templates import TEMPLATES, Template


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

    def __post_init__(self) -> None:
        _require(0 <= self.temperature < math.inf, "temperature", "0 (greedy) or more", self.temperature)
        _require(0 < self.top_p <= 1, "top_p", "over 0 and at most 1", self.top_p)
        _require(self.max_tokens >= 1, "max_tokens", "at least 1", self.max_tokens)
        _require(self.samples >= 1, "samples", "at least 1", self.samples)

    @property
    def digest(self) -> str:
        """Twelve hex digits that name the protocol's content."""
        content: dict[str, Json] = msgspec.to_builtins(self)
        if self.is_told:  # protocols from before this field keep their digests
            del content["is_told"]
        return blake2b(msgspec.json.encode(content), digest_size=6).hexdigest()

    @property
    def sampling(self) -> Sampling:
        """How each completion is sampled."""
        return Sampling(self.temperature, self.top_p, self.max_tokens, self.template.stop)

    @property
    def title(self) -> str:
        """Say the protocol in words."""
        samples = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        if not self.is_told:
            return f"settings not told, {samples}"
        heat = "greedy" if self.temperature == 0 else f"T {self.temperature:g}"
        nucleus = "" if self.top_p == 1 else f", top-p {self.top_p:g}"
        return f"{self.template.name}, {heat}{nucleus}, {self.max_tokens} tokens, {samples}"


def named_template(name: str) -> Template:
    """Return a template by name; raises UnknownName with the nearest one."""
    if name not in TEMPLATES:
        raise UnknownName("template", name, TEMPLATES)
    return TEMPLATES[name]


def _require(holds: bool, name: str, range_: str, value: float) -> None:
    if not holds:
        raise UsageError(f"{name} must be {range_}, got {value}")

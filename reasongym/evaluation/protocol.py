"""Protocols: how a policy is asked, as data with a digest; half of what a published number means."""

import math
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

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

    def __post_init__(self) -> None:
        _require(0 <= self.temperature < math.inf, "temperature", "0 (greedy) or more", self.temperature)
        _require(0 < self.top_p <= 1, "top_p", "over 0 and at most 1", self.top_p)
        _require(self.max_tokens >= 1, "max_tokens", "at least 1", self.max_tokens)
        _require(self.samples >= 1, "samples", "at least 1", self.samples)

    @property
    def digest(self) -> str:
        """Twelve hex digits that name the protocol's content."""
        return blake2b(msgspec.json.encode(self), digest_size=6).hexdigest()

    @property
    def sampling(self) -> Sampling:
        """How each completion is sampled."""
        return Sampling(self.temperature, self.top_p, self.max_tokens, self.template.stop)

    @property
    def title(self) -> str:
        """Say the protocol in words."""
        heat = "greedy" if self.temperature == 0 else f"T {self.temperature:g}"
        nucleus = "" if self.top_p == 1 else f", top-p {self.top_p:g}"
        samples = "1 sample" if self.samples == 1 else f"{self.samples} samples"
        return f"{self.template.name}, {heat}{nucleus}, {self.max_tokens} tokens, {samples}"


def named_template(name: str) -> Template:
    """Return a template by name; raises UnknownName with the nearest one."""
    if name not in TEMPLATES:
        raise UnknownName("template", name, TEMPLATES)
    return TEMPLATES[name]


def _require(holds: bool, name: str, range_: str, value: float) -> None:
    if not holds:
        raise UsageError(f"{name} must be {range_}, got {value}")

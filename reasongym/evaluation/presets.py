"""Protocols as TOML files, and those that reproduce what others report; each file says where it is from.

A file holds the settings of a `Protocol`, its template and its thinking budget as tables, a line `about` it,
and `samples_on`: the samples on suites that are measured with others.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import cast

import msgspec

from reasongym.core import Json
from reasongym.errors import DataError, UnknownName, UsageError
from reasongym.evaluation.protocol import Protocol
from reasongym.templates import Template
from reasongym.thinking import Budget


@dataclass(frozen=True, slots=True)
class Preset:
    """A protocol as a file tells it."""

    about: str = ""
    template: Template = field(default_factory=Template)
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    samples: int = 1
    samples_on: dict[str, int] = field(default_factory=dict[str, int])
    """The samples on suites by name, where they are others."""
    thinking: Budget | None = None
    top_k: int = 0

    def protocol(self, suites: Sequence[str] = ()) -> Protocol:
        """Make the protocol for suites; raises UsageError where it has another number of samples for each."""
        wanted = {self.samples_on.get(name, self.samples) for name in suites or ("",)}
        if len(wanted) > 1:
            told = ", ".join(f"{self.samples_on.get(name, self.samples)} on {name}" for name in suites)
            raise UsageError(f"the protocol takes {told}: measure these apart, or say --samples")
        return Protocol(
            self.template,
            self.temperature,
            self.top_p,
            self.max_tokens,
            wanted.pop(),
            thinking=self.thinking,
            top_k=self.top_k,
        )


def preset_of(protocol: Protocol) -> Preset:
    """Return a protocol as a file would tell it; raises UsageError where nobody told how a run was made."""
    if not protocol.is_told:
        raise UsageError("the run does not say how it was sampled, so nothing can be played alike")
    return Preset(
        "",
        protocol.template,
        protocol.temperature,
        protocol.top_p,
        protocol.max_tokens,
        protocol.samples,
        thinking=protocol.thinking,
        top_k=protocol.top_k,
    )


def with_thinking(preset: Preset, tokens: int | None, waits: int | None) -> Preset:
    """Set what is given of a preset's thinking budget; no tokens take it away."""
    if tokens == 0:
        if waits:
            raise UsageError(f"{waits} waits need a thinking budget, got one of 0 tokens")
        return replace(preset, thinking=None)
    budget = preset.thinking
    if tokens is not None:
        budget = replace(budget, tokens=tokens) if budget else Budget(tokens)
    if waits is not None:
        if budget is None:
            raise UsageError("waits need a thinking budget: give --thinking-tokens too")
        budget = replace(budget, waits=waits)
    return replace(preset, thinking=budget)


def preset_names() -> list[str]:
    """List the protocols that come with reasongym."""
    folder = files("reasongym.evaluation").joinpath("protocols")
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))


def load_preset(name: str) -> Preset:
    """Read a protocol by its name or from a file; raises UnknownName, or DataError saying what is wrong."""
    if name in preset_names():
        where = f"protocol {name}"
        content = files("reasongym.evaluation").joinpath("protocols", f"{name}.toml").read_bytes()
    elif name.endswith(".toml"):
        where, content = name, _read(Path(name))
    else:
        raise UnknownName("protocol", name, [*preset_names(), "a .toml file"])
    return _parsed(content, where)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _parsed(content: bytes, where: str) -> Preset:
    try:
        told: Json = tomllib.loads(content.decode())
        _require_known(told, Preset, where)
        _require_known(told.get("template", {}), Template, where)
        _require_known(told.get("thinking", {}), Budget, where)
        return msgspec.convert(told, Preset)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{where} is no protocol: {error}") from error


def _require_known(told: Json, kind: type[Preset | Template | Budget], where: str) -> None:
    """Refuse a misspelt setting, which would otherwise be a default in silence."""
    known = [one.name for one in fields(kind)]
    for name in cast(dict[str, Json], told) if isinstance(told, dict) else ():
        if name not in known:
            raise UnknownName(f"setting of {where}", name, known)

"""Choosing who plays by a name on the command line: a scripted policy, a model directory or a URL."""

from dataclasses import fields
from pathlib import Path

from rich.console import Console

from reasongym.cli.engines import EngineFlags, seat_model
from reasongym.cli.seated import Seated
from reasongym.cli.servers import ServerFlags, seat_server
from reasongym.core import Row
from reasongym.errors import UnknownName, UsageError
from reasongym.evaluation import Player
from reasongym.registry import get
from reasongym.templates import Template

SCRIPTED = ("oracle", "random", "constant", "human")


def seat(
    name: str,
    row: Row,
    template: Template,
    console: Console,
    *,
    label: str = "",
    engine: EngineFlags,
    server: ServerFlags,
) -> Seated:
    """Make the policy of a name for problems like that of `row`; raises a ReasongymError."""
    is_url, traces = "://" in name, get(row.env_id).traces
    is_scripted = name in SCRIPTED or (name in traces and not Path(name).exists())
    if not is_url:
        _require_unset(server, f"is for servers, whose --policy is a URL; here it is {name}")
    if is_url or is_scripted:
        _require_unset(engine, f"is for a model directory; --policy is {name}")
    if is_url:
        return seat_server(name, label, template, server, console)
    if is_scripted:
        return _scripted(name, row, console)
    if "/" not in name and not Path(name).exists():
        raise UnknownName("policy", name, [*SCRIPTED, *traces, "a model directory", "a URL"])
    return seat_model(name, label or Path(name).resolve().name, engine)


def _require_unset(flags: EngineFlags | ServerFlags, why: str) -> None:
    """Refuse a flag that would mean nothing."""
    for field in fields(flags):
        if getattr(flags, field.name) != field.default:
            raise UsageError(f"--{field.name.replace('_', '-')} {why}")


def _scripted(name: str, row: Row, console: Console) -> Seated:
    from reasongym.agents.policies import scripted

    makers = {
        "oracle": scripted.oracle,
        "random": scripted.random,
        "constant": lambda: scripted.constant(row),
        "human": lambda: scripted.human(console),
    }
    make = makers.get(name, lambda: scripted.worked(name))
    return Seated(make(), Player(name))

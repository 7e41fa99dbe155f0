"""Choosing who plays by a name on the command line: a scripted policy or a model directory."""

from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from reasongym.core import Row
from reasongym.episodes import Policy
from reasongym.errors import UnknownName
from reasongym.evaluation import Player
from reasongym.templates import Tokenizer

SCRIPTED = ("oracle", "random", "constant", "human")


class Seated(NamedTuple):
    """A policy ready to play, with what must be known of it; the last two are None without tokens."""

    policy: Policy
    player: Player
    tokenizer: Tokenizer | None = None
    context_length: int | None = None


def seat(name: str, row: Row, console: Console, *, label: str = "", device: str, dtype: str) -> Seated:
    """Make the policy of a name for problems like that of `row`; raises UnknownName, DataError."""
    if name in SCRIPTED:
        return _scripted(name, row, console)
    if "/" not in name and not Path(name).exists():
        raise UnknownName("policy", name, [*SCRIPTED, "a model directory"])
    return _model(name, label or Path(name).resolve().name, device, dtype)


def _scripted(name: str, row: Row, console: Console) -> Seated:
    from reasongym.agents.policies import scripted

    makers = {
        "oracle": scripted.oracle,
        "random": scripted.random,
        "constant": lambda: scripted.constant(row),
        "human": lambda: scripted.human(console),
    }
    return Seated(makers[name](), Player(name))


def _model(path: str, label: str, device: str, dtype: str) -> Seated:
    from reasongym.agents.models import load_model
    from reasongym.agents.policies.torch_policy import TorchPolicy

    loaded = load_model(path, device=device, dtype=dtype)
    loaded.model.eval()
    player = Player("torch", label, loaded.digest(), {"device": device, "dtype": dtype})
    return Seated(TorchPolicy(loaded), player, loaded.tokenizer, loaded.context_length)

"""A policy that is ready to play, with what must be known of it."""

from typing import NamedTuple, Protocol

from reasongym.agents.policies.usage import Usage
from reasongym.episodes import Policy
from reasongym.evaluation import Player
from reasongym.templates import Tokenizer


class Metered(Protocol):
    """A policy that counts what it uses."""

    usage: Usage


class Seated(NamedTuple):
    """A policy and its player; tokenizer and context length are None for policies that read messages."""

    policy: Policy
    player: Player
    tokenizer: Tokenizer | None = None
    context_length: int | None = None
    meter: Metered | None = None
    """The policy again, where what it does is counted."""

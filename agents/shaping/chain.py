"""The chain of shapings that a config names: what each episode earns, and which entry gave how much of it."""

import importlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any, TypeAlias

import msgspec

from reasongym.agents.shaping import controls, formats, groups, lengths, outcomes, repetition
from reasongym.agents.shaping.contract import SHAPINGS, Entry, Member, entry_of
from reasongym.agents.tables import settings_of
from reasongym.core import Problem
from reasongym.episodes import Episode
from reasongym.errors import UnknownName, UsageError

FAMILIES = (outcomes, lengths, groups, repetition, formats, controls)
"""Where the entries are; importing them registers them."""

Table: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shaped:
    """What the members of a group earn."""

    rewards: list[float]
    parts: dict[str, list[float]]
    """By the name of an entry, what it changed; native rewards and parts add up to `rewards`."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with its settings."""

    entry: Entry
    settings: Table
    """Of every parameter, defaults filled in."""

    def __call__(self, group: Sequence[Member]) -> list[float]:
        """Return what the members earn after this entry."""
        rewards = self.entry.function(group, **self.settings)
        if len(rewards) != len(group):
            raise UsageError(
                f"shaping {self.entry.name!r} must return a reward for each of {len(group)} members, "
                f"got {len(rewards)}"
            )
        if not all(map(math.isfinite, rewards)):
            raise UsageError(f"shaping {self.entry.name!r} must return finite rewards, got {rewards}")
        return rewards

    @property
    def table(self) -> Table:
        """The entry as it stands in a config, every setting resolved."""
        written: Table = msgspec.to_builtins(self.settings)
        return {"name": self.entry.name} | {key: value for key, value in written.items() if value is not None}


class Chain:
    """Entries in the order of a config's `[[shaping]]` tables; an empty chain leaves rewards as they are.

    Raises UnknownName or UsageError for a table that cannot work.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        self.links = [_link(table) for table in tables]

    def __bool__(self) -> bool:
        return bool(self.links)

    @property
    def tables(self) -> list[Table]:
        """The chain as config tables, every setting resolved."""
        return [link.table for link in self.links]

    def rewards(self, group: Sequence[Episode]) -> Shaped:
        """Return what the judged episodes of one group earn; all must have a verdict."""
        members = [_member(episode) for episode in group]
        parts: dict[str, list[float]] = {}
        for link in self.links:
            after = link(members) if members else []
            changed = [new - member.reward for new, member in zip(after, members, strict=True)]
            before = parts.get(link.entry.name, [0.0] * len(members))
            parts[link.entry.name] = [old + more for old, more in zip(before, changed, strict=True)]
            members = [replace(member, reward=new) for member, new in zip(members, after, strict=True)]
        return Shaped([member.reward for member in members], parts)

    def ask(self, problem: Problem) -> Problem:
        """Put behind a problem's prompt what the entries ask for, such as a length; its row stays."""
        said = [link.entry.ask(problem.row, link.settings) for link in self.links if link.entry.ask]
        asked = list(filter(None, said))
        return replace(problem, prompt="\n\n".join([problem.prompt, *asked])) if asked else problem

    def shrunk(self, factor: float) -> list[Table]:
        """Return the chain's tables for completions `factor` times as long; rewards keep their range."""
        return [link.table | _resized(link, factor) for link in self.links]


def figures(groups: Sequence[Shaped]) -> dict[str, float]:
    """Return the mean over the members of all groups of what they earn, and of every entry's part."""
    members = [reward for group in groups for reward in group.rewards]
    parts: dict[str, list[float]] = {}
    for group in groups:
        for name, changed in group.parts.items():
            parts.setdefault(name, []).extend(changed)
    means = {f"shaping/{name}": fmean(changed) for name, changed in parts.items()}
    return {"shaped_reward": fmean(members), **means} if members else {}


def _link(table: Table) -> Link:
    name = table.get("name")
    if not isinstance(name, str):
        raise UsageError(f"each [[shaping]] table needs a name, got {table}")
    entry = _outside(name) if ":" in name else SHAPINGS.get(name)
    if entry is None:
        raise UnknownName("shaping", name, SHAPINGS)
    settings = {key: value for key, value in table.items() if key != "name"}
    made = settings_of(settings, entry.settings, f"shaping {name!r}")
    return Link(entry, asdict(made))


def _outside(name: str) -> Entry:
    """Return the function of a name like `mypackage.rewards:brevity`."""
    module, _, function = name.partition(":")
    try:
        return entry_of(name, getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise UsageError(f"cannot load the shaping {name}: {error}; it is MODULE:FUNCTION") from error


def _member(episode: Episode) -> Member:
    if episode.verdict is None:
        raise UsageError("an episode without a verdict has no reward; leave it out before shaping")
    length = sum(len(completion.token_ids) for completion in episode.completions)
    return Member(episode, episode.verdict, length, episode.reward)


def _resized(link: Link, factor: float) -> Table:
    sized: Table = {}
    for name, unit in link.entry.units.items():
        value = link.settings[name]
        sized[name] = max(1, round(value * factor)) if unit == "tokens" else value / factor
    return sized

"""Golds of public benchmarks that are known to be wrong, odd or unreadable, and what else is right."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple


class KnownGold(NamedTuple):
    """What is known of one gold."""

    gold: str
    """As the benchmark has it; another one at this id is another version of the data."""
    reason: str
    accept: tuple[str, ...]
    """Golds that are right too, for `Options.alternatives`."""


@cache
def known_golds() -> dict[str, KnownGold]:
    """Return what is known, by the id of the item."""
    rows = json.loads((Path(__file__).parent / "known_golds.json").read_text(encoding="utf-8"))
    return {name: KnownGold(row["gold"], row["reason"], tuple(row["accept"])) for name, row in rows.items()}

"""Data sets of NeMo Gym: rows as JSON lines, which its agents read and send to a resources server."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from reasongym import registry
from reasongym.agents.adapters.rows import to_text
from reasongym.core import Json, Row
from reasongym.export.records import record, template_named

_AGENTS = ("simple_agent", "gymnasium_agent")


def lines(rows: Iterable[Row], template: str = "default") -> Iterator[dict[str, Json]]:
    """Yield rows of a data set: the prompt as `responses_create_params`, and the row as JSON text.

    Each names its agent: `simple_agent` where one response is judged, else `gymnasium_agent`.
    """
    named = template_named(template)
    for row in rows:
        is_long = registry.get(row.env_id).turn_limit(row) > 1
        yield {
            "responses_create_params": {"input": record(registry.problem(row), named).messages},
            "row": to_text(row),
            "agent_ref": {"type": "responses_api_agents", "name": _AGENTS[is_long]},
        }


def write(rows: Iterable[Row], path: Path, template: str = "default") -> int:
    """Write a data set as JSON lines; returns how many."""
    told = [msgspec.json.encode(line) + b"\n" for line in lines(rows, template)]
    path.write_bytes(b"".join(told))
    return len(told)

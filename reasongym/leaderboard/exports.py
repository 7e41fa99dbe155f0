"""The board as data: everything of the measured rows as JSON, the figures of all rows as CSV."""

import csv
import io
from collections.abc import Sequence

import msgspec

from reasongym.core import Json
from reasongym.leaderboard.rows import BoardRow, ReportedRow

COLUMNS = (
    "tier", "suite", "suite_digest", "model", "policy", "player_digest", "protocol", "protocol_digest",
    "grader", "key", "problems", "samples", "solve_rate", "low", "high", "mean_tokens", "source",
)  # fmt: skip
"""`low` and `high` are the 95% interval for other problems of the kind; what is not known is empty."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; a model's name is anybody's text."""


def as_json(rows: Sequence[BoardRow]) -> str:
    """Return the measured rows with protocol, player and every figure."""
    return msgspec.json.format(msgspec.json.encode(list(map(_exported, rows)))).decode()


def as_csv(rows: Sequence[BoardRow], reported: Sequence[ReportedRow]) -> str:
    """Return a line for each row; solve rates are shares of 1, also of what was reported in percent."""
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(COLUMNS)
    for cells in (*map(_measured, rows), *map(_reported, reported)):
        table.writerow([_cell(cells.get(name)) for name in COLUMNS])
    return lines.getvalue()


def _exported(row: BoardRow) -> dict[str, Json]:
    run = row.run
    return {
        "tier": row.tier,
        "player": run.player,
        "protocol": run.protocol,
        "versions": run.versions,
        "result": row.result,
    }


def _measured(row: BoardRow) -> dict[str, Json]:
    result, scores, player = row.result, row.result.scores, row.run.player
    return {
        "tier": row.tier,
        "suite": result.suite,
        "suite_digest": result.suite_digest,
        "model": player.model,
        "policy": player.policy,
        "player_digest": result.player_digest,
        "protocol": row.run.protocol.title,
        "protocol_digest": result.protocol_digest,
        "grader": result.grader,
        "key": result.key,
        "problems": scores.num_problems,
        "samples": scores.samples,
        "solve_rate": scores.solve_rate,
        "low": scores.population.low,
        "high": scores.population.high,
        "mean_tokens": scores.mean_tokens,
    }


def _reported(row: ReportedRow) -> dict[str, Json]:
    return {
        "tier": "reported",
        "suite": row.benchmark,
        "model": row.model,
        "protocol": row.protocol,
        "samples": row.k,
        "solve_rate": round(row.value / 100, 6) if row.unit == "percent" else row.value,
        "source": row.source,
    }


def _cell(value: Json) -> Json:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

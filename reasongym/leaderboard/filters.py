"""What the rows of a suite may be filtered by: sizes, protocols and tiers that are there."""

from typing import Any

from reasongym.leaderboard.rendering import key_of
from reasongym.leaderboard.sizes import BANDS, UNKNOWN, band_of
from reasongym.leaderboard.suites import Standing

MAX_TITLE = 70


def filter_choices(standing: Standing) -> dict[str, Any]:
    """Return the choices of each filter as (value, words); one choice is none."""
    names = [*(row.run.player.name for row in standing.rows), *(told.model for told in standing.reported)]
    bands = {band_of(name) for name in names}
    protocols = {row.result.protocol_digest: row.run.protocol.title for row in standing.rows}
    protocols |= {key_of(told.protocol): told.protocol for told in standing.reported}
    tiers = [*(table.tier for table in standing.tables), *(["reported"] if standing.reported else [])]
    return {
        "size": [[band, band] for band in (*(name for name, _ in BANDS), UNKNOWN) if band in bands],
        "protocol": [
            [key, _short(title)] for key, title in sorted(protocols.items(), key=lambda item: item[1])
        ],
        "tier": [[tier, tier] for tier in tiers],
    }


def _short(title: str) -> str:
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"

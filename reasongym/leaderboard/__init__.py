"""The leaderboard: rows computed from run folders by judging them again, and a static site of them."""

from reasongym.leaderboard.rows import BoardRow, ReportedRow, collect, read_reported
from reasongym.leaderboard.site import build

__all__ = ["BoardRow", "ReportedRow", "build", "collect", "read_reported"]

"""The leaderboard: rows computed from run folders by judging them again, and a static site of them."""

from reasongym.leaderboard.regrading import read_flips, regrade
from reasongym.leaderboard.replaying import replay
from reasongym.leaderboard.rows import BoardRow, ReportedRow, collect, read_reported
from reasongym.leaderboard.site import build
from reasongym.leaderboard.submissions import submit
from reasongym.leaderboard.verification import Checked, check, verify

__all__ = [
    "BoardRow",
    "Checked",
    "ReportedRow",
    "build",
    "check",
    "collect",
    "read_flips",
    "read_reported",
    "regrade",
    "replay",
    "submit",
    "verify",
]

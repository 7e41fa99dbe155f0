"""What is known of each model: its measured rows on all suites, and what others reported of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reasongym.leaderboard.links import model_page
from reasongym.leaderboard.rows import BoardRow, ReportedRow
from reasongym.leaderboard.suites import Standing


@dataclass(frozen=True, slots=True)
class Profile:
    """A model by its name; revisions of one name are told apart in its rows."""

    name: str
    measured: list[tuple[Standing, BoardRow]] = field(default_factory=list[tuple[Standing, BoardRow]])
    """In the order of the suites, the stronger tier first."""
    reported: list[tuple[Standing, ReportedRow]] = field(default_factory=list[tuple[Standing, ReportedRow]])

    @property
    def is_baseline(self) -> bool:
        """Whether it marks the scale."""
        return any(row.is_baseline for _, row in self.measured)


def profiles(arranged: Sequence[Standing]) -> list[Profile]:
    """Gather the rows of each model; two names are one model where they make one page."""
    found: dict[str, Profile] = {}
    for standing in arranged:
        for row in standing.rows:
            _profile(found, row.run.player.name).measured.append((standing, row))
        for told in standing.reported:
            _profile(found, told.model).reported.append((standing, told))
    return list(found.values())


def _profile(found: dict[str, Profile], name: str) -> Profile:
    return found.setdefault(model_page(name), Profile(name))

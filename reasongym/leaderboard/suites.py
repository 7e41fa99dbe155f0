"""What is known of each suite: its measured rows, tier by tier and never mixed, and reported figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reasongym.evaluation.benchmarks import BUNDLES, ENV_ID, PARTS
from reasongym.leaderboard.links import suite_page
from reasongym.leaderboard.rows import BoardRow, ReportedRow, Table, tables

ALIASES = {"minerva_math": "minerva", "gpqa_diamond": "gpqa-diamond"}
"""What some call a suite of ours."""
MEASURED = [name for name, part in PARTS.items() if part.data == name and part.env_id == ENV_ID]
"""Benchmarks of mathematics that are for measuring, in our order; what is graded is for learning."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One suite, measured or only reported."""

    name: str
    page: str
    tables: Sequence[Table]
    """The measured rows, the strongest tier first."""
    reported: Sequence[ReportedRow]
    """By name, never by value."""

    @property
    def digest(self) -> str:
        """Of its problems; empty where nothing is measured."""
        return self.tables[0].suite_digest if self.tables else ""

    @property
    def can_be_measured(self) -> bool:
        """Whether `reasongym eval --suite` knows it."""
        return self.name in PARTS or self.name in BUNDLES

    @property
    def is_benchmark(self) -> bool:
        """Whether it is a benchmark, ours or one that others alone report, and no slice of an environment."""
        return self.can_be_measured or not self.tables

    @property
    def rows(self) -> list[BoardRow]:
        """Every measured row."""
        return [row for table in self.tables for row in table.rows]

    @property
    def models(self) -> list[BoardRow]:
        """The rows that compete, best first within their tier."""
        return [row for row in self.rows if not row.is_baseline]

    @property
    def num_problems(self) -> int | None:
        """How many problems it has; None where nobody here knows."""
        if self.tables:
            return self.tables[0].rows[0].result.scores.num_problems
        names = BUNDLES.get(self.name, (self.name,))
        return sum(PARTS[name].num_problems for name in names) if self.can_be_measured else None


def standings(rows: Iterable[BoardRow], reported: Sequence[ReportedRow]) -> list[Standing]:
    """Arrange everything by suite; beside reported figures stand the benchmarks that nobody measured."""
    told = _by_suite(reported)
    arranged = _measured(rows, told)
    there = {one.name for one in arranged}
    names = [name for name in [*(MEASURED if reported else ()), *told] if name not in there]
    arranged += [Standing(name, suite_page(name), [], told.get(name, [])) for name in dict.fromkeys(names)]
    return sorted(arranged, key=lambda one: (_place(one.name), one.name.casefold(), one.digest))


def _measured(rows: Iterable[BoardRow], told: dict[str, list[ReportedRow]]) -> list[Standing]:
    """Make the standings of suites with rows; a benchmark's page bears its name, once."""
    arranged: dict[str, Standing] = {}
    suites = groupby(tables(rows), key=lambda table: (table.suite, table.suite_digest))
    for (name, digest), of_tiers in suites:
        page = suite_page(name) if name in {*PARTS, *BUNDLES} else suite_page(name, digest)
        if page in arranged:
            page = suite_page(name, digest)
        arranged[page] = Standing(name, page, list(of_tiers), told.get(name, []))
    return list(arranged.values())


def _place(name: str) -> int:
    """Keep benchmarks in our own order, before what others alone report."""
    order = [*PARTS, *BUNDLES]
    return order.index(name) if name in order else len(order)


def _by_suite(reported: Iterable[ReportedRow]) -> dict[str, list[ReportedRow]]:
    named = [(ALIASES.get(row.benchmark, row.benchmark), row) for row in reported]
    ordered = sorted(named, key=lambda item: (item[0], item[1].model.casefold(), item[1].source))
    return {name: [row for _, row in those] for name, those in groupby(ordered, key=lambda item: item[0])}

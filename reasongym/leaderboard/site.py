"""The static site: an index of suites, and a page for each suite, its problems, each model and each run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reasongym.errors import DataError
from reasongym.leaderboard.changes import changes
from reasongym.leaderboard.exports import as_csv, as_json
from reasongym.leaderboard.filters import filter_choices
from reasongym.leaderboard.links import model_page, problems_page, run_page
from reasongym.leaderboard.plots import tokens_plot
from reasongym.leaderboard.problem_views import problems_data
from reasongym.leaderboard.profiles import profiles
from reasongym.leaderboard.regrading import LoggedFlip
from reasongym.leaderboard.rendering import Renderer
from reasongym.leaderboard.rows import BoardRow, ReportedRow
from reasongym.leaderboard.suites import Standing, standings
from reasongym.leaderboard.viewing import viewer_data

GENERATOR = b'<meta name="generator" content="reasongym board">'
"""In the head of every page that a build wrote."""
MOST_SHOWN = 300
"""Rows of a table before it is asked for all."""
TIERS = {
    "live": "Played on problems that were drawn after the model was fixed; every verdict recomputed.",
    "replayed": "A part of the completions was sampled again from the model; every verdict recomputed.",
    "rescored": "Every verdict was recomputed; that the model said this is its submitter's word.",
}


def build(
    rows: Sequence[BoardRow],
    output: Path,
    reported: Sequence[ReportedRow] = (),
    flips: Sequence[LoggedFlip] = (),
) -> Path:
    """Write the site and return the path of its index; raises DataError where it cannot be written."""
    written: set[str] = set()
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in _pages(rows, reported, flips):
            (output / name).write_text(text, encoding="utf-8")
            written.add(name)
        _remove_stale(output, written)
    except OSError as error:
        raise DataError(
            f"cannot write the page to {output}: {error.strerror}; choose another --output"
        ) from error
    return output / "index.html"


def _remove_stale(output: Path, written: set[str]) -> None:
    """Remove the pages of what is no longer on the board, and no other file."""
    for path in output.glob("*.html"):
        if path.name not in written and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return GENERATOR in file.read(1_000)


def _pages(
    rows: Sequence[BoardRow], reported: Sequence[ReportedRow], flips: Sequence[LoggedFlip]
) -> Iterator[tuple[str, str]]:
    """Give every file of the site, one at a time: together they may be large."""
    renderer = Renderer()
    arranged = standings(rows, reported)
    changed = changes(rows, flips)
    yield "index.html", renderer.page("index.html", {"groups": _groups(arranged), "changes": changed})
    if changed:
        yield "flips.html", renderer.page("flips.html", {"changes": changed})
    for standing in arranged:
        yield from _of_suite(renderer, standing)
    for one in profiles(arranged):
        named = [(row, row.result.suite) for _, row in one.measured]
        yield model_page(one.name), renderer.page("model.html", {"it": one, "plot": tokens_plot(named)})
    yield "board.json", as_json(rows)
    yield "board.csv", as_csv(rows, reported)


def _of_suite(renderer: Renderer, standing: Standing) -> Iterator[tuple[str, str]]:
    yield standing.page, renderer.page("suite.html", _suite(standing), script="filters.js")
    if standing.digest:
        shown = {"it": standing, "data": problems_data(standing.rows)}
        yield problems_page(standing.digest), renderer.page("problems.html", shown, script="problems.js")
    for row in standing.rows:
        plot = tokens_plot([(row, row.run.player.name)])
        shown = {"row": row, "standing": standing, "plot": plot, "data": viewer_data(row)}
        yield run_page(row), renderer.page("run.html", shown, script="viewer.js")


def _suite(standing: Standing) -> dict[str, Any]:
    return {
        "it": standing,
        "plot": tokens_plot([(row, row.run.player.name) for row in standing.rows]),
        "filters": filter_choices(standing),
        "TIERS": TIERS,
        "MOST_SHOWN": MOST_SHOWN,
    }


def _groups(arranged: Sequence[Standing]) -> list[tuple[str, list[Standing]]]:
    """Set environments apart from benchmarks; what nobody measured comes last."""
    environments = [one for one in arranged if not one.is_benchmark]
    benchmarks = [one for one in arranged if one.is_benchmark]
    return [
        (title, those)
        for title, those in (("Environments", environments), ("Benchmarks", benchmarks))
        if those
    ]

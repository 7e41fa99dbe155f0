"""Accuracy against tokens: where marks stand, what a run's own curve says, and names that do not meet."""

import math
from dataclasses import replace

import pytest

from reasongym.episodes import Episode
from reasongym.leaderboard.plots import HEIGHT, MOST_MARKS, MOST_NAMED, WIDTH, tokens_plot
from reasongym.leaderboard.rows import BoardRow, read_row
from tests.leaderboard.runs import countdown


@pytest.fixture(scope="module")
def row(tmp_path_factory: pytest.TempPathFactory) -> BoardRow:
    return read_row(countdown(tmp_path_factory.mktemp("thinker") / "run", samples=1))


def spending(row: BoardRow, tokens: float, rate: float, name: str = "m") -> BoardRow:
    scores = replace(row.result.scores, mean_tokens=tokens, solve_rate=rate)
    player = replace(row.run.player, model=name)
    return replace(row, result=replace(row.result, scores=scores), run=replace(row.run, player=player))


def named(rows: list[BoardRow]) -> list[tuple[BoardRow, str]]:
    return [(row, row.run.player.name) for row in rows]


def is_right(one: Episode) -> bool:
    return bool(one.verdict and one.verdict.correct)


def test_a_runs_curve_counts_right_episodes_that_had_ended(row: BoardRow) -> None:
    """The plot's ticks are even in logarithms, which gives back the tokens of a place on its curve."""
    plot = tokens_plot(named([row]))
    assert plot is not None
    (x0, told0), (x1, told1) = plot.ticks[0], plot.ticks[-1]
    low, high = (math.log(int(told.replace(",", ""))) for told in (told0, told1))
    right = [sum(len(c.token_ids) for c in one.completions) for one in row.episodes if is_right(one)]
    places = [tuple(map(float, place.split(","))) for place in plot.marks[0].curve.split()]
    assert len(places) > 10
    for x, y in places:
        tokens = math.exp(low + (high - low) * (x - x0) / (x1 - x0))
        least, most = (sum(one <= slack * tokens for one in right) for slack in (0.99, 1.01))
        assert least - 0.1 <= len(row.episodes) * (1 - y / HEIGHT) <= most + 0.1
    assert places[-1][1] == pytest.approx(HEIGHT * (1 - row.result.scores.solve_rate), abs=0.1)
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))


def test_marks_stand_by_tokens_and_accuracy(row: BoardRow) -> None:
    plot = tokens_plot(named([spending(row, 100.0, 0.25), spending(row, 1000.0, 0.75)]))
    assert plot is not None
    other, one = plot.marks
    assert 0 <= one.spot.x < other.spot.x <= WIDTH
    assert (one.spot.y, other.spot.y) == (0.75 * HEIGHT, 0.25 * HEIGHT)
    ticks = dict((told, x) for x, told in plot.ticks)
    assert ticks["100"] == pytest.approx(one.spot.x)
    assert ticks["1,000"] == pytest.approx(other.spot.x)


def test_runs_without_tokens_are_not_drawn(row: BoardRow) -> None:
    silent = replace(row.result.scores, mean_tokens=None)
    assert tokens_plot(named([replace(row, result=replace(row.result, scores=silent))])) is None


def test_names_that_would_meet_are_left_to_hovering(row: BoardRow) -> None:
    rows = [spending(row, 100.0 + n, 0.5, "a model of some name") for n in range(10)]
    plot = tokens_plot(named(rows))
    assert plot is not None
    shown = [mark.label for mark in plot.marks if mark.label and mark.label.is_shown]
    assert 1 <= len(shown) < 10
    for at, one in enumerate(shown):
        assert all(one.anchor != other.anchor or abs(one.y - other.y) >= 15 for other in shown[at + 1 :])


def test_a_crowd_is_drawn_without_names(row: BoardRow) -> None:
    plot = tokens_plot(named([spending(row, 10.0 + n, 0.5) for n in range(MOST_NAMED + 1)]))
    assert plot is not None
    assert not any(mark.label or mark.curve for mark in plot.marks)


def test_of_very_many_runs_the_best_are_drawn(row: BoardRow) -> None:
    plot = tokens_plot(named([spending(row, 10.0, n / 1000) for n in range(MOST_MARKS + 7)]))
    assert plot is not None
    assert (len(plot.marks), plot.num_left_out) == (MOST_MARKS, 7)
    assert min(mark.row.result.scores.solve_rate for mark in plot.marks) == 7 / 1000

"""A run's page is drawn from its logs, whole in itself, and hostile to nobody."""

import math
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.planted_faults import CONFIG, PaysNothing, primed_model
from reasongym.agents import live_page
from reasongym.agents.curves import HEIGHT, KINDS, MOST_LINES, MOST_POINTS, WIDTH, charts, figure
from reasongym.agents.detectors import Alert
from reasongym.agents.live_page import SECONDS_BETWEEN, PageReporter, read_alerts, write_page
from reasongym.agents.metrics import Metrics
from reasongym.agents.run_folder import RunFolder
from reasongym.errors import DataError

ALERT = Alert(2, "dead signal", "no <b>group</b> has a signal", "Choose an easier level")
NAMES = (*(name for names in KINDS.values() for name in names), "reason/ok", "reason/no_answer", "brand_new")


def _folder(path: Path, steps: int = 3, *, alerts: bool = True) -> Path:
    folder = RunFolder(path)
    folder.open('[problems]\nenv = "reasongym/Gcd-v0"\n\n[run]\nsteps = 10\n')
    for step in range(1, steps + 1):
        folder.append_json("metrics.jsonl", {"step": step, "solve_rate": step / 10, "grad_norm": math.nan})
    if alerts:
        folder.append_json(
            "alerts.jsonl",
            {"step": 2, "detector": ALERT.detector, "says": ALERT.says, "advice": ALERT.advice},
        )
    return path


# -- curves -----------------------------------------------------------------------------------------------

values = st.floats(-1e9, 1e9) | st.just(math.nan) | st.just(math.inf)


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), values), min_size=1, max_size=40))
def test_every_metric_is_drawn_once_and_inside_its_drawing(figures: list[Metrics]) -> None:
    stream = [{**one, "step": float(step)} for step, one in enumerate(figures, 1)]
    drawn = charts(stream, [1])
    names = {name for metrics in stream for name in metrics} - {"step"}
    shown = [line.name for chart in drawn for line in chart.lines]
    plain = {name.partition("/")[2] or name.replace("_", " ") for name in names}
    assert len(shown) == len(set(shown))
    assert set(shown) == plain
    for chart in drawn:
        assert 1 <= len(chart.lines) <= MOST_LINES
        for line in chart.lines:
            for points in (line.raw, line.smooth):
                for point in points.split():
                    x, y = map(float, point.split(","))
                    assert 0 <= x <= WIDTH
                    assert -1e-6 <= y <= HEIGHT + 1e-6


def test_a_long_run_is_thinned_to_the_mean_of_neighbours() -> None:
    stream = [{"step": float(step), "loss": float(step % 2)} for step in range(1, 10 * MOST_POINTS + 1)]
    (chart,) = charts(stream, [])
    points = [point.split(",") for point in chart.lines[0].raw.split()]
    assert len(points) == MOST_POINTS
    assert {float(y) for _, y in points} == {HEIGHT / 2}


def test_what_is_measured_now_and_then_is_drawn_as_dots() -> None:
    stream = [{"step": float(step), "solve_rate": 0.5} for step in range(1, 12)]
    stream[0]["eval_solve_rate"], stream[10]["eval_solve_rate"] = 0.0, 1.0
    (chart,) = charts(stream, [])
    assert [line.dots for line in chart.lines] == [[], [(0.0, HEIGHT), (WIDTH, 0.0)]]


def test_many_metrics_of_a_kind_leave_the_least_out() -> None:
    stream = [{"step": 1.0} | {f"reason/{place}": place / 100 for place in range(20)}]
    (chart,) = charts(stream, [])
    assert {line.name for line in chart.lines} == {str(place) for place in range(20 - MOST_LINES, 20)}


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (123.4, "123"), (4e-4, "0.0004"), (math.nan, "not finite")]
)
def test_figures_are_short(value: float, text: str) -> None:
    assert figure(value) == text


# -- the page ---------------------------------------------------------------------------------------------


def test_a_page_tells_where_the_run_is_and_renews_itself_only_while_it_goes_on(tmp_path: Path) -> None:
    page = write_page(_folder(tmp_path / "run"), is_running=True).read_text()
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Gcd-v0 <span>step 3 of 10</span>" in page
    assert "<dt>solved</dt><dd>30.0%</dd>" in page
    assert "<dt>gradient norm</dt><dd>not finite</dd>" in page
    stopped = write_page(tmp_path / "run", is_running=False).read_text()
    assert "refresh" not in stopped
    assert "Stopped here" in stopped
    assert "Finished." in write_page(_folder(tmp_path / "whole", 10), is_running=False).read_text()


def test_a_page_before_the_first_step_says_so(tmp_path: Path) -> None:
    page = write_page(_folder(tmp_path, 0, alerts=False), is_running=True).read_text()
    assert "The first step is not done yet." in page
    assert "Alerts" not in page


def test_a_page_is_whole_and_runs_nothing_but_its_own_style(tmp_path: Path) -> None:
    page = write_page(_folder(tmp_path), is_running=True).read_text()
    assert "No &lt;b&gt;group&lt;/b&gt; has a signal. <i>Choose an easier level.</i>" in page.replace(
        "&amp;", "&"
    )
    assert not re.search(r"(src|href)=", page)
    assert "<script" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    allowed = policy[1].replace("&#39;", "'")
    assert f"default-src 'none'; style-src 'sha256-{digest}'; script-src 'none'" in allowed


def test_alerts_are_read_back_and_a_corrupt_line_is_named(tmp_path: Path) -> None:
    assert read_alerts(_folder(tmp_path)) == [ALERT]
    with (tmp_path / "alerts.jsonl").open("a") as file:
        file.write('{"step": 1}\n')
    with pytest.raises(DataError, match=r"alerts.jsonl:2 is not an alert"):
        read_alerts(tmp_path)


def test_a_page_is_written_now_and_then_at_once_on_an_alert_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    written: list[bool] = []

    def write(folder: Path, *, is_running: bool) -> Path:
        written.append(is_running)
        return folder

    monkeypatch.setattr(live_page.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(live_page, "write_page", write)
    reporter = PageReporter(tmp_path)
    for now, alerts in ((0.0, []), (1.0, []), (2.0, [ALERT]), (3.0, []), (2.0 + SECONDS_BETWEEN, [])):
        clock[0] = now
        reporter.report({"step": 1.0}, alerts)
    reporter.close()
    assert written == [True, True, True, False]


def test_a_run_writes_its_page_and_the_page_changes_no_log(tmp_path: Path) -> None:
    logs = ("metrics.jsonl", "alerts.jsonl", "episodes.jsonl")
    rollout, run = replace(CONFIG.rollout, groups=4, group_size=4), replace(CONFIG.run, steps=13)
    for name, reporters in (("with", ("page",)), ("without", ())):
        config = replace(CONFIG, rollout=rollout, run=replace(run, reporters=reporters))
        PaysNothing(config, primed_model(tmp_path), tmp_path / name).run()
    assert "step 13 of 13" in (tmp_path / "with" / "index.html").read_text()
    assert "<b>dead signal</b>" in (tmp_path / "with" / "index.html").read_text()
    assert not (tmp_path / "without" / "index.html").exists()
    for log in logs:
        assert (tmp_path / "with" / log).read_bytes() == (tmp_path / "without" / log).read_bytes()

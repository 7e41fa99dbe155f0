"""The page of a run, `index.html` in its folder: latest figures, alerts and curves, renewed while it runs.

It is drawn from the run's logs alone, so it can be written at any time by anybody.
"""

import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from reasongym.agents.curves import charts, figure
from reasongym.agents.detectors import Alert
from reasongym.agents.metrics import Metrics, read_metrics
from reasongym.agents.pages import render
from reasongym.agents.run_folder import ALERTS_FILE, METRICS_FILE, whole_lines, write_whole
from reasongym.errors import DataError

PAGE_FILE = "index.html"
SECONDS_BETWEEN = 5.0
"""Least time between two writings."""
MOST_SHARE = 0.02
"""Most of a run's time that they may take."""
REFRESH_S = 5
TITLES = {
    "solve_rate": "solved",
    "eval_solve_rate": "solved (eval)",
    "reward": "reward",
    "live_groups": "groups with a signal",
    "sampled_entropy": "entropy",
    "completion_tokens": "tokens",
    "truncated": "cut off",
    "grad_norm": "gradient norm",
}
"""The latest figures at the top."""
SHARES = ("solve_rate", "eval_solve_rate", "live_groups", "truncated")


class Latest(NamedTuple):
    """A metric with its latest value."""

    title: str
    value: str


def latest_figures(stream: list[Metrics]) -> list[Latest]:
    """Return the figures that tell most of a run, each at the last step that has it."""
    found: dict[str, float] = {}
    for metrics in stream:
        found.update((name, metrics[name]) for name in TITLES if name in metrics)
    return [
        Latest(title, f"{found[name]:.1%}" if name in SHARES else figure(found[name]))
        for name, title in TITLES.items()
        if name in found
    ]


def read_alerts(folder: Path) -> list[Alert]:
    """Read a run's alerts; raises DataError naming the line that is corrupt."""
    path = folder / ALERTS_FILE
    if not path.exists():
        return []
    alerts: list[Alert] = []
    for number, line in enumerate(whole_lines(path), 1):
        try:
            alerts.append(msgspec.json.decode(line, type=Alert))
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number} is not an alert ({error})") from error
    return alerts


def write_page(folder: Path, *, is_running: bool) -> Path:
    """Write the page of a run, in full or not at all; returns its path."""
    stream = read_metrics(folder) if (folder / METRICS_FILE).exists() else []
    alerts = read_alerts(folder)
    config = (folder / "config.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(config)
    shown: dict[str, Any] = {
        "folder": str(folder),
        "title": title_of(tables),
        "step": int(stream[-1]["step"]) if stream else 0,
        "num_steps": tables["run"]["steps"],
        "is_running": is_running,
        "refresh_s": REFRESH_S,
        "latest": latest_figures(stream),
        "alerts": alerts[::-1],
        "charts": charts(stream, [alert.step for alert in alerts]) if stream else [],
        "config": config,
    }
    page = folder / PAGE_FILE
    write_whole(page, render("run.html", shown).encode())
    return page


def title_of(tables: dict[str, Any]) -> str:
    """Name what a run of this config practises."""
    problems = tables["problems"]
    envs = [source["env"] for source in problems.get("mixture", ())] or [problems["env"]]
    return " and ".join(env.removeprefix("reasongym/") for env in envs)


class PageReporter:
    """Keeps the page of a run up to date."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._due = 0.0

    def report(self, metrics: Metrics, alerts: list[Alert]) -> None:
        """Write the page, unless that was done a moment ago and nothing is wrong."""
        if alerts or time.monotonic() >= self._due:
            started = time.monotonic()
            write_page(self._folder, is_running=True)
            took = time.monotonic() - started
            self._due = time.monotonic() + max(SECONDS_BETWEEN, took / MOST_SHARE)

    def close(self) -> None:
        """Write the page a last time; it stays as it is."""
        write_page(self._folder, is_running=False)

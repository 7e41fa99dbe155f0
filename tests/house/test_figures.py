"""The README's figures are those on record in benchmarks/results."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import reasongym
from benchmarks import pages

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _recorded(item: str) -> Any:
    return json.loads((ROOT / "benchmarks" / "results" / f"{item}.json").read_text())


def _told(pattern: str) -> list[int]:
    found = re.search(pattern, README)
    assert found, f"the README no longer says {pattern!r}"
    return [int(group) for group in found.groups()]


def _percent(rate: float) -> int:
    return round(100 * rate)


@pytest.mark.parametrize(
    ("pattern", "player"),
    [
        (r"random legal play \| (\d+)%", "random"),
        (r"primed model \| (\d+)%", "primed"),
        (r"trained model \| (\d+)%", "trained"),
        (r"and (\d+)% on the train split", "trained, train split"),
    ],
)
def test_what_the_first_seed_of_the_demo_solves(pattern: str, player: str) -> None:
    assert _told(pattern) == [_percent(_recorded("demo-0")["figures"][player]["solve_rate"])]


def test_what_the_other_seeds_of_the_demo_solve() -> None:
    others = {_percent(_recorded(f"demo-{seed}")["figures"]["trained"]["solve_rate"]) for seed in (1, 2)}
    low, high = _told(r"seeds 1 and 2 end at (\d+)% and (\d+)%")
    assert others == {low, high}


def test_what_a_step_costs_beside_trl() -> None:
    bars = {bar["name"]: bar["figure"] for bar in _recorded("race")["bars"]}
    told = _told(
        r"0\.(\d\d) \(ragged lengths\), 0\.(\d\d) \(sixteen episodes on long prompts\) or "
        r"0\.(\d\d) \(equal\s+lengths\)"
    )
    names = ("ragged lengths", "16 episodes on prompts as long as completions", "equal lengths")
    assert told == [_percent(bars[f"CPU seconds as a share of trl's, {name}"]) for name in names]


def test_how_many_environments_there_are() -> None:
    assert _told(r"\[(\d+) environments\]") == [len(reasongym.specs())]


def test_every_recorded_bar_is_met() -> None:
    for path in (ROOT / "benchmarks" / "results").glob("*.json"):
        bars: list[dict[str, Any]] = json.loads(path.read_text()).get("bars", [])
        assert [bar for bar in bars if not bar["is_met"]] == [], path.name


@pytest.mark.parametrize("name", list(pages.recorded()))
def test_a_table_is_what_its_record_says(name: str) -> None:
    text = (pages.DOCS / pages.TABLES[name].page).read_text(encoding="utf-8")
    assert pages.renewed(name, text) == text, "python -m benchmarks.pages renews it"

"""How fast Countdown is generated and verified on one core, beside reasoning-gym's in the same run.

`make bench` runs it as a test; alone: `.venv-bench/bin/python -m benchmarks.bench_countdown`. Rates are CPU
seconds of the process, the median of interleaved windows, so a busy machine shifts them little. The figures
go to benchmarks/results/countdown_speed.json. Without reasoning-gym installed its columns are left out.
"""

import importlib.metadata
import importlib.util
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import reasongym
from benchmarks.timing import Once, rates
from reasongym.core import Problem, Row

RESULTS = Path(__file__).parent / "results" / "countdown_speed.json"
ENV = reasongym.get("Countdown-v0")
LEVELS = range(len(ENV.levels))
NUM_WINDOWS = 5
WINDOW_S = 0.5
MIN_GENERATED_PER_S, MIN_VERIFIED_PER_S, MAX_ITEM_S = 20_000, 40_000, 0.05
BARRED_LEVELS = (2, 3, 4, 5)
"""The levels of 4 to 6 numbers."""
FORMS = {"plain": "%s", "boxed": "So it is \\boxed{%s}.", "tags": "<think>hm</think>\n<answer> %s </answer>"}


def contestants() -> dict[str, Once]:
    """Return what is timed: each does one item, told its number."""
    entries: dict[str, Once] = {}
    for level in LEVELS:
        problems = [ENV.problem(ENV.row(seed, level=level)) for seed in range(500)]
        entries[f"reasongym level {level}, generate"] = _generate(level)
        for form, template in FORMS.items():
            entries[f"reasongym level {level}, verify {form}"] = _verify(problems, template)
    if importlib.util.find_spec("reasoning_gym"):
        for num_numbers in (4, 5, 6):
            entries |= _peer(num_numbers)
    return entries


def _generate(level: int) -> Once:
    """Make the row too: one that was used before has its key at hand."""
    return lambda number: ENV.problem(Row(ENV.env_id, level, "train", number))


def _verify(problems: list[Problem], template: str) -> Once:
    answers = [(problem.data, template % ENV.oracle(problem.data)[0]) for problem in problems]
    return lambda number: ENV.verify(*answers[number % len(answers)])


def _peer(num_numbers: int) -> dict[str, Once]:
    """Return reasoning-gym's countdown for so many numbers, its other settings as it ships them."""
    reasoning_gym: Any = importlib.import_module("reasoning_gym")
    size = {"min_numbers": num_numbers, "max_numbers": num_numbers}
    dataset = reasoning_gym.create_dataset("countdown", seed=1, size=10**6, **size)
    items = [dataset[index] for index in range(30)]
    return {
        f"reasoning-gym {num_numbers} numbers, generate": lambda number: dataset[1_000 + number],
        f"reasoning-gym {num_numbers} numbers, verify": lambda number: dataset.score_answer(
            items[number % len(items)]["answer"], items[number % len(items)]
        ),
    }


def missed_bars(found: dict[str, dict[str, Any]]) -> list[str]:
    """Name the entries of 4 to 6 numbers that are under the bars, and every item that takes too long."""
    missed: list[str] = []
    for name, rate in found.items():
        if not name.startswith("reasongym"):
            continue
        bar = MIN_GENERATED_PER_S if name.endswith("generate") else MIN_VERIFIED_PER_S
        is_barred = any(f"level {level}," in name for level in BARRED_LEVELS)
        if (is_barred and rate["per_s"] < bar) or rate["slowest_s"] > MAX_ITEM_S:
            missed.append(f"{name}: {rate}")
    return missed


def write(found: dict[str, dict[str, Any]]) -> None:
    """Write the figures with what is needed to judge them."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    record = {
        "command": "python -m benchmarks.bench_countdown",
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, one core",
        "versions": {name: _version(name) for name in ("gymnasium", "numpy", "reasoning-gym")},
        "unit": "items per CPU second, median of interleaved windows",
        "rates": found,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def test_countdown_is_as_fast_as_promised() -> None:
    """Every bar holds; the figures are written either way."""
    found = rates(contestants(), NUM_WINDOWS, WINDOW_S)
    write(found)
    assert missed_bars(found) == []


if __name__ == "__main__":
    measured = rates(contestants(), NUM_WINDOWS, WINDOW_S)
    write(measured)
    for entry, rate in measured.items():
        print(f"{entry:<40} {rate['per_s']:>9,}/s   slowest {1000 * rate['slowest_s']:.2f} ms")
    sys.exit("\n".join(missed_bars(measured)))

"""How many Sokoban levels one core makes, beside gym-sokoban and reasoning-gym in the same run.

`make bench` runs it as a test; alone: `.venv-bench/bin/python -m benchmarks.bench_sokoban`. The contestants
take turns, each window in a process of its own with a time limit, because peers can hang; rates are levels
per CPU second, their generator called directly (gym-sokoban's `make` and `step` fail on numpy 2). A level
that a peer gives up on counts its time and nothing else. The first level, which loads and compiles what is
needed, is made before the clock starts. The figures go to benchmarks/results/sokoban_speed.json.
Peers that are not installed are left out.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import reasongym
from reasongym.core import Row
from reasongym.envs.sokoban import search

RESULTS = Path(__file__).parent / "results" / "sokoban_speed.json"
ENV = reasongym.get("Sokoban-v0")
NUM_WINDOWS = 3
WINDOW_S = 2.0
LIMIT_S = 40
MAX_ITEM_S = 1.0
MAX_P99_S = 0.2
OURS = {"6x6, 2 boxes": 2, "10x10, 3 boxes": 5}
MIN_PER_S = {"6x6, 2 boxes": 1_000, "10x10, 3 boxes": 50}
SIZES = {"6x6, 2 boxes": (6, 2), "10x10, 3 boxes": (10, 3)}

Once = Callable[[int], object]


def contestants() -> dict[str, Callable[[], Once]]:
    """Return by name what prepares a contestant; it makes one level, told its number."""
    entries: dict[str, Callable[[], Once]] = {}
    for name, size in SIZES.items():
        entries[f"reasongym {name}"] = partial(_ours, OURS[name])
        if importlib.util.find_spec("gym_sokoban"):
            entries[f"gym-sokoban {name}"] = partial(_gym_sokoban, *size)
        if importlib.util.find_spec("reasoning_gym"):
            entries[f"reasoning-gym {name}"] = partial(_reasoning_gym, *size)
    for level in range(len(ENV.levels)):
        if level not in OURS.values():
            entries[f"reasongym level {level}"] = partial(_ours, level)
    for level in (2, 5):
        entries[f"reasongym level {level}, without numba"] = partial(_ours_in_python, level)
    return entries


def _ours(level: int) -> Once:
    search.compiled()
    ENV.problem(ENV.row(0, level=len(ENV.levels) - 1))  # levels with much to search compile at once
    return lambda number: ENV.problem(Row(ENV.env_id, level, "train", number))


def _ours_in_python(level: int) -> Once:
    search.search = search.run_python
    return lambda number: ENV.problem(Row(ENV.env_id, level, "train", number))


def _gym_sokoban(side: int, num_boxes: int) -> Once:
    package = importlib.util.find_spec("gym_sokoban")
    assert package is not None
    assert package.origin is not None
    # Its one file that matters: the package itself imports pkg_resources, which setuptools no longer has.
    spec = importlib.util.spec_from_file_location(
        "room_utils", Path(package.origin).parent / "envs" / "room_utils.py"
    )
    assert spec is not None
    assert spec.loader is not None
    rooms: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rooms)
    num_steps = int(1.7 * 2 * side)  # as its environment asks for
    return lambda _number: rooms.generate_room((side, side), num_steps=num_steps, num_boxes=num_boxes)


def _reasoning_gym(side: int, num_boxes: int) -> Once:
    reasoning_gym: Any = importlib.import_module("reasoning_gym")
    size = {"min_w": side, "max_w": side, "min_h": side, "max_h": side}
    boxes = {"min_boxes": num_boxes, "max_boxes": num_boxes}
    dataset = reasoning_gym.create_dataset("sokoban", seed=1, size=10**6, **size, **boxes)
    return lambda number: dataset[number]


def run_window(name: str, start: int, window_s: float) -> dict[str, Any]:
    """Make levels for `window_s` CPU seconds, one at least; return what each took."""
    once = contestants()[name]()
    seconds: list[float] = []
    num_failed = 0
    with contextlib.suppress(Exception):
        once(start)  # what it needs is loaded now
    begun = before = time.process_time()
    while before - begun < window_s or not seconds:
        try:
            once(start + 1 + len(seconds) + num_failed)
        except (RuntimeError, RuntimeWarning):  # gym-sokoban raises a warning where it found no room
            num_failed += 1
            before = time.process_time()
            continue
        after = time.process_time()
        seconds.append(after - before)
        before = after
    return {"seconds": seconds, "num_failed": num_failed, "total_s": before - begun}


def of_sizes() -> list[str]:
    """Name the contestants of the two sizes that peers are raced on."""
    return [name for name in contestants() if name.endswith(tuple(SIZES))]


def rates(
    names: Iterable[str], num_windows: int = NUM_WINDOWS, window_s: float = WINDOW_S
) -> dict[str, dict[str, Any]]:
    """Time contestants in interleaved windows."""
    windows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(num_windows):
        for name, done in windows.items():
            done.append(_window_elsewhere(name, turn * 10**5, window_s))
    return {name: _summary(done) for name, done in windows.items()}


def _window_elsewhere(name: str, start: int, window_s: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.bench_sokoban", name, str(start), str(window_s)]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    except subprocess.TimeoutExpired:
        return {"seconds": [], "num_failed": 0, "total_s": LIMIT_S}
    return json.loads(found.stdout.strip().rpartition("\n")[2])  # a peer may print what it likes before it


def _summary(windows: list[dict[str, Any]]) -> dict[str, Any]:
    seconds = sorted(one for window in windows for one in window["seconds"])
    return {
        "per_s": median(len(window["seconds"]) / window["total_s"] for window in windows),
        "windows": [round(len(window["seconds"]) / window["total_s"], 2) for window in windows],
        "p99_s": seconds[int(0.99 * len(seconds))] if seconds else None,
        "slowest_s": seconds[-1] if seconds else None,
        "levels": len(seconds),
        "failed": sum(window["num_failed"] for window in windows),
        "hung": sum(not window["seconds"] for window in windows),
    }


def ratios(found: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return how many times as fast as each peer the levels of one size are made."""
    return {
        f"{peer} {size}": round(found[f"reasongym {size}"]["per_s"] / found[f"{peer} {size}"]["per_s"], 1)
        for size in SIZES
        for peer in ("gym-sokoban", "reasoning-gym")
        if found.get(f"{peer} {size}", {}).get("per_s")
    }


def missed_bars(found: dict[str, dict[str, Any]]) -> list[str]:
    """Name what is slower than promised."""
    missed: list[str] = []
    for name, rate in found.items():
        if not name.startswith("reasongym") or "without" in name:
            continue
        size = name.removeprefix("reasongym ")
        most_p99_s = MAX_P99_S if size in MIN_PER_S else MAX_ITEM_S
        is_slow = rate["per_s"] < MIN_PER_S.get(size, 0) or rate["slowest_s"] > MAX_ITEM_S
        if is_slow or rate["p99_s"] > most_p99_s:
            missed.append(f"{name}: {rate}")
    return missed


def write(found: dict[str, dict[str, Any]]) -> None:
    """Write the figures with what is needed to judge them."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    record = {
        "command": "python -m benchmarks.bench_sokoban",
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, one core",
        "versions": {name: _version(name) for name in ("numpy", "numba", "gym-sokoban", "reasoning-gym")},
        "unit": "levels per CPU second, median of interleaved windows; a window without a level hung",
        "times as fast": ratios(found),
        "rates": found,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def test_sokoban_is_as_fast_as_promised() -> None:
    """Every bar holds; the figures are written either way."""
    found = rates(contestants())
    write(found)
    assert missed_bars(found) == []


def main() -> None:
    """Race, or run one window for the process that races."""
    if len(sys.argv) == 4:
        print(json.dumps(run_window(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
        return
    found = rates(contestants())
    write(found)
    for name, rate in found.items():
        slowest = "hung" if rate["slowest_s"] is None else f"{1000 * rate['slowest_s']:.1f} ms"
        p99 = "" if rate["p99_s"] is None else f"{1000 * rate['p99_s']:.1f} ms"
        speed = f"{rate['per_s']:>10,.1f}/s   p99 {p99:>10}   slowest {slowest:>10}"
        print(f"{name:<34} {speed}   failed {rate['failed']}")
    for name, ratio in ratios(found).items():
        print(f"{ratio:>8,.1f} times as fast as {name}")
    sys.exit("\n".join(missed_bars(found)))


if __name__ == "__main__":
    main()

"""Measure what the README claims, item by item: `python -m benchmarks.prove`.

Each item writes benchmarks/results/NAME.json: its command, the commit and versions it ran on, its figures,
and each bar with what was found. An item whose file is of this very commit is skipped, so the same command
continues where it was stopped.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.bars import Bar, Outcome

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
SLICE_RESULTS = ROOT / "runs" / "proofs"
"""What every change is held to leaves no trace in the checkout."""
RECORDED = ("reasongym", "gymnasium", "numpy", "torch", "transformers", "trl", "reasoning-gym", "gym-sokoban")
"""Distributions whose versions may move a figure."""


class Item(NamedTuple):
    """A proof: where its function is, what it shows, and how long it takes on two cores."""

    function: str
    about: str
    minutes: float
    in_slice: bool = False
    """Quick and the same everywhere, so that every change is held to it."""


ITEMS = {
    "imports": Item("prove_imports:imports", "importing the package is light", 0.2, in_slice=True),
    "resume": Item("prove_resume:many_kills", "kill -9 at any moment changes nothing", 6),
    "gpu": Item(
        "gpu:gpu",
        "losses on the device beside float64, speed and memory; full size where there is CUDA",
        1,
        in_slice=True,
    ),
    "diagnosis": Item("prove_diagnosis:diagnosis", "detectors tell faults in time, and nothing else", 5),
    "flatten": Item("prove_flatten:flatten_bars", "training rows hold the sampled ids and no other", 3),
    "gradients": Item("prove_gradients:gradients", "gradients depend on neither cut, padding nor order", 1),
    "intervals": Item("prove_intervals:intervals", "95% intervals hold the truth 93 to 97 times in 100", 3),
    "countdown": Item("countdown_outcome:countdown", "Countdown's problems and verdicts hold", 60),
    "environments": Item("prove_environments:environments", "every environment passes every check", 60),
    "speed": Item("prove_speed:speed", "problems per second of every family, beside peers", 12),
    "grader": Item("prove_grader:grader", "answers of mathematics judged, beside Math-Verify", 3),
    "rescore": Item("prove_rescore:rescored", "a stored run is judged again in seconds", 0.5),
    "engines": Item("prove_engines:engines", "torch, vLLM and its server agree, and kills change nothing", 5),
    "vector": Item("bench_vector:vector", "native batches beside Gymnasium's", 5),
    "race": Item("race_grpo_step:step_race", "one GRPO step beside TRL and a bare loop", 20),
    "demo-0": Item("prove_demo:seed_0", "the demo learns from nothing, seed 0", 6),
    "demo-1": Item("prove_demo:seed_1", "the demo learns from nothing, seed 1", 6),
    "demo-2": Item("prove_demo:seed_2", "the demo learns from nothing, seed 2", 6),
    "learn-gcd": Item("prove_learning:gcd", "a model learns divisors from nothing", 3),
    "learn-knights-knaves": Item(
        "prove_learning:knights_knaves", "a model learns small puzzles from nothing", 5
    ),
    "learn-base-conversion": Item("prove_learning:base_conversion", "a model learns binary from nothing", 3),
    "learn-regex": Item("prove_learning:regex", "a model learns patterns by the sandbox's rewards", 12),
    "learn-tower-of-hanoi": Item(
        "prove_learning:tower_of_hanoi", "a model learns a game of several turns from nothing", 8
    ),
    "recipes": Item("prove_recipes:recipes", "recipes learn, each in its small form", 20),
    "algorithms": Item("compare_algorithms:comparison", "ten algorithms at equal samples", 50),
    "serving": Item("prove_serving:serving", "a server plays thousands of episodes a second", 4),
    "trainers": Item("prove_trainers:trainers", "outside trainers get our problems and rewards", 15),
    "trl": Item("prove_trl:trl", "TRL's trainer learns Countdown through our adapter", 8),
    "sandbox-battery": Item("prove_sandbox:battery", "hostile programs are harmless and unpaid", 40),
    "sandbox-steady": Item("prove_sandbox:steady", "verdicts do not depend on the load", 10),
    "sandbox-endurance": Item("prove_sandbox:endurance", "10,000 hostile jobs leave nothing behind", 40),
    "sandbox-speed": Item("prove_sandbox_speed:speed", "jobs beside a fresh interpreter each", 4),
    "sandbox-kills": Item("prove_sandbox:kills", "kill -9 of any process of the sandbox loses nothing", 12),
    "sandbox-docker": Item(
        "prove_containers:containers", "jobs in containers cost what they cost without an engine", 2
    ),
    "curriculum": Item(
        "race_curriculum:curriculum", "practice at the right level beside the goal's level", 30
    ),
}


def prove(name: str, results: Path, *, force: bool) -> bool:
    """Run one item, or read its result if it is of this commit; returns whether every bar is met."""
    path, commit = results / f"{name}.json", source_commit()
    if not force and (known := _known(path, commit)):
        return _told(name, known["bars"], "known")
    module, _, function = ITEMS[name].function.partition(":")
    print(f"{name}: {ITEMS[name].about} (about {ITEMS[name].minutes:g} min) ...", flush=True)
    started = time.perf_counter()
    outcome: Outcome = getattr(importlib.import_module(f"benchmarks.{module}"), function)()
    record = {
        "item": name,
        "command": f"python -m benchmarks.prove --only {name}",
        "commit": commit,
        "machine": machine(),
        "wall_s": round(time.perf_counter() - started, 1),
        "bars": [bar._asdict() for bar in outcome.bars],
        "figures": outcome.figures,
    }
    _write(path, record)
    return _told(name, record["bars"], f"{record['wall_s']:.0f} s")


def _known(path: Path, commit: str) -> dict[str, Any] | None:
    """Read a result of this commit; what ran on uncommitted changes proves nothing later."""
    if not path.exists() or commit.endswith(("dirty", "unknown")):
        return None
    record = json.loads(path.read_text())
    return record if record["commit"] == commit else None


def _write(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1) + "\n")
    os.replace(partial, path)


def _told(name: str, bars: list[dict[str, Any]], how: str) -> bool:
    """Print the bars of an item; returns whether all are met."""
    for each in bars:
        bar = Bar(**each)
        print(f"  {'met   ' if bar.is_met else 'MISSED'} {bar.name}: {bar.figure:.4g}, {bar.bound}")
    is_met = all(each["is_met"] for each in bars)
    print(f"{name}: {'met' if is_met else 'MISSED'} ({how})", flush=True)
    return is_met


def source_commit() -> str:
    """Name the last commit that changed anything but results; marked where files differ from it."""
    everything = ["--", ".", ":!benchmarks/results"]
    try:
        commit = _git("log", "-1", "--format=%h", *everything)
        return f"{commit}-dirty" if _git("status", "--porcelain", "-uno", *everything) else commit
    except (OSError, subprocess.CalledProcessError):  # no git, or not a checkout
        return "unknown"


def _git(*args: str) -> str:
    told = subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=True)
    return told.stdout.strip()


def machine() -> dict[str, Any]:
    """Describe what the figures were measured on."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        **{name: found for name in RECORDED if (found := _version(name))},
    }


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def main() -> int:
    """Run the chosen items; returns 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=ITEMS, metavar="NAME", help="run these items")
    parser.add_argument("--slice", action="store_true", help="run the quick ones that every change must pass")
    parser.add_argument("--force", action="store_true", help="run items whose result is known, too")
    parser.add_argument("--list", action="store_true", help="list the items")
    flags = parser.parse_args()
    if flags.list:
        for name, item in ITEMS.items():
            print(f"{name:12} {item.minutes:4g} min  {item.about}{'  (slice)' if item.in_slice else ''}")
        return 0
    names = flags.only or [name for name, item in ITEMS.items() if item.in_slice or not flags.slice]
    results = SLICE_RESULTS if flags.slice else RESULTS
    return 0 if all([prove(name, results, force=flags.force) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())

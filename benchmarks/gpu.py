"""A GPU in nine minutes: are the figures right, how fast is it, and how far from what the device could do.

    benchmarks/gpu.sh

On a machine with CUDA: log-probs, losses and gradients in float32 and bfloat16 beside a float64 reference;
then generated and trained tokens per second and peak memory of Qwen2 and Qwen3 shapes of random weights, of
ours and of TRL where it is installed, beside the floors of `gpu_floors.py`. Without CUDA all is tiny, so that
the same code runs everywhere. What does not fit into the time or the memory is left out, and the result
says so. It is the item `gpu` of `benchmarks/prove.py` and written to benchmarks/results/gpu.json.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from benchmarks.bars import Bar, Outcome, at_least, at_most
from benchmarks.gpu_course import SHAPES
from benchmarks.gpu_device import Rates
from benchmarks.gpu_floors import Work, generation_floors, matrix_parameters, training_floors
from benchmarks.gpu_jobs import Found, load_of

ROOT = Path(__file__).parents[1]
BUDGET_S = 510.0
"""Of nine minutes; the rest is for starting and stopping."""
LEAST_S = 15.0
"""No part is begun with less: starting torch and building a model take most of it."""
SIZES = ("0.1B", "0.5B", "1.5B")
NUM_CHECKS = 4
BOUNDS = {
    "float32": {
        "logprob_max": 1e-3,
        "sampler_logprob_max": 1e-3,
        "gradient": 1e-3,
        "moved_loss": 1e-4,
        "moved_gradient": 1e-3,
    },
    "bfloat16": {
        "logprob_max": 0.2,
        "logprob_mean": 0.02,
        "sampler_logprob_max": 0.2,
        "gradient": 0.1,
        "moved_loss": 0.01,
    },
}
"""Most differences from float64: log-probs in nats, losses at advantages of about 1, gradients as a share of
their norm. bfloat16 keeps 8 bits; its gradient at moved weights has no bound, since a ratio near that of
clipping may fall on either side."""
LEAST_CLIPPED = 0.05
"""Share of the ids, at moved weights: without any the comparison would not show whether clipping is right."""
MOST_TIMES_PLAIN = 2.0
"""Ours may be as much farther from the reference than the same dtype used plainly."""
Parts = dict[str, dict[str, Found]]
"""What each job found, by its name."""


def gpu() -> Outcome:
    """Do the jobs in order of their weight, as far as the time goes."""
    ends = time.perf_counter() + BUDGET_S
    parts: Parts = {}
    left_out = absent()
    for job in jobs():
        left_s = ends - time.perf_counter()
        if left_s < LEAST_S:
            left_out[job] = "no time was left"
            continue
        _say(f"{job} ({left_s:.0f} s left) ...")
        parts[job], why = _apart(job, left_s)
        if why:
            left_out[job] = why
    found = figures(parts, left_out)
    for line in summary(found):
        _say(line)
    return Outcome(bars(parts), found)


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


def jobs() -> list[str]:
    """Name the parts: whether it is right first, then ours, then TRL."""
    sizes = SIZES if torch.cuda.is_available() else ("tiny",)
    rivals = ("reasongym", "trl") if find_spec("trl") else ("reasongym",)
    return ["rates", "checks", *(f"{rival}/{size}" for rival in rivals for size in sizes)]


def absent() -> dict[str, str]:
    """Say what is not measured on this machine, and why."""
    missing: dict[str, str] = {}
    if not torch.cuda.is_available():
        missing[", ".join(SIZES)] = "there is no CUDA device; a tiny model stands in for them"
    if not find_spec("trl"):
        missing["trl"] = f"it is not installed for {sys.executable}"
    return missing


def _apart(job: str, seconds: float) -> tuple[dict[str, Found], str]:
    """Do a job in a process of its own; returns what it found, and why it found no more."""
    with tempfile.TemporaryDirectory() as folder:
        file, why = Path(folder, "found.json"), ""
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.gpu_jobs", job, str(file)]
        quiet = {"TOKENIZERS_PARALLELISM": "false", "TRL_EXPERIMENTAL_SILENCE": "1"}
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | quiet,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
            if done.returncode:
                why = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        except subprocess.TimeoutExpired:
            why = "the time ran out"
        return (json.loads(file.read_text()) if file.exists() else {}), why


def bars(parts: Parts) -> list[Bar]:
    """Hold every comparison with the reference against its bounds."""
    checks = {name: one for name, one in parts.get("checks", {}).items() if "left_out" not in one}
    ours = [cell for job, found in parts.items() if job.startswith("reasongym/") for cell in found.values()]
    held = [
        at_least("comparisons with float64", len(checks), NUM_CHECKS),
        at_least("batches of ours measured", sum("left_out" not in cell for cell in ours), 1),
    ]
    for name, found in checks.items():
        bounds = BOUNDS[name.split()[1]]
        held += [at_most(f"{name}: {figure}", found[figure], bound) for figure, bound in bounds.items()]
        held.append(at_least(f"{name}: moved_clipped", found["moved_clipped"], LEAST_CLIPPED))
        if "bfloat16" in name:
            ratio = found["gradient"] / found["plain_gradient"]
            held.append(at_most(f"{name}: gradient beside plain bfloat16's", ratio, MOST_TIMES_PLAIN))
    return held


def figures(parts: Parts, left_out: dict[str, str]) -> dict[str, Any]:
    """Lay out what was found, each speed with its floors where the device's rates are known."""
    told: dict[str, Any] = {
        "rates": parts.get("rates", {}).get("rates", {}),
        "checks": parts.get("checks", {}),
    }
    rates = told["rates"]
    floors = Rates(rates["bytes_per_s"], rates["operations_per_s"]) if rates else None
    speeds = {
        job: {tokens: _beside(job, tokens, cell, floors) for tokens, cell in found.items()}
        for job, found in parts.items()
        if "/" in job
    }
    return told | {"speeds": speeds, "left_out": left_out}


def _beside(job: str, tokens: str, cell: Found, rates: Rates | None) -> Found:
    """Add to a speed its floors in seconds, and the share of its time that the higher one takes.

    Where groups were dead, fewer ids were trained than sampled, and their floor is as much lower.
    """
    if rates is None or "left_out" in cell:
        return cell
    size = job.partition("/")[2]
    shape, rows = SHAPES[size], load_of(size).episodes
    work = Work(rows, cell["prompt_tokens"], cell["generated_tokens"] / rows)
    learned = replace(work, rows=cell["trained_tokens"] / work.tokens)
    generation, training = generation_floors(shape, rates, work), training_floors(shape, rates, learned)
    return cell | {
        "parameters_of_matrices": matrix_parameters(shape),
        "generation_floors": generation,
        "training_floors": training,
        "generation_share_of_floor": max(generation.values()) / cell["play_s"],
        "training_share_of_floor": max(training.values()) / cell["learn_s"],
    }


def summary(found: dict[str, Any]) -> list[str]:
    """Lay out the speeds, one a line, and then what was left out."""
    lines = [
        f"{job} {tokens}: {cell['generated_tokens_per_s']:,.0f} generated and "
        f"{cell['trained_tokens_per_s']:,.0f} trained tokens/s, {cell['peak_memory_mb']:,} MB"
        for job, cells in found["speeds"].items()
        for tokens, cell in cells.items()
        if "left_out" not in cell
    ]
    cells = {f"{job} {tokens}": cell for job, of in found["speeds"].items() for tokens, cell in of.items()}
    left_out = found["left_out"] | {
        name: cell["left_out"] for name, cell in cells.items() if "left_out" in cell
    }
    return lines + [f"left out: {name}: {why}" for name, why in left_out.items()]

"""Parts of the measurement on a device, each a process: `python -m benchmarks.gpu_jobs JOB FILE`.

A process that runs out of memory, breaks the device's context or is stopped takes no other part with it, and
what it had found by then is in its file.
"""

import argparse
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks import gpu_checks, gpu_course, gpu_speed
from benchmarks.gpu_course import SHAPES, Load
from benchmarks.gpu_device import device, device_name, free, measured_rates

Found = dict[str, Any]
"""Figures by name; a part that could not be measured says why under `left_out`."""
Keep = Callable[[str, Found], None]
CONTESTANTS = {"reasongym": gpu_speed.ours, "trl": gpu_speed.trl}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def rates(keep: Keep) -> None:
    """Measure the two rates that floors are made of."""
    keep("rates", {"device": device_name(), **measured_rates()._asdict()})


def checks(keep: Keep) -> None:
    """Compare both families in both dtypes with the reference."""
    is_large = device() == "cuda"
    shapes = (gpu_course.SMALL2, gpu_course.SMALL3) if is_large else (gpu_course.TINY2, gpu_course.TINY3)
    load = gpu_checks.LOAD if is_large else gpu_checks.TINY_LOAD
    for shape in shapes:
        for name, dtype in DTYPES.items():
            found = _within_memory(partial(gpu_checks.check, shape, load, device(), dtype))
            keep(f"{shape.family} {name}", found)
            free()


def race(contestant: str, size: str, keep: Keep) -> None:
    """Measure one contestant on one size at every length."""
    load = load_of(size)
    measure = CONTESTANTS[contestant]
    for tokens in load.tokens:
        free()
        keep(str(tokens), _within_memory(partial(measure, SHAPES[size], load, tokens)))


def _within_memory(measure: Callable[[], Found]) -> Found:
    try:
        return measure()
    except torch.OutOfMemoryError as error:
        return {"left_out": f"out of memory: {str(error).splitlines()[0]}"}


def run(job: str, keep: Keep) -> None:
    """Do one job: rates, checks, or a contestant and a size as `trl/0.5B`."""
    contestant, _, size = job.partition("/")
    if size:
        race(contestant, size, keep)
    else:
        {"rates": rates, "checks": checks}[job](keep)


def load_of(size: str) -> Load:
    """Return how much is sampled and trained at once at a size."""
    return gpu_course.TINY_LOAD if size == "tiny" else gpu_course.FULL_LOAD


def main() -> None:
    """Do a job and keep what it finds, as it finds it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job")
    parser.add_argument("file", type=Path)
    flags = parser.parse_args()
    found: dict[str, Found] = {}

    def keep(name: str, figures: Found) -> None:
        found[name] = figures
        partial = flags.file.with_suffix(".partial")
        partial.write_text(json.dumps(found))
        os.replace(partial, flags.file)

    run(flags.job, keep)


if __name__ == "__main__":
    main()

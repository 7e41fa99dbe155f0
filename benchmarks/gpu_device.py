"""The device: waiting for it, its memory, and the two rates that bound whatever runs on it."""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import torch

from benchmarks.step_course import peak_rss_mb

REPEATS = 5


class Rates(NamedTuple):
    """What the device reaches at its best, measured."""

    bytes_per_s: float
    """Read and written by a large copy."""
    operations_per_s: float
    """Additions and multiplications of a large product of bfloat16 matrices."""


def device() -> str:
    """Return cuda where there is a device for it, or else cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def device_name() -> str:
    """Name the device as its maker does."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def timed(work: Callable[[], object]) -> float:
    """Return the wall seconds of work, the device's queue emptied on both sides."""
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


def wait() -> None:
    """Wait until everything launched is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def free() -> None:
    """Give back what nothing refers to, and begin a new peak of memory."""
    if torch.cuda.is_available():
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak_memory_mb() -> float:
    """Return the most memory held by tensors since `free`; on CPUs by the process since its start."""
    return torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else peak_rss_mb()


def measured_rates() -> Rates:
    """Measure both rates; each is the best of a few tries after one that warms up."""
    on, is_large = device(), torch.cuda.is_available()
    source = torch.zeros(2**30 if is_large else 2**22, dtype=torch.bfloat16, device=on)
    target = torch.empty_like(source)
    copied = 2 * source.element_size() * source.numel() / _best(lambda: target.copy_(source))
    del source, target
    free()
    size = 8192 if is_large else 256
    left = torch.randn(size, size, device=on).to(torch.bfloat16)
    multiplied = 2 * size**3 / _best(lambda: left @ left)
    del left
    free()
    return Rates(copied, multiplied)


def _best(work: Callable[[], object]) -> float:
    work()
    return min(timed(work) for _ in range(REPEATS))

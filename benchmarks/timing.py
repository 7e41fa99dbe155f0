"""Rates per CPU second of contestants in interleaved windows, so that a busy machine shifts them little."""

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeAlias

Once: TypeAlias = Callable[[int], object]
"""Does one item, told its number."""


def rates(entries: dict[str, Once], num_windows: int, window_s: float) -> dict[str, dict[str, Any]]:
    """Time every entry in interleaved windows; return items per CPU second and the slowest item."""
    windows: dict[str, list[float]] = {name: [] for name in entries}
    slowest = dict.fromkeys(entries, 0.0)
    num_done = dict.fromkeys(entries, 0)
    gc.collect()
    gc.freeze()  # what the contestants built beforehand is not the garbage of an item
    for _ in range(num_windows):
        for name, once in entries.items():
            num, seconds, slowest_here = _window(once, num_done[name], window_s)
            windows[name].append(num / seconds)
            slowest[name] = max(slowest[name], slowest_here)
            num_done[name] += num
    return {
        name: {
            "per_s": round(median(found)),
            "windows": [round(one) for one in found],
            "slowest_s": slowest[name],
        }
        for name, found in windows.items()
    }


def _window(once: Once, start: int, window_s: float) -> tuple[int, float, float]:
    """Run items for `window_s` CPU seconds; return how many, the time they took, and the slowest."""
    slowest = 0.0
    begun = before = time.process_time()
    num = 0
    while before - begun < window_s:
        once(start + num)
        num += 1
        after = time.process_time()
        slowest = max(slowest, after - before)
        before = after
    return num, before - begun, slowest

"""What training frees stays, and lies in huge pages where the system has them."""

import subprocess
import sys
from pathlib import Path

import pytest

OFFERED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROGRAM = """
import re
import torch
from pathlib import Path
from reasongym.agents.host_memory import keep_freed_memory

def heap(name):
    regions = re.split(r"^(?=[0-9a-f]+-)", Path("/proc/self/smaps").read_text(), flags=re.M)
    return sum(int(re.search(name + r": +(\\d+)", one)[1]) for one in regions if "[heap]" in one)

keep_freed_memory()
before = heap("Rss")
blocks = [torch.ones(2**20) for _ in range(16)]
print(heap("AnonHugePages"), heap("Rss") - before)
del blocks
keep_freed_memory()
print(heap("AnonHugePages"), heap("Rss") - before)
"""


@pytest.mark.skipif(
    not OFFERED.exists() or "[never]" in OFFERED.read_text(), reason="no huge pages on this system"
)
def test_what_is_freed_stays_in_huge_pages() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    (used, grown), (kept, left) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert 60 * 1024 <= used <= grown < 80 * 1024  # KiB
    assert kept >= used
    assert left >= 60 * 1024

"""Prove that the gradient depends on neither cut, padding nor order: run the tests that measure it."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.bars import Outcome, at_least, exactly

ROOT = Path(__file__).parents[1]
TESTS = ("tests/agents/test_gradients.py", "tests/agents/test_spans.py")
FEWEST = 30


def gradients() -> Outcome:
    """Count passed and failed tests; their bounds, and the planted errors they must see, stand in them."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    counts = {kind: int(number) for number, kind in re.findall(r"(\d+) (passed|failed|error)", told)}
    return Outcome(
        [
            exactly("tests that fail", counts.get("failed", 0) + counts.get("error", 0), 0),
            at_least("tests that pass", counts.get("passed", 0), FEWEST),
        ],
        {"tests": TESTS},
    )

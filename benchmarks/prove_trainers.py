"""Outside trainers get the bare environments' problems and rewards: the tests of all adapters.

What the tests say they have shown becomes the table of docs/trainers/README.md.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.bars import Outcome, at_least, exactly
from benchmarks.prove import ROOT

RAN_WHOLE = ("TRL", "verifiers, prime-rl", "SkyRL-gym", "OpenEnv", "inspect-ai")
"""Trainers that run whole on a CPU."""
APART = ("tests/adapters/test_openenv.py", "tests/adapters/test_gem.py")
RUNS = {
    "REASONGYM_TRAINERS_PYTHON": (
        "trl verifiers skyrl_gym inspect_ai lm_eval mcp verl openrlhf",
        ("tests/adapters", *(f"--ignore={path}" for path in APART)),
    ),
    "REASONGYM_OPENENV_PYTHON": ("openenv gem", (*APART, "tests/adapters/test_docs.py")),
}
"""By the variable that names an interpreter: what is installed there, and the tests that run in it."""


def trainers() -> Outcome:
    """Run the tests and collect what they show."""
    cases = [
        case for variable, (here, tests) in RUNS.items() for case in _run(os.environ[variable], here, tests)
    ]
    bad, skipped = _named(cases, "failure", "error"), _named(cases, "skipped")
    shown = [json.loads(one.get("value", "")) for case in cases for one in case.iter("property")]
    missing = set(RAN_WHOLE) - {row["trainer"] for row in shown}
    bars = [
        exactly("tests that fail", len(bad), 0),
        at_least("tests that pass", len(cases) - len(bad) - len(skipped), 1),
        exactly("trainers that should have run whole and did not", len(missing), 0),
    ]
    return Outcome(bars, {"failed": bad, "skipped": skipped, "shown": shown})


def _named(cases: list[ElementTree.Element], *tags: str) -> list[str]:
    """Name the tests that ended so."""
    return [case.get("name", "") for case in cases if any(case.find(tag) is not None for tag in tags)]


def _run(python: str, here: str, tests: tuple[str, ...]) -> list[ElementTree.Element]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        told = [f"--junitxml={report}", "-o", "junit_family=xunit1"]  # the other family has no properties
        command = [python, "-m", "pytest", "-q", "-p", "no:xdist", *told, *tests]
        environment = os.environ | {"REASONGYM_TRAINERS": here, "OMP_NUM_THREADS": "1"}
        subprocess.run(command, cwd=ROOT, env=environment, check=False)
        return list(ElementTree.parse(report).iter("testcase"))

"""Outside trainers get the bare environments' problems and rewards: the tests of all adapters.

What the tests say they have shown becomes the table of docs/trainers/README.md (`python -m
benchmarks.prove_trainers` writes it there).
"""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.bars import Outcome, at_least, exactly
from benchmarks.prove import RESULTS, ROOT

PAGE = ROOT / "docs" / "trainers" / "README.md"
MARKS = ("<!-- table -->\n", "<!-- end of table -->\n")
TRAINED_FOR_REAL = ("TRL", "verifiers", "SkyRL-gym", "OpenEnv", "inspect-ai")
"""Trainers that run whole on a CPU."""
PYTHON = "REASONGYM_TRAINERS_PYTHON"


def trainers() -> Outcome:
    """Run the tests and collect what they show."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [os.environ[PYTHON], "-m", "pytest", "-q", "-p", "no:xdist", "tests/adapters"]
        environment = os.environ | {"REASONGYM_TRAINERS": "1", "OMP_NUM_THREADS": "1"}
        subprocess.run([*command, f"--junitxml={report}"], cwd=ROOT, env=environment, check=False)
        cases = list(ElementTree.parse(report).iter("testcase"))
    bad = [
        case.get("name", "")
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]
    rows = [json.loads(one.get("value", "")) for case in cases for one in case.iter("property")]
    names = {row["trainer"] for row in rows}
    bars = [
        exactly("tests that fail", len(bad), 0),
        at_least("tests that pass", len(cases) - len(bad), 1),
        exactly("trainers that should have run whole and did not", len(set(TRAINED_FOR_REAL) - names), 0),
    ]
    return Outcome(bars, {"failed": bad, "shown": rows})


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Write what was shown as a table, a line for each trainer and thing shown."""
    head = "| Trainer | Version | Turns | What was run |\n| --- | --- | --- | --- |\n"
    lines = sorted({(row["trainer"].lower(), _line(row)) for row in rows})
    return head + "".join(line for _, line in lines)


def _line(row: Mapping[str, str]) -> str:
    return f"| {row['trainer']} | {row['version']} | {row['turns']} | {row['what']} |\n"


def told() -> str:
    """Return the table of the last record."""
    return table(json.loads((RESULTS / "trainers.json").read_text())["figures"]["shown"])


def main() -> None:
    """Put the table of the last record on the page."""
    page = PAGE.read_text(encoding="utf-8")
    start, end = map(re.escape, MARKS)
    new = re.sub(f"(?<={start}).*?(?={end})", lambda _: told(), page, flags=re.DOTALL)
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()

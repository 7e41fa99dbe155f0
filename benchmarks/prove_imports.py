"""Prove that `import reasongym` is light: CPU seconds beside Gymnasium's own, and what it loads."""

import os
import statistics
import subprocess
import sys

from benchmarks.bars import Outcome, at_most, exactly

RUNS = 9
HEAVY = ("torch", "transformers", "sympy", "pandas", "matplotlib", "vllm", "rich", "tyro")
MOST_CPU_S = 0.1


def imports() -> Outcome:
    """Measure in fresh interpreters, the two imports taking turns; the cost is the median difference."""
    differences: list[float] = []
    for _ in range(RUNS):
        alone = _cpu_s("import gymnasium")
        differences.append(_cpu_s("import gymnasium, reasongym") - alone)
    loaded = set(_out("import reasongym, sys; print(*sys.modules)").split())
    return Outcome(
        [
            at_most("CPU seconds over import gymnasium", statistics.median(differences), MOST_CPU_S),
            exactly("heavy libraries loaded", len(loaded & set(HEAVY)), 0),
        ],
        {"cpu_s_over_gymnasium": [round(one, 4) for one in differences], "modules": len(loaded)},
    )


def _cpu_s(code: str) -> float:
    return float(_out(f"{code}\nimport time; print(time.process_time())"))


def _out(code: str) -> str:
    alone = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], env=alone, capture_output=True, text=True, check=True
    ).stdout

"""A real vLLM, in process and as a server, beside the torch policy (see `benchmarks/prove_engines.py`)."""

import json
import os
import subprocess
from typing import Any

import pytest

from benchmarks.prove_engines import engines
from benchmarks.vllm_process import PYTHON, ROOT, SETTINGS

needs_vllm = pytest.mark.skipif(
    not PYTHON.exists() and not os.environ.get("CI"),
    reason=f"there is no vLLM at {PYTHON}; `make vllm` installs it",
)


@needs_vllm
@pytest.mark.slow
def test_engines_agree_and_kills_of_evaluator_and_server_change_nothing() -> None:
    missed = [bar for bar in engines().bars if not bar.is_met]
    assert missed == []


TOLERANCE = 1e-4
"""Largest difference of a log-prob in float32 to a float64 forward."""


def _facts(name: str) -> dict[str, Any]:
    """Let vLLM's interpreter find out, in `vllm_training.py`."""
    done = subprocess.run(
        [str(PYTHON), "-m", "tests.agents.vllm_training", name],
        cwd=ROOT,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@needs_vllm
@pytest.mark.slow
@pytest.mark.parametrize("head", ["tied", "untied"])
def test_after_a_push_vllm_samples_from_the_new_weights_and_nothing_else(head: str) -> None:
    facts = _facts(head)
    assert facts["ids in are ids out"]
    assert facts["versions"] == [[0], [1]]
    assert facts["amid: versions"] == [1]  # of the oldest token
    for name in ("gap before", "gap after", "amid: gap of tokens before", "amid: gap of tokens after"):
        assert facts[name] < TOLERANCE, facts
    for name in ("gap of old weights", "amid: gap of old weights"):  # or the comparison would prove nothing
        assert facts[name] > 100 * TOLERANCE, facts
    refused, afterwards = facts["told"]
    assert "model.norm.weight" in refused
    assert "start again" in afterwards


@needs_vllm
@pytest.mark.slow
def test_a_run_with_vllm_learns_and_resumes_bit_by_bit() -> None:
    facts = _facts("training")
    assert facts["versions"] == [[0], [1], [2]]
    assert max(facts["mismatch"]) < TOLERANCE
    assert all(abs(mean - 1) < TOLERANCE for mean in facts["corrections"])
    assert facts["even"][2] > facts["even"][0] + 0.1
    assert facts["resumed alike"]

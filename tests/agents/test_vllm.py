"""A real vLLM, in process and as a server, beside the torch policy (see `benchmarks/prove_engines.py`)."""

import json
import os
import subprocess
from typing import Any, TypeAlias

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


Facts: TypeAlias = dict[str, dict[str, Any]]

TOLERANCE = 1e-4
"""Largest difference of a log-prob in float32 to a float64 forward."""


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Let vLLM's interpreter find out, in `vllm_training.py`; its imports take longer than all the rest."""
    done = subprocess.run(
        [str(PYTHON), "-m", "tests.agents.vllm_training"],
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
def test_after_a_push_vllm_samples_from_the_new_weights_and_nothing_else(facts: Facts, head: str) -> None:
    found = facts[head]
    assert found["ids in are ids out"]
    assert found["versions"] == [0, 1]
    assert found["amid: versions"] == [1]  # of the oldest token
    for name in ("gap before", "gap after", "amid: gap of tokens before", "amid: gap of tokens after"):
        assert found[name] < TOLERANCE, found
    for name in ("gap of old weights", "amid: gap of old weights"):  # or the comparison would prove nothing
        assert found[name] > 100 * TOLERANCE, found
    assert found["adapters"]["gap"] < TOLERANCE < found["adapters"]["gap without"] / 100
    refused, afterwards = found["told"]
    assert "model.norm.weight" in refused
    assert "start again" in afterwards


@needs_vllm
@pytest.mark.slow
@pytest.mark.parametrize("cut", ["top-k", "top-p", "both"])
def test_log_probs_are_of_the_tokens_that_a_cut_leaves(facts: Facts, cut: str) -> None:
    assert facts["untied"][f"gap of {cut}"] < TOLERANCE


@needs_vllm
@pytest.mark.slow
@pytest.mark.parametrize("end", ["eos", "stop ids", "stop string"])
def test_completions_keep_the_id_that_ends_them(facts: Facts, end: str) -> None:
    sound, stopped, every = facts["untied"]["ends"][end]
    assert sound == every
    assert stopped > every // 10


@needs_vllm
@pytest.mark.slow
def test_a_run_with_vllm_learns_and_resumes_bit_by_bit(facts: Facts) -> None:
    found = facts["training"]
    assert found["versions"] == [[0], [1], [2]]
    assert max(found["mismatch"]) < TOLERANCE
    assert all(abs(mean - 1) < TOLERANCE for mean in found["corrections"])
    assert found["even"][2] > found["even"][0] + 0.1
    assert found["resumed alike"]

"""A real vLLM, in process and as a server, beside the torch policy (see `benchmarks/prove_engines.py`)."""

import os

import pytest

from benchmarks.prove_engines import engines
from benchmarks.vllm_process import PYTHON

needs_vllm = pytest.mark.skipif(
    not PYTHON.exists() and not os.environ.get("CI"),
    reason=f"there is no vLLM at {PYTHON}; `make vllm` installs it",
)


@needs_vllm
@pytest.mark.slow
def test_engines_agree_and_kills_of_evaluator_and_server_change_nothing() -> None:
    missed = [bar for bar in engines().bars if not bar.is_met]
    assert missed == []

"""The measurement of a GPU, tiny and on whatever device is here (see `benchmarks/gpu.py`)."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import gpu, gpu_checks, gpu_course, gpu_device, gpu_floors, gpu_jobs, gpu_speed
from reasongym import registry
from reasongym.agents import losses
from reasongym.agents.learner import Learner
from reasongym.agents.models import LoadedModel

ROOT = Path(__file__).parents[2]
SHAPE = {"qwen2": gpu_course.TINY2, "qwen3": gpu_course.TINY3}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def _found(dtype: torch.dtype, family: str = "qwen2") -> dict[str, float]:
    return gpu_checks.check(SHAPE[family], gpu_checks.TINY_LOAD, "cpu", dtype)


def _missed(found: dict[str, float], dtype: str) -> list[str]:
    return [bar.name for bar in gpu.bars({"checks": {f"qwen2 {dtype}": found}}) if not bar.is_met][2:]


@pytest.mark.parametrize("family", SHAPE)
def test_the_learner_agrees_with_the_plain_reference(family: str) -> None:
    found = _found(torch.float32, family)
    assert found["num_tokens"] > 40
    assert found["clipped"] == 0 < found["moved_clipped"]
    for where in ("", "moved_"):
        assert found[f"{where}logprob_max"] < 1e-5
        assert found[f"{where}gradient"] < 1e-5
        assert found[f"{where}loss"] < 1e-6
    assert not _missed(found, "float32")
    assert not _missed(_found(torch.bfloat16, family), "bfloat16")


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wrong_denominator_misses_the_bars(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loss = Learner.loss

    def wrong(learner: Learner, micro: Any) -> Any:
        value, parts = loss(learner, micro)
        return 1.25 * value, parts

    monkeypatch.setattr(Learner, "loss", wrong)
    assert f"qwen2 {dtype}: gradient" in _missed(_found(DTYPES[dtype]), dtype)


def test_ratios_clipped_elsewhere_miss_the_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = losses.CLIPS["ppo"]

    def wider(ratios: Any, terms: Any, settings: Any) -> Any:
        return clip(ratios, terms, replace(settings, clip_high=0.3, clip_low=0.25))

    monkeypatch.setitem(losses.CLIPS, "ppo", wider)
    assert _missed(_found(torch.float32), "float32") == [
        "qwen2 float32: moved_loss",
        "qwen2 float32: moved_gradient",
    ]


def test_what_is_measured_is_registered_no_longer_than_that() -> None:
    before = registry.specs()
    _found(torch.float32)
    assert registry.specs() == before
    assert not [env_id for env_id in before if env_id.startswith("race/")]


@pytest.mark.parametrize("family", SHAPE)
def test_matrix_parameters_are_those_of_the_stock_model(family: str) -> None:
    model: Any = gpu_course.build(SHAPE[family], "cpu", torch.float32).model
    matrices = sum(one.numel() for one in model.parameters() if one.ndim == 2)
    assert gpu_floors.matrix_parameters(SHAPE[family]) == matrices


@pytest.mark.parametrize(("size", "parameters"), [("0.1B", 116e6), ("0.5B", 494e6), ("1.5B", 1_544e6)])
def test_sizes_are_what_they_are_called(size: str, parameters: float) -> None:
    assert gpu_floors.matrix_parameters(gpu_course.SHAPES[size]) == pytest.approx(parameters, rel=0.01)


@pytest.mark.parametrize("family", SHAPE)
def test_operations_are_those_torch_counts(family: str) -> None:
    loaded: LoadedModel = gpu_course.build(SHAPE[family], "cpu", torch.float32)
    model: Any = loaded.model
    model.set_attn_implementation("eager")  # whose masked half is computed, too: every token sees all keys
    tokens = 24
    with FlopCounterMode(display=False) as counter:
        model(input_ids=torch.zeros((1, tokens), dtype=torch.int64), use_cache=False)
    counted = counter.get_total_flops()
    assert tokens * gpu_floors.forward_operations(SHAPE[family], tokens) == counted


def test_floors_of_a_batch_by_hand() -> None:
    """One layer, hidden 4, two heads of 2 with one pair of keys and values, intermediate 8, 16 words."""
    shape = gpu_course.Shape("qwen2", 4, 8, 1, 2, 1, 2, vocabulary=16)
    assert gpu_floors.matrix_parameters(shape) == 4 * 4 + 2 * 4 * 2 + 4 * 4 + 3 * 4 * 8 + 16 * 4  # 208
    assert gpu_floors.cache_bytes(shape) == 8  # two bytes for 2 keys and 2 values
    rates, work = gpu_device.Rates(100.0, 1000.0), gpu_floors.Work(rows=3, prompt=5, tokens=2)
    generation = gpu_floors.generation_floors(shape, rates, work)
    assert generation["bytes_s"] == pytest.approx(2 * (416 + 3 * 1 * 8) / 100)
    assert generation["operations_s"] == pytest.approx(6 * (416 + 4 * 4 * 6) / 1000)
    training = gpu_floors.training_floors(shape, rates, work)
    assert training["operations_s"] == pytest.approx(3 * generation["operations_s"])
    assert training["bytes_s"] == pytest.approx(32 * 208 / 100)


def test_every_job_keeps_its_figures_as_it_finds_them() -> None:
    found: dict[str, Any] = {}
    for job in ("rates", "reasongym/tiny"):
        gpu_jobs.run(job, lambda name, figures, job=job: found.setdefault(job, {}).update({name: figures}))
    told = gpu.figures(found, {"trl/tiny": "not installed"})
    assert told["rates"]["bytes_per_s"] > 0
    assert set(told["speeds"]["reasongym/tiny"]) == {"8", "16"}
    for tokens, cell in told["speeds"]["reasongym/tiny"].items():
        assert 0 < cell["generated_tokens"] <= 8 * int(tokens)
        assert cell["generated_tokens_per_s"] == pytest.approx(
            cell["generated_tokens"] / cell["play_s"], rel=0.02
        )
        assert cell["peak_memory_mb"] > 0
        assert cell["generation_share_of_floor"] > 0
    assert told["left_out"] == {"trl/tiny": "not installed"}


def test_what_does_not_fit_into_memory_is_left_out_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def greedy(shape: Any, load: Any, tokens: int) -> dict[str, Any]:
        if tokens == 16:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return {"play_s": 1.0}

    monkeypatch.setitem(gpu_jobs.CONTESTANTS, "reasongym", greedy)
    found: dict[str, Any] = {}
    gpu_jobs.run("reasongym/tiny", found.__setitem__)
    assert found["8"] == {"play_s": 1.0}
    assert found["16"]["left_out"].startswith("out of memory: CUDA out of memory")


def test_rows_of_a_pass_divide_the_batch_and_bound_its_ids() -> None:
    for tokens in (1, 7, 100, 512, 2048, 100_000):
        rows = gpu_speed.rows_at_once(gpu_course.FULL_LOAD, tokens)
        assert gpu_course.FULL_LOAD.episodes % rows == 0
        assert rows == 1 or rows * tokens <= gpu_course.FULL_LOAD.micro_tokens


def test_without_time_everything_is_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu, "BUDGET_S", 0.0)
    outcome = gpu.gpu()
    assert set(outcome.figures["left_out"]) == {*gpu.jobs(), *gpu.absent()}
    assert not all(bar.is_met for bar in outcome.bars)
    told = capsys.readouterr().err
    assert all(f"left out: {job}: no time was left" in told for job in gpu.jobs())
    assert all(f"left out: {name}: {why}" in told for name, why in gpu.absent().items())


def _script(*args: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the script with an interpreter of that name."""
    return subprocess.run(
        ["sh", ROOT / "benchmarks" / "gpu.sh", *args],
        env=os.environ | {"PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_script_finds_a_python_or_asks_for_one() -> None:
    assert "\ngpu " in _script("--list").stdout
    done = _script("--list", python="no-such-python")
    assert done.returncode == 1
    assert "PYTHON=/path/to/python" in done.stderr


@pytest.mark.slow
def test_the_script_measures_whatever_machine_this_is() -> None:
    done = _script("--slice")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((ROOT / "runs" / "proofs" / "gpu.json").read_text())
    assert all(bar["is_met"] for bar in found["bars"])
    assert set(found["figures"]["speeds"]) == {job for job in gpu.jobs() if "/" in job}
    assert found["figures"]["left_out"] == gpu.absent()
